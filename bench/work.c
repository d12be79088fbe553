/*
 * The work: each piece by hand and by Cinnabar, as a program would write it, and the table of
 * cases that main.c measures.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cinnabar/cinnabar.h>

#include "bench.h"

#define UNITS 10 /* transactions of BENCH_POINTS selects in a sample */
#define LOADS 1000
#define CROWD 100000

/* ---- models ---------------------------------------------------------------------------------- */

typedef BenchItem BenchNew; /* where Cinnabar inserts; bench_hand is where it is done by hand */
typedef BenchItem BenchHand;
typedef struct BenchOwner BenchOwner;
typedef struct BenchLeaf  BenchLeaf;

struct BenchOwner {
    int                id;
    const char        *name;
    CN_MANY(BenchLeaf) leaves;
};

struct BenchLeaf {
    int         id;
    int         owner_id;
    BenchOwner *owner;
};

CN_MODEL(BenchItem, "bench_item")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(40), .not_null = true);
    CN_COLUMN(note, .type = CN_STRING(80));
}

CN_MODEL(BenchNew, "bench_new")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(40), .not_null = true);
    CN_COLUMN(note, .type = CN_STRING(80));
}

CN_MODEL(BenchHand, "bench_hand")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(40), .not_null = true);
    CN_COLUMN(note, .type = CN_STRING(80));
}

CN_MODEL(BenchOwner, "bench_owner")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(40), .not_null = true);
    CN_RELATIONSHIP(leaves, BenchLeaf, .back_populates = "owner",
                    .primaryjoin = "foreign(BenchLeaf.owner_id) == BenchOwner.id");
}

CN_MODEL(BenchLeaf, "bench_leaf")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(owner_id, .index = true);
    CN_RELATIONSHIP(owner, BenchOwner, .back_populates = "leaves",
                    .primaryjoin = "foreign(BenchLeaf.owner_id) == BenchOwner.id");
}

CN_METADATA(Base, &BenchItem_model, &BenchNew_model, &BenchHand_model, &BenchOwner_model,
            &BenchLeaf_model);

/* ---- what both sides have -------------------------------------------------------------------- */

struct bench {
    const bench_raw *by_hand;
    void            *raw;
    bench_arena      arena; /* of the hand-written side */
    BenchItem       *source;
    BenchItem       *loaded;
    cn_param (*params)[4];
    const cn_param **sets;
    cn_engine       *engine;
    cn_session      *session;
    cn_session      *reader; /* .read_only */
    cn_session      *empty;
    cn_session      *crowded;
    bool             owners; /* their tables are filled */
    char             server[80];
};

/* The message is asked for if there is one, as by hand. */
#define check(b, good, message) ((good) ? (void)0 : bench_fail((b)->by_hand->dialect, (message)))

static void check_session(bench *b, cn_session *session)
{
    check(b, cn_ok(session), cn_error_message(session));
}

static uint64_t weigh(const BenchItem *row)
{
    return (uint64_t)row->id + (unsigned char)row->name[5] +
           (row->note == NULL ? 7 : (unsigned char)row->note[0]);
}

static void *allocate(size_t count, size_t size)
{
    void *block = calloc(count, size);
    if (block == NULL)
        bench_fail("the benchmark", "no memory");
    return block;
}

/* ---- one row --------------------------------------------------------------------------------- */

static int key_of(int at)
{
    return at * 7919 % BENCH_ROWS + 1;
}

static uint64_t points_by_hand(bench *b)
{
    uint64_t sum = 0;
    for (int unit = 0; unit < UNITS; unit++) {
        b->arena.used = 0;
        b->by_hand->begin_points(b->raw);
        for (int i = 0; i < BENCH_POINTS; i++) {
            BenchItem row;
            b->by_hand->point(b->raw, key_of(unit * BENCH_POINTS + i), &row, &b->arena);
            sum += weigh(&row);
        }
        b->by_hand->end_points(b->raw);
    }
    return sum;
}

static uint64_t points_in(bench *b, cn_session *session)
{
    uint64_t sum = 0;
    for (int unit = 0; unit < UNITS; unit++) {
        for (int i = 0; i < BENCH_POINTS; i++) {
            int        key = key_of(unit * BENCH_POINTS + i);
            BenchItem *row = cn_first(session, BenchItem, .where = cn_is(BenchItem, id, ==, key));
            check_session(b, session);
            sum += weigh(row);
        }
        cn_session_reset(session);
    }
    return sum;
}

static uint64_t points_in_session(bench *b)
{
    return points_in(b, b->session);
}

static uint64_t points_in_reader(bench *b)
{
    return points_in(b, b->reader);
}

/* The same, but the rows are in the session already: each execution finds what it needs. */
static uint64_t points_again(bench *b)
{
    uint64_t sum = 0;
    for (int i = 0; i < UNITS * BENCH_POINTS; i++) {
        int        key = key_of(i % 10);
        BenchItem *row = cn_first(b->session, BenchItem, .where = cn_is(BenchItem, id, ==, key));
        check_session(b, b->session);
        sum += weigh(row);
    }
    return sum;
}

static uint64_t points_again_by_hand(bench *b)
{
    uint64_t sum  = 0;
    b->arena.used = 0;
    b->by_hand->begin_points(b->raw);
    for (int i = 0; i < UNITS * BENCH_POINTS; i++) {
        BenchItem row;
        b->by_hand->point(b->raw, key_of(i % 10), &row, &b->arena);
        sum += weigh(&row);
    }
    b->by_hand->end_points(b->raw);
    return sum;
}

static uint64_t weigh_fetched(bench *b, cn_connection *connection, cn_result *result)
{
    BenchItem row;
    check(b, cn_fetch(result, BenchItem, &row, id, name, note), cn_error_message(connection));
    uint64_t weight = weigh(&row);
    cn_close(result);
    return weight;
}

static uint64_t points_as_text(bench *b)
{
    uint64_t       sum        = 0;
    cn_connection *connection = cn_connect(b->engine);
    for (int i = 0; i < UNITS * BENCH_POINTS; i++) {
        cn_result *result = cn_execute(
            connection, cn_text("SELECT id, name, note FROM bench_item WHERE id = :id"),
            CN_PARAMS("id", key_of(i)));
        sum += weigh_fetched(b, connection, result);
        if (i % BENCH_POINTS == BENCH_POINTS - 1)
            cn_rollback(connection);
    }
    cn_close(connection);
    return sum;
}

/* The statement is written as a value, and looked up, at every call. */
static uint64_t points_as_value(bench *b)
{
    uint64_t       sum        = 0;
    cn_connection *connection = cn_connect(b->engine);
    for (int i = 0; i < UNITS * BENCH_POINTS; i++) {
        cn_result *result = cn_execute(
            connection, cn_select(BenchItem, .where = cn_is(BenchItem, id, ==, key_of(i))));
        sum += weigh_fetched(b, connection, result);
        if (i % BENCH_POINTS == BENCH_POINTS - 1)
            cn_rollback(connection);
    }
    cn_close(connection);
    return sum;
}

/* It is held, and takes its value at every call. */
static uint64_t points_as_held(bench *b)
{
    uint64_t                   sum        = 0;
    cn_connection             *connection = cn_connect(b->engine);
    const cn_condition         same       = cn_is(BenchItem, id, ==, cn_later("id"));
    const cn_select_statement *held       = cn_select(BenchItem, .where = same);
    for (int i = 0; i < UNITS * BENCH_POINTS; i++) {
        cn_result *result = cn_execute(connection, held, CN_PARAMS("id", key_of(i)));
        sum += weigh_fetched(b, connection, result);
        if (i % BENCH_POINTS == BENCH_POINTS - 1)
            cn_rollback(connection);
    }
    cn_close(connection);
    return sum;
}

/* ---- many rows ------------------------------------------------------------------------------- */

static uint64_t load_by_hand(bench *b)
{
    uint64_t sum  = 0;
    b->arena.used = 0;
    size_t count  = b->by_hand->load(b->raw, b->loaded, &b->arena);
    for (size_t i = 0; i < count; i++)
        sum += weigh(&b->loaded[i]);
    return sum;
}

static uint64_t load_by_fetch(bench *b)
{
    uint64_t       sum        = 0;
    cn_connection *connection = cn_connect(b->engine);
    cn_result *result = cn_execute(connection, cn_text("SELECT id, name, note FROM bench_item"));
    BenchItem  row;
    while (cn_fetch(result, BenchItem, &row, id, name, note))
        sum += weigh(&row);
    check(b, cn_ok(connection), cn_error_message(connection));
    cn_close(connection);
    return sum;
}

static uint64_t weigh_all(bench *b, cn_session *session, BenchItem *const *rows)
{
    uint64_t sum = 0;
    CN_EACH(BenchItem, row, rows)
        sum += weigh(row);
    check_session(b, session);
    cn_session_reset(session);
    return sum;
}

static uint64_t load_rows(bench *b)
{
    return weigh_all(b, b->session,
                     cn_rows(b->session, BenchItem,
                             cn_text("SELECT id, name, note FROM bench_item",
                                     .fields = CN_FIELDS(BenchItem, id, name, note))));
}

static uint64_t load_instances(bench *b)
{
    return weigh_all(b, b->session, cn_all(b->session, BenchItem));
}

static uint64_t load_read_only(bench *b)
{
    return weigh_all(b, b->reader, cn_all(b->reader, BenchItem));
}

/* ---- inserts --------------------------------------------------------------------------------- */

static void empty_tables(bench *b)
{
    if (strcmp(b->by_hand->dialect, "sqlite") == 0) {
        cn_execute(b->session, cn_text("DELETE FROM bench_new"));
        cn_commit(b->session);
        b->by_hand->run(b->raw, "DELETE FROM bench_hand");
    } else {
        b->by_hand->run(b->raw, "TRUNCATE TABLE bench_hand");
        b->by_hand->run(b->raw, "TRUNCATE TABLE bench_new");
    }
    check_session(b, b->session);
    for (int i = 0; i < BENCH_ROWS; i++)
        b->source[i].id = i + 1;
}

static uint64_t insert_by_hand(bench *b)
{
    b->by_hand->insert(b->raw, b->source, BENCH_ROWS);
    return 0;
}

static uint64_t insert_text(bench *b)
{
    for (int i = 0; i < BENCH_ROWS; i++) {
        const BenchItem *row = &b->source[i];
        b->params[i][0]      = (cn_param){"id", CN_VALUE(row->id)};
        b->params[i][1]      = (cn_param){"name", CN_VALUE(row->name)};
        b->params[i][2]      = (cn_param){"note", CN_VALUE(row->note)};
    }
    cn_connection *connection = cn_connect(b->engine);
    cn_connection_execute_many(
        connection,
        &cn_text("INSERT INTO bench_new (id, name, note) VALUES (:id, :name, :note)")->head,
        b->sets);
    check(b, cn_commit(connection), cn_error_message(connection));
    cn_close(connection);
    return 0;
}

static uint64_t insert_rows(bench *b)
{
    cn_insert_rows(b->session, BenchNew, b->source, BENCH_ROWS);
    cn_commit(b->session);
    check_session(b, b->session);
    return 0;
}

/* Keys may have gaps, but every row has one, and they ascend. */
static uint64_t keys_in_order(bench *b)
{
    uint64_t count = b->source[0].id > 0;
    for (int i = 1; i < BENCH_ROWS; i++)
        count += b->source[i].id > b->source[i - 1].id;
    return count;
}

static uint64_t insert_by_hand_for_keys(bench *b)
{
    b->by_hand->insert_for_keys(b->raw, b->source, BENCH_ROWS);
    return keys_in_order(b);
}

static uint64_t insert_rows_for_keys(bench *b)
{
    for (int i = 0; i < BENCH_ROWS; i++)
        b->source[i].id = 0;
    insert_rows(b);
    return keys_in_order(b);
}

static uint64_t flush(bench *b)
{
    for (int i = 0; i < BENCH_ROWS; i++) {
        BenchNew *made = cn_new(BenchNew, .name = b->source[i].name, .note = b->source[i].note);
        cn_add(b->session, made);
        b->loaded[i].note = (const char *)made;
    }
    check(b, cn_commit(b->session), cn_error_message(b->session));
    for (int i = 0; i < BENCH_ROWS; i++)
        b->source[i].id = ((const BenchNew *)(const void *)b->loaded[i].note)->id;
    cn_session_reset(b->session);
    return keys_in_order(b);
}

bool bench_same_rows(bench *b)
{
    int64_t by_hand = b->by_hand->number(
        b->raw, "SELECT COUNT(*) + SUM(LENGTH(name)) + SUM(LENGTH(COALESCE(note, ''))) "
                "FROM bench_hand");
    int64_t by_us = cn_scalar(b->session, int64_t,
                              cn_text("SELECT COUNT(*) + SUM(LENGTH(name)) + "
                                      "SUM(LENGTH(COALESCE(note, ''))) FROM bench_new"));
    check_session(b, b->session);
    cn_session_reset(b->session);
    return by_us == by_hand;
}

/* ---- a crowded session against an empty one -------------------------------------------------- */

static void fill_owners(bench *b)
{
    int         count  = CROWD + LOADS;
    BenchOwner *owners = allocate((size_t)count, sizeof *owners);
    BenchLeaf  *leaves = allocate(2 * LOADS, sizeof *leaves);
    for (int i = 0; i < count; i++)
        owners[i] = (BenchOwner){.id = i + 1, .name = "an owner of leaves"};
    for (int i = 0; i < 2 * LOADS; i++)
        leaves[i] = (BenchLeaf){.id = i + 1, .owner_id = i % LOADS + 1};
    cn_insert_rows(b->session, BenchOwner, owners, (size_t)count);
    cn_insert_rows(b->session, BenchLeaf, leaves, 2 * LOADS);
    cn_commit(b->session);
    check_session(b, b->session);
    free(owners);
    free(leaves);
    b->owners = true;
}

/* Makes both anew for the sample, with the leaves or the owners loaded that are to be
   asked for what they refer to. */
static void forget_loaded(bench *b, bool leaves, bool owners)
{
    cn_session *const both[] = {b->empty, b->crowded};
    if (!b->owners) /* not before: in the other cases both sides have databases of one size */
        fill_owners(b);
    cn_session_reset(b->empty); /* SQLite in memory has one connection for both */
    cn_session_reset(b->crowded);
    cn_all(b->crowded, BenchOwner, .where = cn_is(BenchOwner, id, >, LOADS));
    cn_commit(b->crowded);
    for (int i = 0; i < 2; i++) {
        if (leaves)
            cn_all(both[i], BenchLeaf, .where = cn_is(BenchLeaf, id, <=, LOADS));
        if (owners)
            cn_all(both[i], BenchOwner, .where = cn_is(BenchOwner, id, <=, LOADS));
        cn_commit(both[i]);
        check_session(b, both[i]);
    }
}

static void load_leaves(bench *b)
{
    forget_loaded(b, true, false);
}

static void load_owners(bench *b)
{
    forget_loaded(b, false, true);
}

static void load_neither(bench *b)
{
    forget_loaded(b, false, false);
}

static uint64_t load_one(bench *b, cn_session *session)
{
    uint64_t sum = 0;
    for (int i = 1; i <= LOADS; i++)
        sum += (uint64_t)cn_one(cn_get(session, BenchLeaf, i), owner)->id;
    check_session(b, session);
    return sum;
}

static uint64_t load_many(bench *b, cn_session *session)
{
    uint64_t sum = 0;
    for (int i = 1; i <= LOADS; i++)
        CN_EACH(BenchLeaf, leaf, cn_many(cn_get(session, BenchOwner, i), leaves))
            sum += (uint64_t)leaf->id;
    check_session(b, session);
    return sum;
}

static uint64_t load_by_key(bench *b, cn_session *session)
{
    uint64_t sum = 0;
    for (int i = 1; i <= LOADS; i++)
        sum += (unsigned char)cn_get(session, BenchOwner, i)->name[0];
    check_session(b, session);
    return sum;
}

#define IN_BOTH(work)                                                                              \
    static uint64_t work##_in_empty(bench *b)                                                      \
    {                                                                                              \
        return work(b, b->empty);                                                                  \
    }                                                                                              \
    static uint64_t work##_in_crowd(bench *b)                                                      \
    {                                                                                              \
        return work(b, b->crowded);                                                                \
    }

IN_BOTH(load_one)
IN_BOTH(load_many)
IN_BOTH(load_by_key)

/* ---- the cases ------------------------------------------------------------------------------- */

#define POINTS ((size_t)UNITS * BENCH_POINTS)
#define ANY SIZE_MAX

/* clang-format off */
const bench_case bench_cases[] = {
    {"select one row, cn_select + cn_fetch", POINTS, points_by_hand, points_as_value,
     NULL, false, 1.5, 60},
    {"select one row, a held cn_select", POINTS, points_by_hand, points_as_held,
     NULL, false, 1.5, 60},
    {"select one row, built against held", POINTS, points_as_held, points_as_value,
     NULL, false, 1.15, 60},
    {"select one row, text + cn_fetch", POINTS, points_by_hand, points_as_text,
     NULL, false, 1.5, 60},
    {"select one row, cn_first", POINTS, points_by_hand, points_in_session,
     NULL, false, 1.5, 100},
    {"select one row, cn_first, read-only", POINTS, points_by_hand, points_in_reader,
     NULL, false, 1.5, 200},
    {"select one row again, cn_first", POINTS, points_again_by_hand, points_again,
     NULL, false, 1.5, 0},
    {"load 10000, cn_fetch", BENCH_ROWS, load_by_hand, load_by_fetch,
     NULL, false, 1.5, 200},
    {"load 10000, cn_rows", BENCH_ROWS, load_by_hand, load_rows,
     NULL, false, 1.5, 200},
    {"load 10000, cn_all", BENCH_ROWS, load_by_hand, load_instances,
     NULL, false, 1.5, 200},
    {"load 10000, cn_all, read-only", BENCH_ROWS, load_by_hand, load_read_only,
     NULL, false, 1.5, 200},
    {"insert 10000, cn_execute_many", BENCH_ROWS, insert_by_hand, insert_text,
     empty_tables, true, 1.5, 200},
    {"insert 10000, cn_insert_rows", BENCH_ROWS, insert_by_hand, insert_rows,
     empty_tables, true, 1.5, 200},
    {"insert 10000 for keys, cn_insert_rows", BENCH_ROWS, insert_by_hand_for_keys,
     insert_rows_for_keys, empty_tables, true, 1.5, 200},
    {"flush 10000 new", BENCH_ROWS, insert_by_hand_for_keys, flush,
     empty_tables, true, 1.5, 200},
    {"cn_one, 100000 in the session", LOADS, load_one_in_empty, load_one_in_crowd,
     load_leaves, false, 1.1, ANY},
    {"cn_many, 100000 in the session", LOADS, load_many_in_empty, load_many_in_crowd,
     load_owners, false, 1.1, ANY},
    {"cn_get, 100000 in the session", LOADS, load_by_key_in_empty, load_by_key_in_crowd,
     load_neither, false, 1.1, ANY},
};
/* clang-format on */
const size_t bench_case_count = sizeof bench_cases / sizeof *bench_cases;

/* ---- opening and closing --------------------------------------------------------------------- */

static const bench_raw *raw_for(const char *dialect)
{
    static const bench_raw *const all[] = {&bench_raw_sqlite, &bench_raw_mysql,
                                           &bench_raw_postgresql};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (strcmp(all[i]->dialect, dialect) == 0)
            return all[i];
    }
    bench_fail("no hand-written side for", dialect);
}

static void make_rows(bench *b)
{
    b->source = allocate(BENCH_ROWS, sizeof *b->source);
    b->loaded = allocate(BENCH_ROWS, sizeof *b->loaded);
    b->params = allocate(BENCH_ROWS, sizeof *b->params);
    b->sets   = allocate(BENCH_ROWS + 1, sizeof *b->sets);
    for (int i = 0; i < BENCH_ROWS; i++) {
        char *name = allocate(1, 40), *note = allocate(1, 80);
        snprintf(name, 40, "name %c of row %d", 'a' + i % 26, i + 1);
        snprintf(note, 80, "%c note of some length about the row %d", 'A' + i % 26, i + 1);
        b->source[i] = (BenchItem){i + 1, name, i % 3 == 0 ? NULL : note};
        b->sets[i]   = b->params[i];
        if (i % 3 == 0)
            free(note);
    }
}

/* bench_item holds the rows on both sides: what was inserted by hand is copied there. */
static void fill_items(bench *b)
{
    cn_insert_rows(b->session, BenchItem, b->source, BENCH_ROWS);
    cn_commit(b->session);
    check_session(b, b->session);
    if (strcmp(b->by_hand->dialect, "sqlite") != 0)
        return;
    b->by_hand->insert(b->raw, b->source, BENCH_ROWS);
    b->by_hand->run(b->raw, "INSERT INTO bench_item SELECT * FROM bench_hand");
}

static void say_server(bench *b, const char *url)
{
    bool           memory     = strcmp(url, "sqlite://") == 0;
    bool           file       = !memory && strncmp(url, "sqlite:", 7) == 0;
    cn_connection *connection = cn_connect(b->engine);
    snprintf(b->server, sizeof b->server, "%s%s", cn_connection_server(connection),
             memory ? ", in memory"
             : file ? ", a file"
                    : "");
    check(b, cn_ok(connection), cn_error_message(connection));
    cn_close(connection);
}

bench *bench_open(const char *url)
{
    bench *b   = allocate(1, sizeof *b);
    b->engine  = cn_create_engine(url);
    b->by_hand = raw_for(cn_engine_dialect(b->engine));
    check(b, cn_ok(b->engine) && cn_drop_all(&Base, b->engine) && cn_create_all(&Base, b->engine),
          cn_error_message(b->engine));
    say_server(b, url);
    b->raw     = b->by_hand->open(url);
    b->session = cn_session_open(b->engine, NULL);
    b->reader  = cn_session(b->engine, .read_only = true);
    b->empty   = cn_session_open(b->engine, NULL);
    b->crowded = cn_session_open(b->engine, NULL);
    make_rows(b);
    fill_items(b);
    return b;
}

void bench_settle(bench *b)
{
    cn_commit(b->session);
    cn_commit(b->reader);
    cn_commit(b->empty);
    cn_commit(b->crowded);
    cn_session_reset(b->session);
    cn_session_reset(b->reader);
}

const char *bench_server(bench *b)
{
    return b->server;
}

void bench_close(bench *b)
{
    cn_close(b->session);
    cn_close(b->reader);
    cn_close(b->empty);
    cn_close(b->crowded);
    b->by_hand->close(b->raw);
    check(b, cn_drop_all(&Base, b->engine), cn_error_message(b->engine));
    cn_engine_dispose(b->engine);
    for (int i = 0; i < BENCH_ROWS; i++) {
        free((char *)(uintptr_t)b->source[i].name);
        free((char *)(uintptr_t)b->source[i].note);
    }
    free(b->source);
    free(b->loaded);
    free(b->params);
    free(b->sets);
    free(b->arena.memory);
    free(b);
}
