/*
 * The exact SQL of tables without a struct, INSERT, UPDATE and DELETE;
 * each statement also runs.
 */
#include "statements_model.h"
#include "suite.h"

static void tables_without_a_struct(void **state)
{
    (void)state;
    SAYS(cn_select_from(&post_tag, .where = cn_cmp(cn_named(&post_tag, "tag_id"), ==, 1)),
         "SELECT post_tag.post_id, post_tag.tag_id \n"
         "FROM post_tag \n"
         "WHERE post_tag.tag_id = ?");
    SAYS(cn_select_from(&post_tag, .columns = CN_INTO(Id, id, cn_named(&post_tag, "post_id")),
                        .order_by = CN_BY(cn_desc(cn_named(&post_tag, "tag_id")))),
         "SELECT post_tag.post_id AS id \n"
         "FROM post_tag ORDER BY post_tag.tag_id DESC");
    SAYS(cn_insert_into(&post_tag, .values = CN_SET_NAMED(post_tag, "post_id", 7, "tag_id", 9)),
         "INSERT INTO post_tag (post_id, tag_id) VALUES (?, ?)");
    SAYS(cn_update_table(&post_tag, .set = CN_SET_NAMED(post_tag, "tag_id", 8),
                         .where = cn_cmp(cn_named(&post_tag, "post_id"), ==, 3)),
         "UPDATE post_tag SET tag_id=? WHERE post_tag.post_id = ?");
    SAYS(cn_delete_table(&post_tag, .where = cn_cmp(cn_named(&post_tag, "post_id"), ==, 1)),
         "DELETE FROM post_tag WHERE post_tag.post_id = ?");
}

static void rows_are_inserted(void **state)
{
    (void)state;
    SAYS(cn_insert(Tag, .values = CN_SET(Tag, id, 61, text, "x")),
         "INSERT INTO tag (id, text) VALUES (?, ?)");
    SAYS(cn_insert(
             Tag, .values = CN_SET(Tag, id, 61, text, "x"),
             .more = CN_SETS(CN_SET(Tag, id, 62, text, "y"), CN_SET(Tag, id, 63, text, cn_null))),
         "INSERT INTO tag (id, text) VALUES (?, ?), (?, ?), (?, ?)");
    SAYS(cn_insert(Tag), "INSERT INTO tag DEFAULT VALUES", "INSERT INTO tag () VALUES ()");
    SAYS(cn_insert(Tag, .values = CN_SET(Tag, id, cn_default(), text, "x")),
         "!SQLite 3.47.0 has no DEFAULT as a value",
         "INSERT INTO tag (id, text) VALUES (DEFAULT, ?)", NULL,
         "INSERT INTO tag (id, text) VALUES (DEFAULT, $1)");
    SAYS(cn_insert(
             Tag, .columns = CN_KEY(Tag, text),
             .query = CN_QUERY(cn_select(Post, .columns = CN_INTO(Pair, name, cn_attr(Post, title)),
                                         .where = cn_is(Post, views, >, 3)))),
         "INSERT INTO tag (text) SELECT post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?");
    SAYS(cn_insert(Tag, .values = CN_SET(Tag, text, cn_upper(cn_literal("x")))),
         "INSERT INTO tag (text) VALUES (upper(?))");
    SAYS(cn_insert(
             Tag, .values = CN_SET(
                      Tag, text,
                      cn_scalar_query(cn_select(
                          Author, .columns = CN_INTO(Pair, name, cn_max(cn_attr(Author, name))))))),
         "INSERT INTO tag (text) VALUES ((SELECT max(author.name) AS name \n"
         "FROM author))");
    SAYS(cn_insert(Tag, .values = CN_SET(Tag, id, 77, text, "x"),
                   .returning = CN_INTO(Pair, id, cn_attr(Tag, id), name, cn_attr(Tag, text))),
         "INSERT INTO tag (id, text) VALUES (?, ?) RETURNING id, text AS name",
         "!MySQL 8.4.0 has no INSERT ... RETURNING",
         "INSERT INTO tag (id, text) VALUES (?, ?) RETURNING tag.id, tag.text AS name",
         "INSERT INTO tag (id, text) VALUES ($1, $2) RETURNING tag.id, tag.text AS name");
}

static void rows_are_inserted_or_changed(void **state)
{
    (void)state;
    const cn_items *titles = CN_INTO(Count, name, cn_attr(Post, title), count,
                                     cn_attr(Post, views));
    SAYS(cn_upsert(Page, .values = CN_SET(Page, url, "/", hits, 1), .conflict = CN_KEY(Page, url),
                   .update = CN_SET(Page, hits, cn_plus(cn_attr(Page, hits), 1))),
         "INSERT INTO page (url, hits) VALUES (?, ?) ON CONFLICT (url) DO UPDATE SET hits = "
         "(page.hits + ?)",
         "INSERT INTO page (url, hits) VALUES (?, ?) AS new ON DUPLICATE KEY UPDATE hits = "
         "(page.hits + ?)",
         "INSERT INTO page (url, hits) VALUES (?, ?) ON DUPLICATE KEY UPDATE hits = (page.hits + "
         "?)");
    SAYS(
        cn_upsert(Page, .values = CN_SET(Page, url, "/", hits, 1), .conflict = CN_KEY(Page, url),
                  .update = CN_SET(Page, hits, cn_proposed(Page, hits))),
        "INSERT INTO page (url, hits) VALUES (?, ?) ON CONFLICT (url) DO UPDATE SET hits = "
        "excluded.hits",
        "INSERT INTO page (url, hits) VALUES (?, ?) AS new ON DUPLICATE KEY UPDATE hits = new.hits",
        "INSERT INTO page (url, hits) VALUES (?, ?) ON DUPLICATE KEY UPDATE hits = VALUES(hits)");
    SAYS(cn_upsert(Page, .values = CN_SET(Page, url, "/", hits, 1), .conflict = CN_KEY(Page, url)),
         "INSERT INTO page (url, hits) VALUES (?, ?) ON CONFLICT (url) DO NOTHING",
         "INSERT INTO page (url, hits) VALUES (?, ?) AS new ON DUPLICATE KEY UPDATE url = page.url",
         "INSERT INTO page (url, hits) VALUES (?, ?) ON DUPLICATE KEY UPDATE url = page.url");
    SAYS(cn_upsert(Page, .values = CN_SET(Page, url, "/", hits, 1)),
         "INSERT INTO page (url, hits) VALUES (?, ?) ON CONFLICT DO NOTHING",
         "INSERT INTO page (url, hits) VALUES (?, ?) AS new ON DUPLICATE KEY UPDATE id = page.id",
         "INSERT INTO page (url, hits) VALUES (?, ?) ON DUPLICATE KEY UPDATE id = page.id");
    SAYS(cn_upsert(Page, .values = CN_SET(Page, url, "/", hits, 1), .conflict = CN_KEY(Page, url),
                   .update       = CN_SET(Page, hits, cn_proposed(Page, hits)),
                   .update_where = cn_is(Page, hits, <, cn_proposed(Page, hits))),
         "INSERT INTO page (url, hits) VALUES (?, ?) ON CONFLICT (url) DO UPDATE SET hits = "
         "excluded.hits WHERE page.hits < excluded.hits",
         "!MySQL 8.4.0 has no condition on what an upsert updates",
         "!MariaDB 11.4.0 has no condition on what an upsert updates");
    SAYS(cn_upsert(
             Page, .values = CN_SET(Page, url, "/", hits, 1),
             .more = CN_SETS(CN_SET(Page, url, "/x", hits, 2)), .conflict = CN_KEY(Page, url),
             .update = CN_SET(Page, hits, cn_plus(cn_attr(Page, hits), cn_proposed(Page, hits)))),
         "INSERT INTO page (url, hits) VALUES (?, ?), (?, ?) ON CONFLICT (url) DO UPDATE SET hits "
         "= (page.hits + excluded.hits)",
         "INSERT INTO page (url, hits) VALUES (?, ?), (?, ?) AS new ON DUPLICATE KEY UPDATE hits = "
         "(page.hits + new.hits)",
         "INSERT INTO page (url, hits) VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE hits = "
         "(page.hits + VALUES(hits))");
    SAYS(cn_upsert(Page, .values = CN_SET(Page, url, "/", hits, 1), .conflict = CN_KEY(Page, url),
                   .update    = CN_SET(Page, hits, 2),
                   .returning = CN_INTO(Id, id, cn_attr(Page, id))),
         "INSERT INTO page (url, hits) VALUES (?, ?) ON CONFLICT (url) DO UPDATE SET hits = ? "
         "RETURNING id",
         "!MySQL 8.4.0 has no INSERT ... RETURNING",
         "INSERT INTO page (url, hits) VALUES (?, ?) ON DUPLICATE KEY UPDATE hits = ? RETURNING "
         "page.id",
         "INSERT INTO page (url, hits) VALUES ($1, $2) ON CONFLICT (url) DO UPDATE SET hits = $3 "
         "RETURNING page.id");
    SAYS(cn_upsert(
             Page, .columns = CN_KEY(Page, url, hits),
             .query = CN_QUERY(cn_select(Post, .columns = titles, .where = cn_is(Post, id, ==, 1))),
             .conflict = CN_KEY(Page, url), .update = CN_SET(Page, hits, cn_proposed(Page, hits))),
         "INSERT INTO page (url, hits) SELECT post.title AS name, post.views AS count \n"
         "FROM post \n"
         "WHERE post.id = ? ON CONFLICT (url) DO UPDATE SET hits = excluded.hits",
         "INSERT INTO page (url, hits) SELECT post.title AS name, post.views AS count \n"
         "FROM post \n"
         "WHERE post.id = ? ON DUPLICATE KEY UPDATE hits = VALUES(hits)");
    SAYS(cn_upsert(Page, .columns = CN_KEY(Page, url, hits),
                   .query    = CN_QUERY(cn_select(Post, .columns = titles)),
                   .conflict = CN_KEY(Page, url),
                   .update   = CN_SET(Page, hits, cn_proposed(Page, hits))),
         "INSERT INTO page (url, hits) SELECT post.title AS name, post.views AS count \n"
         "FROM post \n"
         "WHERE 1 = 1 ON CONFLICT (url) DO UPDATE SET hits = excluded.hits",
         "INSERT INTO page (url, hits) SELECT post.title AS name, post.views AS count \n"
         "FROM post ON DUPLICATE KEY UPDATE hits = VALUES(hits)",
         NULL,
         "INSERT INTO page (url, hits) SELECT post.title AS name, post.views AS count \n"
         "FROM post ON CONFLICT (url) DO UPDATE SET hits = excluded.hits");
    const cn_select_statement *names[] = {
        cn_select(Post, .columns = CN_INTO(Pair, name, cn_attr(Post, title))),
        cn_select(Author, .columns = CN_INTO(Pair, name, cn_attr(Author, name)))};
    SAYS(cn_upsert(Page, .columns = CN_KEY(Page, url),
                   .query    = CN_QUERY(cn_union(CN_QUERIES(names[0], names[1]))),
                   .conflict = CN_KEY(Page, url)),
         "INSERT INTO page (url) SELECT post.title AS name \n"
         "FROM post UNION SELECT author.name \n"
         "FROM author \n"
         "WHERE 1 = 1 ON CONFLICT (url) DO NOTHING",
         "INSERT INTO page (url) SELECT post.title AS name \n"
         "FROM post UNION SELECT author.name \n"
         "FROM author ON DUPLICATE KEY UPDATE url = page.url",
         NULL,
         "INSERT INTO page (url) SELECT post.title AS name \n"
         "FROM post UNION SELECT author.name \n"
         "FROM author ON CONFLICT (url) DO NOTHING");
}

/* A part of a union that is written as a table in SQLite ends with one, too. */
static void rows_of_a_union_are_inserted_or_changed(void **state)
{
    (void)state;
    const cn_select_statement *titles = cn_select(
                                  Post, .columns = CN_INTO(Pair, name, cn_attr(Post, title))),
                              *first = cn_select(
                                  Author, .columns = CN_INTO(Pair, name, cn_attr(Author, name)),
                                  .order_by = CN_BY(cn_attr(Author, name)), .limit = 1);
    SAYS(cn_upsert(Page, .columns = CN_KEY(Page, url),
                   .query    = CN_QUERY(cn_union_all(CN_QUERIES(titles, first))),
                   .conflict = CN_KEY(Page, url)),
         "INSERT INTO page (url) SELECT post.title AS name \n"
         "FROM post UNION ALL SELECT * FROM (SELECT author.name \n"
         "FROM author ORDER BY author.name\n"
         " LIMIT ?) AS anon_1 \n"
         "WHERE 1 = 1 ON CONFLICT (url) DO NOTHING",
         "INSERT INTO page (url) SELECT post.title AS name \n"
         "FROM post UNION ALL (SELECT author.name \n"
         "FROM author ORDER BY author.name \n"
         " LIMIT ?) ON DUPLICATE KEY UPDATE url = page.url",
         NULL,
         "INSERT INTO page (url) SELECT post.title AS name \n"
         "FROM post UNION ALL (SELECT author.name \n"
         "FROM author ORDER BY author.name \n"
         " LIMIT $1) ON CONFLICT (url) DO NOTHING");
}

static void rows_are_changed(void **state)
{
    (void)state;
    SAYS(cn_update(Post, .set = CN_SET(Post, title, "x", views, cn_plus(cn_attr(Post, views), 1)),
                   .where = cn_is(Post, id, ==, 3)),
         "UPDATE post SET title=?, views=(post.views + ?) WHERE post.id = ?");
    SAYS(cn_update(Post, .set = CN_SET(Post, views, 0), .every_row = true),
         "UPDATE post SET views=?");
    SAYS(cn_update(Post, .set = CN_SET(Post, views, 0), .where = cn_is(Post, id, ==, 3),
                   .returning = CN_INTO(Id, id, cn_attr(Post, id))),
         "UPDATE post SET views=? WHERE post.id = ? RETURNING id",
         "!MySQL 8.4.0 has no UPDATE ... RETURNING", "!MariaDB 11.4.0 has no UPDATE ... RETURNING",
         "UPDATE post SET views=$1 WHERE post.id = $2 RETURNING post.id");
    SAYS(cn_update(Post, .set = CN_SET(Post, title, cn_attr(Author, name)),
                   .also  = CN_MODELS(Author),
                   .where = cn_and(cn_is(Post, author_id, ==, cn_attr(Author, id)),
                                   cn_is(Author, active, ==, true))),
         "UPDATE post SET title=author.name FROM author WHERE post.author_id = author.id AND "
         "author.active = ?",
         "UPDATE post, author SET post.title=author.name WHERE post.author_id = author.id AND "
         "author.active = ?");
    SAYS(cn_update(Employee, .set = CN_SET(Employee, salary, cn_attr(Manager, salary)),
                   .also  = CN_MODELS(Manager),
                   .where = cn_is(Employee, manager_id, ==, cn_attr(Manager, id))),
         "UPDATE employee SET salary=employee_1.salary FROM employee AS employee_1 WHERE "
         "employee.manager_id = employee_1.id",
         "UPDATE employee, employee AS employee_1 SET employee.salary=employee_1.salary WHERE "
         "employee.manager_id = employee_1.id");
    SAYS(cn_update(
             Author,
             .set   = CN_SET(Author, name,
                             cn_scalar_query(cn_select(
                                 Post, .columns = CN_INTO(Pair, name, cn_max(cn_attr(Post, title))),
                                 .where = cn_is(Post, author_id, ==, cn_attr(Author, id))))),
             .where = cn_exists(
                 cn_select(Post, .where = cn_is(Post, author_id, ==, cn_attr(Author, id))))),
         "UPDATE author SET name=(SELECT max(post.title) AS name \n"
         "FROM post \n"
         "WHERE post.author_id = author.id) WHERE EXISTS (SELECT * \n"
         "FROM post \n"
         "WHERE post.author_id = author.id)");
    SAYS(cn_update(Post, .set = CN_SET(Post, views, 0), .where = cn_is(Post, views, >, 3),
                   .order_by = CN_BY(cn_desc(cn_attr(Post, id))), .limit = 2),
         "!SQLite 3.47.0 has no ORDER BY and LIMIT of UPDATE and DELETE",
         "UPDATE post SET views=? WHERE post.views > ? ORDER BY post.id DESC LIMIT ?", NULL,
         "!PostgreSQL 17.0 has no ORDER BY and LIMIT of UPDATE and DELETE");
    const cn_expr heat = cn_case(cn_then(cn_is(Post, views, >, 9), "hot"), cn_else("cold"));
    SAYS(cn_update(Post, .set = CN_SET(Post, title, heat), .where = cn_is(Post, id, <, 9)),
         "UPDATE post SET title=CASE WHEN (post.views > ?) THEN ? ELSE ? END WHERE post.id < ?");
}

static void rows_are_deleted(void **state)
{
    (void)state;
    SAYS(cn_delete_from(Post, .where = cn_is(Post, id, ==, 3)),
         "DELETE FROM post WHERE post.id = ?");
    SAYS(cn_delete_from(Post, .every_row = true), "DELETE FROM post");
    SAYS(cn_delete_from(Post, .where = cn_is(Post, id, ==, 3),
                        .returning = CN_INTO(Id, id, cn_attr(Post, id))),
         "DELETE FROM post WHERE post.id = ? RETURNING id",
         "!MySQL 8.4.0 has no DELETE ... RETURNING",
         "DELETE FROM post WHERE post.id = ? RETURNING post.id",
         "DELETE FROM post WHERE post.id = $1 RETURNING post.id");
    SAYS(cn_delete_from(Post, .also = CN_MODELS(Author),
                        .where = cn_and(cn_is(Post, author_id, ==, cn_attr(Author, id)),
                                        cn_is(Author, active, ==, false))),
         "DELETE FROM post WHERE EXISTS (SELECT 1 \n"
         "FROM author \n"
         "WHERE post.author_id = author.id AND author.active = ?)",
         "DELETE FROM post USING post, author WHERE post.author_id = author.id AND author.active = "
         "?",
         NULL,
         "DELETE FROM post USING author WHERE post.author_id = author.id AND author.active = $1");
    SAYS(cn_delete_from(Post,
                        .where = cn_in_query(Post, author_id,
                                             cn_select(Author, .columns = AUTHOR_ID,
                                                       .where = cn_is(Author, active, ==, false)))),
         "DELETE FROM post WHERE post.author_id IN (SELECT author.id \n"
         "FROM author \n"
         "WHERE author.active = ?)");
    SAYS(cn_delete_from(Post, .where = cn_is(Post, views, ==, 0),
                        .order_by = CN_BY(cn_attr(Post, id)), .limit = 10),
         "!SQLite 3.47.0 has no ORDER BY and LIMIT of UPDATE and DELETE",
         "DELETE FROM post WHERE post.views = ? ORDER BY post.id LIMIT ?", NULL,
         "!PostgreSQL 17.0 has no ORDER BY and LIMIT of UPDATE and DELETE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATEMENTS_TEST(tables_without_a_struct),
        STATEMENTS_TEST(rows_are_inserted),
        STATEMENTS_TEST(rows_are_inserted_or_changed),
        STATEMENTS_TEST(rows_of_a_union_are_inserted_or_changed),
        STATEMENTS_TEST(rows_are_changed),
        STATEMENTS_TEST(rows_are_deleted),
    };
    return suite_main("the text of changes", tests);
}
