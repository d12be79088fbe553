/*
 * fuzz/sql_make.c: see sql_make.h.
 */
#include "fuzz/sql_make.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Item {
    int          id;
    int64_t      amount;
    double       score;
    const char  *name;
    bool         open;
    cn_date      day;
    cn_decimal   price;
    cn_json      data;
    cn_bytes     blob;
    int          mood;
    cn_timestamp at;
} Item;
CN_MODEL(Item, "order")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(amount);
    CN_COLUMN(score);
    CN_COLUMN(name, .name = "it's \"a\" `name`?");
    CN_COLUMN(open);
    CN_COLUMN(day);
    CN_COLUMN(price, .type = CN_NUMERIC(10, 2));
    CN_COLUMN(data);
    CN_COLUMN(blob);
    CN_COLUMN(mood, .type = CN_ENUM("calm", "it's", "?"));
    CN_COLUMN(at);
}
CN_ALIAS(Item, Twin);

typedef struct Other {
    int         id;
    int         item_id;
    const char *name;
    Item       *item;
} Other;
CN_MODEL(Other, "other")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(item_id);
    CN_COLUMN(name);
    CN_RELATIONSHIP(item, Item, .primaryjoin = "foreign(Other.item_id) == Item.id");
}

typedef struct Line {
    int64_t     number;
    const char *text;
} Line;
CN_SHAPE(Line, "line")
{
    CN_COLUMN(number);
    CN_COLUMN(text);
}

const char sql_schema[] =
    "CREATE TABLE \"order\" (id INTEGER PRIMARY KEY, amount, score, \"it's \"\"a\"\" `name`?\","
    " open, day, price, data, blob, mood, at); CREATE TABLE other (id INTEGER PRIMARY KEY, item_id,"
    " name)";

static cn_expr             expression(sql_maker *maker);
static cn_condition        condition(sql_maker *maker);
static const cn_statement *query(sql_maker *maker);

/* ---- pieces ---------------------------------------------------------------------------------- */

static unsigned below(sql_maker *maker, unsigned most)
{
    return fuzz_below(&maker->input, most);
}

static void *room(sql_maker *maker, size_t count, size_t size)
{
    void *made = cn_arena_zero(&maker->arena, count == 0 ? 1 : count, size);
    if (made == NULL)
        abort();
    return made;
}

#define KEEP(maker, T, ...) memcpy(room((maker), 1, sizeof(T)), &(const T){__VA_ARGS__}, sizeof(T))

/* A text that would end a literal, begin a comment, or be a placeholder, if it could. */
static const char *text(sql_maker *maker)
{
    static const char *const words[] = {
        "'", "''", "\"", "`",  "\\",   "\\'",  "--", "/*",   "*/", "?", "$1", ":a", ";",
        "%", "_",  "\n", "$$", "\x80", "\xff", "a",  " OR ", "E'", "#", "[",  "]",  "\xe2\x82\xac"};
    unsigned count = below(maker, 5);
    char    *made  = room(maker, 40, 1);
    made[0]        = SQL_MARK;
    for (unsigned i = 0; i < count; i++)
        strcat(made, words[below(maker, sizeof words / sizeof *words)]);
    return made;
}

static cn_value value(sql_maker *maker)
{
    static const double reals[] = {0, -0.0, 1.5, -1e300, 4.9e-324, (double)INFINITY, (double)NAN};
    static const char *const decimals[] = {"1.50", "-2", "1--1", "", "1e5", "x", NULL};
    switch (below(maker, 14)) {
    case 0:
        return cn_value_null();
    case 1:
        return cn_value_bool(below(maker, 2) != 0);
    case 2:
        return cn_value_int((int64_t)fuzz_word(&maker->input));
    case 3:
        return cn_value_uint(fuzz_word(&maker->input));
    case 4:
        return cn_value_real(reals[below(maker, 7)]);
    case 5:
        return cn_value_bytes((cn_bytes){text(maker), below(maker, 3)});
    case 6:
        return cn_value_decimal((cn_decimal){decimals[below(maker, 7)]});
    case 7:
        return cn_value_date((cn_date){(int16_t)fuzz_word(&maker->input), (uint8_t)below(maker, 14),
                                       (uint8_t)below(maker, 33)});
    case 8:
        return cn_value_timestamp((cn_timestamp){(int64_t)fuzz_word(&maker->input)});
    case 9:
        return cn_value_time((cn_time){(int64_t)fuzz_word(&maker->input)});
    case 10:
        return cn_value_interval((cn_interval){(int32_t)fuzz_word(&maker->input), -1,
                                               (int64_t)fuzz_word(&maker->input)});
    case 11:
        return cn_value_json((cn_json){text(maker)});
    case 12:
        return cn_value_text_sized("\1\0'", below(maker, 4));
    default:
        return cn_value_text(text(maker));
    }
}

static cn_expr column(sql_maker *maker)
{
    static const cn_model *const models[] = {&Item_model,  &Item_model, &Item_model,
                                             &Other_model, &Twin_model, &Line_model};
    cn_expr columns[] = {cn_attr(Item, id),    cn_attr(Item, amount), cn_attr(Item, score),
                         cn_attr(Item, name),  cn_attr(Item, open),   cn_attr(Item, day),
                         cn_attr(Item, price), cn_attr(Item, data),   cn_attr(Item, blob),
                         cn_attr(Item, mood),  cn_attr(Item, at)};
    cn_expr made      = columns[below(maker, 11)];
    if (below(maker, 4) != 0)
        return made;
    switch (below(maker, 8)) {
    case 0:
        return cn_attr(Other, name);
    case 1:
        return cn_attr(Other, item_id);
    case 2:
        return cn_attr(Line, number);
    case 3:
        return cn_attr(Twin, id);
    case 4:
        return cn_label(Line, number);
    case 5:
        return cn_proposed(Item, amount);
    case 6:
        made.node.model = models[below(maker, 6)]; /* of another table: an error, or its column */
        return made;
    default:
        return cn_named(models[below(maker, 6)], below(maker, 2) ? "id" : "\x01 no; such");
    }
}

/* `count` expressions in a row, and CN_NODE_NONE. */
static cn_expr *several(sql_maker *maker, size_t count)
{
    cn_expr *made = room(maker, count + 1, sizeof *made);
    for (size_t i = 0; i < count; i++)
        made[i] = expression(maker);
    return made;
}

static cn_expr *ordered(sql_maker *maker, size_t count)
{
    cn_expr *made = several(maker, count);
    for (size_t i = 0; i < count; i++) {
        unsigned how = below(maker, 6);
        made[i]      = how == 1   ? cn_desc(made[i])
                       : how == 2 ? cn_nulls_first(made[i])
                       : how == 3 ? cn_nulls_last(cn_desc(made[i]))
                                  : made[i];
    }
    return made;
}

static cn_param *params(sql_maker *maker)
{
    static const int ids[] = {1, 2, 3};
    cn_param        *made  = room(maker, 3, sizeof *made);
    made[0].name           = "a";
    made[0].value          = value(maker);
    made[1].name           = "list";
    made[1].value          = cn_list(ids, below(maker, 4));
    return made;
}

static cn_condition fragment(sql_maker *maker)
{
    static const char *const texts[] = {
        ":a IS NULL", "id IN :list", "id IN (:list)", ":a = :a", "1 = :list", "':a' = \":a\"",
        "1 /* :a",    ":b",          "? = 1",         ""};
    maker->raw = true;
    return cn_fragment_(texts[below(maker, 10)], below(maker, 8) == 0 ? NULL : params(maker));
}

/* ---- expressions ----------------------------------------------------------------------------- */

static cn_expr call(sql_maker *maker)
{
    static const char *const names[] = {
        "coalesce", "nullif",     "lower",    "char_length", "octet_length", "replace",
        "substr",   "round",      "greatest", "least",       "random",       "abs",
        "trim",     "string_agg", "lag",      "ntile",       "nth_value",    "rank",
        "upper",    "x(); --",    "",         "1x",          "my_function"};
    const char *name  = names[below(maker, 23)];
    size_t      count = below(maker, 4);
    return cn_call_(name, several(maker, count), count);
}

static cn_expr aggregate(sql_maker *maker)
{
    static const char *const names[] = {"count", "sum", "avg", "min", "max"};
    const char              *name    = names[below(maker, 5)];
    cn_expr                 *of      = several(maker, 3);
    if (below(maker, 4) == 0)
        of[0] = cn_compute_(CN_OP_DISTINCT, KEEP(maker, cn_expr, of[0].node), 1);
    cn_expr  made = cn_aggregate_(name, of);
    cn_expr *kept = KEEP(maker, cn_expr, made.node);
    switch (below(maker, 6)) {
    case 0:
        of[1] = *kept;
        return cn_filter_(of + 1, &(const cn_condition){condition(maker).node});
    case 1:
        of[1] = *kept;
        return cn_ordered_(CN_NODE_ORDERED, of + 1, ordered(maker, 1));
    default:
        return made;
    }
}

static cn_expr over(sql_maker *maker)
{
    cn_expr *parts   = room(maker, 3, sizeof *parts);
    parts[0]         = below(maker, 2) == 0 ? cn_row_number() : expression(maker);
    cn_window window = {.size = sizeof window};
    if (below(maker, 2) != 0)
        window.partition_by = several(maker, 1 + below(maker, 2));
    if (below(maker, 2) != 0)
        window.order_by = ordered(maker, 1 + below(maker, 2));
    if (below(maker, 3) == 0)
        window.frame = (cn_frame){(uint8_t)below(maker, 4), (int32_t)below(maker, 5) - 3,
                                  below(maker, 3) == 0 ? INT32_MAX : (int32_t)below(maker, 5) - 1};
    return cn_over_(parts, &window);
}

static cn_expr choice(sql_maker *maker)
{
    size_t   count = 1 + below(maker, 3);
    cn_expr *parts = room(maker, count, sizeof *parts);
    for (size_t i = 0; i < count; i++) {
        cn_condition test = condition(maker);
        parts[i]          = cn_then_(room(maker, 2, sizeof *parts), &test, expression(maker));
    }
    if (below(maker, 2) != 0)
        parts[count - 1] = cn_parts_(CN_NODE_ELSE, several(maker, 1), 1);
    return cn_parts_(CN_NODE_CASE, parts, count);
}

static cn_expr cast(sql_maker *maker)
{
    const cn_type types[] = {CN_INTEGER,        CN_TEXT, CN_STRING(10),
                             CN_NUMERIC(10, 2), CN_DATE, CN_BOOLEAN,
                             CN_DOUBLE,         CN_JSON, {0}};
    cn_type      *kept    = room(maker, 1, sizeof *kept);
    *kept                 = types[below(maker, 9)];
    return cn_cast_(several(maker, 1), kept);
}

static cn_expr json(sql_maker *maker)
{
    size_t   count = 2 + below(maker, 2);
    cn_expr *parts = several(maker, count);
    if (below(maker, 4) != 0)
        parts[0] = cn_attr(Item, data);
    for (size_t i = 1; i < count; i++)
        if (below(maker, 4) != 0)
            parts[i] = below(maker, 2) == 0 ? cn_expr_of_(cn_value_text(text(maker)))
                                            : cn_expr_of_(cn_value_int(below(maker, 9)));
    return cn_json_((int)below(maker, 5), parts, count);
}

static cn_expr operation(sql_maker *maker)
{
    static const char *const signs[] = {"@>", "||", "->", "--", "; DROP", "?", "=", ""};
    unsigned                 op      = CN_OP_PLUS + below(maker, CN_OP_CUSTOM - CN_OP_PLUS + 1);
    if (op == CN_OP_CUSTOM) {
        maker->raw = true;
        return cn_custom_(signs[below(maker, 8)], several(maker, 2));
    }
    bool   single = op == CN_OP_NEGATIVE || op == CN_OP_BIT_NOT || op == CN_OP_DISTINCT;
    size_t count  = single ? 1 : op == CN_OP_CONCAT ? 1 + below(maker, 4) : 2;
    return cn_compute_((int)op, several(maker, count), count);
}

static cn_expr other_expression(sql_maker *maker)
{
    cn_condition test;
    switch (below(maker, 8)) {
    case 0:
        test = condition(maker);
        return cn_truth_(KEEP(maker, cn_condition, test.node));
    case 1:
        return cn_extract_((cn_part)below(maker, CN_PART_COUNT + 1), several(maker, 1));
    case 2:
        return cn_collate_(several(maker, 1), below(maker, 2) ? "NOCASE" : "x\"`'; --");
    case 3:
        return cn_query_value_((int)below(maker, 5), query(maker));
    case 4:
        return cn_keyword_((int)below(maker, 5));
    case 5:
        return cn_later("later");
    case 6:
        return (cn_expr){fragment(maker).node};
    default:
        return cn_parts_(CN_NODE_TUPLE, several(maker, 2), 2);
    }
}

static cn_expr expression(sql_maker *maker)
{
    if (--maker->left <= 0)
        return column(maker);
    switch (below(maker, 12)) {
    case 0:
    case 1:
        return column(maker);
    case 2:
    case 3:
        return cn_expr_of_(value(maker));
    case 4:
        return call(maker);
    case 5:
        return aggregate(maker);
    case 6:
        return over(maker);
    case 7:
        return choice(maker);
    case 8:
        return cast(maker);
    case 9:
        return json(maker);
    case 10:
        return other_expression(maker);
    default:
        return operation(maker);
    }
}

/* ---- conditions ------------------------------------------------------------------------------ */

static cn_condition list(sql_maker *maker)
{
    static const int         ids[]   = {1, -2, 3};
    static const char *const names[] = {"\1'", NULL, "\1\\"};
    if (below(maker, 2) == 0)
        return cn_in_array(Item, id, ids, below(maker, 4));
    return cn_test_list_(NULL, 0, 0, several(maker, 1), names, below(maker, 4), CN_STORAGE_TEXT);
}

static cn_condition test(sql_maker *maker)
{
    int      op    = 1 + (int)below(maker, CN_OP_BETWEEN);
    size_t   rest  = op == CN_OP_IS_NULL || op == CN_OP_IS_NOT_NULL ? 0
                     : op == CN_OP_BETWEEN                          ? 2
                     : op == CN_OP_IN                               ? 1 + below(maker, 3)
                                                                    : 1;
    cn_expr *parts = several(maker, rest + 1);
    if (below(maker, 2) == 0)
        return cn_test_(op, NULL, 0, 0, parts, rest + 1);
    cn_expr left = column(maker);
    return cn_test_(op, left.node.model, left.node.offset, left.node.storage,
                    left.node.model == NULL ? parts : parts + 1,
                    left.node.model == NULL ? rest + 1 : rest);
}

static cn_condition condition(sql_maker *maker)
{
    if (--maker->left <= 0)
        return cn_is(Item, id, ==, 1);
    unsigned kind = below(maker, 12);
    if (kind >= 8)
        return test(maker);
    if (kind == 3)
        return (cn_condition){{.kind = CN_NODE_LEFT_OUT}};
    if (kind == 4)
        return list(maker);
    if (kind == 5)
        return cn_exists_(query(maker));
    if (kind == 6)
        return fragment(maker);
    if (kind == 7)
        return below(maker, 2) == 0 ? cn_always() : cn_never();
    size_t        count = kind == 2 ? 1 : below(maker, 5);
    cn_condition *parts = room(maker, count, sizeof *parts);
    for (size_t i = 0; i < count; i++)
        parts[i] = condition(maker);
    return cn_connect_(kind == 0   ? CN_NODE_AND
                       : kind == 1 ? CN_NODE_OR
                                   : CN_NODE_NOT,
                       parts, count);
}

/* ---- statements ------------------------------------------------------------------------------ */

/* Columns of the shape Line: what every query here yields. */
static const cn_items *columns(sql_maker *maker)
{
    const cn_items *made  = CN_INTO(Line, number, cn_attr(Item, id), text, cn_attr(Item, name));
    cn_item        *items = room(maker, 2, sizeof *items);
    memcpy(items, made->items, 2 * sizeof *items);
    items[0].value = expression(maker);
    items[1].value = expression(maker);
    return KEEP(maker, cn_items, made->struct_name, made->struct_size, made->model, items,
                1 + below(maker, 2));
}

static const cn_items *assignments(sql_maker *maker)
{
    const cn_items *made  = CN_SET(Item, name, "x", amount, 1, mood, 1);
    cn_item        *items = room(maker, 3, sizeof *items);
    memcpy(items, made->items, 3 * sizeof *items);
    items[0].value = below(maker, 2) ? expression(maker) : cn_expr_of_(cn_value_text(text(maker)));
    items[1].value = below(maker, 2) ? expression(maker) : cn_expr_of_(value(maker));
    items[2].value = cn_expr_of_(cn_value_int(below(maker, 5) - 1));
    return KEEP(maker, cn_items, made->struct_name, made->struct_size, made->model, items,
                1 + below(maker, 3));
}

static const cn_joined *joins(sql_maker *maker)
{
    size_t     count = below(maker, 3);
    cn_joined *made  = room(maker, count + 1, sizeof *made);
    for (size_t i = 0; i < count; i++) {
        cn_condition on = condition(maker);
        switch (below(maker, 5)) {
        case 0:
            made[i] = cn_cross_join(Twin);
            break;
        case 1:
            made[i] = cn_join_on(Other, on);
            break;
        case 2:
            made[i] = cn_left_join_on(Twin, on);
            break;
        case 3:
            made[i] = cn_left_join(Other, item);
            break;
        default:
            made[i] = (cn_joined){.target  = &Line_model,
                                  .kind    = CN_JOIN_INNER,
                                  .lateral = below(maker, 2) != 0,
                                  .on      = on,
                                  .query   = query(maker)};
        }
    }
    return made;
}

static const cn_cte_clause *with(sql_maker *maker)
{
    cn_cte_clause *made = room(maker, 2, sizeof *made);
    made->shape         = &Line_model;
    made->size          = sizeof *made;
    made->query         = query(maker);
    made->step          = below(maker, 3) == 0 ? query(maker) : NULL;
    made->materialized  = below(maker, 3) == 0;
    return made;
}

static const cn_statement *select(sql_maker *maker)
{
    cn_select_statement *made = room(maker, 1, sizeof *made);
    unsigned             what = below(maker, 256);
    made->head                = (cn_statement){CN_STATEMENT_SELECT, sizeof *made};
    made->from                = &Item_model;
    made->columns             = columns(maker);
    made->where               = condition(maker);
    if (what & 1)
        made->order_by = ordered(maker, 1 + below(maker, 2));
    if (what & 2)
        made->limit = (int64_t)below(maker, 5) - 1;
    if (what & 4)
        made->offset = below(maker, 3);
    if (what & 8)
        made->join = joins(maker);
    if (what & 16)
        made->with = with(maker);
    if (what & 32) {
        made->group_by = several(maker, 1);
        made->having   = condition(maker);
    }
    if (what & 64) {
        made->from  = &Line_model;
        made->query = below(maker, 2) ? query(maker) : NULL;
    }
    if (what & 128) {
        unsigned more     = below(maker, 256);
        made->distinct    = (more & 1) != 0;
        made->distinct_on = more & 2 ? several(maker, 1) : NULL;
        made->lock        = (cn_lock)(more >> 2 & 3);
        made->nowait      = (more & 16) != 0;
        made->skip_locked = (more & 32) != 0;
        made->with_ties   = (more & 64) != 0;
        made->also        = more & 128 ? CN_MODELS(Other) : NULL;
        if (made->also != NULL)
            made->also = memcpy(room(maker, 2, sizeof *made->also), made->also,
                                2 * sizeof *made->also);
    }
    return &made->head;
}

static const cn_statement *query(sql_maker *maker)
{
    static const Line lines[] = {{1, "\1a'"}, {2, NULL}, {3, "\1\\"}};
    maker->left -= 3;
    if (maker->left <= 0 || below(maker, 4) != 0)
        return select(maker);
    if (below(maker, 3) == 0) {
        cn_values_statement *made = room(maker, 1, sizeof *made);
        *made                     = (cn_values_statement){
                                {CN_STATEMENT_VALUES, sizeof *made}, &Line_model, lines, below(maker, 4), sizeof(Line)};
        return &made->head;
    }
    cn_compound_statement *made    = room(maker, 1, sizeof *made);
    const cn_statement   **queries = room(maker, 4, sizeof *queries);
    size_t                 count   = below(maker, 4);
    for (size_t i = 0; i < count; i++)
        queries[i] = query(maker);
    *made = (cn_compound_statement){.head      = {CN_STATEMENT_COMPOUND, sizeof *made},
                                    .operation = (cn_set_operation)below(maker, 6),
                                    .queries   = queries,
                                    .limit     = below(maker, 3)};
    return &made->head;
}

static const cn_statement *insert(sql_maker *maker)
{
    cn_insert_statement *made = room(maker, 1, sizeof *made);
    unsigned             what = below(maker, 64);
    made->head                = (cn_statement){CN_STATEMENT_INSERT, sizeof *made};
    made->into                = &Item_model;
    if (what & 1) {
        made->query   = query(maker);
        made->columns = KEEP(maker, cn_items, "Item", sizeof(Item), &Item_model,
                             assignments(maker)->items, 1 + below(maker, 2));
    } else {
        made->values = assignments(maker);
    }
    made->returning = what & 2 ? columns(maker) : NULL;
    made->upsert    = (what & 4) != 0;
    if (what & 8)
        made->update = assignments(maker);
    if (what & 16)
        made->update_where = condition(maker);
    if (what & 32)
        made->with = with(maker);
    return &made->head;
}

const cn_statement *sql_make(sql_maker *maker)
{
    cn_update_statement *update;
    cn_delete_statement *gone;
    switch (below(maker, 8)) {
    case 0:
        return insert(maker);
    case 1:
        update  = room(maker, 1, sizeof *update);
        *update = (cn_update_statement){.head  = {CN_STATEMENT_UPDATE, sizeof *update},
                                        .table = &Item_model,
                                        .set   = assignments(maker),
                                        .where = condition(maker)};
        if (below(maker, 2) != 0)
            update->returning = columns(maker);
        return &update->head;
    case 2:
        gone  = room(maker, 1, sizeof *gone);
        *gone = (cn_delete_statement){.head  = {CN_STATEMENT_DELETE, sizeof *gone},
                                      .from  = &Item_model,
                                      .where = condition(maker),
                                      .limit = below(maker, 3)};
        return &gone->head;
    default:
        return query(maker);
    }
}
