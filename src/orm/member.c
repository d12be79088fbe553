/*
 * What a program does with single instances besides adding them: delete, expunge, refresh, expire,
 * merge. And rows by value, which never become instances.
 */
#include "base/memory.h"
#include "orm/session.h"
#include "sql/rows.h"

/* The record of an instance that a call may change. */
static cn_record *begin(cn_session *session, const void *instance, const char *call, cn_slab **slab,
                        uint32_t *slot)
{
    if (!cn_session_well(session))
        return NULL;
    if (session->options.read_only && strcmp(call, "cn_delete") == 0) {
        cn_connection_fail(session->connection, CN_CAUSE_READ_ONLY,
                           "%s: the session was opened .read_only", call);
        return NULL;
    }
    return cn_session_record(session, instance, call, slab, slot);
}

/* What was added, or changed in a list, is taken out of the announcements. */
static void withdraw(cn_session *session, const void *instance, cn_record *record)
{
    if ((record->flags & CN_RECORD_ANNOUNCED) == 0)
        return;
    record->flags &= (uint8_t)~CN_RECORD_ANNOUNCED;
    for (size_t i = session->announced_count; i-- > 0;)
        if (session->announced[i] == instance) {
            session->announced[i] = session->announced[--session->announced_count];
            return;
        }
}

bool cn_delete(cn_session *session, void *instance)
{
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = begin(session, instance, "cn_delete", &slab, &slot);
    if (record == NULL)
        return false;
    switch ((cn_instance_state)record->state) {
    case CN_INSTANCE_PENDING: /* it never becomes a row */
        withdraw(session, instance, record);
        record->state = CN_INSTANCE_TRANSIENT;
        return true;
    case CN_INSTANCE_PERSISTENT:
        record->flags |= CN_RECORD_DELETING;
        return cn_session_announce(session, instance, record);
    case CN_INSTANCE_DELETED: return true;
    default:
        return cn_connection_fail(session->connection, CN_CAUSE_MISUSE,
                                  "cn_delete: the instance of %s is not a row", slab->mapper->model->name);
    }
}

/* A pointer that other instances hold to what is gone must not be followed. */
static void unlink_others(cn_session *session, const cn_table *table, const void *gone)
{
    for (size_t s = 0; s < session->shelf_count; s++) {
        const cn_shelf *shelf = session->shelves[s];
        for (size_t r = 0; r < shelf->mapper->relationship_count; r++) {
            const cn_relationship *relationship = &shelf->mapper->relationships[r];
            if (relationship->target != table)
                continue;
            for (size_t i = 0; i < shelf->instance_count; i++) {
                cn_slab *slab;
                uint32_t slot;
                void    *other = shelf->instances[i];
                if (other == NULL || other == gone || cn_record_of(other, &slab, &slot) == NULL)
                    continue;
                if (relationship->many) {
                    void **items = cn_pointer_at(other, relationship->offset);
                    if (items == NULL || items == CN_UNLOADED ||
                        !cn_list_has(slab, slot, relationship, gone))
                        continue;
                    cn_list_drop(session, cn_list_of_items(items));
                    cn_pointer_set(slab, slot, relationship->offset, CN_UNLOADED);
                } else if (cn_pointer_at(other, relationship->offset) == gone) {
                    cn_pointer_set(slab, slot, relationship->offset, CN_UNLOADED);
                }
            }
        }
    }
}

static void forget_undo(cn_session *session, const void *instance)
{
    for (size_t i = 0; i < session->undo_count; i++)
        if (session->undo[i].instance == instance) {
            cn_list_changes_free(session->undo[i].changes,
                                 session->undo[i].mapper->relationship_count);
            session->undo[i].changes  = NULL;
            session->undo[i].instance = NULL;
        }
}

bool cn_expunge(cn_session *session, void *instance)
{
    cn_slab *slab;
    uint32_t slot;
    if (session == NULL)
        return false;
    cn_record *record = cn_session_record(session, instance, "cn_expunge", &slab, &slot);
    if (record == NULL)
        return false;
    cn_shelf *shelf = cn_session_find_shelf(session, slab->mapper);
    withdraw(session, instance, record);
    if (record->flags & CN_RECORD_LOGGED)
        forget_undo(session, instance);
    if (record->state == CN_INSTANCE_PERSISTENT)
        cn_identity_remove(shelf, instance);
    unlink_others(session, slab->mapper->table, instance);
    for (size_t i = 0; i < shelf->adopted_count; i++)
        if (shelf->adopted[i] == instance) {
            shelf->adopted[i] = shelf->adopted[--shelf->adopted_count];
            break;
        }
    cn_shelf_forget(shelf, record);
    cn_instance_end(slab, slot);
    if (slab->session != NULL && slab->live == 0) { /* the slab of a session, with nothing in it */
        for (cn_slab **at = &shelf->slabs; *at != NULL; at = &(*at)->next)
            if (*at == slab) {
                *at = slab->next;
                break;
            }
        cn_slab_free(slab);
    }
    return true;
}

bool cn_expire(cn_session *session, void *instance)
{
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = begin(session, instance, "cn_expire", &slab, &slot);
    if (record == NULL)
        return false;
    if (record->state != CN_INSTANCE_PERSISTENT)
        return cn_connection_fail(session->connection, CN_CAUSE_MISUSE,
                                  "cn_expire: the instance of %s is not a row", slab->mapper->model->name);
    record->flags |= CN_RECORD_EXPIRED;
    return true;
}

bool cn_refresh(cn_session *session, void *instance)
{
    cn_slab *slab;
    uint32_t slot;
    return cn_expire(session, instance) && cn_session_flush(session, CN_FLUSH_ANNOUNCED, NULL) &&
           cn_record_of(instance, &slab, &slot) != NULL && cn_load_again(session, slab, slot);
}

/* ---- merging ------------------------------------------------------------------------------------------ */

static bool key_is_set(const cn_mapper *mapper, const void *row)
{
    const cn_table *table = mapper->table;
    if (table->generated == CN_NO_COLUMN)
        return true;
    const cn_decode *field = &mapper->plan[table->generated];
    for (size_t i = 0; i < field->size; i++)
        if (((const char *)row)[field->offset + i] != 0)
            return true;
    return false;
}

/* The columns of `from` into `to`, text copied. */
static bool copy_columns(const cn_mapper *mapper, void *to, const void *from)
{
    for (size_t i = 0; i < mapper->table->column_count; i++) {
        const cn_decode *field = &mapper->plan[i];
        if (mapper->table->columns[i].primary_key || !cn_column_differs(field, to, from))
            continue;
        if (!cn_set_(to, field->offset, (const char *)from + field->offset, field->size))
            return false;
    }
    return true;
}

void *cn_merge_(cn_session *session, const void *instance)
{
    cn_slab *slab;
    uint32_t slot;
    if (!cn_session_well(session))
        return NULL;
    cn_record *record = cn_record_of(instance, &slab, &slot);
    if (record == NULL) {
        cn_session_record(session, instance, "cn_merge", &slab, &slot);
        return NULL;
    }
    if (record->session == session)
        return (void *)(uintptr_t)instance;
    cn_mapper *mapper = slab->mapper;
    cn_shelf  *shelf  = cn_session_find_shelf(session, mapper);
    uint32_t   hash;
    void      *here   = NULL;
    if (key_is_set(mapper, instance)) {
        here = shelf == NULL ? NULL : cn_identity_find(shelf, instance, &hash);
        if (here == NULL && cn_session_flush(session, CN_FLUSH_ANNOUNCED, NULL))
            here = cn_load_by_key(session, mapper, instance);
        if (!cn_session_well(session))
            return NULL;
    }
    if (here != NULL)
        return copy_columns(mapper, here, instance) ? here : NULL;
    here = cn_copy_(instance);
    if (here == NULL) {
        cn_session_no_memory(session);
        return NULL;
    }
    cn_slab *made = cn_slab_of(here, &slot);
    for (size_t i = 0; i < mapper->relationship_count; i++) /* nothing is at the other ends yet */
        cn_pointer_set(made, slot, mapper->relationships[i].offset, NULL);
    return cn_add(session, here) ? here : NULL;
}

/* ---- rows by value -------------------------------------------------------------------------------------- */

#define CN_ROWS_AT_ONCE 1000

static bool insert_rows(cn_session *session, const cn_mapper *mapper, char *rows, size_t count,
                        cn_value *values, uint32_t *columns, int64_t *keys, bool generate)
{
    const cn_table *table = mapper->table;
    size_t          width = 0;
    cn_error       *error = cn_connection_error_slot(session->connection);
    for (uint32_t c = 0; c < table->column_count; c++)
        if (!generate || c != table->generated)
            columns[width++] = c;
    for (size_t r = 0; r < count; r++)
        for (size_t c = 0; c < width; c++) {
            cn_value *value = &values[r * width + c];
            if (!cn_convert_load(&mapper->plan[columns[c]], rows + r * mapper->size, value, error))
                return cn_connection_fail_filled(session->connection, NULL);
            cn_value_measure(value);
        }
    cn_row_batch batch = {.table = table, .columns = columns, .column_count = width,
                          .values = values, .rows = count};
    if (!cn_session_count(session) || !cn_rows_insert(session->connection, &batch, generate ? keys : NULL))
        return false;
    for (size_t r = 0; generate && r < count; r++) {
        cn_value key = cn_value_int(keys[r]);
        if (!cn_convert_store(&mapper->plan[table->generated], &key, rows + r * mapper->size, NULL, error))
            return cn_connection_fail_filled(session->connection, NULL);
    }
    return true;
}

int64_t cn_insert_rows_(cn_session *session, const cn_model *model, size_t size, void *rows, size_t count)
{
    if (!cn_session_well(session) || !cn_session_flush(session, CN_FLUSH_ANNOUNCED, NULL) ||
        !cn_session_scope(session))
        return -1;
    cn_mapper *mapper = cn_session_mapper(session, model);
    if (mapper == NULL || mapper->size != size)
        return -1;
    size_t    at_once = count < CN_ROWS_AT_ONCE ? count : CN_ROWS_AT_ONCE;
    size_t    width   = mapper->table->column_count;
    cn_arena  scratch = {0};
    cn_value *values  = cn_arena_take(&scratch, at_once * width * sizeof *values, sizeof(void *));
    uint32_t *columns = CN_ARENA_ARRAY(&scratch, uint32_t, width);
    int64_t  *keys    = CN_ARENA_ARRAY(&scratch, int64_t, at_once);
    bool      good    = (values != NULL && columns != NULL && keys != NULL) || cn_session_no_memory(session);
    for (size_t from = 0; good && from < count;) {
        /* As many as are alike: with a key of their own, or without one. */
        char  *first    = (char *)rows + from * size;
        bool   generate = mapper->table->generated != CN_NO_COLUMN && !key_is_set(mapper, first);
        size_t alike    = 1;
        while (alike < at_once && from + alike < count &&
               (mapper->table->generated != CN_NO_COLUMN &&
                !key_is_set(mapper, first + alike * size)) == generate)
            alike++;
        good = insert_rows(session, mapper, first, alike, values, columns, keys, generate);
        from += alike;
    }
    cn_arena_free(&scratch);
    return good ? (int64_t)count : -1;
}
