/* Floor 0: connection URLs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <cinnabar/url.h>

#include "unit/failing.h"

typedef struct row {
    const char *text;
    const char *dialect, *driver, *user, *password, *host;
    uint16_t    port;
    const char *database;
    const char *options;  /* "name=value;" for each, decoded */
    const char *rendered; /* NULL: the same as the text */
} row;

static const row rows[] = {
    {"mysql://ada:secret@db.example:3306/blog", "mysql", NULL, "ada", "secret", "db.example", 3306,
     "blog", "", NULL},
    {"mysql+mysqlconnector://ada:secret@db/blog", "mysql", "mysqlconnector", "ada", "secret", "db",
     0, "blog", "", NULL},
    {"postgresql+psycopg2://ada@db/blog", "postgresql", "psycopg2", "ada", NULL, "db", 0, "blog",
     "", NULL},
    {"postgresql+psycopg_3://", "postgresql", "psycopg_3", NULL, NULL, NULL, 0, NULL, "", NULL},
    /* SQLite's forms */
    {"sqlite://", "sqlite", NULL, NULL, NULL, NULL, 0, NULL, "", NULL},
    {"sqlite:///", "sqlite", NULL, NULL, NULL, NULL, 0, NULL, "", "sqlite://"},
    {"sqlite:///:memory:", "sqlite", NULL, NULL, NULL, NULL, 0, ":memory:", "", NULL},
    {"sqlite:///relative.db", "sqlite", NULL, NULL, NULL, NULL, 0, "relative.db", "", NULL},
    {"sqlite:///some/dir/relative.db", "sqlite", NULL, NULL, NULL, NULL, 0, "some/dir/relative.db",
     "", NULL},
    {"sqlite:////absolute.db", "sqlite", NULL, NULL, NULL, NULL, 0, "/absolute.db", "", NULL},
    {"sqlite:///C:\\dir\\x.db", "sqlite", NULL, NULL, NULL, NULL, 0, "C:\\dir\\x.db", "", NULL},
    {"sqlite+pysqlite:///x.db?timeout=5", "sqlite", "pysqlite", NULL, NULL, NULL, 0, "x.db",
     "timeout=5;", NULL},
    {"sqlite:///file:x.db?mode=ro&uri=true", "sqlite", NULL, NULL, NULL, NULL, 0, "file:x.db",
     "mode=ro;uri=true;", NULL},
    {"sqlite://?cache=shared", "sqlite", NULL, NULL, NULL, NULL, 0, NULL, "cache=shared;", NULL},
    {"sqlite:///a%3Fb%23c.db", "sqlite", NULL, NULL, NULL, NULL, 0, "a?b#c.db", "", NULL},
    {"sqlite:///two words.db", "sqlite", NULL, NULL, NULL, NULL, 0, "two words.db", "",
     "sqlite:///two%20words.db"},
    {"sqlite:///a@b.db", "sqlite", NULL, NULL, NULL, NULL, 0, "a@b.db", "", "sqlite:///a%40b.db"},
    /* passwords */
    {"mysql://ada:@db/x", "mysql", NULL, "ada", "", "db", 0, "x", "", NULL},
    {"mysql://ada@db/x", "mysql", NULL, "ada", NULL, "db", 0, "x", "", NULL},
    {"mysql://:pw@db/x", "mysql", NULL, NULL, "pw", "db", 0, "x", "", NULL},
    {"mysql://@db/x", "mysql", NULL, NULL, NULL, "db", 0, "x", "", "mysql://db/x"},
    {"mysql://ada:p%40ss@db", "mysql", NULL, "ada", "p@ss", "db", 0, NULL, "", NULL},
    {"mysql://ada:p%3Ass@db", "mysql", NULL, "ada", "p:ss", "db", 0, NULL, "", NULL},
    {"mysql://ada:p%2Fss@db", "mysql", NULL, "ada", "p/ss", "db", 0, NULL, "", NULL},
    {"mysql://ada:p%25ss@db", "mysql", NULL, "ada", "p%ss", "db", 0, NULL, "", NULL},
    {"mysql://ada:p:s/s?w=x@db/x", "mysql", NULL, "ada", "p:s/s?w=x", "db", 0, "x", "",
     "mysql://ada:p%3As%2Fs%3Fw%3Dx@db/x"},
    {"mysql://ada:a+b@db", "mysql", NULL, "ada", "a+b", "db", 0, NULL, "", NULL},
    {"mysql://ada:a b@db", "mysql", NULL, "ada", "a b", "db", 0, NULL, "", "mysql://ada:a%20b@db"},
    {"mysql://ada:%70%C3%A4%c3%a4@db", "mysql", NULL, "ada", "p\xc3\xa4\xc3\xa4", "db", 0, NULL, "",
     "mysql://ada:p%C3%A4%C3%A4@db"},
    {"mysql://ada:p\xc3\xa4ss@db", "mysql", NULL, "ada", "p\xc3\xa4ss", "db", 0, NULL, "",
     "mysql://ada:p%C3%A4ss@db"},
    {"mysql://ada:50%@db", "mysql", NULL, "ada", "50%", "db", 0, NULL, "", "mysql://ada:50%25@db"},
    {"mysql://ada:%zz%4@db", "mysql", NULL, "ada", "%zz%4", "db", 0, NULL, "",
     "mysql://ada:%25zz%254@db"},
    {"mysql://a%40b:pw@db", "mysql", NULL, "a@b", "pw", "db", 0, NULL, "", NULL},
    {"mysql://a@b:pw@db", "mysql", NULL, "a@b", "pw", "db", 0, NULL, "", "mysql://a%40b:pw@db"},
    {"mysql://a@b@db/x", "mysql", NULL, "a@b", NULL, "db", 0, "x", "", "mysql://a%40b@db/x"},
    {"mysql://dom%5Cada:pw@db", "mysql", NULL, "dom\\ada", "pw", "db", 0, NULL, "", NULL},
    /* hosts and ports */
    {"mysql://db", "mysql", NULL, NULL, NULL, "db", 0, NULL, "", NULL},
    {"mysql://db/", "mysql", NULL, NULL, NULL, "db", 0, NULL, "", "mysql://db"},
    {"mysql://db:3306", "mysql", NULL, NULL, NULL, "db", 3306, NULL, "", NULL},
    {"mysql://db:/x", "mysql", NULL, NULL, NULL, "db", 0, "x", "", "mysql://db/x"},
    {"mysql://:3306/x", "mysql", NULL, NULL, NULL, NULL, 3306, "x", "", NULL},
    {"mysql:///x", "mysql", NULL, NULL, NULL, NULL, 0, "x", "", NULL},
    {"mysql://db:65535/x", "mysql", NULL, NULL, NULL, "db", 65535, "x", "", NULL},
    {"mysql://127.0.0.1:3307/x", "mysql", NULL, NULL, NULL, "127.0.0.1", 3307, "x", "", NULL},
    {"mysql://[::1]/x", "mysql", NULL, NULL, NULL, "::1", 0, "x", "", NULL},
    {"mysql://ada:pw@[2001:db8::7]:3306/x", "mysql", NULL, "ada", "pw", "2001:db8::7", 3306, "x",
     "", NULL},
    {"mysql://[fe80::1%25eth0]", "mysql", NULL, NULL, NULL, "fe80::1%eth0", 0, NULL, "", NULL},
    {"mysql://[::1]?a=b", "mysql", NULL, NULL, NULL, "::1", 0, NULL, "a=b;", NULL},
    {"postgresql://%2Frun%2Fpostgresql/x", "postgresql", NULL, NULL, NULL, "/run/postgresql", 0,
     "x", "", NULL},
    {"postgresql://a,b/x", "postgresql", NULL, NULL, NULL, "a,b", 0, "x", "", NULL},
    /* options */
    {"mysql://db/x?charset=utf8mb4&unix_socket=/run/my.sock", "mysql", NULL, NULL, NULL, "db", 0,
     "x", "charset=utf8mb4;unix_socket=/run/my.sock;", NULL},
    {"postgresql:///x?host=a:1&host=b:2&port=5", "postgresql", NULL, NULL, NULL, NULL, 0, "x",
     "host=a:1;host=b:2;port=5;", NULL},
    {"mysql://db?a=1+2&b=1%202&c=1%2B2", "mysql", NULL, NULL, NULL, "db", 0, NULL,
     "a=1 2;b=1 2;c=1+2;", "mysql://db?a=1%202&b=1%202&c=1%2B2"},
    {"mysql://db?a=%26&%3D=x%3D", "mysql", NULL, NULL, NULL, "db", 0, NULL, "a=&;==x=;", NULL},
    {"mysql://db?a=b=c", "mysql", NULL, NULL, NULL, "db", 0, NULL, "a=b=c;", "mysql://db?a=b%3Dc"},
    {"mysql://db/x?", "mysql", NULL, NULL, NULL, "db", 0, "x", "", "mysql://db/x"},
    {"mysql://db/x?a=&b&=c&&d=e&", "mysql", NULL, NULL, NULL, "db", 0, "x", "d=e;",
     "mysql://db/x?d=e"},
    {"mysql://db/x?a=b?c/d:e", "mysql", NULL, NULL, NULL, "db", 0, "x", "a=b?c/d:e;",
     "mysql://db/x?a=b%3Fc/d:e"},
    {"mysql://db?option=a%40b", "mysql", NULL, NULL, NULL, "db", 0, NULL, "option=a@b;", NULL},
};

static void assert_same(const char *is, const char *wanted)
{
    if (wanted == NULL)
        assert_null(is);
    else
        assert_string_equal(is, wanted);
}

static void assert_parts(cn_url *url, const row *wanted)
{
    char                 text[200] = "";
    size_t               count, at = 0;
    const cn_url_option *options = cn_url_options(url, &count);
    for (size_t i = 0; i < count; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s=%s;", options[i].name,
                               options[i].value);
    assert_same(cn_url_dialect(url), wanted->dialect);
    assert_same(cn_url_driver(url), wanted->driver);
    assert_same(cn_url_user(url), wanted->user);
    assert_same(cn_url_password(url), wanted->password);
    assert_same(cn_url_host(url), wanted->host);
    assert_int_equal(cn_url_port(url), wanted->port);
    assert_same(cn_url_database(url), wanted->database);
    assert_string_equal(text, wanted->options);
}

static void a_url_is_read_into_its_parts_and_written_from_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cn_url *url = cn_url_parse(rows[i].text);
        if (!cn_ok(url))
            print_message("%s: %s\n", rows[i].text, cn_error_message(url));
        assert_true(cn_ok(url));
        assert_parts(url, &rows[i]);
        const char *rendered = cn_url_render(url, true);
        assert_string_equal(rendered, rows[i].rendered != NULL ? rows[i].rendered : rows[i].text);
        cn_url *again = cn_url_parse(rendered);
        assert_parts(again, &rows[i]);
        cn_url_free(again);
        cn_url_free(url);
    }
}

static void a_url_built_from_its_parts_is_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char dialect[64];
        (void)snprintf(dialect, sizeof dialect, "%s%s%s", rows[i].dialect,
                       rows[i].driver != NULL ? "+" : "",
                       rows[i].driver != NULL ? rows[i].driver : "");
        cn_url *parsed = cn_url_parse(rows[i].text);
        cn_url *url    = cn_url_create(dialect);
        cn_url_set_user(url, rows[i].user);
        cn_url_set_password(url, rows[i].password);
        cn_url_set_host(url, rows[i].host);
        cn_url_set_port(url, rows[i].port);
        cn_url_set_database(url, rows[i].database);
        size_t               count;
        const cn_url_option *options = cn_url_options(parsed, &count);
        for (size_t j = 0; j < count; j++)
            cn_url_add_option(url, options[j].name, options[j].value);
        assert_true(cn_ok(url));
        assert_parts(url, &rows[i]);
        assert_string_equal(cn_url_render(url, true), cn_url_render(parsed, true));
        cn_url_free(url);
        cn_url_free(parsed);
    }
}

static void a_fault_is_named_and_no_part_of_the_text_is_shown(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *named;
    } faults[] = {
        {NULL, "NULL"},
        {"", "\"://\""},
        {"hunter2", "\"://\""},
        {"mysql:ada:hunter2@db", "\"://\""},
        {"://ada:hunter2@db", "dialect"},
        {"my-sql://ada:hunter2@db", "dialect"},
        {" mysql://ada:hunter2@db", "dialect"},
        {"mysql+://ada:hunter2@db", "driver"},
        {"mysql+a+b://ada:hunter2@db", "driver"},
        {"mysql://ada:hunter2", "port"},
        {"mysql://ada:x@db:hunter2", "port"},
        {"mysql://db:0", "port"},
        {"mysql://db:65536", "port"},
        {"mysql://db:+1", "port"},
        {"mysql://db:99999999999999999999999", "port"},
        {"mysql://ada:p@hunter2@db", "%40"},
        {"mysql://[::1/hunter2", "']'"},
        {"mysql://[]/hunter2", "']'"},
        {"mysql://[::1]hunter2", "']'"},
        {"mysql://ada:hunter2%00@db", "%00"},
        {"mysql://ada:hunter2@db/%00", "%00"},
        {"mysql://ada:hunter2@db?a%00=b", "%00"},
        {"mysql://ada:hunter2@db?a=%00", "%00"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        cn_url *url = cn_url_parse(faults[i].text);
        assert_false(cn_ok(url));
        assert_int_equal(cn_error_cause(url), CN_CAUSE_URL);
        assert_non_null(strstr(cn_error_message(url), faults[i].named));
        assert_null(strstr(cn_error_message(url), "hunter2"));
        assert_null(strstr(cn_error_message(url), "ada"));
        assert_null(cn_url_render(url, true));
        cn_url_free(url);
    }
}

static void a_masked_url_shows_no_password_wherever_it_stands(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *masked;
    } urls[] = {
        {"mysql://ada:secret@db/x", "mysql://ada:***@db/x"},
        {"mysql://ada:@db/x", "mysql://ada:***@db/x"},
        {"mysql://:secret@db/x", "mysql://:***@db/x"},
        {"mysql://ada@db/x", "mysql://ada@db/x"},
        {"postgresql:///x?user=ada&password=secret", "postgresql:///x?user=ada&password=***"},
        {"mysql://db?ssl_key_PassPhrase=s&passwd=s&a=b",
         "mysql://db?ssl_key_PassPhrase=***&passwd=***&a=b"},
        {"mysql://db?access_token=s&client_secret=s&pwd=s&pass=b",
         "mysql://db?access_token=***&client_secret=***&pwd=***&pass=b"},
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        cn_url *url = cn_url_parse(urls[i].text);
        assert_string_equal(cn_url_render(url, false), urls[i].masked);
        assert_string_equal(cn_url_render(url, true), urls[i].text);
        assert_string_equal(cn_url_render(url, false), urls[i].masked);
        cn_url_free(url);
    }
}

static void parts_can_be_changed_and_taken_away(void **state)
{
    (void)state;
    cn_url *url = cn_url_parse("mysql+pymysql://ada:pw@db:3306/blog?a=1&b=2&a=3");
    assert_string_equal(cn_url_option_get(url, "a"), "1");
    assert_null(cn_url_option_get(url, "c"));
    cn_url_remove_option(url, "a");
    cn_url_remove_option(url, "none");
    cn_url_add_option(url, "c", "4");
    cn_url_set_database(url, "test");
    assert_string_equal(cn_url_render(url, true), "mysql+pymysql://ada:pw@db:3306/test?b=2&c=4");
    cn_url_set_dialect(url, "mariadb");
    cn_url_set_user(url, NULL);
    cn_url_set_password(url, NULL);
    cn_url_set_host(url, NULL);
    cn_url_set_port(url, 0);
    cn_url_set_database(url, NULL);
    cn_url_remove_option(url, "b");
    cn_url_remove_option(url, "c");
    assert_true(cn_ok(url));
    assert_string_equal(cn_url_render(url, true), "mariadb://");
    cn_url_free(url);
}

static void a_refused_part_is_an_error_and_ends_all_changes(void **state)
{
    (void)state;
    for (int fault = 0; fault < 6; fault++) {
        cn_url *url = cn_url_create(fault == 0 ? NULL : fault == 1 ? "my sql" : "mysql");
        if (fault == 2)
            cn_url_set_port(url, 65536);
        if (fault == 3)
            cn_url_add_option(url, NULL, "x");
        if (fault == 4)
            cn_url_add_option(url, "x", "");
        if (fault == 5)
            cn_url_set_dialect(url, "mysql+a+b");
        assert_false(cn_ok(url));
        cn_url_set_user(url, "ada");
        cn_url_set_password(url, "pw");
        cn_url_set_host(url, "db");
        cn_url_set_port(url, 1);
        cn_url_set_database(url, "x");
        cn_url_add_option(url, "a", "b");
        cn_url_remove_option(url, "a");
        assert_null(cn_url_user(url));
        assert_int_equal(cn_url_port(url), 0);
        assert_null(cn_url_render(url, false));
        cn_url_free(url);
    }
}

static void every_function_takes_null(void **state)
{
    (void)state;
    cn_url *url   = NULL;
    size_t  count = 7;
    assert_false(cn_ok(url));
    assert_string_equal(cn_error_message(url), "out of memory");
    assert_null(cn_url_dialect(url));
    assert_null(cn_url_driver(url));
    assert_null(cn_url_user(url));
    assert_null(cn_url_password(url));
    assert_null(cn_url_host(url));
    assert_null(cn_url_database(url));
    assert_int_equal(cn_url_port(url), 0);
    assert_null(cn_url_options(url, &count));
    assert_int_equal(count, 0);
    assert_null(cn_url_options(url, NULL));
    assert_null(cn_url_option_get(url, "x"));
    cn_url_set_dialect(url, "x");
    cn_url_set_user(url, "x");
    cn_url_set_password(url, "x");
    cn_url_set_host(url, "x");
    cn_url_set_port(url, 1);
    cn_url_set_database(url, "x");
    cn_url_add_option(url, "x", "x");
    cn_url_remove_option(url, "x");
    assert_null(cn_url_render(url, true));
    cn_url_free(url);
}

static void running_out_of_memory_anywhere_is_an_ordinary_error(void **state)
{
    (void)state;
    bool failed = true;
    for (size_t n = 1; failed; n++) {
        failing_begin(n, false);
        cn_url *url = cn_url_parse("mysql+pymysql://ada:p%40w@[::1]:3306/blog?a=1&b=2&c=3");
        cn_url_set_password(url, "other");
        cn_url_add_option(url, "d", "4");
        const char *text = cn_url_render(url, true);
        assert_int_equal(text == NULL, failing.failures != 0);
        assert_int_equal(cn_ok(url), failing.failures == 0);
        if (text == NULL)
            assert_int_equal(cn_error_cause(url), CN_CAUSE_MEMORY);
        else
            assert_string_equal(text, "mysql+pymysql://ada:other@[::1]:3306/blog?a=1&b=2&c=3&d=4");
        cn_url_free(url);
        assert_int_equal(failing.alive, 0);
        failed = failing_end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_is_read_into_its_parts_and_written_from_them),
        cmocka_unit_test(a_url_built_from_its_parts_is_the_same),
        cmocka_unit_test(a_fault_is_named_and_no_part_of_the_text_is_shown),
        cmocka_unit_test(a_masked_url_shows_no_password_wherever_it_stands),
        cmocka_unit_test(parts_can_be_changed_and_taken_away),
        cmocka_unit_test(a_refused_part_is_an_error_and_ends_all_changes),
        cmocka_unit_test(every_function_takes_null),
        cmocka_unit_test(running_out_of_memory_anywhere_is_an_ordinary_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
