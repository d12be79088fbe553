/*
 * Carrying a flush out: rows that have the same place, table and shape go in one batch. Inserts and
 * updates in order, then association rows (association.c), then deletes in the reverse order.
 */
#include "base/memory.h"
#include "orm/flush.h"
#include "orm/made.h"
#include "schema/value.h"
#include "sql/rows.h"

#define CN_BATCH_MOST 4096 /* rows whose values are in memory at a time, ... */
#define CN_BATCH_FEW 1000  /* ... and on SQLite */

/* ---- foreign keys that follow ---------------------------------------------------------------- */

static bool null_column(cn_flush_plan *plan, const cn_column *column,
                        const cn_relationship *relationship, void *row)
{
    if (!column->nullable || column->field.storage == 0)
        return cn_connection_fail(
            plan->session->connection, CN_CAUSE_NOT_NULL,
            "%s cannot become NULL, which %s asks for: declare the member CN_OPT(...), or "
            "let the relationship delete (.cascade) what loses its owner",
            column->field.name, relationship->title);
    memset((char *)row + column->field.offset, 0, column->field.size);
    return true;
}

/* Whether the program has set the column by itself to something else than the relationship says. */
static bool contradicted(const cn_work *child, const cn_column *column, const void *before)
{
    const void *shadow = cn_slab_shadow(child->slab, child->slot);
    if (child->verb == CN_WORK_INSERT) {
        const char *at = (const char *)before + column->field.offset;
        for (size_t i = 0; i < column->field.size; i++)
            if (at[i] != 0)
                return cn_column_differs(&column->field, child->instance, before);
        return false;
    }
    return cn_column_differs(&column->field, before, shadow) &&
           cn_column_differs(&column->field, child->instance, before);
}

static bool apply(cn_flush_plan *plan, const cn_sync *sync, const void *before)
{
    const cn_work         *child        = &plan->work[sync->child];
    const cn_relationship *relationship = sync->relationship;
    for (size_t i = 0; i < relationship->pair_count; i++) {
        const cn_pair   *pair  = &relationship->pairs[i];
        const cn_table  *table = sync->by_parent ? relationship->target : relationship->owner;
        const cn_column *to    = &table->columns[sync->by_parent ? pair->right : pair->left];
        if (sync->parent == NULL) {
            if (!null_column(plan, to, relationship, child->instance))
                return false;
            continue;
        }
        const cn_table  *other = sync->by_parent ? relationship->owner : relationship->target;
        const cn_column *from  = &other->columns[sync->by_parent ? pair->left : pair->right];
        cn_error        *error = cn_connection_error_slot(plan->session->connection);
        if (!cn_convert_copy(&from->field, sync->parent, &to->field, child->instance,
                             &child->slab->text, error))
            return cn_connection_fail_filled(plan->session->connection, NULL);
        if (!sync->by_parent && contradicted(child, to, before))
            return cn_connection_fail(plan->session->connection, CN_CAUSE_MISUSE,
                                      "%s and %s were both changed, and contradict each other",
                                      relationship->title, to->field.name);
    }
    return true;
}

/* First what becomes NULL, so that a child that moved to another owner keeps that one. */
static bool follow(cn_flush_plan *plan, const cn_work *work)
{
    if (work->syncs == CN_NO_SYNC)
        return true;
    void *before = cn_arena_take(&plan->scratch, work->slab->stride, sizeof(void *) * 2);
    if (before == NULL)
        return cn_session_no_memory(plan->session);
    memcpy(before, work->instance, work->slab->stride);
    for (int with_parent = 0; with_parent < 2; with_parent++)
        for (uint32_t i = work->syncs; i != CN_NO_SYNC; i = plan->syncs[i].next)
            if ((plan->syncs[i].parent != NULL) == (with_parent == 1) &&
                !apply(plan, &plan->syncs[i], before))
                return false;
    return true;
}

/* ---- batches --------------------------------------------------------------------------------- */

typedef struct batch {
    cn_flush_plan  *plan;
    const cn_table *table;
    cn_value       *values; /* room for so many rows of all columns, and of the key once more */
    uint32_t       *columns;
    uint32_t       *members; /* work */
    int64_t        *keys;
    size_t          most; /* rows that there is room for, if there are so many */
} batch;

/* A database that takes rows one by one, or a few hundred, gains nothing by many at a time, and the
   values of fewer stay in the processor's cache. */
static size_t rows_at_once(const cn_session *session, cn_work_verb verb)
{
    /* A flush may be the first to need a link: rows to insert are sent in any case. */
    const cn_link *link = verb == CN_WORK_INSERT ? cn_connection_link(session->connection)
                                                 : cn_connection_held_link(session->connection);
    return link != NULL && link->batch_form == CN_BATCH_VALUES ? CN_BATCH_FEW : CN_BATCH_MOST;
}

static bool batch_begin(batch *b, cn_flush_plan *plan, const cn_work *first, size_t count)
{
    const cn_table *table = first->slab->mapper->table;
    size_t          width = table->column_count + table->primary_key_count;
    *b                    = (batch){.plan = plan, .table = table};
    b->most               = rows_at_once(plan->session, first->verb);
    size_t rows           = count < b->most ? count : b->most;
    /* One block, so that the scratch is of one piece and stays for the next flush. */
    b->values = cn_arena_take(
        &plan->scratch,
        rows * (width * sizeof *b->values + sizeof *b->keys + sizeof *b->members) +
            table->column_count * sizeof *b->columns,
        sizeof(void *));
    if (b->values == NULL) {
        cn_session_no_memory(plan->session);
        return false;
    }
    b->keys    = (int64_t *)(void *)(b->values + width * rows);
    b->members = (uint32_t *)(void *)(b->keys + rows);
    b->columns = b->members + rows;
    return true;
}

bool cn_flush_load(cn_session *session, const cn_column *column, const void *row, cn_value *value)
{
    if (!cn_convert_load(&column->field, row, value, cn_connection_error_slot(session->connection)))
        return cn_connection_fail_filled(session->connection, NULL);
    if (!cn_column_bind(column, value, &session->undo_images,
                        cn_connection_error_slot(session->connection)))
        return cn_connection_fail_filled(session->connection, NULL);
    cn_value_measure(value);
    return true;
}

/* What most columns are; false leaves it to cn_flush_load. */
static inline bool load_common(const cn_decode *field, const void *row, cn_value *value)
{
    const void *at = (const char *)row + field->offset;
    if (field->labels != NULL)
        return false;
    switch (field->storage) {
    case CN_STORAGE_INT32:
        *value = (cn_value){.kind = CN_KIND_INTEGER, .as.integer = *(const int32_t *)at};
        return true;
    case CN_STORAGE_INT64:
        *value = (cn_value){.kind = CN_KIND_INTEGER, .as.integer = *(const int64_t *)at};
        return true;
    case CN_STORAGE_TEXT: {
        const char *text = *(const char *const *)at;
        *value           = (cn_value){.kind = CN_KIND_NULL};
        if (text != NULL)
            *value = (cn_value){.kind = CN_KIND_TEXT, .as.text = {text, strlen(text)}};
        return true;
    }
    default:
        return false;
    }
}

static inline bool is_zero(const cn_column *column, const void *row)
{
    const char *at   = (const char *)row + column->field.offset;
    uint64_t    word = 0;
    if (column->field.size == sizeof(int32_t)) {
        memcpy(&word, at, sizeof(int32_t));
        return word == 0;
    }
    for (size_t i = 0; i < column->field.size; i++)
        if (at[i] != 0)
            return false;
    return true;
}

/* ---- inserts --------------------------------------------------------------------------------- */

static bool store_keys(const batch *b, size_t rows)
{
    const cn_column *column  = &b->table->columns[b->table->generated];
    cn_session      *session = b->plan->session;
    for (size_t i = 0; i < rows; i++) {
        void    *instance = b->plan->work[b->members[i]].instance;
        cn_value value    = {.kind = CN_KIND_INTEGER, .as.integer = b->keys[i]};
        if (column->field.storage == CN_STORAGE_INT32 && b->keys[i] >= 0 && b->keys[i] <= INT32_MAX)
            *(int32_t *)(void *)((char *)instance + column->field.offset) = (int32_t)b->keys[i];
        else if (!cn_convert_store(&column->field, &value, instance, NULL,
                                   cn_connection_error_slot(session->connection)))
            return cn_connection_fail_filled(session->connection, NULL);
    }
    return true;
}

static bool insert_members(batch *b, size_t rows, size_t column_count, bool generate)
{
    cn_session  *session = b->plan->session;
    cn_row_batch send    = {.table        = b->table,
                            .columns      = b->columns,
                            .column_count = column_count,
                            .values       = b->values,
                            .rows         = rows};
    cn_value    *value   = b->values;
    for (size_t i = 0; i < rows; i++) {
        const void *row = b->plan->work[b->members[i]].instance;
        for (size_t c = 0; c < column_count; c++, value++) {
            const cn_column *column = &b->table->columns[b->columns[c]];
            if (!load_common(&column->field, row, value) &&
                !cn_flush_load(session, column, row, value))
                return false;
        }
    }
    return rows == 0 || (cn_session_count(session) &&
                         cn_rows_insert(session->connection, &send, generate ? b->keys : NULL) &&
                         (!generate || store_keys(b, rows)));
}

/* Those of the run whose key the database generates, or the others. */
static bool insert_run(batch *b, const uint32_t *order, size_t count, bool generate)
{
    uint32_t generated    = b->table->generated;
    size_t   column_count = 0, rows = 0;
    for (uint32_t c = 0; c < b->table->column_count; c++)
        if (!generate || c != generated)
            b->columns[column_count++] = c;
    for (size_t i = 0; i < count; i++) {
        cn_work *work = &b->plan->work[order[i]];
        bool     open = generated != CN_NO_COLUMN &&
                    is_zero(&b->table->columns[generated], work->instance);
        if (open != generate)
            continue;
        b->members[rows++] = order[i];
        if (rows == b->most) {
            if (!insert_members(b, rows, column_count, generate))
                return false;
            rows = 0;
        }
    }
    return insert_members(b, rows, column_count, generate);
}

static bool send_inserts(batch *b, const uint32_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (b->plan->work[order[i]].syncs != CN_NO_SYNC &&
            !follow(b->plan, &b->plan->work[order[i]]))
            return false;
    if (b->table->has_defaults)
        return cn_made_insert(b->plan, b->table, order, count);
    /* Rows with a key first: whether one is open is asked before any is filled in. */
    return insert_run(b, order, count, false) &&
           (b->table->generated == CN_NO_COLUMN || insert_run(b, order, count, true));
}

/* ---- updates --------------------------------------------------------------------------------- */

/* The columns in which a row differs from what is stored; how many. */
static size_t changed_columns(const cn_work *work, uint32_t *columns)
{
    const cn_mapper *mapper = work->slab->mapper;
    const void      *shadow = cn_slab_shadow(work->slab, work->slot);
    size_t           count  = 0;
    for (uint32_t c = 0; c < mapper->table->column_count; c++)
        if (cn_column_differs(&mapper->plan[c], work->instance, shadow) &&
            !mapper->table->columns[c].never_written)
            columns[count++] = c;
    return count;
}

static bool update_members(batch *b, size_t rows, size_t column_count)
{
    cn_session     *session = b->plan->session;
    const cn_table *table   = b->table;
    int64_t         matched = 0;
    cn_row_batch    send    = {.table        = table,
                               .columns      = b->columns,
                               .column_count = column_count,
                               .where        = table->primary_key,
                               .where_count  = table->primary_key_count,
                               .values       = b->values,
                               .rows         = rows};
    cn_value       *value   = b->values;
    for (size_t i = 0; i < rows; i++) {
        const cn_work *work = &b->plan->work[b->members[i]];
        for (size_t c = 0; c < column_count; c++)
            if (!cn_flush_load(session, &table->columns[b->columns[c]], work->instance, value++))
                return false;
        for (size_t k = 0; k < table->primary_key_count; k++)
            if (!cn_flush_load(session, &table->columns[table->primary_key[k]],
                               cn_slab_shadow(work->slab, work->slot), value++))
                return false;
    }
    if (!cn_session_count(session) || !cn_rows_update(session->connection, &send, &matched))
        return false;
    return matched < 0 || (uint64_t)matched == rows ||
           cn_connection_fail(session->connection, CN_CAUSE_STALE,
                              "of %zu row%s of %s to update, %lld %s there: another transaction "
                              "has deleted the rest",
                              rows, rows == 1 ? "" : "s", cn_table_title(table), (long long)matched,
                              matched == 1 ? "is" : "are");
}

/* Batches of consecutive rows that changed in the same columns. */
static bool send_updates(batch *b, const uint32_t *order, size_t count)
{
    uint32_t *columns      = CN_ARENA_ARRAY(&b->plan->scratch, uint32_t, b->table->column_count);
    size_t    column_count = 0, rows = 0;
    if (columns == NULL)
        return cn_session_no_memory(b->plan->session);
    for (size_t i = 0; i < count; i++) {
        cn_work *work = &b->plan->work[order[i]];
        if (!follow(b->plan, work))
            return false;
        if (b->table->has_defaults && !cn_made_update(b->plan, work))
            return false;
        size_t changed = changed_columns(work, columns);
        if (changed == 0)
            continue;
        bool same = changed == column_count &&
                    memcmp(columns, b->columns, changed * sizeof *columns) == 0;
        if (rows != 0 && (!same || rows == b->most)) {
            if (!update_members(b, rows, column_count))
                return false;
            rows = 0;
        }
        memcpy(b->columns, columns, changed * sizeof *columns);
        column_count       = changed;
        b->members[rows++] = order[i];
    }
    return rows == 0 || update_members(b, rows, column_count);
}

/* ---- deletes --------------------------------------------------------------------------------- */

static bool delete_members(batch *b, size_t rows)
{
    cn_session     *session = b->plan->session;
    const cn_table *table   = b->table;
    int64_t         matched = 0;
    cn_row_batch    send    = {.table       = table,
                               .where       = table->primary_key,
                               .where_count = table->primary_key_count,
                               .values      = b->values,
                               .rows        = rows};
    cn_value       *value   = b->values;
    for (size_t i = 0; i < rows; i++) {
        const cn_work *work = &b->plan->work[b->members[i]];
        for (size_t k = 0; k < table->primary_key_count; k++)
            if (!cn_flush_load(session, &table->columns[table->primary_key[k]],
                               cn_slab_shadow(work->slab, work->slot), value++))
                return false;
    }
    return cn_session_count(session) && cn_rows_delete(session->connection, &send, &matched);
}

static bool send_deletes(batch *b, const uint32_t *order, size_t count)
{
    size_t rows = 0;
    for (size_t i = 0; i < count; i++) {
        b->members[rows++] = order[i];
        if (rows < b->most && i + 1 < count)
            continue;
        if (!delete_members(b, rows))
            return false;
        rows = 0;
    }
    return true;
}

/* ---- runs: what has the same place, table and verb ------------------------------------------- */

static bool same_run(const cn_flush_plan *plan, uint32_t a, uint32_t b)
{
    const cn_work *x = &plan->work[a], *y = &plan->work[b];
    return x->rank == y->rank && x->level == y->level && x->verb == y->verb &&
           x->slab->mapper == y->slab->mapper;
}

static bool send_run(cn_flush_plan *plan, const uint32_t *order, size_t count)
{
    static bool (*const send[])(batch *, const uint32_t *,
                                size_t) = {[CN_WORK_INSERT] = send_inserts,
                                           [CN_WORK_UPDATE] = send_updates,
                                           [CN_WORK_DELETE] = send_deletes};
    const cn_work *work                 = &plan->work[order[0]];
    batch          b;
    cn_arena_mark  mark = cn_arena_here(&plan->scratch);
    bool           good = batch_begin(&b, plan, work, count) && send[work->verb](&b, order, count);
    cn_arena_back(&plan->scratch, mark);
    return good;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Sends the runs of one kind, forwards or backwards. */
static bool send_order(cn_flush_plan *plan, bool deletes)
{
    size_t count = plan->work_count;
    for (size_t done = 0; done < count;) {
        size_t rows = 1;
        size_t at   = deletes ? count - done - 1 : done;
        while (done + rows < count &&
               same_run(plan, plan->order[at], plan->order[deletes ? at - 1 : at + rows])) {
            rows++;
            at -= deletes;
        }
        done += rows;
        if ((plan->work[plan->order[at]].verb == CN_WORK_DELETE) == deletes &&
            !send_run(plan, &plan->order[at], rows))
            return false;
    }
    return true;
}

bool cn_flush_send(cn_flush_plan *plan)
{
    return send_order(plan, false) && cn_flush_send_associations(plan) && send_order(plan, true);
}
