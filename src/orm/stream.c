/*
 * CN_STREAM: any number of rows in bounded memory. Each is decoded into the same struct, with its
 * text in an arena that is emptied before the next; nothing becomes an instance.
 */
#include "base/memory.h"
#include "orm/session.h"

#define CN_STREAM_CHUNK 1000 /* rows that the client library may hold at a time */

struct cn_stream {
    cn_session      *session;
    const cn_mapper *mapper;
    cn_result       *result;
    const cn_decode *plan;
    size_t           plan_count;
    cn_walk          walk;
    cn_arena         text;
    void            *row;
};

static bool open_stream(cn_stream *stream, size_t size, const cn_select_statement *statement)
{
    cn_session  *session = stream->session;
    cn_execution how     = {.chunk = CN_STREAM_CHUNK};
    stream->mapper       = cn_session_mapper(session, statement->from);
    if (stream->mapper == NULL)
        return false;
    if (stream->mapper->size != size || statement->columns != NULL)
        return cn_connection_fail(
            session->connection, CN_CAUSE_MISUSE,
            statement->columns != NULL
                ? "CN_STREAM reads whole rows of %s: other columns are read with cn_rows"
                : "CN_STREAM: the struct %s has another size where its model was compiled: two "
                  "structs share a name",
            stream->mapper->model->name);
    bool reads_one = cn_statement_reads_one(statement);
    if (!cn_session_scope(session) ||
        !cn_session_autoflush(session, reads_one ? CN_FLUSH_MODEL : CN_FLUSH_ALL,
                              reads_one ? stream->mapper : NULL) ||
        !cn_session_count(session))
        return false;
    stream->row = cn_allocate(size);
    if (stream->row == NULL)
        return cn_session_no_memory(session);
    cn_statement_slot *slot = cn_sql_run(session->connection, &stream->walk, &statement->head, NULL,
                                         &how);
    if (slot == NULL)
        return false;
    /* The result keeps the rows apart from whatever else runs on the connection meanwhile; the plan
       is the mapper's, which lives for ever, for the columns of an entity stand in its order. */
    stream->result     = cn_connection_result(session->connection, slot);
    stream->plan       = stream->mapper->plan;
    stream->plan_count = stream->mapper->table->column_count;
    return stream->result != NULL;
}

cn_stream *cn_stream_open(cn_session *session, size_t size, const cn_select_statement *statement)
{
    if (!cn_session_well(session))
        return NULL;
    cn_stream *stream = cn_allocate_zero(1, sizeof *stream);
    if (stream == NULL) {
        cn_session_no_memory(session);
        return NULL;
    }
    stream->session = session;
    cn_walk_begin(&stream->walk, NULL);
    if (open_stream(stream, size, statement))
        return stream;
    cn_stream_close(stream);
    return NULL;
}

const void *cn_stream_next(cn_stream *stream)
{
    if (stream == NULL || cn_result_step(stream->result) != CN_STEP_ROW)
        return NULL;
    cn_arena_reset(&stream->text);
    memcpy(stream->row, stream->mapper->blank, stream->mapper->size);
    stream->session->statistics.rows++;
    return cn_result_decode(stream->result, stream->plan, stream->plan_count, stream->row,
                            &stream->text)
               ? stream->row
               : NULL;
}

void cn_stream_close(cn_stream *stream)
{
    if (stream == NULL)
        return;
    cn_result_close(stream->result);
    cn_walk_end(&stream->walk);
    cn_arena_free(&stream->text);
    cn_release(stream->row);
    cn_release(stream);
}
