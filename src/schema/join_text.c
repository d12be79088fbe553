/*
 * The parser of primaryjoin, secondaryjoin and order_by, by recursive descent:
 *
 *     condition   comparison { ("&&" | AND) comparison }
 *     comparison  side ("==" | "=") side | "(" condition ")"
 *     side        ("foreign" | "remote") "(" side ")" | name "." member
 *     order       member [ASC | DESC] { "," member [ASC | DESC] }
 *
 * It finds the columns; what they mean for the relationship is relationship.c's business.
 */
#include "schema/join_text.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"

#define DEEPEST 32    /* parentheses inside parentheses */
#define MOST_PAIRS 64 /* comparisons, or columns to order by: no key has as many columns */

struct reader {
    const cn_join_text *join;
    const char         *at;
    unsigned            depth;
    cn_join_pair        pairs[MOST_PAIRS];
    size_t              count;
};

struct word {
    const char *text;
    size_t      size;
};

/* ---- words ----------------------------------------------------------------------------------- */

static bool is_word_character(char c)
{
    return cn_ascii_is_word(c) || c == '$';
}

static void skip_space(struct reader *reader)
{
    while (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\n' || *reader->at == '\r')
        reader->at++;
}

/* The word that comes next, of size 0 if there is none; it is not taken. */
static struct word next_word(struct reader *reader)
{
    skip_space(reader);
    struct word found = {reader->at, 0};
    while (is_word_character(found.text[found.size]))
        found.size++;
    return found;
}

static bool word_is(struct word word, const char *text)
{
    return strlen(text) == word.size && memcmp(word.text, text, word.size) == 0;
}

static bool word_is_any_case(struct word word, const char *lower)
{
    return cn_ascii_same_sized(word.text, word.size, lower);
}

static bool take(struct reader *reader, const char *text)
{
    skip_space(reader);
    size_t size = strlen(text);
    if (strncmp(reader->at, text, size) != 0)
        return false;
    reader->at += size;
    return true;
}

static bool expected(struct reader *reader, const char *what)
{
    const cn_join_text *join = reader->join;
    skip_space(reader);
    if (*reader->at == '\0')
        return cn_error_set(join->error, CN_CAUSE_MODEL, "%s: %s: expected %s at the end of \"%s\"",
                            join->title, join->option, what, join->text);
    return cn_error_set(join->error, CN_CAUSE_MODEL, "%s: %s: expected %s at \"%s\"", join->title,
                        join->option, what, reader->at);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* The struct's name comes before the table's: one table may be called what another's struct is. */
static const cn_table *find_table(const cn_join_text *join, struct word name)
{
    for (size_t i = 0; i < 3; i++) {
        if (join->tables[i] != NULL && word_is(name, join->tables[i]->model->name))
            return join->tables[i];
    }
    for (size_t i = 0; i < 3; i++) {
        const cn_table *table = join->tables[i];
        if (table != NULL && (word_is(name, table->model->table) || word_is(name, table->name)))
            return table;
    }
    return NULL;
}

static const cn_column *find_column(const cn_table *table, struct word name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (word_is(name, table->columns[i].member))
            return &table->columns[i];
    }
    for (size_t i = 0; i < table->column_count; i++) {
        if (word_is(name, table->columns[i].name))
            return &table->columns[i];
    }
    return NULL;
}

static bool unknown_table(const cn_join_text *join, struct word name)
{
    char   known[200] = "";
    size_t used       = 0;
    for (size_t i = 0; i < 3; i++) {
        const cn_table *table = join->tables[i];
        if (table == NULL || (i > 0 && table == join->tables[0]))
            continue;
        int size = snprintf(known + used, sizeof known - used, "%s%s", used != 0 ? ", " : "",
                            table->model->name);
        if (size < 0 || (size_t)size >= sizeof known - used)
            break;
        used += (size_t)size;
    }
    return cn_error_set(join->error, CN_CAUSE_MODEL,
                        "%s: %s: \"%.*s\" in \"%s\" is none of the tables at hand: %s", join->title,
                        join->option, (int)name.size, name.text, join->text, known);
}

static bool unknown_column(const cn_join_text *join, const cn_table *table, struct word name)
{
    return cn_error_set(join->error, CN_CAUSE_MODEL, "%s: %s: %s has no mapped member \"%.*s\"",
                        join->title, join->option, table->model->name, (int)name.size, name.text);
}

/* name "." member, where the name may be schema.table: the last word is the member. */
static bool read_column(struct reader *reader, const cn_column **column)
{
    struct word table = next_word(reader);
    if (table.size == 0)
        return expected(reader, "a member such as Author.id");
    reader->at = table.text + table.size;
    if (!take(reader, "."))
        return expected(reader, "'.' and a member");
    struct word member = next_word(reader);
    reader->at         = member.text + member.size;
    while (member.size != 0 && *reader->at == '.') {
        table.size = (size_t)(reader->at - table.text);
        reader->at++;
        member     = next_word(reader);
        reader->at = member.text + member.size;
    }
    if (member.size == 0)
        return expected(reader, "a member");
    const cn_table *found = find_table(reader->join, table);
    if (found == NULL)
        return unknown_table(reader->join, table);
    *column = find_column(found, member);
    return *column != NULL || unknown_column(reader->join, found, member);
}

/* ---- joins ----------------------------------------------------------------------------------- */

static bool enter(struct reader *reader)
{
    if (++reader->depth <= DEEPEST)
        return true;
    return cn_error_set(reader->join->error, CN_CAUSE_MODEL,
                        "%s: %s: more than %d parentheses inside each other", reader->join->title,
                        reader->join->option, DEEPEST);
}

static bool read_side(struct reader *reader, cn_join_side *side)
{
    struct word name  = next_word(reader);
    bool       *mark  = word_is(name, "foreign")  ? &side->foreign
                        : word_is(name, "remote") ? &side->remote
                                                  : NULL;
    const char *start = reader->at;
    if (mark != NULL) {
        reader->at = name.text + name.size;
        if (take(reader, "(")) {
            *mark = true;
            if (!enter(reader) || !read_side(reader, side))
                return false;
            reader->depth--;
            return take(reader, ")") || expected(reader, "')'");
        }
        reader->at = start; /* a table of that name */
    }
    return read_column(reader, &side->column);
}

static bool read_comparison(struct reader *reader)
{
    cn_join_pair pair = {{0}, {0}};
    if (!read_side(reader, &pair.left))
        return false;
    if (!take(reader, "==") && !take(reader, "="))
        return expected(reader, "'=='");
    if (!read_side(reader, &pair.right))
        return false;
    if (reader->count == MOST_PAIRS)
        return cn_error_set(reader->join->error, CN_CAUSE_MODEL,
                            "%s: %s has more than %d comparisons", reader->join->title,
                            reader->join->option, MOST_PAIRS);
    reader->pairs[reader->count++] = pair;
    return true;
}

static bool take_and(struct reader *reader)
{
    if (take(reader, "&&"))
        return true;
    struct word word = next_word(reader);
    if (!word_is_any_case(word, "and"))
        return false;
    reader->at = word.text + word.size;
    return true;
}

static bool read_condition(struct reader *reader)
{
    do {
        if (take(reader, "(")) {
            if (!enter(reader) || !read_condition(reader))
                return false;
            reader->depth--;
            if (!take(reader, ")"))
                return expected(reader, "')' or '&&'");
        } else if (!read_comparison(reader)) {
            return false;
        }
    } while (take_and(reader));
    return true;
}

bool cn_join_parse(const cn_join_text *join, cn_arena *arena, cn_join_pair **pairs, size_t *count)
{
    struct reader reader = {.join = join, .at = join->text};
    if (!read_condition(&reader))
        return false;
    skip_space(&reader);
    if (*reader.at != '\0')
        return expected(&reader, "'&&' or the end");
    *pairs = CN_ARENA_ARRAY(arena, cn_join_pair, reader.count);
    if (*pairs == NULL)
        return cn_error_no_memory(join->error);
    memcpy(*pairs, reader.pairs, reader.count * sizeof **pairs);
    *count = reader.count;
    return true;
}

/* ---- order_by -------------------------------------------------------------------------------- */

static bool read_order(struct reader *reader, struct cn_order *order)
{
    const cn_table *target = reader->join->tables[1];
    struct word     name   = next_word(reader);
    if (name.size == 0)
        return expected(reader, "a member to order by");
    reader->at = name.text + name.size;
    if (take(reader, ".")) { /* Post.title, or post.title */
        if (!word_is(name, target->model->name) && !word_is(name, target->name))
            return unknown_table(reader->join, name);
        name       = next_word(reader);
        reader->at = name.text + name.size;
    }
    const cn_column *column = find_column(target, name);
    if (column == NULL)
        return unknown_column(reader->join, target, name);
    struct word direction = next_word(reader);
    order->column         = column->index;
    order->descending     = word_is_any_case(direction, "desc");
    if (order->descending || word_is_any_case(direction, "asc"))
        reader->at = direction.text + direction.size;
    return true;
}

bool cn_order_parse(const cn_join_text *order, cn_arena *arena, struct cn_order **items,
                    size_t *count)
{
    struct reader   reader = {.join = order, .at = order->text};
    struct cn_order found[MOST_PAIRS];
    size_t          size = 0;
    do {
        if (size == MOST_PAIRS)
            return cn_error_set(order->error, CN_CAUSE_MODEL, "%s: %s has more than %d members",
                                order->title, order->option, MOST_PAIRS);
        if (!read_order(&reader, &found[size++]))
            return false;
    } while (take(&reader, ","));
    skip_space(&reader);
    if (*reader.at != '\0')
        return expected(&reader, "',', 'asc', 'desc' or the end");
    *items = CN_ARENA_ARRAY(arena, struct cn_order, size);
    if (*items == NULL)
        return cn_error_no_memory(order->error);
    memcpy(*items, found, size * sizeof **items);
    *count = size;
    return true;
}
