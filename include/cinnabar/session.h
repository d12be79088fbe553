/*
 * cinnabar/session.h: a unit of work over structs: load them, change them, save the lot.
 *
 *     CN_SESSION(session, engine) {
 *         Author *author = cn_first(session, Author, .where = cn_is(Author, name, ==, "David"));
 *         CN_EACH(Post, post, cn_many(author, posts))
 *             post->views++;
 *         cn_add(session, cn_new(Post, .title = "Another", .author = author));
 *         if (!cn_commit(session))
 *             fprintf(stderr, "%s\n", cn_error_message(session));
 *     }
 *
 * Instances
 *   An instance is made by cn_new or by loading, never on the stack. One made by cn_new is yours
 *   (cn_free) until cn_add, or an append or set that cascades, gives it to a session; from then on,
 *   whether that call succeeded or not, it is the session's, for good: readable through commit,
 *   rollback and delete, until it is expunged, which frees it, or the session is reset or closed.
 *   To keep something longer take cn_copy. Within a session one row is one struct.
 *
 * Text
 *   cn_new, cn_add and cn_set copy text and bytes. A plain assignment lends: the pointer must stay
 *   valid and unchanged until the next flush has returned; flush copies it, and the member then
 *   points to the copy, which is the session's. The library never frees your pointer, and you free
 *   it by the one you kept, not through the member. Text read from a member lives to the end of the
 *   transaction in which it is replaced.
 *
 * Changes
 *   Assign to members as to any struct: flush, commit and queries find what changed. A query looks
 *   only at the models it reads. Lazy loads and cn_get flush what was announced by a call (cn_add,
 *   cn_append, cn_set, cn_delete, ...) but do not search.
 *   Statements of your own (cn_execute with text, cn_update, cn_delete_from) go past the session:
 *   instances that are loaded keep their values, and queries do not overwrite them. cn_refresh or
 *   cn_expire one whose row you have changed that way.
 *
 * Relationships
 *   `Author *author` is loaded, NULL for none, or CN_UNLOADED, which faults at once if it is
 *   followed: read it through cn_one. You may assign it; flush treats that like cn_set_one, but
 *   only the call keeps both sides equal at once: after a plain assignment the other side learns of
 *   it when the instance is added and flushed. After assigning the foreign key itself, the pointer
 *   beside it does, but no list that is loaded: cn_expire its owner. A many side is read through
 *   cn_many: a NULL-ended list that never changes while the transaction lasts; append and remove
 *   make a new one. Each is loaded by a statement of its own, when it is first
 *   read; .statement_limit finds loops that load one by one.
 *
 * Transactions and connections
 *   A session holds a connection from its first statement until commit, rollback or close. So
 *   commit, also after reading, before slow work. Rollback restores every struct to its state
 *   before the transaction (or nested scope). Errors: cinnabar/error.h.
 *
 * Threads: a session and its instances belong to one thread at a time; cn_new may be called from
 * any.
 */
#ifndef CINNABAR_SESSION_H
#define CINNABAR_SESSION_H

#include <cinnabar/result.h>
#include <cinnabar/sql.h>

CN_BEGIN_DECLARATIONS

typedef struct cn_session_options {
    size_t size;
    /* no shadows, no search for changes: calls that change something are refused, and what is
       assigned to a member is not noticed */
    bool         read_only;
    bool         no_autoflush;     /* queries do not flush first */
    bool         expire_on_commit; /* cn_one, cn_many and cn_get reload after a commit */
    cn_isolation isolation;        /* of its transactions [the engine's] */
    /* true: at flush, look for lent text that cannot be right; CN_NONE: do not
       [as the library was built: it looks in a debug build] */
    int                  check_lent;
    uint64_t             statement_limit; /* an error after so many statements: finds N+1 [none] */
    uint64_t             instance_limit;  /* an error before it holds more instances [none] */
    const cn_schema_map *schemas;         /* CN_SCHEMAS(...): cinnabar/engine.h [the engine's] */
} cn_session_options;

/* Connects to nothing yet. Never NULL but for want of memory. */
CN_API cn_session *cn_session_open(cn_engine *engine, const cn_session_options *options);
/* cn_session_close, in cinnabar/connection.h, rolls back and frees every instance. */

/* Rolls back and frees every instance and list, but keeps the session: what a worker calls between
   jobs. */
CN_API void cn_session_reset(cn_session *session);

typedef struct cn_session_statistics {
    uint64_t statements; /* sent since the session was opened or reset */
    uint64_t rows;       /* read */
    uint64_t instances;  /* held now */
    uint64_t flushes;    /* that sent something */
    uint64_t lazy_loads; /* that sent a statement */
} cn_session_statistics;
CN_API cn_session_statistics cn_session_stats(cn_session *session);

/* ---- instances -------------------------------------------------------------------------- */

typedef enum cn_instance_state {
    CN_INSTANCE_NONE,       /* no instance: a struct on the stack, a copy, NULL, one that is gone */
    CN_INSTANCE_TRANSIENT,  /* made, not added; or added in a transaction that was rolled back */
    CN_INSTANCE_PENDING,    /* added, not yet flushed */
    CN_INSTANCE_PERSISTENT, /* a row */
    CN_INSTANCE_DELETED     /* its row was deleted */
} cn_instance_state;

/* Tells without touching the memory, so it is safe for any pointer. */
CN_API cn_instance_state cn_state(const void *instance);
CN_API cn_session       *cn_session_of(const void *instance); /* NULL: none */

/*
 * Hands an instance, and what its relationships reach, to the session. Adding twice does nothing.
 * False, with an error on the session: not an instance, or another session's.
 */
CN_API bool cn_add(cn_session *session, void *instance);

/* Deletes the row at the next flush. What refers to it: see `cascade` of its relationships. */
CN_API bool cn_delete(cn_session *session, void *instance);

/* Ends an instance that was never added (made by cn_new or cn_copy). One that a session owns is not
   freed: an error on it. */
CN_API void cn_free(void *instance);

/* An independent copy with its own text, relationships unloaded, the caller's (cn_free). NULL only
   for want of memory or for what is not an instance. */
CN_API void *cn_copy_(const void *instance);

/* The session's instance of the same row, loaded if need be, with the members of `instance` written
   over it; a new one if there is no such row. `instance` stays as it is. NULL in failure. */
CN_API void *cn_merge_(cn_session *session, const void *instance);

/* Forgets and frees it; its row stays. */
CN_API bool cn_expunge(cn_session *session, void *instance);
/* Its members are loaded anew: now; or at the next cn_one, cn_many, cn_get or query that meets
   it. */
CN_API bool cn_refresh(cn_session *session, void *instance);
CN_API bool cn_expire(cn_session *session, void *instance);

/* Sends what has changed, without committing. */
CN_API bool cn_flush(cn_session *session);

/* ---- behind the macros ----------------------------------------------------------------------- */

CN_API void       *cn_new_(const cn_model *model, size_t size, const void *values);
CN_API bool        cn_add_all_(cn_session *session, void *const *instances, size_t count);
CN_API bool        cn_append_(void *owner, size_t offset, void *element);
CN_API bool        cn_remove_(void *owner, size_t offset, void *element);
CN_API bool        cn_set_(void *instance, size_t offset, const void *value, size_t size);
CN_API bool        cn_set_one_(void *instance, size_t offset, void *target);
CN_API void       *cn_one_(const void *instance, size_t offset);
CN_API const void *cn_many_(const void *instance, size_t offset);
CN_API void *cn_get_(cn_session *session, const cn_model *model, size_t size, const cn_value *key,
                     size_t count);
CN_API void *cn_first_(cn_session *session, size_t size, const cn_select_statement *statement);
CN_API const void *cn_all_(cn_session *session, size_t size, const cn_select_statement *statement);
CN_API const void *cn_rows_(cn_session *session, const char *struct_name, size_t struct_size,
                            const cn_statement *statement);
CN_API size_t      cn_list_count(const void *list); /* of a NULL-ended list; NULL is empty */
CN_API void       *cn_scalar_(cn_session *session, const cn_statement *statement, uint8_t storage,
                              void *target);
CN_API int64_t cn_insert_rows_(cn_session *session, const cn_model *model, size_t size, void *rows,
                               size_t count);

typedef struct cn_stream cn_stream;
CN_API cn_stream        *cn_stream_open(cn_session *session, size_t size,
                                        const cn_select_statement *statement);
CN_API const void       *cn_stream_next(cn_stream *stream); /* NULL at the end */
CN_API void              cn_stream_close(cn_stream *stream);

CN_END_DECLARATIONS

#ifndef __cplusplus

/* cn_new(Post, .title = "x", .author = author): never NULL. What could not be made (no memory, a
   model that does not hold together) fails when it is added or referred to. Members not named are
   zero. */
#define cn_new(...) CN_PASTE_(CN_NEW_, CN_ONE_OR_MORE_(__VA_ARGS__))(__VA_ARGS__)
#define CN_NEW_ONE(T) ((T *)cn_new_(&T##_model, sizeof(T), NULL))
#define CN_NEW_MORE(T, ...) ((T *)cn_new_(&T##_model, sizeof(T), &(const T){__VA_ARGS__}))

#define cn_add_all(session, ...)                                                                   \
    cn_add_all_((session), (void *const[]){__VA_ARGS__},                                           \
                sizeof((void *const[]){__VA_ARGS__}) / sizeof(void *))

#define cn_copy(instance) ((__typeof__(instance))cn_copy_(instance))
#define cn_merge(session, instance) ((__typeof__(instance))cn_merge_((session), (instance)))

/* The row with this primary key, from the session or the database; NULL: none, or failed.
   cn_get(session, Author, 7); the values of a composite key in the order of its columns. */
#define cn_get(session, T, ...)                                                                    \
    ((T *)cn_get_((session), &T##_model, sizeof(T),                                                \
                  (const cn_value[]){CN_EACH_MEMBER_(CN_KEY_VALUE_, 0, __VA_ARGS__)},              \
                  CN_COUNT_(__VA_ARGS__)))
#define CN_KEY_VALUE_(unused, v) CN_VALUE(v)

/* The first row, or NULL: none, or failed. cn_first(session, Author, .where = ...) */
#define cn_first(session, ...)                                                                     \
    CN_FIRST_(session, __VA_ARGS__, .head = {CN_STATEMENT_SELECT, sizeof(cn_select_statement)})
#define CN_FIRST_(session, T, ...)                                                                 \
    ((T *)cn_first_((session), sizeof(T),                                                          \
                    &(const cn_select_statement){.from = &T##_model, __VA_ARGS__}))

/* All rows, a NULL-ended list of the session's: T *const *, valid until cn_session_reset or
   close. */
#define cn_all(session, ...)                                                                       \
    CN_ALL_(session, __VA_ARGS__, .head = {CN_STATEMENT_SELECT, sizeof(cn_select_statement)})
#define CN_ALL_(session, T, ...)                                                                   \
    ((T *const *)cn_all_((session), sizeof(T),                                                     \
                         &(const cn_select_statement){.from = &T##_model, __VA_ARGS__}))

/* The rows of any statement as structs: T *const *, as above. The statement says which members it
   fills: columns, returning or fields; a select without columns gives instances. */
#define cn_rows(session, T, statement)                                                             \
    ((T *const *)cn_rows_((session), #T, sizeof(T), CN_STATEMENT_(statement)))

/* The only column of the first row, as a C type; zero if there is none: int64_t n =
   cn_scalar(session, int64_t, statement) */
#define cn_scalar(session, T, statement)                                                           \
    (*(T *)cn_scalar_((session), CN_STATEMENT_(statement), CN_STORAGE_OF_TYPE_(T), (T[1]){0}))

/* Every row of a struct array of your own is inserted, fast, without becoming instances; generated
   keys are written back. The number of rows, or -1. */
#define cn_insert_rows(session, T, rows, count)                                                    \
    cn_insert_rows_((session), &T##_model, sizeof(T), 1 ? (rows) : (T *)0, (count))

/* Relationships: cn_one(post, author), cn_many(author, posts) load what is not loaded yet. Of NULL:
   NULL, and the empty list. */
#define cn_one(instance, m)                                                                        \
    ((__typeof__((instance)->m))cn_one_((instance), offsetof(__typeof__(*(instance)), m)))
#define cn_many(instance, m)                                                                       \
    ((__typeof__((instance)->m))cn_many_((instance), offsetof(__typeof__(*(instance)), m)))
#define cn_append(instance, m, element)                                                            \
    cn_append_((instance), offsetof(__typeof__(*(instance)), m), 1 ? (element) : *(instance)->m)
#define cn_remove(instance, m, element)                                                            \
    cn_remove_((instance), offsetof(__typeof__(*(instance)), m), 1 ? (element) : *(instance)->m)
#define cn_set_one(instance, m, target)                                                            \
    cn_set_one_((instance), offsetof(__typeof__(*(instance)), m), 1 ? (target) : (instance)->m)
/* Assigns a column and copies text: cn_set(post, title, buffer) */
#define cn_set(instance, m, x)                                                                     \
    cn_set_((instance), offsetof(__typeof__(*(instance)), m), (__typeof__((instance)->m)[1]){x},   \
            sizeof((instance)->m))

/* CN_EACH(Post, post, list) { ... }: any NULL-ended list. break and continue are those of one
   loop. */
#define CN_EACH(T, v, list)                                                                        \
    for (T *const *v##_at = (list), *v = NULL; v##_at != NULL && (v = *v##_at) != NULL; v##_at++)

#ifdef __GNUC__
/* CN_SESSION(session, engine, .option = value, ...) { ... }: a session for the block; see
   CN_CONNECT. */
static inline void cn_session_leave_(cn_session **session)
{
    cn_session_close(*session);
}
#define CN_SESSION(session, ...)                                                                   \
    for (cn_session * session __attribute__((cleanup(cn_session_leave_))) =                        \
             CN_SESSION_OPEN_(__VA_ARGS__, .size = sizeof(cn_session_options)),                    \
                              *session##_once = NULL;                                              \
         !session##_once; session##_once      = (cn_session *)(void *)&session##_once)
#define CN_SESSION_OPEN_(engine, ...)                                                              \
    cn_session_open((engine), &(const cn_session_options){__VA_ARGS__})

/* CN_STREAM(Post, post, session, .where = ...) { ... }: any number of rows in bounded memory;
   `post` is a const struct that is valid until the next row, not an instance: relationships cannot
   be read from it. */
static inline void cn_stream_leave_(cn_stream **stream)
{
    cn_stream_close(*stream);
}
#define CN_STREAM(T, v, ...)                                                                       \
    CN_STREAM_(T, v, __VA_ARGS__, .head = {CN_STATEMENT_SELECT, sizeof(cn_select_statement)})
#define CN_STREAM_(T, v, session, ...)                                                             \
    for (cn_stream * v##_stream __attribute__((cleanup(cn_stream_leave_))) = cn_stream_open(       \
             (session), sizeof(T), &(const cn_select_statement){.from = &T##_model, __VA_ARGS__}), \
                                *v##_once = NULL;                                                  \
         !v##_once; v##_once              = (cn_stream *)(void *)&v##_once)                        \
        for (const T *v; (v = (const T *)cn_stream_next(v##_stream)) != NULL;)
#endif

/* cn_session(engine, .option = value, ...): opens a session; end it with cn_close. */
#define cn_session(...) CN_SESSION_OPEN_(__VA_ARGS__, .size = sizeof(cn_session_options))

#endif
#endif
