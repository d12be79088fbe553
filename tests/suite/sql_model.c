/*
 * suite/sql_model.c: see sql_model.h.
 */
#include "sql_model.h"

#include <stdio.h>
#include <string.h>

CN_MODEL(Thing, "order")
{
    CN_COLUMN(id, .primary_key = true, .not_generated = true);
    CN_COLUMN(name, .type = CN_STRING(60));
    CN_COLUMN(views);
    CN_COLUMN(score);
    CN_COLUMN(pinned);
    CN_COLUMN(age);
    CN_COLUMN(state, .type = CN_ENUM("calm", "merry", "grim"));
    CN_COLUMN(level);
    CN_COLUMN(code);
    CN_COLUMN(day);
    CN_COLUMN(key, .name = "key");
    CN_COLUMN(odd, .name = "Odd \"`name", .type = CN_STRING(40));
}

CN_MODEL(Other, "other_thing")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(30));
}

CN_METADATA(Base, &Thing_model);

cn_engine     *sql_engine;
cn_connection *sql_connection;

static int  sent;
static bool cached;

static void count(void *context, const cn_echo *echo)
{
    (void)context;
    if (strcmp(echo->statement, "BEGIN") == 0)
        return;
    sent++;
    cached = echo->cached;
}

int sql_sent(void)
{
    return sent;
}

bool sql_was_cached(void)
{
    return cached;
}

static void put(int id, const char *name, int64_t views, mood state, const char *odd)
{
    cn_execute(sql_connection,
               cn_insert(Thing, .values = CN_SET(Thing, id, id, name, name, views, views, score,
                                                 (double)id / 2, pinned, id % 2 == 0, age,
                                                 id > 3 ? cn_some(int, id * 10) : (cn_opt_int){0},
                                                 state, state, level, (int8_t)id, code, "abc", day,
                                                 cn_date_make(2026, 1, id), key,
                                                 (cn_uuid){{(uint8_t)id}}, odd, odd)));
}

int sql_open(void **state)
{
    (void)state;
    sql_engine = cn_create_engine(suite_url(), .on_echo = count);
    cn_drop_all(&Base, sql_engine);
    assert_true(cn_create_all(&Base, sql_engine));
    sql_connection = cn_connect(sql_engine);
    put(1, "Ada", 10, MOOD_CALM, "100%");
    put(2, "Bob", 20, MOOD_MERRY, "a_b");
    put(3, NULL, 20, MOOD_GRIM, "c/d");
    put(4, "Dan", 40, MOOD_CALM, "back\\slash");
    put(5, "it's \"Eve\"; DROP TABLE x; --", 50, MOOD_MERRY, "aXb");
    put(6, "Fay", 60, MOOD_GRIM, "100 percent");
    if (!cn_commit(sql_connection))
        fail_msg("%s", cn_error_message(sql_connection));
    return 0;
}

int sql_close(void **state)
{
    (void)state;
    cn_close(sql_connection);
    cn_drop_all(&Base, sql_engine);
    cn_engine_dispose(sql_engine);
    return 0;
}

const cn_items *sql_ids(void)
{
    static const cn_item  item  = {{"id", offsetof(Name, id), sizeof(int), CN_STORAGE_INT32},
                                   {{.kind    = CN_NODE_MEMBER,
                                     .storage = CN_STORAGE_INT32,
                                     .offset  = offsetof(Thing, id),
                                     .model   = &Thing_model}}};
    static const cn_items items = {"Name", sizeof(Name), NULL, &item, 1};
    return &items;
}

const char *sql_found(cn_condition condition)
{
    static char ids[200];
    size_t      at     = 0;
    cn_result  *result = cn_execute(
         sql_connection, cn_select(Thing, .columns = CN_INTO(Thing, id, cn_attr(Thing, id)),
                                   .where = condition, .order_by = CN_BY(cn_attr(Thing, id))));
    ids[0] = '\0';
    while (cn_next(result))
        at += (size_t)snprintf(ids + at, sizeof ids - at, at == 0 ? "%d" : " %d",
                               cn_get_int(result, "id"));
    cn_close(result);
    if (!cn_ok(sql_connection)) {
        snprintf(ids, sizeof ids, "%s", cn_error_message(sql_connection));
        cn_rollback(sql_connection);
    }
    return ids;
}

const char *sql_text_after(const cn_statement *statement, const char *word)
{
    static char text[8000];
    size_t      to  = 0;
    char       *sql = cn_statement_sql(sql_connection, statement);
    if (sql == NULL)
        fail_msg("%s", cn_error_message(sql_connection));
    const char *from = strstr(sql, word);
    if (from == NULL)
        fail_msg("'%s' has no '%s'", sql, word);
    for (from += strlen(word); *from != '\0' && to + 1 < sizeof text; from++) {
        bool numbered = *from == '$';
        text[to++]    = *from;
        if (numbered)
            text[to - 1] = '?';
        while (numbered && from[1] >= '0' && from[1] <= '9')
            from++;
    }
    text[to] = '\0';
    cn_text_free(sql);
    return text;
}

void sql_refused(const cn_statement *statement, const cn_param *params, cn_cause cause,
                 const char *word)
{
    assert_true(cn_ok(sql_connection));
    int before = sql_sent();
    cn_close(cn_execute(sql_connection, statement, params));
    if (cn_ok(sql_connection))
        fail_msg("it was not refused (%s)", word);
    if (strstr(cn_error_message(sql_connection), word) == NULL)
        fail_msg("'%s' says nothing of '%s'", cn_error_message(sql_connection), word);
    assert_int_equal(cn_error_cause(sql_connection), cause);
    assert_int_equal(sql_sent(), before);
    cn_rollback(sql_connection);
}
