/*
 * Queries to SQL, whatever they consist of: compounds, VALUES, text; and queries inside statements:
 * as values, in the place of tables, in WITH. See compile.h.
 */
#include <string.h>

#include "sql/compile.h"

static const void *whole(const cn_compiler *compiler, const cn_statement *statement)
{
    return cn_numbers_whole(compiler->numbers, statement);
}

/* ---- compounds and VALUES -------------------------------------------------------------------- */

const cn_statement *cn_compiler_first_query(const cn_compiler  *compiler,
                                            const cn_statement *statement)
{
    while (statement != NULL && statement->kind == CN_STATEMENT_COMPOUND)
        statement = ((const cn_compound_statement *)whole(compiler, statement))->queries[0];
    return statement;
}

/* The first select of a compound, whose columns give it their names. */
static const cn_items *first_columns(const cn_compiler *compiler, const cn_statement *statement)
{
    statement = cn_compiler_first_query(compiler, statement);
    return statement != NULL && statement->kind == CN_STATEMENT_SELECT
               ? ((const cn_select_statement *)whole(compiler, statement))->columns
               : NULL;
}

/* The first query of a compound, or what is stored, names the columns, which VALUES does not. */
static bool values_need_names(const cn_compiler *compiler, const cn_name_scope *around)
{
    return around != NULL ? around->members && around->first : compiler->stored;
}

/* Rows of values are several queries where the database has no VALUES, or where they need names.
   SQLite takes nothing behind VALUES. */
static bool is_values_group(const cn_compiler *compiler, const cn_statement *statement)
{
    const cn_values_statement *values = whole(compiler, statement);
    bool                       words  = cn_compiler_has(compiler, CN_FEATURE_VALUES);
    if (!words || values_need_names(compiler, compiler->scope))
        return values->count > 1;
    return !cn_compiler_has(compiler, CN_FEATURE_NESTED_COMPOUND);
}

/* Whether a query of a compound has clauses of its own, which would else be the compound's. */
static bool is_group(const cn_compiler *compiler, const cn_statement *statement)
{
    if (statement->kind == CN_STATEMENT_VALUES)
        return is_values_group(compiler, statement);
    if (statement->kind != CN_STATEMENT_SELECT)
        return statement->kind == CN_STATEMENT_COMPOUND || statement->kind == CN_STATEMENT_TEXT;
    const cn_select_statement *select = whole(compiler, statement);
    return select->order_by != NULL || select->limit != 0 || select->offset != 0 ||
           select->with != NULL || select->lock != CN_LOCK_NONE;
}

/* Whether a query of a compound may stand in parentheses of its own. */
static bool is_nestable(const cn_compiler *compiler, const cn_statement *statement)
{
    if (statement->kind != CN_STATEMENT_SELECT)
        return cn_compiler_has(compiler, CN_FEATURE_NESTED_COMPOUND);
    const cn_select_statement *select = whole(compiler, statement);
    return (cn_compiler_has(compiler, CN_FEATURE_NESTED_COMPOUND) ||
            cn_compiler_has(compiler, CN_FEATURE_NESTED_SELECT)) &&
           (select->with == NULL || cn_compiler_has(compiler, CN_FEATURE_NESTED_WITH)) &&
           (select->lock == CN_LOCK_NONE || cn_compiler_has(compiler, CN_FEATURE_NESTED_LOCK));
}

/* It stands in parentheses; where they are not taken, in those of a table. */
static bool compound_part(cn_compiler *compiler, const cn_statement *statement, cn_plan *plan)
{
    if (!is_group(compiler, statement))
        return cn_compiler_query(compiler, statement, plan);
    bool nested = is_nestable(compiler, statement);
    cn_compiler_text(compiler, nested ? "(" : "SELECT * FROM (");
    if (!cn_compiler_query(compiler, statement, plan))
        return false;
    cn_compiler_text(compiler, nested ? ")" : ") AS anon_1");
    return true;
}

/* The columns of the query `index` of a compound must be as many as those of the first. */
static bool same_width(cn_compiler *compiler, const cn_plan *first, const cn_plan *other,
                       size_t index)
{
    size_t width = cn_plan_width(first), others = cn_plan_width(other);
    return width == 0 || others == 0 || width == others ||
           cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                        "query %zu of a union has %zu columns, but the first has %zu", index + 1,
                        others, width);
}

/* Rows that nobody gave a struct cannot be read by its members. */
static bool check_first(cn_compiler *compiler, const cn_compound_statement *compound)
{
    return compound->queries[0]->kind != CN_STATEMENT_TEXT || compiler->fills != NULL ||
           compiler->scope->outer != NULL ||
           cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                        "the first query of a union says what its rows fill: a text stands "
                        "behind it, or in .with");
}

/* The table whose columns are those of a query that names none itself; NULL: none. */
static const cn_table *whole_table(cn_compiler *compiler, const cn_statement *query)
{
    if (query->kind == CN_STATEMENT_VALUES)
        return cn_table_of(((const cn_values_statement *)whole(compiler, query))->shape,
                           compiler->error);
    return query->kind == CN_STATEMENT_SELECT
               ? cn_table_of(((const cn_select_statement *)whole(compiler, query))->from,
                             compiler->error)
               : NULL;
}

/* The rows of a compound stand for the columns that they go into, those of its first query, or of
   the first in which there is more than a value. */
static bool compound_columns(cn_compiler *compiler, const cn_compound_statement *compound,
                             cn_column_list *gives)
{
    const cn_statement *first = cn_compiler_first_query(compiler, compound->queries[0]);
    const cn_items     *items = first_columns(compiler, first);
    const cn_table     *table = items == NULL ? whole_table(compiler, first) : NULL;
    size_t width = items != NULL ? items->count : table != NULL ? table->column_count : 0;
    const cn_column_list into = compiler->scope->into;
    if (width < into.count)
        width = into.count;
    const cn_column **columns = cn_compiler_column_list(compiler, width, gives);
    for (size_t i = 0; columns != NULL && i < width; i++) {
        columns[i] = i < into.count ? into.columns[i] : NULL;
        if (columns[i] == NULL)
            columns[i] = cn_compiler_query_column(compiler, &compound->head, i);
    }
    return columns != NULL;
}

static bool compound_queries(cn_compiler *compiler, const cn_compound_statement *compound,
                             cn_plan *plan)
{
    static const char *const words[] = {" UNION ",         " UNION ALL ", " INTERSECT ",
                                        " INTERSECT ALL ", " EXCEPT ",    " EXCEPT ALL "};
    const cn_table          *fills   = compiler->fills;
    compiler->scope->members         = true;
    if (!compound_columns(compiler, compound, &compiler->scope->gives))
        return false;
    for (size_t i = 0; compound->queries[i] != NULL; i++) {
        cn_plan other          = {.head = {.arena = {0}}};
        compiler->scope->first = i == 0;
        if (i != 0)
            cn_compiler_text(compiler, words[compound->operation]);
        compiler->fills = fills;
        bool good       = compound_part(compiler, compound->queries[i], i == 0 ? plan : &other) &&
                    (i == 0 || same_width(compiler, plan, &other, i));
        cn_arena_free(&other.head.arena);
        if (!good)
            return false;
    }
    compiler->fills          = NULL;
    compiler->scope->members = false;
    compiler->scope->gives   = (cn_column_list){NULL, 0};
    return true;
}

static bool compile_compound(cn_compiler *compiler, const void *statement, cn_plan *plan)
{
    const cn_compound_statement *compound = statement;
    bool all = compound->operation == CN_INTERSECT_ALL || compound->operation == CN_EXCEPT_ALL;
    if ((compound->operation >= CN_INTERSECT &&
         !cn_compiler_needs(compiler, CN_FEATURE_INTERSECT)) ||
        (all && !cn_compiler_needs(compiler, CN_FEATURE_INTERSECT_ALL)) ||
        !check_first(compiler, compound) || !cn_compiler_with(compiler, compound->with) ||
        !compound_queries(compiler, compound, plan))
        return false;
    plan->entity            = NULL; /* a row of several queries is no instance */
    compiler->part          = ".order_by";
    compiler->scope->labels = first_columns(compiler, compound->queries[0]);
    if (compiler->scope->labels == NULL)
        compiler->scope->label_table = whole_table(
            compiler, cn_compiler_first_query(compiler, compound->queries[0]));
    return cn_compiler_terms(compiler, " ORDER BY ", compound->order_by, true) &&
           cn_compiler_limit(compiler, &compound->limit, &compound->offset);
}

bool cn_compiler_ends_with_table(const cn_compiler *compiler, const cn_statement *statement)
{
    if (statement->kind == CN_STATEMENT_SELECT) {
        const cn_select_statement *select = whole(compiler, statement);
        return !cn_node_chosen(&select->where.node) && !cn_node_chosen(&select->having.node) &&
               cn_expr_count(select->group_by) == 0 && cn_expr_count(select->order_by) == 0 &&
               select->limit == 0 && select->offset == 0;
    }
    if (statement->kind != CN_STATEMENT_COMPOUND)
        return false;
    const cn_compound_statement *compound = whole(compiler, statement);
    const cn_statement          *last     = NULL;
    for (size_t i = 0; compound->queries[i] != NULL; i++)
        last = compound->queries[i];
    return last != NULL && cn_expr_count(compound->order_by) == 0 && compound->limit == 0 &&
           compound->offset == 0 &&
           (is_group(compiler, last) || cn_compiler_ends_with_table(compiler, last));
}

/* One row of VALUES; databases that guess types are told those of the first row of a query. */
static bool values_row(cn_compiler *compiler, const cn_table *table, uint32_t *number, bool opens,
                       bool named)
{
    bool typed = opens && compiler->words->typed_values;
    for (size_t i = 0; i < table->column_count; i++) {
        const cn_column *column = &table->columns[i];
        cn_compiler_text(compiler, i == 0 ? "" : ", ");
        cn_compiler_text(compiler, typed ? "CAST(" : "");
        /* rows that come to the program are its own values, without the SQL around them */
        if (!(compiler->scope->read ? cn_compiler_raw_value(compiler, column, (*number)++)
                                    : cn_compiler_value_at(compiler, column, (*number)++)))
            return false;
        if (typed) {
            cn_compiler_text(compiler, " AS ");
            compiler->dialect->type(
                &compiler->sql, cn_dialect_column_type(compiler->dialect, compiler->link, column),
                compiler->link);
            cn_buffer_char(&compiler->sql, ')');
        }
        if (named) {
            cn_compiler_text(compiler, " AS ");
            if (!cn_compiler_identifier(compiler, column->name))
                return false;
        }
    }
    return true;
}

/* VALUES (a, b), (c, d); where there is none: SELECT a AS x, b AS y UNION ALL SELECT c, d; and
   where names are needed: SELECT a AS x, b AS y UNION ALL VALUES (c, d) */
static bool compile_values(cn_compiler *compiler, const void *statement, cn_plan *plan)
{
    const cn_values_statement *values = statement;
    const cn_table            *table  = cn_table_of(values->shape, compiler->error);
    uint32_t                   number = cn_numbers_get(compiler->numbers, values);
    bool                       words  = cn_compiler_has(compiler, CN_FEATURE_VALUES);
    bool selects = !words || values_need_names(compiler, compiler->scope->outer);
    if (table == NULL)
        return false;
    for (size_t row = 0; row < values->count; row++) {
        bool select = row == 0 ? selects : !words;
        bool opens  = row == 0 || (row == 1 && selects) || select;
        cn_compiler_text(compiler, row == 0 ? "" : opens ? " UNION ALL " : ", ");
        cn_compiler_text(compiler, select ? "SELECT " : opens ? "VALUES (" : "(");
        if (!values_row(compiler, table, &number, opens, selects && row == 0))
            return false;
        cn_compiler_text(compiler, select ? "" : ")");
    }
    plan->struct_name  = cn_table_title(table);
    plan->struct_size  = table->model->struct_size;
    plan->decode_count = table->column_count;
    plan->decode       = cn_plan_of_table(&plan->head.arena, table, 0);
    return plan->decode != NULL || cn_compiler_no_memory(compiler);
}

/* ---- text ------------------------------------------------------------------------------------ */

/* The members that a text says it fills. In which order its columns are, only the database knows:
   whoever reads them calls them by their names. */
static bool text_fields(cn_compiler *compiler, const cn_fields *fields, cn_plan *plan)
{
    cn_decode *decode = CN_ARENA_ARRAY(&plan->head.arena, cn_decode, fields->count);
    if (decode == NULL)
        return cn_compiler_no_memory(compiler);
    for (size_t i = 0; i < fields->count; i++)
        decode[i].offset = fields->fields[i].offset;
    plan->struct_name  = cn_arena_text(&plan->head.arena, fields->struct_name);
    plan->struct_size  = fields->struct_size;
    plan->decode       = decode;
    plan->decode_count = fields->count;
    return plan->struct_name != NULL || cn_compiler_no_memory(compiler);
}

static bool compile_text(cn_compiler *compiler, const void *statement, cn_plan *plan)
{
    const cn_text_statement *text = statement;
    const cn_condition       sql  = cn_fragment_(text->sql, text->params);
    compiler->fills               = NULL;
    return (text->fields == NULL || text_fields(compiler, text->fields, plan)) &&
           cn_compiler_fragment(compiler, &sql.node);
}

/* ---- queries inside statements --------------------------------------------------------------- */

static bool compile(cn_compiler *compiler, const cn_statement *statement, cn_plan *plan,
                    bool any_column)
{
    const void          *s     = whole(compiler, statement);
    cn_name_scope       *outer = compiler->scope;
    cn_name_scope        scope = {.outer = outer,
                                  .into  = outer == NULL ? (cn_column_list){NULL, 0} : outer->gives,
                                  .read  = outer == NULL ? !compiler->stored
                                                         : outer->read && outer->members};
    bool                 good  = false;
    const cn_with_scope *with  = compiler->with;
    const char          *part  = compiler->part;
    compiler->scope            = &scope;
    switch (statement->kind) {
    case CN_STATEMENT_SELECT:
        good = cn_compiler_select(compiler, s, plan, any_column);
        break;
    case CN_STATEMENT_INSERT:
        good = cn_compiler_insert(compiler, s, plan);
        break;
    case CN_STATEMENT_UPDATE:
        good = cn_compiler_update(compiler, s, plan);
        break;
    case CN_STATEMENT_DELETE:
        good = cn_compiler_delete(compiler, s, plan);
        break;
    case CN_STATEMENT_COMPOUND:
        good = compile_compound(compiler, s, plan);
        break;
    case CN_STATEMENT_TEXT:
        good = compile_text(compiler, s, plan);
        break;
    default:
        good = compile_values(compiler, s, plan);
        break;
    }
    compiler->scope = outer;
    compiler->with  = with;
    compiler->part  = part;
    return good;
}

bool cn_compiler_query(cn_compiler *compiler, const cn_statement *statement, cn_plan *plan)
{
    return compile(compiler, statement, plan, false);
}

size_t cn_plan_width(const cn_plan *plan)
{
    size_t width = plan->decode_count;
    for (size_t i = 0; i < plan->entity_count; i++)
        width += plan->entities[i].table->column_count;
    return width;
}

/* A query that stands for values has as many columns as they are. */
static bool check_width(cn_compiler *compiler, const cn_plan *plan, size_t columns)
{
    size_t width = cn_plan_width(plan);
    return columns == 0 || width == 0 || width == columns ||
           cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                        columns == 1
                            ? "a query that stands for one value must have one column, not %zu: "
                              "give it .columns = CN_INTO(Row, member, expression)"
                            : "a query that is compared with a cn_tuple must have as many columns "
                              "as that, not %zu",
                        width);
}

/* Whether a query, or one in it, says itself how many rows it has at most. */
static bool is_limited(const cn_compiler *compiler, const cn_statement *statement)
{
    if (statement->kind == CN_STATEMENT_SELECT) {
        const cn_select_statement *select = whole(compiler, statement);
        return select->limit != 0 || select->offset != 0;
    }
    if (statement->kind != CN_STATEMENT_COMPOUND)
        return false;
    const cn_compound_statement *compound = whole(compiler, statement);
    bool                         limited  = compound->limit != 0 || compound->offset != 0;
    for (size_t i = 0; compound->queries[i] != NULL && !limited; i++)
        limited = is_limited(compiler, compound->queries[i]);
    return limited;
}

bool cn_compiler_sub_query(cn_compiler *compiler, const cn_statement *statement, int used,
                           cn_column_list meets)
{
    cn_plan         unread = {.head = {.arena = {0}}};
    const cn_table *fills  = compiler->fills;
    cn_column_list  gives  = compiler->scope->gives;
    bool            rows   = used != CN_QUERY_SCALAR && used != CN_QUERY_EXISTS;
    if (statement->kind >= CN_STATEMENT_INSERT && statement->kind <= CN_STATEMENT_DELETE)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "a statement that writes is no value: it can stand in .with");
    bool inside = rows && is_limited(compiler, statement) &&
                  !cn_compiler_has(compiler, CN_FEATURE_IN_LIMIT);
    cn_compiler_text(compiler, inside ? "(SELECT * FROM (" : "(");
    compiler->fills        = NULL;
    compiler->scope->gives = meets;
    bool good              = compile(compiler, statement, &unread, used == CN_QUERY_EXISTS) &&
                check_width(compiler, &unread, used == CN_QUERY_SCALAR ? 1 : meets.count);
    compiler->scope->gives = gives;
    compiler->fills        = fills;
    cn_compiler_text(compiler, inside ? ") AS anon_1)" : ")");
    cn_arena_free(&unread.head.arena);
    return good;
}

/* Whether the first rows of a query are those of a text. */
static bool starts_with_text(const cn_compiler *compiler, const cn_statement *statement)
{
    return cn_compiler_first_query(compiler, statement)->kind == CN_STATEMENT_TEXT;
}

/* Every column of the shape must come from the query. */
static bool check_fills(cn_compiler *compiler, const cn_table *shape, const cn_plan *plan)
{
    if (shape->model->struct_size != 0 &&
        (plan->struct_name == NULL || strcmp(plan->struct_name, shape->model->name) != 0))
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "the query in the place of %s fills %s: give it "
                            ".columns = CN_INTO(%s, ...), a text .fields = CN_FIELDS(%s, ...)",
                            shape->model->name,
                            plan->struct_name == NULL ? "nothing" : plan->struct_name,
                            shape->model->name, shape->model->name);
    for (size_t i = 0; i < shape->column_count; i++) {
        bool found = false;
        for (size_t j = 0; !found && j < plan->decode_count; j++)
            found = plan->decode[j].offset == shape->columns[i].field.offset;
        if (!found)
            return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                                "the query in the place of %s does not fill %s", shape->model->name,
                                shape->columns[i].field.name);
    }
    return true;
}

/* "name(a, b)": the columns of a query by the names of the shape, in its order. */
static bool emit_columns_of(cn_compiler *compiler, const cn_table *shape, const cn_plan *plan,
                            const char *open)
{
    cn_compiler_text(compiler, open);
    for (size_t i = 0; i < plan->decode_count; i++) {
        const cn_column *column = cn_table_at(shape, plan->decode[i].offset);
        cn_compiler_text(compiler, i == 0 ? "" : ", ");
        if (!cn_compiler_identifier(compiler, column != NULL ? column->name : plan->decode[i].name))
            return false;
    }
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

static bool emit_shape_name(cn_compiler *compiler, const cn_model *shape)
{
    const cn_source *source = cn_source_find(compiler, shape);
    return source != NULL &&
           cn_compiler_identifier(compiler,
                                  source->name != NULL ? source->name : source->table->name);
}

/* (SELECT ...) AS name */
bool cn_compiler_derived(cn_compiler *compiler, const cn_statement *statement,
                         const cn_model *shape, bool lateral)
{
    cn_plan         plan   = {.head = {.arena = {0}}};
    const cn_table *table  = cn_table_of(shape, compiler->error);
    bool            values = statement->kind == CN_STATEMENT_VALUES &&
                  cn_compiler_has(compiler, CN_FEATURE_VALUES);
    bool named = cn_compiler_has(compiler, CN_FEATURE_VALUES_NAMED);
    if (table == NULL)
        return false;
    cn_compiler_text(compiler, lateral ? "LATERAL (" : "(");
    if (values && !named) { /* SQLite calls them column1, column2, ... */
        cn_compiler_text(compiler, "SELECT ");
        for (size_t i = 0; i < table->column_count; i++) {
            cn_buffer_format(&compiler->sql, "%scolumn%zu AS ", i == 0 ? "" : ", ", i + 1);
            if (!cn_compiler_identifier(compiler, table->columns[i].name))
                return false;
        }
        cn_compiler_text(compiler, " FROM (");
    }
    cn_name_scope *scope  = compiler->scope;
    cn_name_scope  around = {.outer = scope->outer};
    compiler->fills       = table;
    if (!lateral) /* it cannot see the tables beside it */
        compiler->scope = &around;
    bool good       = cn_compiler_query(compiler, statement, &plan);
    compiler->scope = scope;
    compiler->fills = NULL;
    cn_compiler_text(compiler, values && !named ? ")) AS " : ") AS ");
    good = good && check_fills(compiler, table, &plan) && emit_shape_name(compiler, shape) &&
           (!values || !named || emit_columns_of(compiler, table, &plan, " ("));
    cn_arena_free(&plan.head.arena);
    return good;
}

/* ---- WITH ------------------------------------------------------------------------------------ */

static bool push_with(cn_compiler *compiler, const cn_model *shape)
{
    cn_with_scope *with = CN_ARENA_NEW(&compiler->scratch, cn_with_scope);
    if (with == NULL)
        return cn_compiler_no_memory(compiler);
    *with          = (cn_with_scope){shape, compiler->with};
    compiler->with = with;
    return true;
}

/* Its queries, one after the other; `plan` is what the first fills. */
static bool cte_queries(cn_compiler *compiler, const cn_cte_clause *clause, const cn_table *shape,
                        cn_plan *plan)
{
    cn_plan step    = {.head = {.arena = {0}}};
    compiler->fills = shape;
    if (!cn_compiler_query(compiler, clause->query, plan) || !check_fills(compiler, shape, plan))
        return false;
    if (clause->step == NULL)
        return true;
    cn_compiler_text(compiler, clause->union_distinct ? " UNION " : " UNION ALL ");
    compiler->fills = shape;
    bool good       = cn_compiler_query(compiler, clause->step, &step) &&
                same_width(compiler, plan, &step, 1);
    cn_arena_free(&step.head.arena);
    return good;
}

/* Whether a database computes the query once or within the one that reads it is a matter of speed:
   where it cannot be told so, it is not. */
static const char *cte_words(const cn_compiler *compiler, const cn_cte_clause *clause)
{
    if (!cn_compiler_has(compiler, CN_FEATURE_CTE_MATERIALIZED))
        return " AS \n(";
    return clause->materialized       ? " AS MATERIALIZED \n("
           : clause->not_materialized ? " AS NOT MATERIALIZED \n("
                                      : " AS \n(";
}

/* One query of WITH. Its column names stand before it where it does not say them all itself; they
   are known when it has been written, so it is written aside first. */
static bool emit_cte(cn_compiler *compiler, const cn_cte_clause *clause)
{
    cn_plan         plan   = {.head = {.arena = {0}}};
    const cn_table *shape  = cn_table_of(clause->shape, compiler->error);
    cn_buffer       before = compiler->sql;
    bool            listed = clause->query->kind == CN_STATEMENT_VALUES ||
                  (clause->step != NULL && !starts_with_text(compiler, clause->query));
    bool writes = clause->query->kind >= CN_STATEMENT_INSERT &&
                  clause->query->kind <= CN_STATEMENT_DELETE;
    if (shape == NULL || (writes && !cn_compiler_needs(compiler, CN_FEATURE_CTE_WRITING)) ||
        (clause->step != NULL && !push_with(compiler, clause->shape)))
        return false;
    compiler->sql   = (cn_buffer){0};
    bool good       = cte_queries(compiler, clause, shape, &plan);
    compiler->fills = NULL;
    cn_buffer query = compiler->sql;
    compiler->sql   = before;
    good            = good && cn_compiler_identifier(compiler, shape->name) &&
           (!listed || emit_columns_of(compiler, shape, &plan, "("));
    cn_compiler_text(compiler, cte_words(compiler, clause));
    cn_buffer_add(&compiler->sql, cn_buffer_get(&query), query.size);
    cn_buffer_char(&compiler->sql, ')');
    compiler->sql.failed = compiler->sql.failed || query.failed;
    cn_buffer_free(&query);
    cn_arena_free(&plan.head.arena);
    return good && (clause->step != NULL || push_with(compiler, clause->shape));
}

/* Two queries of one WITH have two names. */
static bool check_with(cn_compiler *compiler, const cn_cte_clause *with)
{
    for (const cn_cte_clause *at = with; at->shape != NULL; at++) {
        if (at->query == NULL)
            return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                                ".with has no query in the place of %s", at->shape->name);
        for (const cn_cte_clause *other = with; other != at; other++)
            if (other->shape == at->shape)
                return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                                    ".with has two queries in the place of %s: give one of them "
                                    "another shape",
                                    at->shape->name);
    }
    return true;
}

bool cn_compiler_with(cn_compiler *compiler, const cn_cte_clause *with)
{
    const cn_table *fills     = compiler->fills;
    bool            recursive = false;
    if (with == NULL)
        return true;
    for (const cn_cte_clause *at = with; at->shape != NULL; at++)
        recursive = recursive || at->step != NULL;
    if (!cn_compiler_needs(compiler, CN_FEATURE_CTE) || !check_with(compiler, with))
        return false;
    cn_compiler_text(compiler, recursive ? "WITH RECURSIVE " : "WITH ");
    for (const cn_cte_clause *at = with; at->shape != NULL; at++) {
        if (at != with)
            cn_compiler_text(compiler, ", \n");
        if (!emit_cte(compiler, at))
            return false;
    }
    cn_compiler_text(compiler, "\n ");
    compiler->fills = fills;
    return true;
}
