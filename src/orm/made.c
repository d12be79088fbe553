/*
 * See made.h. Rows in which the same columns are left to the database go in one batch; what it made
 * is read with one query for a number of rows.
 */
#include "orm/made.h"

#include "schema/value.h"
#include "sql/rows.h"

#define ROWS_AT_ONCE 1000
#define BY_MADE (UINT64_C(2) << 8) /* beside the keys of load.c */

/* ---- values of the client -------------------------------------------------------------------- */

/* NULL, or in a member that cannot be NULL: zero. */
static bool is_unset(const cn_decode *field, const void *row)
{
    const char *at   = (const char *)row + field->offset;
    size_t      size = field->storage == CN_STORAGE_CHARS       ? 1
                       : (field->storage & CN_STORAGE_OPT) != 0 ? sizeof(bool)
                                                                : field->size;
    for (size_t i = 0; i < size; i++) {
        if (at[i] != 0)
            return false;
    }
    return true;
}

static bool assign(cn_flush_plan *plan, const cn_work *work, const cn_column *column,
                   const cn_value *value)
{
    cn_session *session = plan->session;
    cn_error   *error   = cn_connection_error_slot(session->connection);
    void       *row     = cn_arena_zero(&plan->scratch, 1, work->slab->stride);
    if (row == NULL)
        return cn_session_no_memory(session);
    if (!cn_storage_points(column->field.storage))
        return cn_convert_assign(&column->field, value, work->instance, NULL, error) ||
               cn_connection_fail_filled(session->connection, NULL);
    if (!cn_convert_assign(&column->field, value, row, &plan->scratch, error))
        return cn_connection_fail_filled(session->connection, NULL);
    return cn_instance_set_text(session, work->slab, work->slot, column->index,
                                cn_column_pointed(&column->field, row)) ||
           cn_session_no_memory(session);
}

static bool make(cn_flush_plan *plan, const cn_work *work, const cn_column *column, bool update)
{
    cn_value value;
    if (!cn_column_make_value(column, update, work->instance, &value, &plan->scratch,
                              cn_connection_error_slot(plan->session->connection)))
        return cn_connection_fail_filled(plan->session->connection, NULL);
    return assign(plan, work, column, &value);
}

static bool fill_insert(cn_flush_plan *plan, const cn_table *table, const cn_work *work)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const cn_column *column = &table->columns[i];
        if (cn_column_makes_value(column, false) && is_unset(&column->field, work->instance) &&
            !make(plan, work, column, false))
            return false;
    }
    return true;
}

bool cn_made_load(cn_session *session, const cn_column *column, const void *row, cn_value *value)
{
    if (!cn_column_makes_value(column, false) || !is_unset(&column->field, row))
        return cn_flush_load(session, column, row, value);
    cn_error *error = cn_connection_error_slot(session->connection);
    if (!cn_column_make_value(column, false, row, value, &session->undo_images, error) ||
        !cn_column_bind(column, value, &session->undo_images, error))
        return cn_connection_fail_filled(session->connection, NULL);
    cn_value_measure(value);
    return true;
}

bool cn_made_update(cn_flush_plan *plan, cn_work *work)
{
    const cn_mapper *mapper  = work->slab->mapper;
    const cn_table  *table   = mapper->table;
    const void      *shadow  = cn_slab_shadow(work->slab, work->slot);
    bool             changed = false;
    for (size_t i = 0; i < table->column_count; i++)
        changed = changed || cn_column_differs(&mapper->plan[i], work->instance, shadow);
    for (size_t i = 0; i < table->column_count && changed; i++) {
        const cn_column *column = &table->columns[i];
        work->made = work->made || column->computed != NULL || column->server_on_update != NULL ||
                     column->never_written;
        if (cn_column_makes_value(column, true) &&
            !cn_column_differs(&mapper->plan[i], work->instance, shadow) &&
            !make(plan, work, column, true))
            return false;
    }
    return true;
}

/* ---- inserting ------------------------------------------------------------------------------- */

typedef struct inserts {
    cn_flush_plan  *plan;
    const cn_table *table;
    uint32_t       *columns; /* of the rows that wait */
    size_t          column_count;
    uint32_t       *members; /* work */
    cn_value       *values;
    int64_t        *keys;
    size_t          rows;
    bool            generate;
} inserts;

/* The columns that an INSERT of this row writes: none that the database makes where the member has
   nothing to say. */
static size_t written_columns(const inserts *in, cn_work *work, uint32_t *columns)
{
    size_t count = 0;
    for (uint32_t c = 0; c < in->table->column_count; c++) {
        const cn_column *column = &in->table->columns[c];
        if (in->generate && c == in->table->generated)
            continue;
        bool left = column->never_written && c != in->table->generated;
        if (column->made_by_server && !left && c != in->table->generated) {
            bool may_be_zero = column->server_default != NULL ||
                               column->server_on_update != NULL; /* zero is a value there */
            left = is_unset(&column->field, work->instance) &&
                   (!may_be_zero || column->nullable || cn_storage_points(column->field.storage));
        }
        work->made = work->made || left;
        if (!left)
            columns[count++] = c;
    }
    return count;
}

static bool send(inserts *in)
{
    cn_session  *session = in->plan->session;
    cn_row_batch batch   = {.table        = in->table,
                            .columns      = in->columns,
                            .column_count = in->column_count,
                            .values       = in->values,
                            .rows         = in->rows};
    cn_value    *value   = in->values;
    if (in->rows == 0)
        return true;
    for (size_t i = 0; i < in->rows; i++) {
        const void *row = in->plan->work[in->members[i]].instance;
        for (size_t c = 0; c < in->column_count; c++) {
            if (!cn_flush_load(session, &in->table->columns[in->columns[c]], row, value++))
                return false;
        }
    }
    if (!cn_session_count(session) ||
        !cn_rows_insert(session->connection, &batch, in->generate ? in->keys : NULL))
        return false;
    for (size_t i = 0; i < in->rows && in->generate; i++) {
        const cn_value key = cn_value_int(in->keys[i]);
        if (!cn_convert_store(&in->table->columns[in->table->generated].field, &key,
                              in->plan->work[in->members[i]].instance, NULL,
                              cn_connection_error_slot(session->connection)))
            return cn_connection_fail_filled(session->connection, NULL);
    }
    in->rows = 0;
    return true;
}

/* Those of the rows whose key the database generates, or the others. */
static bool insert_run(inserts *in, const uint32_t *order, size_t count, uint32_t *columns)
{
    const cn_table *table = in->table;
    for (size_t i = 0; i < count; i++) {
        cn_work *work = &in->plan->work[order[i]];
        bool     open = table->generated != CN_NO_COLUMN &&
                    is_unset(&table->columns[table->generated].field, work->instance);
        if (open != in->generate)
            continue;
        if (!fill_insert(in->plan, table, work))
            return false;
        size_t written = written_columns(in, work, columns);
        bool   same    = written == in->column_count &&
                    memcmp(columns, in->columns, written * sizeof *columns) == 0;
        if ((!same || in->rows == ROWS_AT_ONCE) && !send(in))
            return false;
        memcpy(in->columns, columns, written * sizeof *columns);
        in->column_count        = written;
        in->members[in->rows++] = order[i];
    }
    return send(in);
}

bool cn_made_insert(cn_flush_plan *plan, const cn_table *table, const uint32_t *order, size_t count)
{
    size_t    rows    = count < ROWS_AT_ONCE ? count : ROWS_AT_ONCE;
    inserts   in      = {.plan = plan, .table = table};
    uint32_t *columns = CN_ARENA_ARRAY(&plan->scratch, uint32_t, table->column_count);
    in.columns        = CN_ARENA_ARRAY(&plan->scratch, uint32_t, table->column_count);
    in.members        = CN_ARENA_ARRAY(&plan->scratch, uint32_t, rows);
    in.keys           = CN_ARENA_ARRAY(&plan->scratch, int64_t, rows);
    in.values         = CN_ARENA_ARRAY(&plan->scratch, cn_value, rows * table->column_count);
    if (columns == NULL || in.columns == NULL || in.members == NULL || in.keys == NULL ||
        in.values == NULL)
        return cn_session_no_memory(plan->session);
    if (!insert_run(&in, order, count, columns))
        return false;
    in.generate = true;
    return table->generated == CN_NO_COLUMN || insert_run(&in, order, count, columns);
}

/* ---- reading back ---------------------------------------------------------------------------- */

typedef struct back {
    cn_flush_plan   *plan;
    const cn_mapper *mapper;
    cn_decode       *decode; /* the key, then what the database makes */
    size_t           decode_count;
    size_t           rows; /* of one query */
    cn_walk         *walk;
} back;

static bool is_key(const cn_table *table, uint32_t column)
{
    return table->columns[column].primary_key;
}

static bool make_plan(back *b)
{
    const cn_table *table = b->mapper->table;
    b->decode             = CN_ARENA_ARRAY(&b->plan->scratch, cn_decode, table->column_count);
    if (b->decode == NULL)
        return cn_session_no_memory(b->plan->session);
    for (int made = 0; made < 2; made++) {
        for (uint32_t c = 0; c < table->column_count; c++) {
            const cn_column *column = &table->columns[c];
            if (is_key(table, c) != (made == 0) || (made == 1 && !column->made_by_server))
                continue;
            b->decode[b->decode_count]        = b->mapper->plan[c];
            b->decode[b->decode_count].column = (uint32_t)b->decode_count;
            b->decode_count++;
        }
    }
    return true;
}

/* "(a = ? AND b = ?) OR (...)"; a key of one column goes with IN. */
static bool spell_keys(cn_compiler *compiler, const back *b)
{
    const cn_table *table = b->mapper->table;
    bool            one   = table->primary_key_count == 1;
    for (size_t row = 0; row < b->rows; row++) {
        cn_compiler_text(compiler, row == 0 ? "" : one ? ", " : " OR ");
        for (size_t k = 0; k < table->primary_key_count; k++) {
            const cn_column *column = &table->columns[table->primary_key[k]];
            if (!one || row == 0) {
                cn_compiler_text(compiler, k != 0 ? " AND " : "");
                if (!cn_compiler_column(compiler, column))
                    return false;
                cn_compiler_text(compiler, one ? " IN (" : " = ");
            }
            if (!cn_compiler_value(compiler, column))
                return false;
        }
    }
    cn_compiler_text(compiler, one ? ")" : "");
    return true;
}

static bool spell(cn_compiler *compiler, const back *b)
{
    const cn_table *table = b->mapper->table;
    cn_compiler_text(compiler, "SELECT ");
    for (size_t i = 0; i < b->decode_count; i++) {
        cn_compiler_text(compiler, i != 0 ? ", " : "");
        if (!cn_compiler_read_column(compiler, cn_table_at(table, b->decode[i].offset)))
            return false;
    }
    cn_compiler_text(compiler, " \nFROM ");
    if (!cn_compiler_table(compiler, table))
        return false;
    cn_compiler_text(compiler, " \nWHERE ");
    return spell_keys(compiler, b);
}

static cn_compiled *compile(cn_connection *connection, void *context, cn_error *error)
{
    const back *b    = context;
    size_t      size = b->walk->word_count * sizeof *b->walk->words;
    cn_compiler compiler;
    cn_plan    *plan = NULL;
    if (!cn_compiler_begin(&compiler, connection, error))
        goto done;
    plan = (cn_plan *)cn_compiled_new(sizeof *plan, b->walk->words, size,
                                      cn_hash(b->walk->words, size));
    if (plan == NULL) {
        cn_error_no_memory(error);
    } else if (!spell(&compiler, b) || cn_compiler_finish(&compiler, plan) == NULL) {
        cn_compiled_release(&plan->head);
        plan = NULL;
    }
done:
    cn_compiler_end(&compiler);
    return plan == NULL ? NULL : &plan->head;
}

/* The members that the database made, from a row to the instance that has its key. */
static bool take_row(const back *b, const void *row)
{
    cn_session *session = b->plan->session;
    cn_shelf   *shelf   = cn_session_find_shelf(session, b->mapper);
    uint32_t    hash, slot;
    cn_slab    *slab;
    void       *instance = cn_identity_find(shelf, row, &hash);
    if (instance == NULL || cn_record_of(instance, &slab, &slot) == NULL)
        return true;
    for (size_t i = b->mapper->table->primary_key_count; i < b->decode_count; i++) {
        const cn_decode *field  = &b->decode[i];
        uint32_t         column = cn_table_at(b->mapper->table, field->offset)->index;
        if (!cn_storage_points(field->storage))
            memcpy((char *)instance + field->offset, (const char *)row + field->offset,
                   field->size);
        else if (cn_column_differs(field, row, instance) &&
                 !cn_instance_set_text(session, slab, slot, column, cn_column_pointed(field, row)))
            return cn_session_no_memory(session);
        memcpy((char *)cn_slab_shadow(slab, slot) + field->offset, (char *)instance + field->offset,
               field->size);
    }
    return true;
}

static bool read_rows(back *b, cn_statement_slot *slot)
{
    cn_connection *connection = b->plan->session->connection;
    bool           good       = true;
    while (good && cn_connection_step(connection, slot) == CN_STEP_ROW) {
        cn_arena_mark mark = cn_arena_here(&b->plan->scratch);
        void         *row  = cn_arena_zero(&b->plan->scratch, 1, b->mapper->size);
        good = row != NULL ? cn_connection_decode(connection, slot, b->decode, b->decode_count, row,
                                                  &b->plan->scratch) &&
                                 take_row(b, row)
                           : cn_session_no_memory(b->plan->session);
        cn_arena_back(&b->plan->scratch, mark);
    }
    cn_connection_end(connection, slot);
    return good && cn_session_well(b->plan->session);
}

/* One query for the keys of `rows` instances. */
static bool query(back *b, void *const *instances)
{
    const cn_table    *table   = b->mapper->table;
    cn_session        *session = b->plan->session;
    cn_statement_slot *slot    = NULL;
    cn_walk            walk;
    cn_walk_begin(&walk, cn_connection_error_slot(session->connection));
    b->walk   = &walk;
    bool good = cn_walk_word(&walk, CN_KEY_RELATED | BY_MADE | (uint64_t)b->rows << 16) &&
                cn_walk_word(&walk, (uint64_t)(uintptr_t)table);
    for (size_t i = 0; good && i < b->rows; i++) {
        for (size_t k = 0; good && k < table->primary_key_count; k++) {
            const cn_column *column = &table->columns[table->primary_key[k]];
            cn_value         value;
            good = cn_convert_load(&column->field, instances[i], &value, walk.error) &&
                   cn_column_bind(column, &value, &walk.arena, walk.error) &&
                   cn_walk_value(&walk, &value);
        }
    }
    if (!good)
        cn_connection_fail_filled(session->connection, NULL);
    else if (cn_session_count(session))
        slot = cn_sql_run_walk(session->connection, &walk, compile, b, NULL);
    good    = slot != NULL && read_rows(b, slot);
    b->walk = NULL;
    cn_walk_end(&walk);
    return good;
}

/* The instances of one model, by as many at a time as a few prepared statements take. */
static bool read_model(back *b, void *const *instances, size_t count)
{
    static const size_t sizes[] = {100, 10, 1};
    if (!make_plan(b))
        return false;
    for (size_t done = 0; done < count; done += b->rows) {
        size_t size = 0;
        while (sizes[size] > count - done)
            size++;
        b->rows = sizes[size];
        if (!query(b, instances + done))
            return false;
    }
    return true;
}

bool cn_made_read_back(cn_flush_plan *plan)
{
    bool good = true;
    for (size_t i = 0; good && i < plan->work_count; i++) {
        if (!plan->work[i].made)
            continue;
        back   b         = {.plan = plan, .mapper = plan->work[i].slab->mapper};
        size_t count     = 0;
        void **instances = CN_ARENA_ARRAY(&plan->scratch, void *, plan->work_count - i);
        if (instances == NULL)
            return cn_session_no_memory(plan->session);
        for (size_t j = i; j < plan->work_count; j++) {
            cn_work *work = &plan->work[j];
            if (!work->made || work->slab->mapper != b.mapper)
                continue;
            work->made = false;
            if (work->verb != CN_WORK_DELETE)
                instances[count++] = work->instance;
        }
        good = read_model(&b, instances, count);
    }
    return good;
}
