/*
 * Running out of memory is an ordinary error, wherever it happens: here the n-th allocation fails,
 * once or from then on, for every n, through everything that an engine, a connection and a session
 * do. Each time nothing crashes or leaks, what is reported as stored is in the database and what
 * is not is not, what is reported as read was read right, and the same work then succeeds on the
 * same engine.
 *
 * A session's work is cut into small pieces that each begin with a new engine, so that nothing is
 * in a cache already. SUITE_NOT_IN_MEMORY: there a new engine is an empty database. What a model
 * was resolved to stays for the life of the process: the two families of models for that are used
 * by the first two tests alone. What a client library allocates does not go through the hook.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cinnabar/cinnabar.h>

#include "../unit/failing.h"

/* ---- models --------------------------------------------------------------------------------- */

/* The same tables thrice: P is a prefix of the structs' names. */
#define FAMILY(P)                                                                                  \
    typedef struct P##Author P##Author;                                                            \
    typedef struct P##Post   P##Post;                                                              \
    typedef struct P##Tag    P##Tag;                                                               \
    struct P##Author {                                                                             \
        int              id;                                                                       \
        const char      *name;                                                                     \
        CN_OPT(int)      born;                                                                     \
        CN_MANY(P##Post) posts;                                                                    \
    };                                                                                             \
    struct P##Post {                                                                               \
        int             id;                                                                        \
        const char     *title;                                                                     \
        CN_OPT(int)     author_id;                                                                 \
        P##Author      *author;                                                                    \
        CN_MANY(P##Tag) tags;                                                                      \
    };                                                                                             \
    struct P##Tag {                                                                                \
        int         id;                                                                            \
        const char *text;                                                                          \
    };                                                                                             \
    CN_TABLE(P##link, "memory_link")                                                               \
    {                                                                                              \
        CN_TABLE_COLUMN(post_id, CN_INTEGER, .primary_key = true);                                 \
        CN_TABLE_COLUMN(tag_id, CN_INTEGER, .primary_key = true);                                  \
    }                                                                                              \
    CN_MODEL(P##Author, "memory_author")                                                           \
    {                                                                                              \
        CN_COLUMN(id, .primary_key = true);                                                        \
        CN_COLUMN(name, .type = CN_STRING(60));                                                    \
        CN_COLUMN(born, .index = true);                                                            \
        CN_RELATIONSHIP(posts, P##Post, .back_populates = "author", .order_by = "id");             \
    }                                                                                              \
    CN_MODEL(P##Post, "memory_post")                                                               \
    {                                                                                              \
        CN_COLUMN(id, .primary_key = true);                                                        \
        CN_COLUMN(title, .type = CN_STRING(60));                                                   \
        CN_COLUMN(author_id, .foreign_key = "memory_author.id");                                   \
        CN_RELATIONSHIP(author, P##Author, .back_populates = "posts");                             \
        CN_RELATIONSHIP(tags, P##Tag, .secondary = &P##link,                                       \
                        .primaryjoin   = "foreign(" #P "link.post_id) == " #P "Post.id",           \
                        .secondaryjoin = "foreign(" #P "link.tag_id) == " #P "Tag.id");            \
    }                                                                                              \
    CN_MODEL(P##Tag, "memory_tag")                                                                 \
    {                                                                                              \
        CN_COLUMN(id, .primary_key = true);                                                        \
        CN_COLUMN(text, .type = CN_STRING(30));                                                    \
    }

FAMILY(Cold)
FAMILY(Frozen)
FAMILY(A)
CN_METADATA(ABase, &AAuthor_model, &APost_model, &ATag_model, &Alink);

/* For cn_create_all and cn_drop_all alone. */
typedef struct Room {
    int         id;
    const char *name;
    double      size;
} Room;
CN_MODEL(Room, "lost.memory_room")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(60), .unique = true);
    CN_COLUMN(size, .index = true);
}
CN_METADATA(Rooms, &Room_model);
#define FOUND CN_SCHEMAS("lost", "")

/* ---- the tables, seen by an engine of the test's own ---------------------------------------- */

typedef struct counts {
    int notes, authors, posts, links;
} counts;

static const counts in_the_beginning = {0, 2, 3, 3};

static cn_engine *watcher;
static size_t     watched; /* blocks that it has come to hold */

static void run_all(const char *const *statements)
{
    cn_connection *connection = cn_connect(watcher);
    for (size_t i = 0; statements[i] != NULL; i++)
        cn_execute(connection, cn_text(statements[i]));
    if (!cn_commit(connection))
        fail_msg("%s", cn_error_message(connection));
    cn_close(connection);
}

static void drop_rooms(void)
{
    assert_true(cn_drop_view("memory_view", watcher, .if_exists = true));
    assert_true(cn_drop_with(&Rooms, watcher, .schemas = FOUND));
}

static void fill_tables(void)
{
    static const char *const statements[] = {
        "DELETE FROM memory_note",
        "DELETE FROM memory_link",
        "DELETE FROM memory_post",
        "DELETE FROM memory_author",
        "DELETE FROM memory_tag",
        "INSERT INTO memory_author (id, name, born) VALUES (1000001, 'Ada', 1815), (1000002, "
        "'Bob', NULL)",
        "INSERT INTO memory_post (id, title, author_id) VALUES (1000001, 'one', 1000001), "
        "(1000002, 'two', 1000001), (1000003, 'three', 1000002)",
        "INSERT INTO memory_tag (id, text) VALUES (1000001, 'red'), (1000002, 'blue')",
        "INSERT INTO memory_link (post_id, tag_id) VALUES (1000001, 1000001), (1000001, 1000002), "
        "(1000003, 1000001)",
        NULL};
    run_all(statements);
}

static counts count_rows(void)
{
    counts            now        = {0};
    static const char sql[]      = "SELECT (SELECT count(*) FROM memory_note) AS notes, "
                                   "(SELECT count(*) FROM memory_author) AS authors, "
                                   "(SELECT count(*) FROM memory_post) AS posts, "
                                   "(SELECT count(*) FROM memory_link) AS links";
    cn_connection    *connection = cn_connect(watcher);
    cn_result        *result     = cn_execute(connection, cn_text(sql));
    if (!cn_fetch(result, counts, &now, notes, authors, posts, links))
        fail_msg("%s", cn_error_message(connection));
    cn_close(connection);
    return now;
}

static bool same(counts a, counts b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void quiet(void *context, const cn_error *error)
{
    (void)context;
    (void)error;
}

/* These rows need not survive a power cut. */
static const char *url(void)
{
    static char text[400];
    snprintf(text, sizeof text, "%s%s", suite_url(),
             suite_which() == SUITE_SQLITE ? "?synchronous=OFF" : "");
    return text;
}

static cn_engine *new_engine(void)
{
    return cn_create_engine(url(), .on_unread_error = quiet, .statement_cache = 1,
                            .prepared_statements = 1);
}

static int open_tables(void **state)
{
    (void)state;
    static const char *const made[] = {"DROP TABLE IF EXISTS memory_note",
                                       "CREATE TABLE memory_note (id INTEGER, text VARCHAR(60))",
                                       NULL};
    failing_begin(0, false); /* one allocator from the beginning to the end */
    watcher = new_engine();
    run_all(made);
    assert_true(cn_drop_all(&ABase, watcher));
    drop_rooms();
    assert_true(cn_create_all(&ABase, watcher));
    fill_tables();
    return 0;
}

static int close_tables(void **state)
{
    (void)state;
    static const char *const dropped[] = {"DROP TABLE memory_note", NULL};
    run_all(dropped);
    assert_true(cn_drop_all(&ABase, watcher));
    cn_engine_dispose(watcher);
    return 0;
}

/* ---- failing --------------------------------------------------------------------------------- */

/* What one attempt says of itself. */
typedef struct account {
    bool     well;  /* no handle has an error */
    cn_cause cause; /* otherwise */
    char     message[300];
    bool     right;     /* what was read is what is there */
    bool     stored;    /* the library said so; `after` is then what is there */
    bool     unchanged; /* nothing was to be stored */
    counts   after;
} account;

typedef void job(cn_engine *engine, account *said);

static void take_error(account *said, const cn_error *error)
{
    said->well  = cn_error_is_none(error);
    said->cause = cn_error_get_cause(error);
    snprintf(said->message, sizeof said->message, "%s", cn_error_get_message(error));
}

static void fail_at(size_t n, bool for_good)
{
    failing.calls = failing.failures = 0;
    failing.fail_at                  = n;
    failing.for_good                 = for_good;
}

static void look(const char *name, size_t n, bool for_good, const account *said)
{
    char where[100];
    snprintf(where, sizeof where, "%s, allocation %zu %s", name, n, for_good ? "and on" : "alone");
    if (!said->well && said->cause != CN_CAUSE_MEMORY)
        fail_msg("%s: %s: %s", where, cn_cause_name(said->cause), said->message);
    if (said->well && !said->right)
        fail_msg("%s: what was read is wrong, and no error says so", where);
    if (said->well && !said->stored && !said->unchanged)
        fail_msg("%s: not stored, and no error says so", where);
    counts now = count_rows(), wanted = said->stored ? said->after : in_the_beginning;
    if (!same(now, wanted))
        fail_msg("%s: %s, and there are %d notes, %d authors, %d posts, %d links", where,
                 said->stored ? "reported as stored" : "not reported as stored", now.notes,
                 now.authors, now.posts, now.links);
    if (said->stored || !same(now, in_the_beginning))
        fill_tables();
}

static void check(const char *name, size_t n, bool for_good, const account *said)
{
    size_t alive = failing.alive;
    look(name, n, for_good, said);
    watched += failing.alive - alive;
}

static job create_and_drop;

static void drop_what_is_left(job *run)
{
    size_t alive = failing.alive;
    if (run == create_and_drop)
        drop_rooms();
    watched += failing.alive - alive;
}

/* What one attempt left allocated, and whether something failed in it. */
typedef struct remains {
    size_t blocks;
    bool   failed;
} remains;

/*
 * A log-in takes PostgreSQL and its client 40 ms, which would be minutes in all. There the jobs of
 * sessions share an engine without room in its caches; what is allocated for a log-in, the
 * engine's own jobs see.
 */
static cn_engine *shared;

static cn_engine *take_engine(void)
{
    return shared != NULL ? shared : new_engine();
}

static cn_engine *renew_engine(cn_engine *engine)
{
    if (engine != NULL && cn_ok(engine))
        return engine;
    cn_engine_dispose(engine); /* an engine keeps its error */
    engine = new_engine();
    shared = shared != NULL ? engine : NULL;
    return engine;
}

static void leave_engine(cn_engine *engine)
{
    if (engine != shared)
        cn_engine_dispose(engine);
}

/* One attempt that fails, and the same again on the same engine. */
static remains attempt(const char *name, job *run, size_t n, bool for_good)
{
    size_t  alive = failing.alive - watched;
    remains left  = {0};
    account said  = {.unchanged = false};
    fail_at(n, for_good);
    cn_engine *engine = take_engine();
    run(engine, &said);
    left.failed = failing.failures > 0;
    fail_at(0, false);
    check(name, n, for_good, &said);
    drop_what_is_left(run);
    engine = renew_engine(engine);
    memset(&said, 0, sizeof said);
    run(engine, &said);
    if (!said.well || !said.right)
        fail_msg("%s, after allocation %zu failed: %s", name, n,
                 said.well ? "what was read is wrong" : said.message);
    check(name, n, for_good, &said);
    leave_engine(engine);
    if (shared == NULL) /* its caches are not the same each time */
        left.blocks = failing.alive - watched - alive;
    return left;
}

/* What stays for the life of the process (where instances may be) is not left a second time. */
static bool fail_once_more(const char *name, job *run, size_t n, bool for_good)
{
    remains left = attempt(name, run, n, for_good);
    if (left.blocks != 0)
        left = attempt(name, run, n, for_good);
    if (left.blocks != 0)
        fail_msg("%s, allocation %zu: %zu blocks leak", name, n, left.blocks);
    return left.failed;
}

static void fail_everywhere(const char *name, job *run)
{
    (void)attempt(name, run, 0, false); /* models are resolved now */
    for (int for_good = 0; for_good < 2; for_good++) {
        size_t n = 1;
        while (fail_once_more(name, run, n, for_good != 0))
            n++;
        assert_true(n > 1);
    }
}

#define FAIL_EVERYWHERE(work) fail_everywhere(#work, work)

/* A getter returns NULL in failure. */
static bool is(const char *text, const char *wanted)
{
    return text != NULL && strcmp(text, wanted) == 0;
}

/* ---- engine and connection ------------------------------------------------------------------- */

static void end(cn_connection *connection, account *said)
{
    take_error(said, cn_connection_error(connection));
    cn_close(connection);
}

static void select_a_value(cn_engine *engine, account *said)
{
    const int      ids[]      = {1000002, 7};
    cn_connection *connection = cn_connect(engine);
    cn_result     *result     = cn_execute(connection,
                                           cn_text("SELECT text FROM memory_tag WHERE id IN :ids"),
                                           CN_PARAMS("ids", cn_list(ids, 2)));
    said->right               = cn_only(result) && is(cn_get_text(result, "text"), "blue");
    said->unchanged           = true;
    end(connection, said);
}

static void insert_one(cn_engine *engine, account *said)
{
    cn_connection *connection = cn_connect(engine);
    cn_result     *result     = cn_execute(
                connection, cn_text("INSERT INTO memory_note (id, text) VALUES (:id, :text)"),
                CN_PARAMS("id", 7, "text", "a text of a few words"));
    said->right  = cn_row_count(result) == 1;
    said->stored = cn_commit(connection);
    said->after  = (counts){1, 2, 3, 3};
    end(connection, said);
}

static void insert_many(cn_engine *engine, account *said)
{
    cn_connection *connection = cn_connect(engine);
    cn_result     *result     = cn_execute_many(
                connection, cn_text("INSERT INTO memory_note (id, text) VALUES (:id, :text)"),
                CN_PARAMS("id", 1, "text", "one"), CN_PARAMS("id", 2, "text", "two"),
                CN_PARAMS("id", 3, "text", "three"));
    said->right  = cn_row_count(result) == 3;
    said->stored = cn_commit(connection);
    said->after  = (counts){3, 2, 3, 3};
    end(connection, said);
}

typedef struct Row {
    int         id;
    const char *name;
    CN_OPT(int) born;
} Row;

/* A result that is half read when the next statement comes is read into memory. */
static void read_two_results_at_once(cn_engine *engine, account *said)
{
    Row            row;
    int            rows = 0, right = 0;
    cn_connection *connection = cn_connect(engine);
    cn_result     *authors    = cn_execute(
               connection, cn_text("SELECT id, name, born FROM memory_author ORDER BY id"));
    while (cn_fetch(authors, Row, &row, id, name, born)) {
        cn_result *posts = cn_execute(
            connection, cn_text("SELECT title FROM memory_post WHERE author_id = :id ORDER BY id"),
            CN_PARAMS("id", row.id));
        while (cn_next(posts))
            right += cn_get_text(posts, "title") != NULL;
        right += strcmp(row.name, rows == 0 ? "Ada" : "Bob") == 0 && row.id == 1000001 + rows;
        right += row.born.set == (rows == 0);
        rows++;
    }
    said->right     = rows == 2 && right == 3 + 2 + 2;
    said->unchanged = true;
    end(connection, said);
}

static void fail_in_a_nested_scope_and_go_on(cn_engine *engine, account *said)
{
    cn_connection *connection = cn_connect(engine);
    cn_execute(connection, cn_text("INSERT INTO memory_note (id) VALUES (1)"));
    cn_nested_begin(connection);
    cn_execute(connection, cn_text("INSERT INTO memory_note (id) VALUES (2)"));
    bool inner = cn_nested_end(connection);
    cn_nested_begin(connection);
    cn_execute(connection, cn_text("INSERT INTO memory_note (id) VALUES (3)"));
    bool back    = cn_nested_rollback(connection);
    said->right  = back;
    said->stored = cn_commit(connection);
    said->after  = (counts){1 + inner, 2, 3, 3};
    end(connection, said);
}

/* After an error and a rollback the connection is as good as new. */
static void roll_back_and_begin_again(cn_engine *engine, account *said)
{
    cn_connection *connection = cn_connect(engine);
    cn_begin(connection, .isolation = CN_SERIALIZABLE);
    cn_execute(connection, cn_text("INSERT INTO memory_note (id) VALUES (1)"));
    (void)cn_rollback(connection);
    cn_execute(connection, cn_text("INSERT INTO memory_note (id, text) VALUES (2, :text)"),
               CN_PARAMS("text", "second"));
    said->right  = true;
    said->stored = cn_commit(connection);
    said->after  = (counts){1, 2, 3, 3};
    end(connection, said);
}

static bool note(cn_connection *connection, void *context)
{
    (void)context;
    cn_execute(connection, cn_text("INSERT INTO memory_note (id) VALUES (:id)"),
               CN_PARAMS("id", 1));
    return cn_ok(connection);
}

static void transact(cn_engine *engine, account *said)
{
    cn_report outcome;
    said->right  = true;
    said->stored = cn_transact(engine, note, NULL, .report = &outcome);
    said->well   = outcome.cause == CN_CAUSE_NONE;
    said->cause  = outcome.cause;
    said->after  = (counts){1, 2, 3, 3};
    snprintf(said->message, sizeof said->message, "%.299s", outcome.message);
}

static void create_and_drop(cn_engine *engine, account *said)
{
    bool                created = cn_create_with(&Rooms, engine, .schemas = FOUND);
    const cn_statement *query   = CN_STATEMENT_(
          cn_select(Room, .where = cn_is(Room, name, ==, "it's")));
    bool seen    = created && cn_create_view("memory_view", query, engine, .schemas = FOUND);
    bool dropped = seen && cn_drop_view("memory_view", engine) &&
                   cn_drop_with(&Rooms, engine, .schemas = FOUND);
    take_error(said, cn_engine_error(engine));
    said->right     = dropped;
    said->unchanged = true;
}

/* ---- sessions -------------------------------------------------------------------------------- */

static void finish(cn_session *session, account *said)
{
    take_error(said, cn_session_error(session));
    cn_close(session);
}

#define STORE_A_GRAPH(P)                                                                           \
    do {                                                                                           \
        cn_session *session = cn_session(engine);                                                  \
        P##Author  *author  = cn_new(P##Author, .name = "Cleo", .born = cn_some(int, 1900));       \
        P##Post    *post    = cn_new(P##Post, .title = "four", .author = author);                  \
        P##Tag     *tag     = cn_new(P##Tag, .text = "green");                                     \
        cn_add_all(session, author, post, tag);                                                    \
        cn_append(post, tags, tag);                                                                \
        cn_append(author, posts, cn_new(P##Post, .title = "five"));                                \
        said->right  = true;                                                                       \
        said->stored = cn_commit(session);                                                         \
        said->after  = (counts){0, 3, 5, 4};                                                       \
        finish(session, said);                                                                     \
    } while (0)

static void store_a_graph(cn_engine *engine, account *said)
{
    STORE_A_GRAPH(A);
}

static void store_a_cold_graph(cn_engine *engine, account *said)
{
    STORE_A_GRAPH(Cold);
}

static void store_a_frozen_graph(cn_engine *engine, account *said)
{
    STORE_A_GRAPH(Frozen);
}

static void query_instances(cn_engine *engine, account *said)
{
    cn_session   *session = cn_session(engine);
    AAuthor      *ada     = cn_first(session, AAuthor, .where = cn_is(AAuthor, name, ==, "Ada"));
    APost *const *posts   = cn_all(
          session, APost,
          .where    = cn_and(cn_starts_with(APost, title, "t"),
                             cn_in_array(APost, id, ((const int[]){1000002, 1000003}), 2)),
          .order_by = CN_BY(cn_desc(cn_attr(APost, id))));
    AAuthor *bob = cn_get(session, AAuthor, 1000002);
    said->right  = ada != NULL && strcmp(ada->name, "Ada") == 0 && bob != NULL &&
                  cn_list_count(posts) == 2 && strcmp(posts[0]->title, "three") == 0;
    said->unchanged = true;
    finish(session, said);
}

typedef struct Head {
    int         id;
    const char *title;
} Head;

static void query_rows(cn_engine *engine, account *said)
{
    cn_session  *session = cn_session(engine);
    Head *const *built   = cn_rows(
          session, Head,
          cn_select(APost,
                    .columns  = CN_INTO(Head, id, cn_attr(APost, id), title, cn_attr(APost, title)),
                    .order_by = CN_BY(cn_attr(APost, id))));
    Head *const *text = cn_rows(
        session, Head,
        cn_text("SELECT id, title FROM memory_post WHERE id > :least ORDER BY id",
                .params = CN_PARAMS("least", 1000001), .fields = CN_FIELDS(Head, id, title)));
    int64_t count = cn_scalar(session, int64_t, cn_text("SELECT count(*) FROM memory_post"));
    said->right   = cn_list_count(built) == 3 && is(built[2]->title, "three") &&
                  cn_list_count(text) == 2 && text[0]->id == 1000002 && count == 3;
    said->unchanged = true;
    finish(session, said);
}

static void load_lazily(cn_engine *engine, account *said)
{
    cn_session *session = cn_session(engine);
    APost      *post    = cn_get(session, APost, 1000001);
    AAuthor    *author  = post == NULL ? NULL : cn_one(post, author);
    said->right         = author != NULL && cn_list_count(cn_many(author, posts)) == 2 &&
                  cn_list_count(cn_many(post, tags)) == 2;
    said->unchanged = true;
    finish(session, said);
}

static void change_and_commit(cn_engine *engine, account *said)
{
    cn_session *session = cn_session(engine);
    APost      *one     = cn_get(session, APost, 1000001);
    APost      *three   = cn_get(session, APost, 1000003);
    ATag       *blue    = cn_get(session, ATag, 1000002);
    if (one != NULL && three != NULL && blue != NULL) {
        cn_append(three, tags, blue);
        cn_remove(one, tags, blue);
        cn_append(three, tags, cn_new(ATag, .text = "violet"));
        cn_set(one, title, "eins");
        cn_set_one(three, author, cn_get(session, AAuthor, 1000001));
    }
    said->right  = true;
    said->stored = cn_commit(session);
    said->after  = (counts){0, 2, 3, 4};
    finish(session, said);
}

/* Whatever failed: after the rollback each struct is as it was, and the session works. */
static void change_and_roll_back(cn_engine *engine, account *said)
{
    bool        same    = true;
    cn_session *session = cn_session(engine);
    AAuthor    *ada     = cn_get(session, AAuthor, 1000001);
    if (ada != NULL && cn_list_count(cn_many(ada, posts)) == 2) {
        APost *first = cn_many(ada, posts)[0];
        cn_set(ada, name, "Eve");
        ada->born = cn_some(int, 1);
        cn_append(ada, posts, cn_new(APost, .title = "four"));
        first->title = "lent";
        cn_remove(ada, posts, first);
        cn_flush(session);
        (void)cn_rollback(session);
        same = strcmp(ada->name, "Ada") == 0 && ada->born.value == 1815 &&
               strcmp(first->title, "one") == 0 && cn_list_count(cn_many(ada, posts)) == 2 &&
               cn_one(first, author) == ada;
    }
    (void)cn_commit(session);
    said->right     = same && ada != NULL;
    said->unchanged = true;
    if (!same && cn_ok(session))
        fail_msg("a struct is not as it was before the transaction");
    finish(session, said);
}

static void nest_scopes(cn_engine *engine, account *said)
{
    cn_session *session = cn_session(engine);
    AAuthor    *ada     = cn_get(session, AAuthor, 1000001);
    bool        inner   = false;
    cn_nested_begin(session);
    if (ada != NULL) {
        cn_add(session, cn_new(APost, .title = "inner", .author = ada));
        cn_set(ada, name, "Eva");
    }
    inner = cn_nested_end(session) && ada != NULL;
    cn_nested_begin(session);
    cn_add(session, cn_new(APost, .title = "undone"));
    (void)cn_nested_rollback(session);
    if (ada != NULL && cn_ok(session))
        assert_string_equal(ada->name, inner ? "Eva" : "Ada");
    said->right  = inner;
    said->stored = cn_commit(session);
    said->after  = (counts){0, 2, 3 + inner, 3};
    finish(session, said);
    said->right = said->right || failing.failures > 0; /* the inner scope's error was its own */
}

static void stream_rows(cn_engine *engine, account *said)
{
    cn_session *session = cn_session(engine);
    int         rows    = 0;
    CN_STREAM(APost, post, session, .order_by = CN_BY(cn_attr(APost, id))) {
        if (post->id == 1000001 + rows)
            rows++;
    }
    said->right     = rows == 3;
    said->unchanged = true;
    finish(session, said);
}

static void copy_and_merge(cn_engine *engine, account *said)
{
    cn_session *session = cn_session(engine), *other = cn_session(engine);
    AAuthor    *ada  = cn_get(session, AAuthor, 1000001);
    AAuthor    *copy = ada == NULL ? NULL : cn_copy(ada);
    (void)cn_commit(session);
    AAuthor *merged = NULL;
    if (copy != NULL) {
        cn_set(copy, name, "Merged");
        merged = cn_merge(other, copy);
    }
    bool complete = merged != NULL && strcmp(merged->name, "Merged") == 0;
    said->stored  = cn_commit(other);
    said->after   = in_the_beginning;
    cn_free(copy);
    take_error(said, cn_session_error(session));
    cn_close(session);
    if (said->well)
        take_error(said, cn_session_error(other));
    cn_close(other);
    said->right = complete || failing.failures > 0; /* cn_copy has no other error than NULL */
}

static void delete_an_instance(cn_engine *engine, account *said)
{
    cn_session *session = cn_session(engine);
    AAuthor    *bob     = cn_get(session, AAuthor, 1000002);
    bool        done    = bob != NULL && cn_delete(session, cn_get(session, APost, 1000003)) &&
                cn_delete(session, bob);
    said->right  = done;
    said->stored = cn_commit(session) && done;
    said->after  = (counts){0, 1, 2, 2};
    finish(session, said);
}

static void refresh_expire_and_expunge(cn_engine *engine, account *said)
{
    cn_session *session = cn_session(engine, .expire_on_commit = true);
    AAuthor    *ada     = cn_get(session, AAuthor, 1000001);
    bool        right   = ada != NULL && cn_list_count(cn_many(ada, posts)) == 2;
    if (right) {
        right = cn_refresh(session, ada) && strcmp(ada->name, "Ada") == 0 &&
                cn_expire(session, ada) && cn_get(session, AAuthor, 1000001) == ada &&
                strcmp(ada->name, "Ada") == 0 && cn_expunge(session, ada);
    }
    said->right     = right;
    said->unchanged = true;
    finish(session, said);
}

static void insert_structs(cn_engine *engine, account *said)
{
    AAuthor     rows[3] = {{.name = "x"}, {.name = "y"}, {.name = "z"}};
    cn_session *session = cn_session(engine);
    said->right         = cn_insert_rows(session, AAuthor, rows, 3) == 3 && rows[2].id > 0;
    said->stored        = cn_commit(session);
    said->after         = (counts){0, 5, 3, 3};
    finish(session, said);
}

static void change_by_statements(cn_engine *engine, account *said)
{
    cn_session *session = cn_session(engine);
    cn_execute(session, cn_insert(APost, .values = CN_SET(APost, title, "x", author_id, 1000001)));
    cn_execute(session, cn_update(APost, .set = CN_SET(APost, title, "y"),
                                  .where = cn_or(cn_is(APost, title, ==, "x"),
                                                 cn_is(APost, id, ==, 1000001))));
    cn_execute(session, cn_delete_from(APost, .where = cn_is(APost, id, ==, 1000002)));
    said->right  = true;
    said->stored = cn_commit(session);
    said->after  = (counts){0, 2, 3, 3};
    finish(session, said);
}

static void keep_and_build(cn_engine *engine, account *said)
{
    cn_session  *session = cn_session(engine);
    cn_condition kept    = cn_keep(
           session, cn_or(cn_is(APost, id, ==, 1000001), cn_not(cn_is_null(APost, author_id))));
    cn_query *query = cn_build(cn_select(APost, .order_by = CN_BY(cn_attr(APost, id))));
    cn_query_where(query, kept);
    cn_query_where(query, cn_is(APost, id, <, 1000003));
    const cn_statement *statement = cn_built(query);
    APost *const       *posts     = statement == NULL ? NULL : cn_rows(session, APost, statement);
    said->right     = cn_list_count(posts) == 2 || (query == NULL && failing.failures > 0);
    said->unchanged = true;
    cn_query_free(query);
    finish(session, said);
}

/* ---- tests ----------------------------------------------------------------------------------- */

/* What worked once is resolved, so the same is not done again until everything works. */
static void resolve(const char *name, job *run, bool for_good)
{
    bool failed = true;
    for (size_t n = 1; failed; n++) {
        account said = {.unchanged = false};
        fail_at(n, for_good);
        cn_engine *engine = new_engine();
        run(engine, &said);
        failed = failing.failures > 0;
        fail_at(0, false);
        check(name, n, for_good, &said);
        cn_engine_dispose(engine);
    }
}

static void models_are_resolved_or_not_but_never_by_half(void **state)
{
    (void)state;
    resolve("cold models", store_a_cold_graph, false);
}

static void models_are_resolved_when_memory_is_back(void **state)
{
    (void)state;
    resolve("frozen models", store_a_frozen_graph, true);
}

static void statements_fail_cleanly(void **state)
{
    (void)state;
    FAIL_EVERYWHERE(select_a_value);
    FAIL_EVERYWHERE(insert_one);
    FAIL_EVERYWHERE(insert_many);
    FAIL_EVERYWHERE(read_two_results_at_once);
}

static void transactions_fail_cleanly(void **state)
{
    (void)state;
    FAIL_EVERYWHERE(fail_in_a_nested_scope_and_go_on);
    FAIL_EVERYWHERE(roll_back_and_begin_again);
    FAIL_EVERYWHERE(transact);
}

static void creating_and_dropping_tables_fails_cleanly(void **state)
{
    (void)state;
    FAIL_EVERYWHERE(create_and_drop);
}

static void storing_fails_cleanly(void **state)
{
    (void)state;
    FAIL_EVERYWHERE(store_a_graph);
    FAIL_EVERYWHERE(change_and_commit);
    FAIL_EVERYWHERE(delete_an_instance);
    FAIL_EVERYWHERE(insert_structs);
    FAIL_EVERYWHERE(change_by_statements);
}

static void querying_fails_cleanly(void **state)
{
    (void)state;
    FAIL_EVERYWHERE(query_instances);
    FAIL_EVERYWHERE(query_rows);
    FAIL_EVERYWHERE(load_lazily);
    FAIL_EVERYWHERE(stream_rows);
    FAIL_EVERYWHERE(keep_and_build);
}

static void structs_survive_a_failure(void **state)
{
    (void)state;
    FAIL_EVERYWHERE(change_and_roll_back);
    FAIL_EVERYWHERE(nest_scopes);
    FAIL_EVERYWHERE(copy_and_merge);
    FAIL_EVERYWHERE(refresh_expire_and_expunge);
}

static int share_an_engine(void **state)
{
    (void)state;
    shared = suite_which() == SUITE_POSTGRESQL ? new_engine() : NULL;
    return 0;
}

static int no_more_failing(void **state)
{
    (void)state;
    fail_at(0, false);
    cn_engine_dispose(shared);
    shared = NULL;
    return 0;
}

#define ALONE(test) cmocka_unit_test_teardown(test, no_more_failing)
#define SHARED(test) cmocka_unit_test_setup_teardown(test, share_an_engine, no_more_failing)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(models_are_resolved_or_not_but_never_by_half),
        ALONE(models_are_resolved_when_memory_is_back),
        ALONE(statements_fail_cleanly),
        ALONE(transactions_fail_cleanly),
        SHARED(creating_and_dropping_tables_fails_cleanly),
        SHARED(storing_fails_cleanly),
        SHARED(querying_fails_cleanly),
        SHARED(structs_survive_a_failure),
    };
    return suite_main_(cmocka_run_group_tests_name("memory", tests, open_tables, close_tables));
}
