/*
 * Names, values and the plan: what every statement is made of. See compile.h.
 */
#include "sql/compile.h"

#include <string.h>

#include "base/memory.h"
#include "base/schemas.h"
#include "schema/value.h"

void cn_compiler_begin_for(cn_compiler *compiler, const cn_dialect *dialect, const cn_link *server,
                           cn_error *error)
{
    *compiler = (cn_compiler){
        .dialect = dialect, .words = dialect->words, .link = server, .error = error};
}

bool cn_compiler_begin(cn_compiler *compiler, cn_connection *connection, cn_error *error)
{
    *compiler           = (cn_compiler){.error = error};
    const cn_link *link = cn_connection_link(connection);
    if (link == NULL)
        return cn_error_set(error, CN_CAUSE_CONNECT,
                            "there is no connection to compile a statement for");
    const cn_dialect *dialect = cn_dialect_named(link->driver->dialect);
    if (dialect == NULL)
        return cn_error_set(error, CN_CAUSE_UNSUPPORTED,
                            "there is no dialect '%s': only text can be sent",
                            link->driver->dialect);
    cn_compiler_begin_for(compiler, dialect, link, error);
    compiler->schemas = connection->schemas;
    return true;
}

void cn_compiler_end(cn_compiler *compiler)
{
    cn_buffer_free(&compiler->sql);
    cn_release(compiler->slots);
    cn_release(compiler->conversions);
    cn_release(compiler->names);
    cn_arena_free(&compiler->scratch);
}

bool cn_compiler_no_memory(cn_compiler *compiler)
{
    return cn_error_no_memory(compiler->error);
}

/* A copy in the plan's arena; NULL if there is nothing, or no memory: *good. */
static void *kept(cn_plan *plan, const void *from, size_t count, size_t size, bool *good)
{
    if (count == 0)
        return NULL;
    void *to = cn_arena_zero(&plan->head.arena, count, size);
    if (to != NULL)
        memcpy(to, from, count * size);
    *good = *good && to != NULL;
    return to;
}

/* What is known of the columns, those of entities among them. False: no memory. */
static bool set_types(cn_plan *plan)
{
    plan->head.types      = plan->decode;
    plan->head.type_count = plan->decode_count;
    if (plan->entity_count == 0)
        return true;
    size_t     width = cn_plan_width(plan);
    cn_decode *types = CN_ARENA_ARRAY(&plan->head.arena, cn_decode, width);
    if (types == NULL)
        return false;
    for (size_t i = 0; i < plan->decode_count; i++)
        types[plan->decode[i].column] = plan->decode[i];
    for (size_t i = 0; i < plan->entity_count; i++) {
        const cn_plan_entity *entity = &plan->entities[i];
        for (size_t c = 0; c < entity->table->column_count; c++)
            types[entity->decode[c].column] = entity->decode[c];
    }
    plan->head.types      = types;
    plan->head.type_count = width;
    return true;
}

cn_plan *cn_compiler_finish(cn_compiler *compiler, cn_plan *plan)
{
    bool good = !compiler->sql.failed;
    if (good)
        plan->head.sql = cn_arena_text_sized(&plan->head.arena, cn_buffer_get(&compiler->sql),
                                             compiler->sql.size);
    good                   = good && plan->head.sql != NULL;
    plan->head.sql_size    = compiler->sql.size;
    plan->slot_count       = compiler->slot_count;
    plan->conversion_count = compiler->conversion_count;
    if (compiler->reordered)
        plan->slots = kept(plan, compiler->slots, compiler->slot_count, sizeof *compiler->slots,
                           &good);
    plan->conversions = kept(plan, compiler->conversions, compiler->conversion_count,
                             sizeof *compiler->conversions, &good);
    if (good && set_types(plan))
        return plan;
    cn_compiler_no_memory(compiler);
    return NULL;
}

/* ---- what the database lacks ----------------------------------------------------------------- */

bool cn_compiler_has(const cn_compiler *compiler, cn_feature feature)
{
    return compiler->words->has(feature, compiler->link);
}

bool cn_compiler_lacks(cn_compiler *compiler, const char *what)
{
    static const char *const products[] = {[CN_PRODUCT_SQLITE]     = "SQLite",
                                           [CN_PRODUCT_MYSQL]      = "MySQL",
                                           [CN_PRODUCT_MARIADB]    = "MariaDB",
                                           [CN_PRODUCT_POSTGRESQL] = "PostgreSQL",
                                           [CN_PRODUCT_OTHER]      = "the database"};
    return cn_error_set(compiler->error, CN_CAUSE_UNSUPPORTED, "%s %s has no %s",
                        products[compiler->link->product], compiler->link->version_text, what);
}

bool cn_compiler_needs(cn_compiler *compiler, cn_feature feature)
{
    return cn_compiler_has(compiler, feature) ||
           cn_compiler_lacks(compiler, cn_feature_name(feature));
}

const char *cn_feature_name(cn_feature feature)
{
    static const char *const names[CN_FEATURE_COUNT] = {
        [CN_FEATURE_FULL_JOIN]        = "FULL OUTER JOIN",
        [CN_FEATURE_LATERAL]          = "LATERAL",
        [CN_FEATURE_CTE]              = "WITH",
        [CN_FEATURE_CTE_WRITING]      = "INSERT, UPDATE or DELETE inside WITH",
        [CN_FEATURE_CTE_MATERIALIZED] = "WITH ... AS MATERIALIZED",
        [CN_FEATURE_CTE_BEFORE_WRITE] = "WITH before UPDATE and DELETE",
        [CN_FEATURE_WINDOW]           = "window functions",
        [CN_FEATURE_FRAME_GROUPS]     = "GROUPS in a window's frame",
        [CN_FEATURE_INTERSECT]        = "INTERSECT and EXCEPT",
        [CN_FEATURE_INTERSECT_ALL]    = "INTERSECT ALL and EXCEPT ALL",
        [CN_FEATURE_NESTED_COMPOUND]  = "queries in parentheses inside a UNION",
        [CN_FEATURE_NESTED_SELECT]    = "a SELECT in parentheses inside a UNION",
        [CN_FEATURE_NESTED_WITH]      = "WITH in parentheses inside a UNION",
        [CN_FEATURE_NESTED_LOCK]      = "a lock inside a UNION",
        [CN_FEATURE_IN_LIMIT]         = "LIMIT in a query of IN",
        [CN_FEATURE_FILTER]           = "FILTER on aggregates",
        [CN_FEATURE_DISTINCT_ON]      = "DISTINCT ON",
        [CN_FEATURE_NULLS_ORDER]      = "NULLS FIRST and NULLS LAST",
        [CN_FEATURE_ROW_LOCKS]        = "FOR UPDATE",
        [CN_FEATURE_KEY_LOCKS]        = "FOR NO KEY UPDATE and FOR KEY SHARE",
        [CN_FEATURE_LOCK_SHARE]       = "FOR SHARE",
        [CN_FEATURE_LOCK_OF]          = "FOR UPDATE OF some tables",
        [CN_FEATURE_NOWAIT]           = "NOWAIT",
        [CN_FEATURE_SKIP_LOCKED]      = "SKIP LOCKED",
        [CN_FEATURE_WITH_TIES]        = "FETCH FIRST ... WITH TIES",
        [CN_FEATURE_QUANTIFIED]       = "ANY and ALL of a query",
        [CN_FEATURE_VALUES]           = "VALUES as a table",
        [CN_FEATURE_VALUES_NAMED]     = "names for the columns of a table in FROM",
        [CN_FEATURE_WITHIN_GROUP]     = "WITHIN GROUP",
        [CN_FEATURE_AGGREGATE_ORDER]  = "ORDER BY inside an aggregate",
        [CN_FEATURE_JSON_ARRAY_ORDER] = "ORDER BY inside JSON_ARRAYAGG",
        [CN_FEATURE_DISTINCT_MANY]    = "DISTINCT in an aggregate of several arguments",
        [CN_FEATURE_ROLLUP]           = "ROLLUP",
        [CN_FEATURE_REGEXP]           = "regular expressions",
        [CN_FEATURE_UPDATE_FROM]      = "UPDATE ... FROM",
        [CN_FEATURE_UPDATE_SEVERAL]   = "UPDATE of several tables",
        [CN_FEATURE_DELETE_USING]     = "DELETE ... USING",
        [CN_FEATURE_WRITE_LIMIT]      = "ORDER BY and LIMIT of UPDATE and DELETE",
        [CN_FEATURE_INSERT_RETURNING] = "INSERT ... RETURNING",
        [CN_FEATURE_UPDATE_RETURNING] = "UPDATE ... RETURNING",
        [CN_FEATURE_DELETE_RETURNING] = "DELETE ... RETURNING",
        [CN_FEATURE_UPSERT_TARGET]    = "ON CONFLICT",
        [CN_FEATURE_UPSERT_ALIAS]     = "an alias of the proposed row",
        [CN_FEATURE_UPSERT_JOINED]    = "ON CONFLICT behind a table",
        [CN_FEATURE_DEFAULT_VALUE]    = "DEFAULT as a value",
    };
    return feature < CN_FEATURE_COUNT && names[feature] != NULL ? names[feature] : "such construct";
}

/* ---- names and values ------------------------------------------------------------------------ */

void cn_compiler_text(cn_compiler *compiler, const char *text)
{
    cn_buffer_text(&compiler->sql, text);
}

bool cn_compiler_identifier(cn_compiler *compiler, const char *name)
{
    return cn_dialect_identifier(compiler->dialect, compiler->link, &compiler->sql, name,
                                 compiler->error);
}

bool cn_compiler_table(cn_compiler *compiler, const cn_table *table)
{
    const char *schema = table->model->is_shape /* which stands in the statement */
                             ? table->schema
                             : cn_schemas_find(compiler->schemas, table->schema);
    return cn_dialect_table(compiler->dialect, compiler->link, &compiler->sql, schema, table,
                            compiler->error);
}

bool cn_compiler_column(cn_compiler *compiler, const cn_column *column)
{
    if (!cn_compiler_table(compiler, column->table))
        return false;
    cn_buffer_char(&compiler->sql, '.');
    return cn_compiler_identifier(compiler, column->name);
}

static bool convert(cn_compiler *compiler, cn_conversion_kind kind, const cn_column *column)
{
    if (!cn_reserve(&compiler->conversions, &compiler->conversion_capacity,
                    compiler->conversion_count + 1, sizeof *compiler->conversions))
        return cn_compiler_no_memory(compiler);
    compiler->conversions[compiler->conversion_count++] = (cn_conversion){
        (uint32_t)compiler->slot_count, kind, column};
    return true;
}

/* The value itself, in the form in which it would be sent. */
static bool literal(cn_compiler *compiler, const cn_column *column, uint32_t number)
{
    cn_value value = compiler->values[number];
    if (value.kind == CN_KIND_NULL && value.as.text.data != NULL) {
        cn_buffer_format(&compiler->sql, ":%s", value.as.text.data); /* not given yet */
        return true;
    }
    const cn_conversion *last = compiler->conversion_count == 0
                                    ? NULL
                                    : &compiler->conversions[compiler->conversion_count - 1];
    if (last != NULL && last->slot == compiler->slot_count - 1 &&
        !cn_conversion_apply(last, &value, &compiler->scratch, compiler->error))
        return false;
    return cn_dialect_value(compiler->dialect, &compiler->sql, &value, column, compiler->error);
}

/* What stands before, or behind, the word in the SQL of a user type. */
static void around(cn_compiler *compiler, const char *sql, const char *word, bool behind)
{
    const char *at = sql == NULL ? NULL : cn_user_sql_place(sql, word);
    if (at == NULL)
        return;
    if (behind)
        cn_compiler_text(compiler, at + strlen(word));
    else
        cn_buffer_add(&compiler->sql, sql, (size_t)(at - sql));
}

void cn_compiler_around(cn_compiler *compiler, const cn_column *column, bool behind)
{
    around(compiler, column->column_expression, ":column", behind);
}

static bool placeholder(cn_compiler *compiler, const cn_column *column, uint32_t value)
{
    compiler->slots[compiler->slot_count++] = value;
    if (compiler->inlined)
        return literal(compiler, column, value);
    if (compiler->words->numbered)
        cn_buffer_format(&compiler->sql, "$%zu", compiler->slot_count);
    else
        cn_buffer_char(&compiler->sql, '?');
    return true;
}

/* The value of that number, for a column or NULL: `given` in the form that the program gave it,
   `bare` with no SQL around it. */
static bool value(cn_compiler *compiler, const cn_column *column, uint32_t number, bool given,
                  bool bare)
{
    const char *sql = column != NULL && !bare ? column->bind_expression : NULL;
    if (!cn_reserve(&compiler->slots, &compiler->slot_capacity, compiler->slot_count + 1,
                    sizeof *compiler->slots))
        return cn_compiler_no_memory(compiler);
    if (number != compiler->slot_count)
        compiler->reordered = true;
    if (given && cn_column_converts(column) && !convert(compiler, CN_CONVERT_LABEL, column))
        return false;
    around(compiler, sql, ":value", false);
    if (!placeholder(compiler, column, number))
        return false;
    around(compiler, sql, ":value", true);
    return true;
}

bool cn_compiler_value_at(cn_compiler *compiler, const cn_column *column, uint32_t number)
{
    return value(compiler, column, number, true, false);
}

bool cn_compiler_raw_value(cn_compiler *compiler, const cn_column *column, uint32_t number)
{
    return value(compiler, column, number, true, true);
}

bool cn_compiler_converted(cn_compiler *compiler, cn_conversion_kind kind, uint32_t number)
{
    return convert(compiler, kind, NULL) && cn_compiler_value_at(compiler, NULL, number);
}

bool cn_compiler_value(cn_compiler *compiler, const cn_column *column)
{
    return value(compiler, column, compiler->next_value++, false, false);
}

bool cn_compiler_read_column(cn_compiler *compiler, const cn_column *column)
{
    cn_compiler_around(compiler, column, false);
    if (!cn_compiler_column(compiler, column))
        return false;
    cn_compiler_around(compiler, column, true);
    return true;
}

const cn_column **cn_compiler_column_list(cn_compiler *compiler, size_t count, cn_column_list *list)
{
    const cn_column **columns = (const cn_column **)cn_arena_zero(&compiler->scratch, count + 1,
                                                                  sizeof(const cn_column *));
    if (columns == NULL)
        cn_compiler_no_memory(compiler);
    else
        *list = (cn_column_list){columns, count};
    return columns;
}

bool cn_compiler_columns(cn_compiler *compiler, const cn_table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (i != 0)
            cn_compiler_text(compiler, ", ");
        if (!cn_compiler_read_column(compiler, &table->columns[i]))
            return false;
    }
    return true;
}

const cn_decode *cn_plan_of_table(cn_arena *arena, const cn_table *table, uint32_t first_column)
{
    cn_decode *plan = CN_ARENA_ARRAY(arena, cn_decode, table->column_count);
    for (size_t i = 0; plan != NULL && i < table->column_count; i++) {
        plan[i]        = table->columns[i].field;
        plan[i].column = first_column + (uint32_t)i;
    }
    return plan;
}

/* ---- a whole statement ----------------------------------------------------------------------- */

bool cn_compiler_spell(cn_compiler *compiler, const cn_compile_request *request, cn_plan *plan)
{
    cn_numbers numbers = {{0}};
    cn_walk    walk;
    cn_walk_begin(&walk, compiler->error);
    walk.numbers      = &numbers;
    walk.describing   = request->describing;
    walk.again        = !request->describing;
    bool good         = cn_walk_statement(&walk, request->statement, request->params);
    compiler->numbers = &numbers;
    compiler->values  = walk.values;
    compiler->params  = walk.params;
    good              = good && cn_compiler_query(compiler, request->statement, plan) &&
           cn_compiler_finish(compiler, plan) != NULL;
    cn_walk_end(&walk);
    cn_numbers_free(&numbers);
    compiler->numbers = NULL;
    compiler->values  = NULL;
    return good;
}

cn_compiled *cn_compile_statement(cn_connection *connection, void *context, cn_error *error)
{
    const cn_compile_request *request = context;
    cn_compiler               compiler;
    cn_plan                  *plan = NULL;
    bool                      good = false;
    if (!cn_compiler_begin(&compiler, connection, error))
        goto done;
    plan = (cn_plan *)cn_compiled_new(sizeof *plan, request->key, request->key_size, request->hash);
    if (plan == NULL)
        cn_error_no_memory(error);
    good = plan != NULL && cn_compiler_spell(&compiler, request, plan);
done:
    cn_compiler_end(&compiler);
    if (!good && plan != NULL) {
        cn_compiled_release(&plan->head);
        return NULL;
    }
    return plan == NULL ? NULL : &plan->head;
}
