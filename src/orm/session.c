/*
 * Sessions: opening and closing, transactions and nested scopes, and what becomes of the instances
 * when one of them ends. See session.h for who does what.
 */
#include "orm/session.h"

#include "base/memory.h"
#include "sql/keep.h"

/* ---- opening and closing --------------------------------------------------------------------- */

cn_session *cn_session_open(cn_engine *engine, const cn_session_options *options)
{
    cn_session *session = cn_allocate_zero(1, sizeof *session);
    if (session == NULL)
        return NULL;
    if (options != NULL)
        memcpy(&session->options, options,
               options->size < sizeof session->options ? options->size : sizeof session->options);
    cn_connection_options how = {.size      = sizeof how,
                                 .isolation = session->options.isolation,
                                 .read_only = session->options.read_only,
                                 .schemas   = session->options.schemas};
    session->options.schemas  = NULL; /* the program's own is not kept */
    session->engine           = engine;
    session->serial           = 1;
    session->check_lent       = cn_lent_wanted(&session->options);
    session->connection       = cn_connection_new(engine, &how, true);
    if (session->connection == NULL) {
        cn_release(session);
        return NULL;
    }
    return session;
}

/* Every instance of one model. */
static void end_shelf(cn_shelf *shelf)
{
    cn_instances_end(shelf->session, shelf->mapper, shelf->adopted, shelf->adopted_count);
    while (shelf->slabs != NULL) {
        cn_slab *slab = shelf->slabs;
        shelf->slabs  = slab->next;
        cn_slab_end_instances(slab);
        cn_slab_free(slab);
    }
    shelf->instance_count = shelf->adopted_count = 0;
}

/* A session that is used again loads about as much as before, so what it took to find instances is
   kept, up to this many; but not what was mostly empty, for emptying it takes time, too. */
#define CN_ENTRIES_KEPT 65536
#define CN_ENTRIES_EMPTY 32 /* entries for one that was used */

static void empty_shelf(cn_shelf *shelf)
{
    end_shelf(shelf);
    if (shelf->entry_capacity > CN_ENTRIES_KEPT ||
        shelf->entry_capacity / CN_ENTRIES_EMPTY > shelf->entry_used + CN_ENTRIES_EMPTY) {
        cn_release(shelf->entries);
        shelf->entries        = NULL;
        shelf->entry_capacity = 0;
    }
    shelf->entry_used = 0;
    if (shelf->entries != NULL)
        memset(shelf->entries, 0, shelf->entry_capacity * sizeof *shelf->entries);
}

static void free_shelf(cn_shelf *shelf)
{
    end_shelf(shelf);
    cn_release(shelf->instances);
    cn_release(shelf->adopted);
    cn_release(shelf->entries);
    cn_release(shelf);
}

/* Every instance, list and log; the session stays. */
static void end_instances(cn_session *session, void (*end)(cn_shelf *shelf))
{
    session->scope_count = session->scope_count == 0 ? 0 : 1;
    cn_undo_keep(session); /* frees the logs without restoring */
    cn_session_end_stranded(session);
    for (size_t i = 0; i < session->shelf_count; i++)
        end(session->shelves[i]);
    cn_undo_keep(session); /* lists that were handed out */
    session->announced_count = 0;
    cn_arena_reset(&session->kept);
    session->statistics = (cn_session_statistics){0};
}

void cn_session_close(cn_session *session)
{
    if (session == NULL)
        return;
    cn_connection_close(session->connection);
    end_instances(session, free_shelf);
    cn_release(session->shelves);
    cn_release(session->announced);
    cn_release(session->undo);
    cn_release(session->scopes);
    cn_release(session->graves);
    cn_release(session->work);
    cn_arena_free(&session->scratch);
    cn_arena_free(&session->undo_images);
    cn_arena_free(&session->kept);
    cn_arena_free(&session->conditions);
    cn_release(session);
}

void cn_session_reset(cn_session *session)
{
    if (session == NULL)
        return;
    cn_connection_rollback(session->connection);
    end_instances(session, empty_shelf);
}

cn_session_statistics cn_session_stats(cn_session *session)
{
    return session == NULL ? (cn_session_statistics){0} : session->statistics;
}

const cn_error *cn_session_error(cn_session *session)
{
    return cn_connection_error(session == NULL ? NULL : session->connection);
}

cn_condition cn_session_keep(cn_session *owner, cn_condition condition)
{
    if (owner == NULL)
        return cn_condition_broken(CN_BROKEN_DEAD);
    return cn_keep_in(&owner->conditions, condition);
}

/* ---- what the other files need --------------------------------------------------------------- */

bool cn_session_no_memory(cn_session *session)
{
    return cn_connection_fail(session->connection, CN_CAUSE_MEMORY, "out of memory");
}

cn_shelf *cn_session_new_shelf(cn_session *session, cn_mapper *mapper)
{
    cn_shelf *shelf = cn_allocate_zero(1, sizeof *shelf);
    if (shelf == NULL || !cn_reserve(&session->shelves, &session->shelf_capacity,
                                     session->shelf_count + 1, sizeof *session->shelves)) {
        cn_release(shelf);
        cn_session_no_memory(session);
        return NULL;
    }
    shelf->mapper                            = mapper;
    shelf->session                           = session;
    session->shelves[session->shelf_count++] = shelf;
    return shelf;
}

cn_mapper *cn_session_new_mapper(cn_session *session, const cn_model *model)
{
    cn_mapper *mapper = cn_mapper_of(model, cn_connection_error_slot(session->connection));
    if (mapper == NULL)
        cn_connection_fail_filled(session->connection, NULL);
    return mapper;
}

bool cn_session_scope(cn_session *session)
{
    return session->scope_count != 0 || cn_undo_begin(session);
}

bool cn_session_count(cn_session *session)
{
    session->statistics.statements++;
    return session->options.statement_limit == 0 ||
           session->statistics.statements <= session->options.statement_limit ||
           cn_connection_fail(
               session->connection, CN_CAUSE_LIMIT,
               "the session has sent %llu statements, as many as its statement_limit allows",
               (unsigned long long)session->options.statement_limit);
}

/* ---- transactions ---------------------------------------------------------------------------- */

bool cn_session_begin(cn_session *session, const cn_begin_options *options)
{
    return session != NULL && cn_session_scope(session) &&
           cn_connection_begin(session->connection, options);
}

bool cn_session_in_transaction(cn_session *session)
{
    return session != NULL && cn_connection_in_transaction(session->connection);
}

bool cn_session_commit(cn_session *session)
{
    if (session == NULL)
        return false;
    if (!cn_session_flush(session, CN_FLUSH_ALL, NULL) ||
        !cn_connection_commit(session->connection))
        return false;
    cn_undo_keep(session);
    if (session->options.expire_on_commit)
        session->expired = ++session->serial;
    return true;
}

bool cn_session_rollback(cn_session *session)
{
    if (session == NULL)
        return false;
    bool good = cn_connection_rollback(session->connection);
    while (session->scope_count > 1)
        cn_undo_roll_back(session);
    cn_undo_roll_back(session);
    return good;
}

/* Whether the innermost scope of the connection, or the one around it (-1), is the innermost
   here. */
static bool has_scope(const cn_session *session, int around)
{
    int depth = cn_connection_depth(session->connection) + around;
    return depth >= 0 && session->scope_count == (size_t)depth + 1;
}

bool cn_session_nested_begin(cn_session *session)
{
    if (session == NULL)
        return false;
    /* What was assigned before belongs to the outer scope; in failure the scope is opened all the
       same, so that its end has something to close. */
    bool good = cn_session_flush(session, CN_FLUSH_ALL, NULL) && cn_session_scope(session);
    good      = cn_connection_nested_begin(session->connection) && good;
    /* Without memory for a scope of its own nothing can happen in this one, nor in those within. */
    return has_scope(session, -1) && cn_undo_begin(session) && good;
}

bool cn_session_nested_end(cn_session *session)
{
    if (session == NULL)
        return false;
    cn_session_flush(session, CN_FLUSH_ALL, NULL);
    bool own  = session->scope_count > 1 && has_scope(session, 0);
    bool good = cn_connection_nested_end(session->connection);
    if (own && good)
        cn_undo_keep(session);
    else if (own)
        cn_undo_roll_back(session);
    return good;
}

bool cn_session_nested_rollback(cn_session *session)
{
    if (session == NULL)
        return false;
    bool own  = session->scope_count > 1 && has_scope(session, 0);
    bool good = cn_connection_nested_rollback(session->connection);
    if (own)
        cn_undo_roll_back(session);
    return good;
}

cn_cause cn_session_nested_cause(cn_session *session)
{
    return cn_connection_nested_cause(session == NULL ? NULL : session->connection);
}

const char *cn_session_nested_message(cn_session *session)
{
    return cn_connection_nested_message(session == NULL ? NULL : session->connection);
}

/* ---- statements of the program's own --------------------------------------------------------- */

/* They may read anything, so everything is flushed first. */
static bool ready(cn_session *session)
{
    return cn_session_well(session) && cn_session_scope(session) &&
           cn_session_autoflush(session, CN_FLUSH_ALL, NULL) && cn_session_count(session);
}

cn_result *cn_session_execute(cn_session *session, const cn_statement *statement,
                              const cn_param *params)
{
    if (session == NULL)
        return NULL;
    ready(session); /* in failure the connection gives the failed result */
    return cn_connection_execute(session->connection, statement, params);
}

cn_result *cn_session_execute_many(cn_session *session, const cn_statement *statement,
                                   const cn_param *const *sets)
{
    if (session == NULL)
        return NULL;
    ready(session);
    return cn_connection_execute_many(session->connection, statement, sets);
}
