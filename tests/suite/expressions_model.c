/*
 * suite/expressions_model.c: see expressions_model.h.
 */
#include "expressions_model.h"

#include <stdio.h>
#include <string.h>

CN_MODEL(Item, "item")
{
    CN_COLUMN(id, .primary_key = true, .not_generated = true);
    CN_COLUMN(a);
    CN_COLUMN(b);
    CN_COLUMN(big);
    CN_COLUMN(r);
    CN_COLUMN(flag);
    CN_COLUMN(name, .type = CN_STRING(60));
    CN_COLUMN(note, .type = CN_STRING(60));
    CN_COLUMN(price, .type = CN_NUMERIC(8, 2));
    CN_COLUMN(day);
    CN_COLUMN(at);
    CN_COLUMN(stamp);
    CN_COLUMN(clock);
    CN_COLUMN(opt);
    CN_COLUMN(colour, .type = CN_ENUM("red", "green", "blue"));
    CN_COLUMN(key);
    CN_COLUMN(data);
}
CN_METADATA(Items, &Item_model);

cn_connection    *expressions_connection;
static cn_engine *engine;
static int        differences;

static const char document[] =
    "{\"a\": {\"b\": [10, \"x\", null, true, 1.5]}, \"k.d\": 1, \"q\\\"t\": 2, \"b\\\\s\": 3, "
    "\"n\": null, \"s\": \"te'xt\", \"null\": \"null\", \"t\": true, \"f\": false, \"i\": 42, "
    "\"r\": 2.5, \"sp ace\": 4, \"$\": 5, \"2\": 6}";

static void put(int id, int a, int b, const char *name, const char *note, const char *price,
                cn_datetime at)
{
    cn_date day;
    cn_time clock;
    cn_datetime_parts(at, &day, &clock);
    cn_execute(
        expressions_connection,
        cn_insert(Item, .values = CN_SET(Item, id, id, a, a, b, b, big,
                                         id == 1 ? INT64_C(5000000000) : -id, r,
                                         id == 1 ? 2.5 : -(double)id, flag, id % 2 == 1, name, name,
                                         note, note, price, (cn_decimal){price}, day, day, at, at,
                                         stamp, (cn_timestamp){at.microseconds}, clock, clock, opt,
                                         id == 1 ? (cn_opt_int){0} : cn_some(int, id), colour,
                                         (colour)(id % 3), key, (cn_uuid){{(uint8_t)id}}, data,
                                         (cn_json){id == 1 ? document : "[1, [2, 3]]"})));
}

int expressions_open(void **state)
{
    (void)state;
    engine = cn_create_engine(suite_url());
    cn_drop_all(&Items, engine);
    if (!cn_create_all(&Items, engine))
        fail_msg("%s", cn_error_message(engine));
    expressions_connection = cn_connect(engine);
    put(1, 7, 2, "Ada Lovelace", NULL, "12.50", cn_datetime_make(2024, 12, 30, 13, 14, 15, 250000));
    put(2, -7, 2, "100%_a/b\\c'd\"e", "x", "-0.25", cn_datetime_make(2021, 1, 3, 0, 0, 0, 0));
    put(3, 0, -3, "\xc3\xbcn\xc3\xaf", "", "0", cn_datetime_make(2026, 11, 23, 23, 59, 59, 999999));
    put(4, 12, 5, "ada", "x", "3", cn_datetime_make(2020, 2, 29, 6, 0, 1, 5));
    if (!cn_commit(expressions_connection))
        fail_msg("%s", cn_error_message(expressions_connection));
    return 0;
}

int expressions_close(void **state)
{
    (void)state;
    cn_close(expressions_connection);
    cn_drop_all(&Items, engine);
    cn_engine_dispose(engine);
    return 0;
}

/* ---- values as text -------------------------------------------------------------------------- */

/* SQLite and MySQL have no booleans: 1 and 0 are what a condition is. */
static void read_cell(cn_result *result, reading how, char *text, size_t size)
{
    const char *plain = NULL;
    char        temporal[CN_TEMPORAL_SIZE];
    switch (how) {
    case INTEGER:
        snprintf(text, size, "%lld", (long long)cn_cell_at(result, int64_t, 0));
        return;
    case REAL:
        snprintf(text, size, "%.9g", cn_cell_at(result, double, 0));
        return;
    case BOOLEAN:
        plain = cn_cell_at(result, bool, 0) ? "true" : "false";
        break;
    case DATE:
        plain = cn_date_format(cn_cell_at(result, cn_date, 0), temporal);
        break;
    case TIME:
        plain = cn_time_format(cn_cell_at(result, cn_time, 0), temporal);
        break;
    case DATETIME:
        plain = cn_datetime_format(cn_cell_at(result, cn_datetime, 0), temporal);
        break;
    case TIMESTAMP:
        plain = cn_timestamp_format(cn_cell_at(result, cn_timestamp, 0), temporal);
        break;
    case UUID:
        plain = cn_uuid_format(cn_cell_at(result, cn_uuid, 0), temporal);
        break;
    default:
        plain = cn_text_at(result, 0);
    }
    snprintf(text, size, "%s", plain == NULL ? "(none)" : plain);
}

static void execute(const cn_statement *statement, const cn_param *params, reading how, char *text,
                    size_t size)
{
    cn_result *result = cn_execute(expressions_connection, statement, params);
    if (!cn_next(result))
        snprintf(text, size, "no row");
    else if (cn_value_at(result, 0).kind == CN_KIND_NULL)
        snprintf(text, size, "NULL");
    else
        read_cell(result, how, text, size);
    cn_close(result);
    if (!cn_ok(expressions_connection)) {
        snprintf(text, size, "error: %s", cn_error_message(expressions_connection));
        cn_rollback(expressions_connection);
    }
}

/* Shown with its values in it, and sent like that. */
static void execute_inlined(const cn_statement *statement, reading how, char *text, size_t size)
{
    static const char *const dialects[] = {"sqlite", "mariadb", "postgresql"};
    char *sql = cn_statement_text(statement, dialects[suite_which()], true, NULL);
    if (sql != NULL)
        execute(CN_STATEMENT_(cn_text(sql)), NULL, how, text, size);
    cn_text_free(sql);
}

const char *expressions_value(const cn_statement *statement, const cn_param *params, reading how)
{
    static char text[2000];
    char        inlined[2000];
    execute(statement, params, how, text, sizeof text);
    if (params != NULL || strncmp(text, "error: ", 7) == 0)
        return text;
    snprintf(inlined, sizeof inlined, "no text");
    execute_inlined(statement, how, inlined, sizeof inlined);
    expressions_equal(inlined, text, "the text with values", 0);
    return text;
}

/* ---- verdicts -------------------------------------------------------------------------------- */

void expressions_equal(const char *value, const char *expected, const char *text, int line)
{
    if (strcmp(value, expected) == 0)
        return;
    print_message("line %d: %.300s is %s, not %s\n", line, text, value, expected);
    differences++;
}

void expressions_holds(const cn_statement *const *three, const cn_param *params,
                       const char *expected, const char *text, int line)
{
    const bool holds = strcmp(expected, "true") == 0, fails = strcmp(expected, "false") == 0;
    expressions_equal(expressions_value(three[0], params, BOOLEAN), expected, text, line);
    expressions_equal(expressions_value(three[1], params, INTEGER), holds ? "1" : "0", text, line);
    expressions_equal(expressions_value(three[2], params, INTEGER), fails ? "1" : "0", text, line);
}

void expressions_verdict(void)
{
    int found   = differences;
    differences = 0;
    if (found != 0)
        fail_msg("%d values differ", found);
}
