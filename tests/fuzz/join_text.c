/*
 * Fuzz target: primaryjoin and order_by. What can be read names columns of the tables at hand, and
 * written again from what was found it reads the same. An input that begins with '!' is an order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cinnabar/model.h>

#include "fuzz/fuzz.h"
#include "schema/join_text.h"

typedef struct Author {
    int         id;
    int         tenant;
    const char *name;
} Author;
CN_MODEL(Author, "author")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(tenant);
    CN_COLUMN(name, .name = "Full name");
}

typedef struct Post {
    int         id;
    int         author_id;
    const char *desc;
} Post;
CN_MODEL(Post, "blog.post")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(author_id);
    CN_COLUMN(desc);
}

CN_TABLE(foreign, "foreign")
{
    CN_TABLE_COLUMN(post_id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(author_id, CN_INTEGER, .primary_key = true);
}

static const cn_table *table(const cn_model *model)
{
    cn_error        error = {0};
    const cn_table *found = cn_table_of(model, &error);
    fuzz_require(found != NULL, "%s", cn_error_get_message(&error));
    return found;
}

/* The table whose column it is. */
static const cn_table *owner(const cn_join_text *join, const cn_column *column)
{
    for (size_t i = 0; i < 3; i++)
        if (column >= join->tables[i]->columns &&
            column < join->tables[i]->columns + join->tables[i]->column_count)
            return join->tables[i];
    fuzz_require(false, "%s", join->text);
    return NULL;
}

static size_t write_side(const cn_join_text *join, const cn_join_side *side, char *to)
{
    return (size_t)sprintf(to, "%s%s%s.%s%s%s", side->foreign ? "foreign(" : "",
                           side->remote ? "remote(" : "", owner(join, side->column)->model->name,
                           side->column->member, side->foreign ? ")" : "", side->remote ? ")" : "");
}

static void check_join(const cn_join_text *join)
{
    cn_arena      arena = {0};
    cn_join_pair *pairs, *again;
    size_t        count, other, size = 0;
    char          text[64 * 100];
    if (!cn_join_parse(join, &arena, &pairs, &count)) {
        fuzz_require(*cn_error_get_message(join->error) != '\0', "%s", join->text);
        cn_arena_free(&arena);
        return;
    }
    fuzz_require(count >= 1 && count <= 64, "%s", join->text);
    for (size_t i = 0; i < count; i++) {
        size += (size_t)sprintf(text + size, "%s", i == 0 ? "" : " && ");
        size += write_side(join, &pairs[i].left, text + size);
        size += (size_t)sprintf(text + size, " == ");
        size += write_side(join, &pairs[i].right, text + size);
    }
    cn_join_text written = *join;
    written.text         = text;
    fuzz_require(cn_join_parse(&written, &arena, &again, &other) && other == count, "%s became %s",
                 join->text, text);
    for (size_t i = 0; i < count; i++)
        fuzz_require(pairs[i].left.column == again[i].left.column &&
                         pairs[i].right.column == again[i].right.column &&
                         pairs[i].left.foreign == again[i].left.foreign &&
                         pairs[i].right.remote == again[i].right.remote,
                     "%s became %s", join->text, text);
    cn_arena_free(&arena);
}

static void check_order(const cn_join_text *order)
{
    cn_arena         arena = {0};
    struct cn_order *items, *again;
    size_t           count, other, size = 0;
    char             text[64 * 40];
    if (!cn_order_parse(order, &arena, &items, &count)) {
        fuzz_require(*cn_error_get_message(order->error) != '\0', "%s", order->text);
        cn_arena_free(&arena);
        return;
    }
    fuzz_require(count >= 1 && count <= 64, "%s", order->text);
    for (size_t i = 0; i < count; i++) {
        fuzz_require(items[i].column < order->tables[1]->column_count, "%s", order->text);
        size += (size_t)sprintf(text + size, "%s%s%s", i == 0 ? "" : ", ",
                                order->tables[1]->columns[items[i].column].member,
                                items[i].descending ? " desc" : " asc");
    }
    cn_join_text written = *order;
    written.text         = text;
    fuzz_require(cn_order_parse(&written, &arena, &again, &other) && other == count, "%s became %s",
                 order->text, text);
    for (size_t i = 0; i < count; i++)
        fuzz_require(items[i].column == again[i].column &&
                         items[i].descending == again[i].descending,
                     "%s became %s", order->text, text);
    cn_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cn_error     error = {0};
    char        *text  = fuzz_text(data, size);
    cn_join_text join  = {.title  = "Author.posts",
                          .option = "primaryjoin",
                          .text   = text,
                          .tables = {table(&Author_model), table(&Post_model), table(&foreign)},
                          .error  = &error};
    if (size > 0 && *text == '!') {
        join.text++;
        check_order(&join);
    } else {
        check_join(&join);
    }
    cn_error_clear(&error);
    free(text);
    return 0;
}

int main(int argc, char **argv)
{
    return fuzz_replay("join_text", argc, argv);
}
