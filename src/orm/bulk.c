/*
 * cn_insert_rows: rows by value, from an array of the program's, which never become instances.
 */
#include "base/memory.h"
#include "orm/made.h"
#include "sql/rows.h"

#define CN_ROWS_AT_ONCE 4096

static bool insert_rows(cn_session *session, const cn_mapper *mapper, char *rows, size_t count,
                        cn_value *values, uint32_t *columns, int64_t *keys, bool generate)
{
    const cn_table *table = mapper->table;
    size_t          width = 0;
    cn_error       *error = cn_connection_error_slot(session->connection);
    for (uint32_t c = 0; c < table->column_count; c++)
        if ((!generate || c != table->generated) && !table->columns[c].never_written)
            columns[width++] = c;
    for (size_t r = 0; r < count; r++)
        for (size_t c = 0; c < width; c++)
            if (!cn_made_load(session, &table->columns[columns[c]], rows + r * mapper->size,
                              &values[r * width + c]))
                return false;
    cn_row_batch batch = {
        .table = table, .columns = columns, .column_count = width, .values = values, .rows = count};
    if (!cn_session_count(session) ||
        !cn_rows_insert(session->connection, &batch, generate ? keys : NULL))
        return false;
    for (size_t r = 0; generate && r < count; r++) {
        cn_value key = cn_value_int(keys[r]);
        if (!cn_convert_store(&mapper->plan[table->generated], &key, rows + r * mapper->size, NULL,
                              error))
            return cn_connection_fail_filled(session->connection, NULL);
    }
    return true;
}

/* The mapper of what is inserted, when everything is ready for it. */
static cn_mapper *prepare(cn_session *session, const cn_model *model, size_t size)
{
    if (!cn_session_well(session))
        return NULL;
    cn_mapper *mapper = cn_session_mapper(session, model);
    if (mapper == NULL)
        return NULL;
    if (session->options.read_only)
        cn_connection_fail(session->connection, CN_CAUSE_READ_ONLY,
                           "cn_insert_rows: the session was opened .read_only");
    else if (mapper->size != size)
        cn_connection_fail(
            session->connection, CN_CAUSE_MODEL,
            "cn_insert_rows: the struct %s has %zu bytes here, but %zu where its model was "
            "compiled: two structs share a name",
            model->name, size, mapper->size);
    return cn_session_autoflush(session, CN_FLUSH_ANNOUNCED, NULL) && cn_session_scope(session)
               ? mapper
               : NULL;
}

int64_t cn_insert_rows_(cn_session *session, const cn_model *model, size_t size, void *rows,
                        size_t count)
{
    cn_mapper *mapper = prepare(session, model, size);
    if (mapper == NULL)
        return -1;
    size_t    at_once = count < CN_ROWS_AT_ONCE ? count : CN_ROWS_AT_ONCE;
    size_t    width   = mapper->table->column_count;
    cn_arena  scratch = {0};
    cn_value *values  = cn_arena_take(&scratch, at_once * width * sizeof *values, sizeof(void *));
    uint32_t *columns = CN_ARENA_ARRAY(&scratch, uint32_t, width);
    int64_t  *keys    = CN_ARENA_ARRAY(&scratch, int64_t, at_once);
    bool      good    = values != NULL && columns != NULL && keys != NULL;
    if (!good)
        cn_session_no_memory(session);
    for (size_t from = 0; good && from < count;) {
        /* As many as are alike: with a key of their own, or without one. */
        char  *first    = (char *)rows + from * size;
        bool   generate = mapper->table->generated != CN_NO_COLUMN && !cn_key_is_set(mapper, first);
        size_t alike    = 1;
        while (alike < at_once && from + alike < count &&
               (mapper->table->generated != CN_NO_COLUMN &&
                !cn_key_is_set(mapper, first + alike * size)) == generate)
            alike++;
        good = insert_rows(session, mapper, first, alike, values, columns, keys, generate);
        from += alike;
    }
    cn_arena_free(&scratch);
    return good ? (int64_t)count : -1;
}
