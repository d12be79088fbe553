/*
 * The exact SQL of unions, groups, limits, locks and hints;
 * each statement also runs.
 */
#include "statements_model.h"
#include "suite.h"

static void unions_put_queries_together(void **state)
{
    (void)state;
    const cn_select_statement *a = cn_select(Author, .columns = AUTHOR_ID),
                              *p = cn_select(Post, .columns = POST_ID),
                              *t = cn_select(Tag, .columns = CN_INTO(Id, id, cn_attr(Tag, id)));
    SAYS(cn_union(CN_QUERIES(a, p)), "SELECT author.id \n"
                                     "FROM author UNION SELECT post.id \n"
                                     "FROM post");
    SAYS(cn_union_all(CN_QUERIES(a, p, t), .order_by = CN_BY(cn_label(Id, id)), .limit = 3,
                      .offset = 2),
         "SELECT author.id \n"
         "FROM author UNION ALL SELECT post.id \n"
         "FROM post UNION ALL SELECT tag.id \n"
         "FROM tag ORDER BY id\n"
         " LIMIT ? OFFSET ?",
         "SELECT author.id \n"
         "FROM author UNION ALL SELECT post.id \n"
         "FROM post UNION ALL SELECT tag.id \n"
         "FROM tag ORDER BY id \n"
         " LIMIT ?, ?",
         NULL,
         "SELECT author.id \n"
         "FROM author UNION ALL SELECT post.id \n"
         "FROM post UNION ALL SELECT tag.id \n"
         "FROM tag ORDER BY id \n"
         " LIMIT $1 OFFSET $2");
    SAYS(cn_intersect(CN_QUERIES(a, p)), "SELECT author.id \n"
                                         "FROM author INTERSECT SELECT post.id \n"
                                         "FROM post");
    SAYS(cn_except_all(CN_QUERIES(a, p)), "!SQLite 3.47.0 has no INTERSECT ALL and EXCEPT ALL",
         "SELECT author.id \n"
         "FROM author EXCEPT ALL SELECT post.id \n"
         "FROM post",
         NULL,
         "SELECT author.id \n"
         "FROM author EXCEPT ALL SELECT post.id \n"
         "FROM post");
    SAYS(cn_except(CN_QUERIES(cn_union(CN_QUERIES(a, p)), t)),
         "SELECT * FROM (SELECT author.id \n"
         "FROM author UNION SELECT post.id \n"
         "FROM post) AS anon_1 EXCEPT SELECT tag.id \n"
         "FROM tag",
         "(SELECT author.id \n"
         "FROM author UNION SELECT post.id \n"
         "FROM post) EXCEPT SELECT tag.id \n"
         "FROM tag",
         NULL,
         "(SELECT author.id \n"
         "FROM author UNION SELECT post.id \n"
         "FROM post) EXCEPT SELECT tag.id \n"
         "FROM tag");
    SAYS(cn_union(CN_QUERIES(a, cn_intersect(CN_QUERIES(p, t)))),
         "SELECT author.id \n"
         "FROM author UNION SELECT * FROM (SELECT post.id \n"
         "FROM post INTERSECT SELECT tag.id \n"
         "FROM tag) AS anon_1",
         "SELECT author.id \n"
         "FROM author UNION (SELECT post.id \n"
         "FROM post INTERSECT SELECT tag.id \n"
         "FROM tag)",
         NULL,
         "SELECT author.id \n"
         "FROM author UNION (SELECT post.id \n"
         "FROM post INTERSECT SELECT tag.id \n"
         "FROM tag)");
}

/* Where a part in parentheses may not begin with WITH, or not end with a lock. */
static void parts_of_a_union_are_wrapped_where_they_must_be(void **state)
{
    (void)state;
    const cn_select_statement *posts  = cn_select(Post, .columns = POST_ID),
                              *with   = cn_select(Id, .with = CN_WITH(cn_cte(Id, posts)),
                                                  .where = cn_is(Id, id, >, 1)),
                              *locked = cn_select(Author, .columns = AUTHOR_ID,
                                                  .lock = CN_FOR_UPDATE);
    SAYS(cn_union_all(CN_QUERIES(posts, locked)),
         "SELECT post.id \nFROM post UNION ALL SELECT * FROM (SELECT author.id \n"
         "FROM author) AS anon_1",
         "SELECT post.id \nFROM post UNION ALL (SELECT author.id \nFROM author FOR UPDATE)", NULL,
         "SELECT post.id \nFROM post UNION ALL SELECT * FROM (SELECT author.id \n"
         "FROM author FOR UPDATE) AS anon_1");
#define WITH_IDS(placeholder)                                                                      \
    "(WITH ids AS \n(SELECT post.id AS id \nFROM post)\n SELECT ids.id \nFROM ids \nWHERE ids.id " \
    "> " placeholder ")"
    SAYS(cn_union_all(CN_QUERIES(posts, with)),
         "SELECT post.id \nFROM post UNION ALL SELECT * FROM " WITH_IDS("?") " AS anon_1",
         "SELECT post.id \nFROM post UNION ALL " WITH_IDS("?"),
         "SELECT post.id \nFROM post UNION ALL SELECT * FROM " WITH_IDS("?") " AS anon_1",
         "SELECT post.id \nFROM post UNION ALL " WITH_IDS("$1"));
}

static void parts_of_a_union_have_clauses_of_their_own(void **state)
{
    (void)state;
    const cn_select_statement *first  = cn_select(Author, .columns = AUTHOR_ID,
                                                  .order_by = CN_BY(cn_attr(Author, name)),
                                                  .limit    = 2),
                              *second = cn_select(Post, .columns = POST_ID,
                                                  .where = cn_is(Post, views, >, 3));
    SAYS(cn_union_all(CN_QUERIES(first, second), .order_by = CN_BY(cn_desc(cn_label(Id, id)))),
         "SELECT * FROM (SELECT author.id \n"
         "FROM author ORDER BY author.name\n"
         " LIMIT ?) AS anon_1 UNION ALL SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > ? ORDER BY id DESC",
         "(SELECT author.id \n"
         "FROM author ORDER BY author.name \n"
         " LIMIT ?) UNION ALL SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > ? ORDER BY id DESC",
         NULL,
         "(SELECT author.id \n"
         "FROM author ORDER BY author.name \n"
         " LIMIT $1) UNION ALL SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > $2 ORDER BY id DESC");
    SAYS(cn_union_all(CN_QUERIES(second, first)),
         "SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > ? UNION ALL SELECT * FROM (SELECT author.id \n"
         "FROM author ORDER BY author.name\n"
         " LIMIT ?) AS anon_1",
         "SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > ? UNION ALL (SELECT author.id \n"
         "FROM author ORDER BY author.name \n"
         " LIMIT ?)",
         NULL,
         "SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > $1 UNION ALL (SELECT author.id \n"
         "FROM author ORDER BY author.name \n"
         " LIMIT $2)");
    SAYS(cn_union(CN_QUERIES(cn_union_all(CN_QUERIES(second, second),
                                          .order_by = CN_BY(cn_label(Id, id)), .limit = 4),
                             second),
                  .limit = 5),
         "SELECT * FROM (SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > ? UNION ALL SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > ? ORDER BY id\n"
         " LIMIT ?) AS anon_1 UNION SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > ?\n"
         " LIMIT ?",
         "(SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > ? UNION ALL SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > ? ORDER BY id \n"
         " LIMIT ?) UNION SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > ? \n"
         " LIMIT ?",
         NULL,
         "(SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > $1 UNION ALL SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > $2 ORDER BY id \n"
         " LIMIT $3) UNION SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > $4 \n"
         " LIMIT $5");
    SAYS(cn_select(Id,
                   .with  = CN_WITH(cn_cte(
                        Id, cn_union(CN_QUERIES(second, cn_select(Author, .columns = AUTHOR_ID))))),
                   .where = cn_is(Id, id, >, 1)),
         "WITH ids AS \n"
         "(SELECT post.id AS id \n"
         "FROM post \n"
         "WHERE post.views > ? UNION SELECT author.id AS id \n"
         "FROM author)\n"
         " SELECT ids.id \n"
         "FROM ids \n"
         "WHERE ids.id > ?");
    SAYS(cn_select(Id, .query = CN_QUERY(
                           cn_union(CN_QUERIES(second, cn_select(Author, .columns = AUTHOR_ID))))),
         "SELECT ids.id \n"
         "FROM (SELECT post.id AS id \n"
         "FROM post \n"
         "WHERE post.views > ? UNION SELECT author.id AS id \n"
         "FROM author) AS ids");
    SAYS(cn_select(Author, .columns = AUTHOR_ID,
                   .where = cn_in_query(
                       Author, id,
                       cn_union(CN_QUERIES(
                           second, cn_select(Tag, .columns = CN_INTO(Id, id, cn_attr(Tag, id))))))),
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE author.id IN (SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > ? UNION SELECT tag.id \n"
         "FROM tag)");
    SAYS(cn_union(CN_QUERIES(cn_select(Id), second),
                  .with = CN_WITH(cn_cte(Id, cn_select(Author, .columns = AUTHOR_ID)))),
         "WITH ids AS \n"
         "(SELECT author.id AS id \n"
         "FROM author)\n"
         " SELECT ids.id \n"
         "FROM ids UNION SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > ?");
}

static void rows_are_grouped_and_made_distinct(void **state)
{
    (void)state;
    SAYS(cn_select(Author,
                   .columns  = CN_INTO(Count, name, cn_attr(Author, name), count,
                                       cn_count(cn_attr(Post, id))),
                   .join     = CN_JOINS(cn_join(Author, posts)),
                   .group_by = CN_BY(cn_attr(Author, id), cn_attr(Author, name)),
                   .having   = cn_cmp(cn_count(cn_attr(Post, id)), >, 10),
                   .order_by = CN_BY(cn_desc(cn_label(Count, count)))),
         "SELECT author.name, count(post.id) AS count \n"
         "FROM author JOIN post ON author.id = post.author_id GROUP BY author.id, author.name \n"
         "HAVING count(post.id) > ? ORDER BY count DESC",
         "SELECT author.name, count(post.id) AS count \n"
         "FROM author INNER JOIN post ON author.id = post.author_id GROUP BY author.id, "
         "author.name \n"
         "HAVING count(post.id) > ? ORDER BY count DESC");
    SAYS(cn_select(Post, .columns = CN_INTO(Id, id, cn_attr(Post, author_id)), .distinct = true),
         "SELECT DISTINCT post.author_id AS id \n"
         "FROM post");
    SAYS(cn_select(Post, .columns = POST_ID,
                   .distinct_on = CN_BY(cn_attr(Post, author_id), cn_attr(Post, views)),
                   .order_by    = CN_BY(cn_attr(Post, author_id), cn_attr(Post, views),
                                        cn_desc(cn_attr(Post, id)))),
         "!SQLite 3.47.0 has no DISTINCT ON", "!MySQL 8.4.0 has no DISTINCT ON",
         "!MariaDB 11.4.0 has no DISTINCT ON",
         "SELECT DISTINCT ON (post.author_id, post.views) post.id \n"
         "FROM post ORDER BY post.author_id, post.views, post.id DESC");
    SAYS(cn_select(Post, .columns = CN_INTO(Count, count,
                                            cn_count(cn_distinct(cn_attr(Post, author_id))))),
         "SELECT count(DISTINCT post.author_id) AS count \n"
         "FROM post");
}

static void rows_are_limited(void **state)
{
    (void)state;
    SAYS(cn_select(Tag, .limit = 3),
         "SELECT tag.id, tag.text \n"
         "FROM tag\n"
         " LIMIT ?",
         "SELECT tag.id, tag.text \n"
         "FROM tag \n"
         " LIMIT ?",
         NULL,
         "SELECT tag.id, tag.text \n"
         "FROM tag \n"
         " LIMIT $1");
    SAYS(cn_select(Tag, .limit = 3, .offset = 2, .order_by = CN_BY(cn_attr(Tag, id))),
         "SELECT tag.id, tag.text \n"
         "FROM tag ORDER BY tag.id\n"
         " LIMIT ? OFFSET ?",
         "SELECT tag.id, tag.text \n"
         "FROM tag ORDER BY tag.id \n"
         " LIMIT ?, ?",
         NULL,
         "SELECT tag.id, tag.text \n"
         "FROM tag ORDER BY tag.id \n"
         " LIMIT $1 OFFSET $2");
    SAYS(cn_select(Tag, .offset = 2),
         "SELECT tag.id, tag.text \n"
         "FROM tag\n"
         " LIMIT -1 OFFSET ?",
         "SELECT tag.id, tag.text \n"
         "FROM tag \n"
         " LIMIT ?, 18446744073709551615",
         NULL,
         "SELECT tag.id, tag.text \n"
         "FROM tag\n"
         " LIMIT ALL OFFSET $1");
    SAYS(cn_select(Tag, .limit = 3, .with_ties = true, .order_by = CN_BY(cn_attr(Tag, text))),
         "!SQLite 3.47.0 has no FETCH FIRST ... WITH TIES",
         "!MySQL 8.4.0 has no FETCH FIRST ... WITH TIES",
         "SELECT tag.id, tag.text \n"
         "FROM tag ORDER BY tag.text\n"
         " FETCH FIRST ? ROWS WITH TIES",
         "SELECT tag.id, tag.text \n"
         "FROM tag ORDER BY tag.text\n"
         " FETCH FIRST ($1) ROWS WITH TIES");
    SAYS(cn_select(Tag, .limit = 3, .offset = 1, .with_ties = true,
                   .order_by = CN_BY(cn_attr(Tag, text))),
         "!SQLite 3.47.0 has no FETCH FIRST ... WITH TIES",
         "!MySQL 8.4.0 has no FETCH FIRST ... WITH TIES",
         "SELECT tag.id, tag.text \n"
         "FROM tag ORDER BY tag.text\n"
         " OFFSET ? ROWS\n"
         " FETCH FIRST ? ROWS WITH TIES",
         "SELECT tag.id, tag.text \n"
         "FROM tag ORDER BY tag.text\n"
         " OFFSET ($1) ROWS\n"
         " FETCH FIRST ($2) ROWS WITH TIES");
    SAYS(cn_select(Author, .columns = CN_INTO(
                               Id, id,
                               cn_scalar_query(cn_select(
                                   Post, .columns = POST_ID,
                                   .where    = cn_is(Post, author_id, ==, cn_attr(Author, id)),
                                   .order_by = CN_BY(cn_desc(cn_attr(Post, views))), .limit = 1)))),
         "SELECT (SELECT post.id \n"
         "FROM post \n"
         "WHERE post.author_id = author.id ORDER BY post.views DESC\n"
         " LIMIT ?) AS id \n"
         "FROM author",
         "SELECT (SELECT post.id \n"
         "FROM post \n"
         "WHERE post.author_id = author.id ORDER BY post.views DESC \n"
         " LIMIT ?) AS id \n"
         "FROM author",
         NULL,
         "SELECT (SELECT post.id \n"
         "FROM post \n"
         "WHERE post.author_id = author.id ORDER BY post.views DESC \n"
         " LIMIT $1) AS id \n"
         "FROM author");
}

static void rows_are_locked(void **state)
{
    (void)state;
    SAYS(cn_select(Tag, .lock = CN_FOR_UPDATE),
         "SELECT tag.id, tag.text \n"
         "FROM tag",
         "SELECT tag.id, tag.text \n"
         "FROM tag FOR UPDATE",
         NULL,
         "SELECT tag.id, tag.text \n"
         "FROM tag FOR UPDATE");
    SAYS(cn_select(Tag, .lock = CN_FOR_SHARE),
         "SELECT tag.id, tag.text \n"
         "FROM tag",
         "SELECT tag.id, tag.text \n"
         "FROM tag FOR SHARE",
         "SELECT tag.id, tag.text \n"
         "FROM tag LOCK IN SHARE MODE",
         "SELECT tag.id, tag.text \n"
         "FROM tag FOR SHARE");
    SAYS(cn_select(Tag, .lock = CN_FOR_NO_KEY_UPDATE),
         "SELECT tag.id, tag.text \n"
         "FROM tag",
         "SELECT tag.id, tag.text \n"
         "FROM tag FOR UPDATE",
         NULL,
         "SELECT tag.id, tag.text \n"
         "FROM tag FOR NO KEY UPDATE");
    SAYS(cn_select(Tag, .lock = CN_FOR_KEY_SHARE),
         "SELECT tag.id, tag.text \n"
         "FROM tag",
         "SELECT tag.id, tag.text \n"
         "FROM tag FOR SHARE",
         "SELECT tag.id, tag.text \n"
         "FROM tag LOCK IN SHARE MODE",
         "SELECT tag.id, tag.text \n"
         "FROM tag FOR KEY SHARE");
    SAYS(cn_select(Tag, .lock = CN_FOR_UPDATE, .nowait = true),
         "SELECT tag.id, tag.text \n"
         "FROM tag",
         "SELECT tag.id, tag.text \n"
         "FROM tag FOR UPDATE NOWAIT",
         NULL,
         "SELECT tag.id, tag.text \n"
         "FROM tag FOR UPDATE NOWAIT");
    SAYS(cn_select(Tag, .lock = CN_FOR_UPDATE, .skip_locked = true, .limit = 1),
         "SELECT tag.id, tag.text \n"
         "FROM tag\n"
         " LIMIT ?",
         "SELECT tag.id, tag.text \n"
         "FROM tag \n"
         " LIMIT ? FOR UPDATE SKIP LOCKED",
         NULL,
         "SELECT tag.id, tag.text \n"
         "FROM tag \n"
         " LIMIT $1 FOR UPDATE SKIP LOCKED");
    SAYS(cn_select(Post, .columns = POST_ID, .join = CN_JOINS(cn_join(Post, author)),
                   .lock = CN_FOR_UPDATE, .lock_of = CN_MODELS(Post)),
         "SELECT post.id \n"
         "FROM post JOIN author ON author.id = post.author_id",
         "SELECT post.id \n"
         "FROM post INNER JOIN author ON author.id = post.author_id FOR UPDATE OF post",
         "!MariaDB 11.4.0 has no FOR UPDATE OF some tables",
         "SELECT post.id \n"
         "FROM post JOIN author ON author.id = post.author_id FOR UPDATE OF post");
    SAYS(cn_select(Employee, .columns = CN_INTO(Id, id, cn_attr(Employee, id)),
                   .join = CN_JOINS(cn_join_as(Employee, manager, Manager)), .lock = CN_FOR_SHARE,
                   .lock_of = CN_MODELS(Manager), .nowait = true),
         "SELECT employee.id \n"
         "FROM employee JOIN employee AS employee_1 ON employee_1.id = employee.manager_id",
         "SELECT employee.id \n"
         "FROM employee INNER JOIN employee AS employee_1 ON employee_1.id = employee.manager_id "
         "FOR SHARE OF employee_1 NOWAIT",
         "!MariaDB 11.4.0 has no FOR UPDATE OF some tables",
         "SELECT employee.id \n"
         "FROM employee JOIN employee AS employee_1 ON employee_1.id = employee.manager_id FOR "
         "SHARE OF employee_1 NOWAIT");
}

static void hints_are_for_one_database(void **state)
{
    (void)state;
    SAYS(cn_select(Tag, .hints = CN_HINTS(cn_hint_prefix("mysql", "SQL_NO_CACHE"))),
         "SELECT tag.id, tag.text \n"
         "FROM tag",
         "SELECT SQL_NO_CACHE tag.id, tag.text \n"
         "FROM tag");
    SAYS(cn_select(Post, .columns = POST_ID, .join = CN_JOINS(cn_join(Post, author)),
                   .hints = CN_HINTS(cn_hint_table("mysql", Post, "USE INDEX (PRIMARY)"),
                                     cn_hint_table("postgresql", Post, "TABLESAMPLE SYSTEM (100)"),
                                     cn_hint_table("sqlite", Author, "NOT INDEXED"))),
         "SELECT post.id \n"
         "FROM post JOIN author NOT INDEXED ON author.id = post.author_id",
         "SELECT post.id \n"
         "FROM post USE INDEX (PRIMARY) INNER JOIN author ON author.id = post.author_id",
         NULL,
         "SELECT post.id \n"
         "FROM post TABLESAMPLE SYSTEM (100) JOIN author ON author.id = post.author_id");
    SAYS(cn_select(Tag, .limit = 1, .hints = CN_HINTS(cn_hint_suffix("mariadb", "/* small */"))),
         "SELECT tag.id, tag.text \n"
         "FROM tag\n"
         " LIMIT ?",
         "SELECT tag.id, tag.text \n"
         "FROM tag \n"
         " LIMIT ?",
         "SELECT tag.id, tag.text \n"
         "FROM tag \n"
         " LIMIT ? /* small */",
         "SELECT tag.id, tag.text \n"
         "FROM tag \n"
         " LIMIT $1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATEMENTS_TEST(unions_put_queries_together),
        STATEMENTS_TEST(parts_of_a_union_are_wrapped_where_they_must_be),
        STATEMENTS_TEST(parts_of_a_union_have_clauses_of_their_own),
        STATEMENTS_TEST(rows_are_grouped_and_made_distinct),
        STATEMENTS_TEST(rows_are_limited),
        STATEMENTS_TEST(rows_are_locked),
        STATEMENTS_TEST(hints_are_for_one_database),
    };
    return suite_main("the clauses of statements", tests);
}
