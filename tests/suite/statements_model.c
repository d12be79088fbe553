/*
 * See statements_model.h.
 */
#include "statements_model.h"

#include <stdio.h>
#include <string.h>

CN_MODEL(Author, "author")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(30));
    CN_COLUMN(active);
    CN_RELATIONSHIP(posts, Post, .primaryjoin = "foreign(Post.author_id) == Author.id",
                    .back_populates = "author");
}

CN_TABLE(post_tag, "post_tag")
{
    CN_TABLE_COLUMN(post_id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(tag_id, CN_INTEGER, .primary_key = true);
}

CN_MODEL(Post, "post")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(title, .type = CN_STRING(50));
    CN_COLUMN(author_id);
    CN_COLUMN(views);
    CN_COLUMN(created);
    CN_RELATIONSHIP(author, Author, .primaryjoin = "foreign(Post.author_id) == Author.id",
                    .back_populates = "posts");
    CN_RELATIONSHIP(tags, Tag, .secondary = &post_tag,
                    .primaryjoin   = "foreign(post_tag.post_id) == Post.id",
                    .secondaryjoin = "foreign(post_tag.tag_id) == Tag.id");
}

CN_MODEL(Tag, "tag")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(text, .type = CN_STRING(20));
}

CN_MODEL(Employee, "employee")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(30));
    CN_COLUMN(manager_id);
    CN_COLUMN(salary);
    CN_RELATIONSHIP(manager, Employee,
                    .primaryjoin = "foreign(Employee.manager_id) == remote(Employee.id)");
}

CN_MODEL(Page, "page")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(url, .type = CN_STRING(60), .unique = true);
    CN_COLUMN(hits);
    CN_COLUMN(seen);
}

CN_SHAPE(Id, "ids")
{
    CN_COLUMN(id);
}

CN_SHAPE(Pair, "pair")
{
    CN_COLUMN(id);
    CN_COLUMN(name, .type = CN_STRING(30));
}

CN_SHAPE(Branch, "branch")
{
    CN_COLUMN(id);
    CN_COLUMN(name);
    CN_COLUMN(depth);
}

CN_METADATA(statements_tables, &Author_model, &Post_model, &Tag_model, &post_tag, &Employee_model,
            &Page_model);

/* ---- the database of this run ---------------------------------------------------------------- */

cn_engine     *statements_engine;
cn_connection *statements_connection;
static int     sent;
static bool    cached;

static void on_echo(void *data, const cn_echo *echo)
{
    (void)data;
    if (strcmp(echo->statement, "BEGIN") == 0)
        return;
    sent++;
    cached = echo->cached;
}

int statements_sent(void)
{
    return sent;
}

bool statements_cached(void)
{
    return cached;
}

static void assert_well(void)
{
    ASSERT_OK(statements_connection);
}

static void run(const char *sql)
{
    cn_close(cn_execute(statements_connection, cn_text(sql)));
    assert_well();
}

int statements_open(void **state)
{
    static const char *const rows[] = {
        "INSERT INTO author (id, name, active) VALUES (1, 'Ann', :yes), (2, 'Bob', :no), (3, "
        "'Cid', :yes)",
        "INSERT INTO post (id, title, author_id, views, created) VALUES "
        "(1, 'one', 1, 3, '2026-01-01 10:00:00'), (2, 'two', 1, 12, '2026-01-02 10:00:00'), "
        "(3, 'three', 2, 7, '2026-01-03 10:00:00'), (4, 'four', 1, 0, '2026-01-04 10:00:00')",
        "INSERT INTO tag (text) VALUES ('x'), ('y'), ('y')",
        "INSERT INTO post_tag (post_id, tag_id) VALUES (1, 1), (1, 2), (3, 2)",
        "INSERT INTO employee (id, name, manager_id, salary) VALUES (1, 'Boss', NULL, 10), "
        "(2, 'Eve', 1, 20), (3, 'Fay', 2, 5)",
        "INSERT INTO page (url, hits, seen) VALUES ('/', 4, '2026-01-01 00:00:00')",
    };
    (void)state;
    statements_engine = cn_create_engine(suite_url(), .on_echo = on_echo);
    cn_drop_all(&statements_tables, statements_engine);
    if (!cn_create_all(&statements_tables, statements_engine))
        fail_msg("%s", cn_error_get_message(cn_engine_error(statements_engine)));
    statements_connection = cn_connect(statements_engine);
    cn_close(
        cn_execute(statements_connection, cn_text(rows[0]), CN_PARAMS("yes", true, "no", false)));
    for (size_t i = 1; i < sizeof rows / sizeof *rows; i++)
        run(rows[i]);
    assert_true(cn_commit(statements_connection));
    return 0;
}

int statements_close(void **state)
{
    (void)state;
    cn_close(statements_connection);
    cn_drop_all(&statements_tables, statements_engine);
    cn_engine_dispose(statements_engine);
    return 0;
}

/* ---- what a statement does ------------------------------------------------------------------- */

/* A text of one test, which grows. */
typedef struct text {
    char   chars[16000];
    size_t size;
} text;

static void add(text *to, const char *from)
{
    size_t size = strlen(from);
    assert_true(to->size + size < sizeof to->chars);
    memcpy(to->chars + to->size, from, size + 1);
    to->size += size;
}

static void add_rows(text *to, const cn_statement *statement, const cn_param *params)
{
    cn_result *result = cn_execute(statements_connection, statement, params);
    while (cn_next(result)) {
        for (size_t i = 0; i < cn_column_count(result); i++) {
            const char *cell = cn_text_at(result, i);
            add(to, i == 0 ? "" : ",");
            add(to, cell == NULL ? "NULL" : cell);
        }
        add(to, ";");
    }
    cn_close(result);
    assert_well();
}

const char *statements_rows(const cn_statement *statement, const cn_param *params)
{
    static text rows;
    rows = (text){.size = 0};
    add_rows(&rows, statement, params);
    return rows.chars;
}

/* Everything that statements change, but keys that the database makes: it makes new ones. */
static void add_tables(text *to)
{
    static const char *const all[] = {
        "SELECT name, active FROM author ORDER BY id",
        "SELECT id, title, author_id, views FROM post ORDER BY id",
        "SELECT text FROM tag ORDER BY text",
        "SELECT post_id, tag_id FROM post_tag ORDER BY post_id, tag_id",
        "SELECT name, salary FROM employee ORDER BY id",
        "SELECT url, hits FROM page ORDER BY url",
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        add(to, "\n");
        add_rows(to, CN_STATEMENT_(cn_text(all[i])), NULL);
    }
}

static void do_it(text *done, const cn_statement *statement)
{
    *done = (text){.size = 0};
    add_rows(done, statement, NULL);
    add_tables(done);
    cn_rollback(statements_connection);
}

/* Its parameters may stand in the text as well. */
static void runs(const cn_statement *statement, const char *dialect)
{
    static text bound, inlined;
    char       *why;
    char       *sql = cn_statement_text(statement, dialect, true, &why);
    if (sql == NULL)
        fail_msg("%s", why);
    do_it(&bound, statement);
    do_it(&inlined, CN_STATEMENT_(cn_text(sql)));
    if (strcmp(bound.chars, inlined.chars) != 0)
        fail_msg("\"%s\" does:%s\nand inlined:%s", sql, bound.chars, inlined.chars);
    cn_text_free(sql);
}

/* ---- what a statement says ------------------------------------------------------------------- */

static const char *const dialects[] = {"sqlite", "mysql", "mariadb", "postgresql"};

/* PostgreSQL's placeholders. */
static const char *numbered(const char *from)
{
    static char to[4000];
    size_t      size = 0;
    for (int number = 1; *from != '\0'; from++)
        if (*from == '?')
            size += (size_t)snprintf(to + size, sizeof to - size, "$%d", number++);
        else
            to[size++] = *from;
    to[size] = '\0';
    return to;
}

static void says(const cn_statement *statement, const char *dialect, const char *expected)
{
    char *why = NULL;
    char *sql = cn_statement_text(statement, dialect, false, &why);
    if (*expected == '!') {
        if (sql != NULL)
            fail_msg("%s is not refused: %s", dialect, sql);
        assert_string_equal(why, expected + 1);
    } else {
        if (sql == NULL)
            fail_msg("%s: %s", dialect, why);
        assert_string_equal(sql, expected);
    }
    cn_text_free(sql);
    cn_text_free(why);
}

void statements_say(const cn_statement *statement, const char *const texts[4])
{
    static const size_t same[]  = {0, 0, 1, 0};
    static const size_t which[] = {[SUITE_SQLITE] = 0, [SUITE_MYSQL] = 2, [SUITE_POSTGRESQL] = 3};
    const char         *expected[4];
    for (size_t i = 0; i < 4; i++) {
        expected[i] = texts[i] != NULL ? texts[i] : expected[same[i]];
        if (i == 3 && texts[i] == NULL)
            expected[i] = numbered(expected[i]);
        says(statement, dialects[i], expected[i]);
    }
    size_t here = which[suite_which()];
    if (*expected[here] != '!')
        runs(statement, dialects[here]);
}

void statements_refuse(const cn_statement *statement, cn_cause cause, const char *words)
{
    assert_well();
    int before = statements_sent();
    cn_close(cn_execute(statements_connection, statement));
    if (cn_ok(statements_connection))
        fail_msg("it was not refused (%s)", words);
    if (strstr(cn_error_message(statements_connection), words) == NULL)
        fail_msg("'%s' says nothing of '%s'", cn_error_message(statements_connection), words);
    assert_int_equal(cn_error_cause(statements_connection), cause);
    assert_int_equal(statements_sent(), before);
    cn_rollback(statements_connection);
}
