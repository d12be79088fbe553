/*
 * See rows.h. The forms, after docs/performance.md:
 *   SQLite      keys: the loop with last_insert_rowid; no keys: multi-row VALUES of a fixed size
 *   MariaDB     one bulk execution, with RETURNING for keys
 *   PostgreSQL  keys: INSERT ... SELECT FROM unnest(arrays), ordered, with RETURNING; no keys: the
 *               driver's own way, which is COPY
 */
#include "sql/rows.h"

#include "base/map.h"
#include "sql/run.h"

typedef enum row_form { FORM_ROW, FORM_VALUES, FORM_ARRAYS } row_form;
typedef enum row_verb { VERB_INSERT, VERB_UPDATE, VERB_DELETE } row_verb;

typedef struct row_statement {
    const cn_row_batch *batch;
    row_verb            verb;
    row_form            form;
    size_t              chunk; /* rows of FORM_VALUES */
    bool                returning;
    cn_walk            *walk;
} row_statement;

/* Rows in one VALUES: as many as are worth it, within the parameters that a statement may have. */
#define CN_ROWS_IN_VALUES 250
#define CN_PARAMETERS_MOST 32000

/* ---- spelling -------------------------------------------------------------------------------- */

static bool names(cn_compiler *compiler, const cn_row_batch *batch)
{
    for (size_t i = 0; i < batch->column_count; i++) {
        cn_compiler_text(compiler, i == 0 ? " (" : ", ");
        if (!cn_compiler_identifier(compiler, batch->table->columns[batch->columns[i]].name))
            return false;
    }
    cn_compiler_text(compiler, ")");
    return true;
}

static bool spell_values(cn_compiler *compiler, const row_statement *statement)
{
    size_t rows = statement->form == FORM_VALUES ? statement->chunk : 1;
    cn_compiler_text(compiler, " VALUES ");
    for (size_t row = 0; row < rows; row++) {
        cn_compiler_text(compiler, row == 0 ? "(" : ", (");
        for (size_t i = 0; i < statement->batch->column_count; i++) {
            const cn_row_batch *batch = statement->batch;
            if (i != 0)
                cn_compiler_text(compiler, ", ");
            if (!cn_compiler_value(compiler, &batch->table->columns[batch->columns[i]]))
                return false;
        }
        cn_compiler_text(compiler, ")");
    }
    return true;
}

/* Types that no driver has arrays of. */
static bool goes_as_text(const cn_type *type)
{
    return type->kind == CN_TYPE_ARRAY || type->kind == CN_TYPE_RAW || type->kind == CN_TYPE_BIT ||
           (type->kind == CN_TYPE_ENUM && type->enum_form == CN_ENUM_NATIVE);
}

/* The type that the column has in the database at hand. */
static const cn_type *type_here(const cn_link *link, const cn_column *column)
{
    const cn_dialect *dialect = cn_dialect_named(link->driver->dialect);
    return dialect == NULL ? &column->type : cn_dialect_column_type(dialect, link, column);
}

/* SELECT c1, c2 FROM unnest(CAST($1 AS INTEGER[]), ...) WITH ORDINALITY AS r(c1, c2, n) ORDER BY n
   */
static bool spell_arrays(cn_compiler *compiler, const row_statement *statement)
{
    const cn_row_batch *batch = statement->batch;
    cn_compiler_text(compiler, " SELECT ");
    for (size_t i = 0; i < batch->column_count; i++) {
        const cn_column *column = &batch->table->columns[batch->columns[i]];
        const cn_type   *type   = type_here(compiler->link, column);
        bool             cast   = type != &column->type || goes_as_text(type);
        cn_buffer_format(&compiler->sql, cast ? "%sCAST(c%zu AS " : "%sc%zu", i == 0 ? "" : ", ",
                         i + 1);
        if (cast)
            compiler->dialect->type(&compiler->sql, type, compiler->link);
        cn_compiler_text(compiler, cast ? ")" : "");
    }
    cn_compiler_text(compiler, " FROM unnest(");
    for (size_t i = 0; i < batch->column_count; i++) {
        const cn_column *column = &batch->table->columns[batch->columns[i]];
        cn_compiler_text(compiler, i == 0 ? "CAST(" : ", CAST(");
        if (!cn_compiler_value(compiler, NULL))
            return false;
        cn_compiler_text(compiler, " AS ");
        compiler->dialect->array_type(&compiler->sql, type_here(compiler->link, column),
                                      compiler->link);
        cn_compiler_text(compiler, "[])");
    }
    cn_compiler_text(compiler, ") WITH ORDINALITY AS r(");
    for (size_t i = 0; i < batch->column_count; i++)
        cn_buffer_format(&compiler->sql, "c%zu, ", i + 1);
    cn_compiler_text(compiler, "n) ORDER BY n");
    return true;
}

static bool spell_insert(cn_compiler *compiler, const row_statement *statement)
{
    const cn_row_batch *batch = statement->batch;
    cn_compiler_text(compiler, "INSERT INTO ");
    if (!cn_compiler_table(compiler, batch->table))
        return false;
    if (batch->column_count == 0)
        cn_buffer_format(&compiler->sql, " %s", compiler->words->default_values);
    else if (!names(compiler, batch) ||
             !(statement->form == FORM_ARRAYS ? spell_arrays(compiler, statement)
                                              : spell_values(compiler, statement)))
        return false;
    if (!statement->returning)
        return true;
    cn_compiler_text(compiler, " RETURNING ");
    return cn_compiler_identifier(compiler, batch->table->columns[batch->table->generated].name);
}

static bool spell_where(cn_compiler *compiler, const cn_row_batch *batch)
{
    for (size_t i = 0; i < batch->where_count; i++) {
        cn_compiler_text(compiler, i == 0 ? " WHERE " : " AND ");
        const cn_column *column = &batch->table->columns[batch->where[i]];
        if (!cn_compiler_column(compiler, column))
            return false;
        cn_compiler_text(compiler, " = ");
        if (!cn_compiler_value(compiler, column))
            return false;
    }
    return true;
}

static bool spell_update(cn_compiler *compiler, const row_statement *statement)
{
    const cn_row_batch *batch = statement->batch;
    cn_compiler_text(compiler, "UPDATE ");
    if (!cn_compiler_table(compiler, batch->table))
        return false;
    for (size_t i = 0; i < batch->column_count; i++) {
        cn_compiler_text(compiler, i == 0 ? " SET " : ", ");
        const cn_column *column = &batch->table->columns[batch->columns[i]];
        if (!cn_compiler_identifier(compiler, column->name))
            return false;
        cn_compiler_text(compiler, "=");
        if (!cn_compiler_value(compiler, column))
            return false;
    }
    return spell_where(compiler, batch);
}

static bool spell_delete(cn_compiler *compiler, const row_statement *statement)
{
    cn_compiler_text(compiler, "DELETE FROM ");
    return cn_compiler_table(compiler, statement->batch->table) &&
           spell_where(compiler, statement->batch);
}

static cn_compiled *compile_rows(cn_connection *connection, void *context, cn_error *error)
{
    static bool (*const spell[])(cn_compiler *, const row_statement *) = {
        [VERB_INSERT] = spell_insert, [VERB_UPDATE] = spell_update, [VERB_DELETE] = spell_delete};
    const row_statement *statement = context;
    const cn_walk       *walk      = statement->walk;
    size_t               size      = walk->word_count * sizeof *walk->words;
    cn_compiler          compiler;
    cn_plan             *plan = NULL;
    if (!cn_compiler_begin(&compiler, connection, error))
        goto done;
    plan = (cn_plan *)cn_compiled_new(sizeof *plan, walk->words, size, cn_hash(walk->words, size));
    if (plan == NULL) {
        cn_error_no_memory(error);
    } else if (!spell[statement->verb](&compiler, statement) ||
               cn_compiler_finish(&compiler, plan) == NULL) {
        cn_compiled_release(&plan->head);
        plan = NULL;
    }
done:
    cn_compiler_end(&compiler);
    return plan == NULL ? NULL : &plan->head;
}

/* ---- running --------------------------------------------------------------------------------- */

static bool make_key(row_statement *statement)
{
    const cn_row_batch *batch = statement->batch;
    cn_walk            *walk  = statement->walk;
    bool                good  = cn_walk_word(walk, CN_KEY_ROWS | (uint64_t)statement->verb << 8 |
                                                       (uint64_t)statement->form << 16 |
                                                       (uint64_t)statement->returning << 24 |
                                                       (uint64_t)statement->chunk << 32) &&
                cn_walk_word(walk, (uint64_t)(uintptr_t)batch->table) &&
                cn_walk_word(walk, (uint64_t)batch->column_count << 32 | batch->where_count);
    for (size_t i = 0; good && i < batch->column_count; i++)
        good = cn_walk_word(walk, batch->columns[i]);
    for (size_t i = 0; good && i < batch->where_count; i++)
        good = cn_walk_word(walk, batch->where[i]);
    return good;
}

static cn_statement_slot *find(cn_connection *connection, row_statement *statement)
{
    cn_walk            walk;
    cn_statement_slot *slot = NULL;
    cn_walk_begin(&walk, cn_connection_error_slot(connection));
    statement->walk = &walk;
    if (make_key(statement) && cn_sql_key(connection, &walk)) {
        size_t size = walk.word_count * sizeof *walk.words;
        slot = cn_connection_statement(connection, cn_hash(walk.words, size), walk.words, size,
                                       compile_rows, statement);
    } else {
        cn_connection_fail_filled(connection, NULL);
    }
    statement->walk = NULL;
    cn_walk_end(&walk);
    return slot;
}

/* The keys that RETURNING gives, one a row. */
static bool read_keys(cn_connection *connection, cn_statement_slot *slot, int64_t *keys,
                      size_t rows)
{
    const cn_decode plan = {
        .storage = CN_STORAGE_INT64, .size = sizeof *keys, .name = "generated key"};
    size_t  row = 0;
    cn_step step;
    while ((step = cn_connection_step(connection, slot)) == CN_STEP_ROW && row < rows)
        if (!cn_connection_decode(connection, slot, &plan, 1, &keys[row++], NULL))
            break;
    cn_connection_end(connection, slot);
    if (cn_connection_is_failed(connection))
        return false;
    return (row == rows && step == CN_STEP_DONE) ||
           cn_connection_fail(connection, CN_CAUSE_ROWS,
                              "%zu rows were inserted, but the database returned %zu keys", rows,
                              row);
}

/* One row, and its key from wherever the database tells it. */
static bool insert_one(cn_connection *connection, row_statement *statement, const cn_value *values,
                       int64_t *key)
{
    cn_statement_slot *slot = find(connection, statement);
    if (slot == NULL ||
        !cn_connection_run(connection, slot, values, statement->batch->column_count, NULL))
        return false;
    if (statement->returning)
        return read_keys(connection, slot, key, 1);
    if (key != NULL)
        *key = slot->prepared->inserted_key;
    cn_connection_end(connection, slot);
    return true;
}

static bool run_many(cn_connection *connection, row_statement *statement, const cn_value *values,
                     size_t rows, size_t columns, int64_t *keys, int64_t *matched)
{
    cn_statement_slot *slot = find(connection, statement);
    cn_execution       how  = {.arrays = statement->form == FORM_ARRAYS,
                               .keys   = statement->returning ? NULL : keys};
    if (slot == NULL || !cn_connection_run_many(connection, slot, values, rows, columns, &how))
        return false;
    if (matched != NULL)
        *matched += slot->prepared->affected;
    if (statement->returning)
        return read_keys(connection, slot, keys, rows);
    cn_connection_end(connection, slot);
    return true;
}

/* As many full chunks of multi-row VALUES as there are; returns the rows that are done. */
static bool insert_chunks(cn_connection *connection, row_statement *statement, size_t *done)
{
    const cn_row_batch *batch   = statement->batch;
    size_t              columns = batch->column_count;
    statement->chunk            = CN_ROWS_IN_VALUES < CN_PARAMETERS_MOST / columns
                                      ? CN_ROWS_IN_VALUES
                                      : CN_PARAMETERS_MOST / columns;
    if (statement->chunk < 2 || batch->rows < statement->chunk)
        return true;
    statement->form         = FORM_VALUES;
    cn_statement_slot *slot = find(connection, statement);
    for (; slot != NULL && batch->rows - *done >= statement->chunk; *done += statement->chunk) {
        if (!cn_connection_run(connection, slot, batch->values + *done * columns,
                               statement->chunk * columns, NULL))
            return false;
        cn_connection_end(connection, slot);
    }
    return slot != NULL;
}

/* Values of kinds that every driver has a binary form for: its own way without keys, which is COPY
   on PostgreSQL, takes them, and is faster than arrays. */
static bool has_plain_values(const cn_row_batch *batch, const cn_link *link)
{
    for (size_t i = 0; i < batch->column_count; i++) {
        const cn_column *column = &batch->table->columns[batch->columns[i]];
        cn_kind          kind   = cn_storage_kind(column->field.storage);
        if (kind == CN_KIND_DECIMAL || kind == CN_KIND_JSON || column->type.labels != NULL ||
            column->type.user != NULL || goes_as_text(type_here(link, column)))
            return false;
    }
    return true;
}

/* What an array holds cannot be told where SQL stands around each value. */
static bool can_be_arrays(const cn_row_batch *batch)
{
    for (size_t i = 0; i < batch->column_count; i++)
        if (batch->table->columns[batch->columns[i]].bind_expression != NULL)
            return false;
    return true;
}

/* One row: what a sequence has given is told by RETURNING alone. */
static bool returns_key(const cn_table *table, const cn_link *link)
{
    bool by_sequence = table->generated != CN_NO_COLUMN &&
                       table->columns[table->generated].sequence != NULL &&
                       link->product != CN_PRODUCT_SQLITE;
    return link->batch_form == CN_BATCH_ARRAYS || (by_sequence && link->insert_returning);
}

bool cn_rows_insert(cn_connection *connection, const cn_row_batch *batch, int64_t *keys)
{
    row_statement  statement = {.batch = batch, .verb = VERB_INSERT};
    const cn_link *link      = cn_connection_link(connection);
    size_t         done      = 0;
    if (link == NULL || batch->rows == 0)
        return link != NULL;
    if (batch->column_count == 0 || (batch->rows == 1 && link->batch_form != CN_BATCH_ARRAYS)) {
        statement.returning = keys != NULL && returns_key(batch->table, link);
        for (size_t row = 0; row < batch->rows; row++)
            if (!insert_one(connection, &statement, batch->values + row * batch->column_count,
                            keys == NULL ? NULL : &keys[row]))
                return false;
        return true;
    }
    statement.returning = keys != NULL && link->batch_form != CN_BATCH_VALUES &&
                          link->insert_returning;
    if (batch->rows == 1)
        return insert_one(connection, &statement, batch->values, keys);
    if (link->batch_form == CN_BATCH_ARRAYS && can_be_arrays(batch) &&
        (keys != NULL || !has_plain_values(batch, link)))
        statement.form = FORM_ARRAYS;
    else if (link->batch_form == CN_BATCH_VALUES && keys == NULL &&
             !insert_chunks(connection, &statement, &done))
        return false;
    if (statement.form == FORM_VALUES)
        statement.form = FORM_ROW;
    statement.chunk = 0;
    return done == batch->rows ||
           run_many(connection, &statement, batch->values + done * batch->column_count,
                    batch->rows - done, batch->column_count, keys == NULL ? NULL : keys + done,
                    NULL);
}

bool cn_rows_update(cn_connection *connection, const cn_row_batch *batch, int64_t *matched)
{
    row_statement statement = {.batch = batch, .verb = VERB_UPDATE};
    return run_many(connection, &statement, batch->values, batch->rows,
                    batch->column_count + batch->where_count, NULL, matched);
}

bool cn_rows_delete(cn_connection *connection, const cn_row_batch *batch, int64_t *matched)
{
    row_statement statement = {.batch = batch, .verb = VERB_DELETE};
    return run_many(connection, &statement, batch->values, batch->rows, batch->where_count, NULL,
                    matched);
}
