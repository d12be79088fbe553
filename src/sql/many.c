/*
 * One built statement for many sets of parameters: they are gathered into a matrix, which the
 * driver sends in its fastest form. Called by execute.c.
 */
#include "sql/many.h"

#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "engine/handle.h"
#include "sql/run.h"

typedef struct batch {
    cn_connection         *connection;
    const cn_statement    *statement;
    const cn_param *const *sets; /* those that are left */
    cn_statement_slot     *slot;
    void                  *key; /* of the statement as the rows of the matrix have it */
    size_t                 key_size;
    cn_value              *matrix;
    size_t                 rows, columns; /* of the matrix */
    size_t                 done;          /* rows of the parts before */
    cn_arena               texts;         /* values that were made of the caller's */
    cn_result             *result;
} batch;

static bool keep_key(batch *b, const cn_walk *walk)
{
    b->key_size = walk->word_count * sizeof *walk->words;
    b->key      = cn_allocate(b->key_size + 1);
    if (b->key == NULL)
        return cn_connection_fail_memory(b->connection);
    memcpy(b->key, walk->words, b->key_size);
    return true;
}

static void end_structure(batch *b)
{
    cn_release(b->key);
    cn_release(b->matrix);
    b->key    = NULL;
    b->matrix = NULL;
    b->slot   = NULL;
}

/* Finds the statement by the set at hand, and makes room for those that are left. */
static bool begin(batch *b, cn_walk *walk)
{
    size_t             size    = walk->word_count * sizeof *walk->words;
    cn_compile_request request = {.statement = b->statement,
                                  .params    = walk->params,
                                  .key       = walk->words,
                                  .key_size  = size,
                                  .hash      = cn_sql_hash(b->connection, walk)};
    b->slot = cn_connection_statement(b->connection, request.hash, walk->words, size,
                                      cn_compile_statement, &request);
    if (b->slot == NULL || !keep_key(b, walk))
        return false;
    b->columns = cn_plan_of(b->slot)->slot_count;
    b->rows    = cn_matrix_rows(b->columns, b->sets);
    b->matrix  = cn_allocate_zero(b->rows * b->columns + 1, sizeof *b->matrix);
    return b->matrix != NULL || cn_connection_fail_memory(b->connection);
}

/* Whether the set at hand gives the statement the structure of those before: the length of a list
   and the types of values are part of it. */
static bool is_same(const batch *b, const cn_walk *walk)
{
    return b->key != NULL && b->key_size == walk->word_count * sizeof *walk->words &&
           memcmp(b->key, walk->words, b->key_size) == 0;
}

static bool run(batch *b, size_t rows)
{
    const cn_execution plainly = {0};
    b->connection->rows_before = b->done;
    bool good = cn_connection_run_many(b->connection, b->slot, b->matrix, rows, b->columns,
                                       &plainly);
    b->connection->rows_before = 0;
    b->done += rows;
    if (!good || !cn_result_take(&b->result, b->connection, b->slot))
        return false;
    b->result->held = true; /* it does not end while there is more */
    return true;
}

/* What was gathered is sent before rows of another structure. */
static bool change_structure(batch *b, cn_walk *walk, size_t *rows)
{
    bool good = *rows == 0 || run(b, *rows);
    *rows     = 0;
    end_structure(b);
    return good && begin(b, walk);
}

/* One row of the matrix, of which there are `*rows`. */
static bool take_set(batch *b, size_t *rows)
{
    cn_walk walk;
    cn_walk_begin(&walk, cn_connection_error_slot(b->connection));
    bool good = cn_walk_statement(&walk, b->statement, *b->sets) &&
                cn_sql_key(b->connection, &walk);
    if (!good)
        cn_connection_fail_filled(b->connection, NULL);
    if (good && !is_same(b, &walk))
        good = change_structure(b, &walk, rows);
    const cn_value *values = good ? cn_sql_arranged(b->connection, b->slot, &walk) : NULL;
    if (values != NULL)
        memcpy(b->matrix + *rows * b->columns, values, b->columns * sizeof *values);
    cn_arena_join(&b->texts, &walk.arena);
    cn_walk_end(&walk);
    b->sets++;
    ++*rows;
    return values != NULL;
}

static bool run_all(batch *b)
{
    while (*b->sets != NULL) {
        size_t rows = 0;
        do {
            if (!take_set(b, &rows))
                return false;
        } while (rows < b->rows && *b->sets != NULL);
        if (!run(b, rows))
            return false;
    }
    return true;
}

cn_result *cn_sql_run_many(cn_connection *connection, const cn_statement *statement,
                           const cn_param *const *sets)
{
    batch b   = {.connection = connection, .statement = statement, .sets = sets};
    bool  own = false;
    if (cn_connection_is_failed(connection))
        return cn_connection_failed_result(connection);
    if (sets == NULL || *sets == NULL)
        return cn_connection_result_empty(connection, 0, 0);
    if (!cn_connection_batch_begin(connection, &own))
        return cn_connection_failed_result(connection);
    bool good = run_all(&b);
    if (b.result != NULL) {
        b.result->held = false;
        cn_arena_join(&b.result->arena, &b.texts); /* what is bound may live there */
    }
    cn_arena_free(&b.texts);
    end_structure(&b);
    if (own)
        return cn_connection_batch_end(connection, good ? b.result : NULL);
    return good ? b.result : cn_connection_failed_result(connection);
}
