/*
 * The exact SQL of what statements are about: joins, sub-queries, WITH, VALUES, text;
 * each statement also runs.
 */
#include "statements_model.h"
#include "suite.h"

static void joins_go_along_relationships(void **state)
{
    (void)state;
    SAYS(cn_select(Post, .columns = POST_ID, .join = CN_JOINS(cn_join(Post, author))),
         "SELECT post.id \n"
         "FROM post JOIN author ON author.id = post.author_id",
         "SELECT post.id \n"
         "FROM post INNER JOIN author ON author.id = post.author_id");
    SAYS(cn_select(Post, .columns = POST_ID, .join = CN_JOINS(cn_left_join(Post, author))),
         "SELECT post.id \n"
         "FROM post LEFT OUTER JOIN author ON author.id = post.author_id");
    SAYS(cn_select(Author, .columns = CN_INTO(Pair, name, cn_attr(Post, title)),
                   .join = CN_JOINS(cn_join(Author, posts))),
         "SELECT post.title AS name \n"
         "FROM author JOIN post ON author.id = post.author_id",
         "SELECT post.title AS name \n"
         "FROM author INNER JOIN post ON author.id = post.author_id");
    SAYS(cn_select(Post, .columns = POST_ID, .join = CN_JOINS(cn_join(Post, tags)),
                   .where = cn_is(Tag, text, ==, "x")),
         "SELECT post.id \n"
         "FROM post JOIN post_tag AS post_tag_1 ON post.id = post_tag_1.post_id JOIN tag ON tag.id "
         "= post_tag_1.tag_id \n"
         "WHERE tag.text = ?",
         "SELECT post.id \n"
         "FROM post INNER JOIN post_tag AS post_tag_1 ON post.id = post_tag_1.post_id INNER JOIN "
         "tag ON tag.id = post_tag_1.tag_id \n"
         "WHERE tag.text = ?");
    SAYS(cn_select(Post, .columns = POST_ID, .join = CN_JOINS(cn_left_join(Post, tags))),
         "SELECT post.id \n"
         "FROM post LEFT OUTER JOIN (post_tag AS post_tag_1 JOIN tag ON tag.id = "
         "post_tag_1.tag_id) ON post.id = post_tag_1.post_id",
         "SELECT post.id \n"
         "FROM post LEFT OUTER JOIN (post_tag AS post_tag_1 INNER JOIN tag ON tag.id = "
         "post_tag_1.tag_id) ON post.id = post_tag_1.post_id");
    SAYS(cn_select(Author, .columns = CN_INTO(Id, id, cn_attr(Author, id)),
                   .join = CN_JOINS(cn_join(Author, posts), cn_join(Post, tags))),
         "SELECT author.id \n"
         "FROM author JOIN post ON author.id = post.author_id JOIN post_tag AS post_tag_1 ON "
         "post.id = post_tag_1.post_id JOIN tag ON tag.id = post_tag_1.tag_id",
         "SELECT author.id \n"
         "FROM author INNER JOIN post ON author.id = post.author_id INNER JOIN post_tag AS "
         "post_tag_1 ON post.id = post_tag_1.post_id INNER JOIN tag ON tag.id = post_tag_1.tag_id");
    SAYS(cn_select(Author,
                   .columns = CN_INTO(AuthorPost, author, cn_entity(Author), post, cn_entity(Post)),
                   .join    = CN_JOINS(cn_left_join(Author, posts))),
         "SELECT author.id, author.name, author.active, post.id AS id_1, post.title, "
         "post.author_id, post.views, post.created \n"
         "FROM author LEFT OUTER JOIN post ON author.id = post.author_id");
}

static void joins_go_to_aliases(void **state)
{
    (void)state;
    SAYS(cn_select(Post, .columns = CN_INTO(Pair, name, cn_attr(Writer, name)),
                   .join = CN_JOINS(cn_join_as(Post, author, Writer))),
         "SELECT author_1.name \n"
         "FROM post JOIN author AS author_1 ON author_1.id = post.author_id",
         "SELECT author_1.name \n"
         "FROM post INNER JOIN author AS author_1 ON author_1.id = post.author_id");
    SAYS(cn_select(Post, .columns = CN_INTO(Pair, name, cn_attr(Label, text)),
                   .join = CN_JOINS(cn_left_join_as(Post, tags, Label))),
         "SELECT tag_1.text AS name \n"
         "FROM post LEFT OUTER JOIN (post_tag AS post_tag_1 JOIN tag AS tag_1 ON tag_1.id = "
         "post_tag_1.tag_id) ON post.id = post_tag_1.post_id",
         "SELECT tag_1.text AS name \n"
         "FROM post LEFT OUTER JOIN (post_tag AS post_tag_1 INNER JOIN tag AS tag_1 ON tag_1.id = "
         "post_tag_1.tag_id) ON post.id = post_tag_1.post_id");
    SAYS(cn_select(Employee, .columns = CN_INTO(Pair, name, cn_attr(Manager, name)),
                   .join = CN_JOINS(
                       cn_join_on(Manager, cn_is(Employee, manager_id, ==, cn_attr(Manager, id)))),
                   .where = cn_is(Employee, salary, >, cn_attr(Manager, salary))),
         "SELECT employee_1.name \n"
         "FROM employee JOIN employee AS employee_1 ON employee.manager_id = employee_1.id \n"
         "WHERE employee.salary > employee_1.salary",
         "SELECT employee_1.name \n"
         "FROM employee INNER JOIN employee AS employee_1 ON employee.manager_id = employee_1.id \n"
         "WHERE employee.salary > employee_1.salary");
    SAYS(cn_select(Employee, .columns = CN_INTO(Id, id, cn_attr(Employee, id)),
                   .join = CN_JOINS(cn_join_as(Employee, manager, Manager))),
         "SELECT employee.id \n"
         "FROM employee JOIN employee AS employee_1 ON employee_1.id = employee.manager_id",
         "SELECT employee.id \n"
         "FROM employee INNER JOIN employee AS employee_1 ON employee_1.id = employee.manager_id");
    SAYS(cn_select(Manager, .where = cn_is(Manager, id, ==, 1)),
         "SELECT employee_1.id, employee_1.name, employee_1.manager_id, employee_1.salary \n"
         "FROM employee AS employee_1 \n"
         "WHERE employee_1.id = ?");
    SAYS(cn_select(
             Employee, .columns = CN_INTO(Id, id, cn_attr(Employee, id)),
             .join = CN_JOINS(
                 cn_left_join_on(Manager, cn_is(Manager, id, ==, cn_attr(Employee, manager_id))),
                 cn_left_join_on(Boss, cn_is(Boss, id, ==, cn_attr(Manager, manager_id))))),
         "SELECT employee.id \n"
         "FROM employee LEFT OUTER JOIN employee AS employee_1 ON employee_1.id = "
         "employee.manager_id LEFT OUTER JOIN employee AS employee_2 ON employee_2.id = "
         "employee_1.manager_id");
}

static void joins_on_conditions_and_without(void **state)
{
    (void)state;
    SAYS(cn_select(Author, .columns = AUTHOR_ID,
                   .join = CN_JOINS(
                       cn_join_on(Post, cn_and(cn_is(Post, author_id, ==, cn_attr(Author, id)),
                                               cn_is(Post, views, >, 3))))),
         "SELECT author.id \n"
         "FROM author JOIN post ON post.author_id = author.id AND post.views > ?",
         "SELECT author.id \n"
         "FROM author INNER JOIN post ON post.author_id = author.id AND post.views > ?");
    SAYS(cn_select(Author, .columns = AUTHOR_ID,
                   .join = CN_JOINS(
                       cn_left_join_on(Post, cn_is(Post, author_id, ==, cn_attr(Author, id))))),
         "SELECT author.id \n"
         "FROM author LEFT OUTER JOIN post ON post.author_id = author.id");
    SAYS(cn_select(Author, .columns = AUTHOR_ID,
                   .join = CN_JOINS(
                       cn_full_join_on(Post, cn_is(Post, author_id, ==, cn_attr(Author, id))))),
         "SELECT author.id \n"
         "FROM author FULL OUTER JOIN post ON post.author_id = author.id",
         "!MySQL 8.4.0 has no FULL OUTER JOIN", "!MariaDB 11.4.0 has no FULL OUTER JOIN");
    SAYS(cn_select(Author, .columns = AUTHOR_ID, .join = CN_JOINS(cn_cross_join(Tag))),
         "SELECT author.id \n"
         "FROM author CROSS JOIN tag");
    SAYS(cn_select(Author, .columns = AUTHOR_ID, .also = CN_MODELS(Post, Tag),
                   .where = cn_is(Post, author_id, ==, cn_attr(Author, id))),
         "SELECT author.id \n"
         "FROM author, post, tag \n"
         "WHERE post.author_id = author.id");
}

static void joined_queries(void **state)
{
    (void)state;
    const cn_condition         same = cn_is(Pair, id, ==, cn_attr(Author, id));
    const cn_select_statement *busy = cn_select(
        Post,
        .columns = CN_INTO(Pair, id, cn_attr(Post, author_id), name, cn_max(cn_attr(Post, title))),
        .where = cn_is(Post, views, >, 5), .group_by = CN_BY(cn_attr(Post, author_id)));
    SAYS(cn_select(Author,
                   .columns = CN_INTO(Pair, id, cn_attr(Author, id), name, cn_attr(Pair, name)),
                   .join    = CN_JOINS(cn_join_query(Pair, busy, same)),
                   .where   = cn_is(Author, active, ==, true)),
         "SELECT author.id, pair.name \n"
         "FROM author JOIN (SELECT post.author_id AS id, max(post.title) AS name \n"
         "FROM post \n"
         "WHERE post.views > ? GROUP BY post.author_id) AS pair ON pair.id = author.id \n"
         "WHERE author.active = ?",
         "SELECT author.id, pair.name \n"
         "FROM author INNER JOIN (SELECT post.author_id AS id, max(post.title) AS name \n"
         "FROM post \n"
         "WHERE post.views > ? GROUP BY post.author_id) AS pair ON pair.id = author.id \n"
         "WHERE author.active = ?");
    SAYS(cn_select(Author,
                   .columns = CN_INTO(Pair, id, cn_attr(Author, id), name, cn_attr(Pair, name)),
                   .join    = CN_JOINS(cn_left_join_query(Pair, busy, same))),
         "SELECT author.id, pair.name \n"
         "FROM author LEFT OUTER JOIN (SELECT post.author_id AS id, max(post.title) AS name \n"
         "FROM post \n"
         "WHERE post.views > ? GROUP BY post.author_id) AS pair ON pair.id = author.id");
    const cn_select_statement *newest = cn_select(
        Post, .columns = CN_INTO(Pair, id, cn_attr(Post, id), name, cn_attr(Post, title)),
        .where    = cn_is(Post, author_id, ==, cn_attr(Author, id)),
        .order_by = CN_BY(cn_desc(cn_attr(Post, created))), .limit = 1);
    SAYS(cn_select(Author,
                   .columns = CN_INTO(Pair, id, cn_attr(Author, id), name, cn_attr(Pair, name)),
                   .join    = CN_JOINS(cn_join_lateral(Pair, newest, cn_always()))),
         "!SQLite 3.47.0 has no LATERAL",
         "SELECT author.id, pair.name \n"
         "FROM author INNER JOIN LATERAL (SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.author_id = author.id ORDER BY post.created DESC \n"
         " LIMIT ?) AS pair ON true = 1",
         "!MariaDB 11.4.0 has no LATERAL",
         "SELECT author.id, pair.name \n"
         "FROM author JOIN LATERAL (SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.author_id = author.id ORDER BY post.created DESC \n"
         " LIMIT $1) AS pair ON true");
    SAYS(cn_select(Author,
                   .columns = CN_INTO(Pair, id, cn_attr(Author, id), name, cn_attr(Pair, name)),
                   .join    = CN_JOINS(cn_left_join_lateral(Pair, newest, cn_always()))),
         "!SQLite 3.47.0 has no LATERAL",
         "SELECT author.id, pair.name \n"
         "FROM author LEFT OUTER JOIN LATERAL (SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.author_id = author.id ORDER BY post.created DESC \n"
         " LIMIT ?) AS pair ON true = 1",
         "!MariaDB 11.4.0 has no LATERAL",
         "SELECT author.id, pair.name \n"
         "FROM author LEFT OUTER JOIN LATERAL (SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.author_id = author.id ORDER BY post.created DESC \n"
         " LIMIT $1) AS pair ON true");
    SAYS(cn_select(Pair, .query = CN_QUERY(busy), .where = cn_is(Pair, id, >, 1)),
         "SELECT pair.id, pair.name \n"
         "FROM (SELECT post.author_id AS id, max(post.title) AS name \n"
         "FROM post \n"
         "WHERE post.views > ? GROUP BY post.author_id) AS pair \n"
         "WHERE pair.id > ?");
}

static void sub_queries_are_values_and_conditions(void **state)
{
    (void)state;
    const cn_select_statement *posts = cn_select(
        Post, .columns = CN_INTO(Count, count, cn_count_all()),
        .where = cn_is(Post, author_id, ==, cn_attr(Author, id)));
    SAYS(cn_select(Author, .columns = CN_INTO(Count, name, cn_attr(Author, name), count,
                                              cn_scalar_query(posts))),
         "SELECT author.name, (SELECT count(*) AS count \n"
         "FROM post \n"
         "WHERE post.author_id = author.id) AS count \n"
         "FROM author");
    SAYS(cn_select(Author, .columns = AUTHOR_ID, .where = cn_cmp(cn_scalar_query(posts), >, 3)),
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE (SELECT count(*) AS count \n"
         "FROM post \n"
         "WHERE post.author_id = author.id) > ?");
    SAYS(cn_select(Author, .columns = AUTHOR_ID,
                   .where = cn_in_query(
                       Author, id,
                       cn_select(Post, .columns = CN_INTO(Id, id, cn_attr(Post, author_id)),
                                 .where = cn_is(Post, views, >, 3)))),
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE author.id IN (SELECT post.author_id AS id \n"
         "FROM post \n"
         "WHERE post.views > ?)");
    SAYS(cn_select(
             Post, .columns = POST_ID, /* the inner table is another one */
             .where = cn_in_query(
                 Post, id, cn_select(Post, .columns = POST_ID, .where = cn_is(Post, views, >, 3)))),
         "SELECT post.id \n"
         "FROM post \n"
         "WHERE post.id IN (SELECT post.id \n"
         "FROM post \n"
         "WHERE post.views > ?)");
    SAYS(cn_select(Author, .columns = AUTHOR_ID,
                   .where = cn_exists(
                       cn_select(Post, .where = cn_is(Post, author_id, ==, cn_attr(Author, id))))),
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE EXISTS (SELECT * \n"
         "FROM post \n"
         "WHERE post.author_id = author.id)");
    SAYS(cn_select(Author, .columns = AUTHOR_ID,
                   .where = cn_not(cn_exists(
                       cn_select(Post, .columns = POST_ID,
                                 .where = cn_is(Post, author_id, ==, cn_attr(Author, id)))))),
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE NOT (EXISTS (SELECT post.id \n"
         "FROM post \n"
         "WHERE post.author_id = author.id))");
}

static void sub_queries_meet_operators(void **state)
{
    (void)state;
    SAYS(cn_select(
             Author, .columns = AUTHOR_ID,
             .where = cn_is(
                 Author, id, ==,
                 cn_any_of(cn_select(Post, .columns = CN_INTO(Id, id, cn_attr(Post, author_id)))))),
         "!SQLite 3.47.0 has no ANY and ALL of a query",
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE author.id = ANY (SELECT post.author_id AS id \n"
         "FROM post)",
         NULL,
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE author.id = ANY (SELECT post.author_id AS id \n"
         "FROM post)");
    SAYS(cn_select(
             Author, .columns = AUTHOR_ID,
             .where = cn_is(
                 Author, id, >=,
                 cn_all_of(cn_select(Post, .columns = CN_INTO(Id, id, cn_attr(Post, author_id)))))),
         "!SQLite 3.47.0 has no ANY and ALL of a query",
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE author.id >= ALL (SELECT post.author_id AS id \n"
         "FROM post)",
         NULL,
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE author.id >= ALL (SELECT post.author_id AS id \n"
         "FROM post)");
    SAYS(cn_select(Author, .columns = AUTHOR_ID,
                   .where = cn_in_query(
                       Author, id,
                       cn_select(Post, .columns = CN_INTO(Id, id, cn_attr(Post, author_id)),
                                 .order_by = CN_BY(cn_attr(Post, id)), .limit = 3))),
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE author.id IN (SELECT post.author_id AS id \n"
         "FROM post ORDER BY post.id\n"
         " LIMIT ?)",
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE author.id IN (SELECT * FROM (SELECT post.author_id AS id \n"
         "FROM post ORDER BY post.id \n"
         " LIMIT ?) AS anon_1)",
         NULL,
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE author.id IN (SELECT post.author_id AS id \n"
         "FROM post ORDER BY post.id \n"
         " LIMIT $1)");
    SAYS(cn_select(Post, .columns = POST_ID,
                   .where = cn_expr_in_query(
                       cn_tuple(cn_attr(Post, author_id), cn_attr(Post, title)),
                       cn_select(Author, .columns = CN_INTO(Pair, id, cn_attr(Author, id), name,
                                                            cn_attr(Author, name))))),
         "SELECT post.id \n"
         "FROM post \n"
         "WHERE (post.author_id, post.title) IN (SELECT author.id, author.name \n"
         "FROM author)");
    SAYS(cn_select(Post, .columns = POST_ID,
                   .where = cn_not(cn_exists(cn_select(
                       Rival, .where = cn_and(cn_is(Rival, author_id, ==, cn_attr(Post, author_id)),
                                              cn_is(Rival, views, >, cn_attr(Post, views))))))),
         "SELECT post.id \n"
         "FROM post \n"
         "WHERE NOT (EXISTS (SELECT * \n"
         "FROM post AS post_1 \n"
         "WHERE post_1.author_id = post.author_id AND post_1.views > post.views))");
    SAYS(
        cn_select(Author, .columns = AUTHOR_ID,
                  .where = cn_exists(cn_select(
                      Post, .columns = POST_ID,
                      .where = cn_in_query(
                          Post, id,
                          cn_select_from(&post_tag,
                                         .columns = CN_INTO(Id, id, cn_named(&post_tag, "post_id")),
                                         .where   = cn_cmp(cn_named(&post_tag, "tag_id"), ==,
                                                           cn_attr(Author, id))))))),
        "SELECT author.id \n"
        "FROM author \n"
        "WHERE EXISTS (SELECT post.id \n"
        "FROM post \n"
        "WHERE post.id IN (SELECT post_tag.post_id AS id \n"
        "FROM post_tag \n"
        "WHERE post_tag.tag_id = author.id))");
}

static void with_names_queries(void **state)
{
    (void)state;
    const cn_select_statement *popular = cn_select(
        Post, .columns = CN_INTO(Pair, id, cn_attr(Post, id), name, cn_attr(Post, title)),
        .where = cn_is(Post, views, >, 9));
    const cn_select_statement *authors = cn_select(Author, .columns = AUTHOR_ID,
                                                   .where = cn_is(Author, active, ==, true));
    SAYS(cn_select(Pair, .with = CN_WITH(cn_cte(Pair, popular)),
                   .order_by = CN_BY(cn_attr(Pair, id))),
         "WITH pair AS \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?)\n"
         " SELECT pair.id, pair.name \n"
         "FROM pair ORDER BY pair.id");
    SAYS(cn_select(Pair, .columns = CN_INTO(Id, id, cn_attr(Pair, id)),
                   .with  = CN_WITH(cn_cte(Pair, popular), cn_cte(Id, authors)),
                   .join  = CN_JOINS(cn_join_on(Id, cn_is(Id, id, ==, cn_attr(Pair, id)))),
                   .limit = 3),
         "WITH pair AS \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?), \n"
         "ids AS \n"
         "(SELECT author.id AS id \n"
         "FROM author \n"
         "WHERE author.active = ?)\n"
         " SELECT pair.id \n"
         "FROM pair JOIN ids ON ids.id = pair.id\n"
         " LIMIT ?",
         "WITH pair AS \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?), \n"
         "ids AS \n"
         "(SELECT author.id AS id \n"
         "FROM author \n"
         "WHERE author.active = ?)\n"
         " SELECT pair.id \n"
         "FROM pair INNER JOIN ids ON ids.id = pair.id \n"
         " LIMIT ?",
         NULL,
         "WITH pair AS \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > $1), \n"
         "ids AS \n"
         "(SELECT author.id AS id \n"
         "FROM author \n"
         "WHERE author.active = $2)\n"
         " SELECT pair.id \n"
         "FROM pair JOIN ids ON ids.id = pair.id \n"
         " LIMIT $3");
    SAYS(cn_select(Id, .with = CN_WITH(
                           cn_cte(Pair, popular),
                           cn_cte(Id, cn_select(Pair, .columns = CN_INTO(Id, id, cn_attr(Pair, id)),
                                                .where = cn_is(Pair, name, ==, "x"))))),
         "WITH pair AS \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?), \n"
         "ids AS \n"
         "(SELECT pair.id AS id \n"
         "FROM pair \n"
         "WHERE pair.name = ?)\n"
         " SELECT ids.id \n"
         "FROM ids");
    SAYS(cn_select(Pair, .columns = CN_INTO(Id, id, cn_attr(Pair, id)),
                   .with = CN_WITH(cn_cte(Pair, popular)),
                   .join = CN_JOINS(cn_join_on(Twin, cn_is(Twin, name, ==, cn_attr(Pair, name))))),
         "WITH pair AS \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?)\n"
         " SELECT pair.id \n"
         "FROM pair JOIN pair AS pair_1 ON pair_1.name = pair.name",
         "WITH pair AS \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?)\n"
         " SELECT pair.id \n"
         "FROM pair INNER JOIN pair AS pair_1 ON pair_1.name = pair.name");
    SAYS(cn_select(Author, .columns = AUTHOR_ID,
                   .with  = CN_WITH(cn_cte(
                        Id, cn_select(Post, .columns = CN_INTO(Id, id, cn_attr(Post, author_id))))),
                   .where = cn_in_query(Author, id, cn_select(Id))),
         "WITH ids AS \n"
         "(SELECT post.author_id AS id \n"
         "FROM post)\n"
         " SELECT author.id \n"
         "FROM author \n"
         "WHERE author.id IN (SELECT ids.id \n"
         "FROM ids)");
    SAYS(cn_select(Pair, .with = CN_WITH(cn_cte(Pair, popular, .materialized = true))),
         "WITH pair AS MATERIALIZED \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?)\n"
         " SELECT pair.id, pair.name \n"
         "FROM pair",
         "WITH pair AS \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?)\n"
         " SELECT pair.id, pair.name \n"
         "FROM pair");
    SAYS(cn_select(Pair, .with = CN_WITH(cn_cte(Pair, popular, .not_materialized = true))),
         "WITH pair AS NOT MATERIALIZED \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?)\n"
         " SELECT pair.id, pair.name \n"
         "FROM pair",
         "WITH pair AS \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?)\n"
         " SELECT pair.id, pair.name \n"
         "FROM pair");
}

static void with_can_be_recursive(void **state)
{
    (void)state;
    const cn_expr              id = cn_attr(Employee, id), name = cn_attr(Employee, name);
    const cn_select_statement *top = cn_select(
        Employee, .columns = CN_INTO(Branch, id, id, name, name, depth, 0),
        .where = cn_is_null(Employee, manager_id));
    const cn_select_statement *below = cn_select(
        Employee,
        .columns = CN_INTO(Branch, id, id, name, name, depth, cn_plus(cn_attr(Branch, depth), 1)),
        .join = CN_JOINS(cn_join_on(Branch, cn_is(Employee, manager_id, ==, cn_attr(Branch, id)))));
    SAYS(cn_select(Branch, .with = CN_WITH(cn_recursive(Branch, top, below)),
                   .order_by = CN_BY(cn_attr(Branch, depth))),
         "WITH RECURSIVE branch(id, name, depth) AS \n"
         "(SELECT employee.id AS id, employee.name AS name, ? AS depth \n"
         "FROM employee \n"
         "WHERE employee.manager_id IS NULL UNION ALL SELECT employee.id AS id, employee.name AS "
         "name, branch.depth + ? AS depth \n"
         "FROM employee JOIN branch ON employee.manager_id = branch.id)\n"
         " SELECT branch.id, branch.name, branch.depth \n"
         "FROM branch ORDER BY branch.depth",
         "WITH RECURSIVE branch(id, name, depth) AS \n"
         "(SELECT employee.id AS id, employee.name AS name, ? AS depth \n"
         "FROM employee \n"
         "WHERE employee.manager_id IS NULL UNION ALL SELECT employee.id AS id, employee.name AS "
         "name, branch.depth + ? AS depth \n"
         "FROM employee INNER JOIN branch ON employee.manager_id = branch.id)\n"
         " SELECT branch.id, branch.name, branch.depth \n"
         "FROM branch ORDER BY branch.depth",
         NULL,
         "WITH RECURSIVE branch(id, name, depth) AS \n"
         "(SELECT employee.id AS id, employee.name AS name, CAST($1 AS INTEGER) AS depth \n"
         "FROM employee \n"
         "WHERE employee.manager_id IS NULL UNION ALL SELECT employee.id AS id, employee.name AS "
         "name, branch.depth + $2 AS depth \n"
         "FROM employee JOIN branch ON employee.manager_id = branch.id)\n"
         " SELECT branch.id, branch.name, branch.depth \n"
         "FROM branch ORDER BY branch.depth");
    SAYS(cn_select(Branch,
                   .with  = CN_WITH(cn_recursive(Branch, top, below, .union_distinct = true)),
                   .where = cn_is(Branch, depth, <, 5)),
         "WITH RECURSIVE branch(id, name, depth) AS \n"
         "(SELECT employee.id AS id, employee.name AS name, ? AS depth \n"
         "FROM employee \n"
         "WHERE employee.manager_id IS NULL UNION SELECT employee.id AS id, employee.name AS name, "
         "branch.depth + ? AS depth \n"
         "FROM employee JOIN branch ON employee.manager_id = branch.id)\n"
         " SELECT branch.id, branch.name, branch.depth \n"
         "FROM branch \n"
         "WHERE branch.depth < ?",
         "WITH RECURSIVE branch(id, name, depth) AS \n"
         "(SELECT employee.id AS id, employee.name AS name, ? AS depth \n"
         "FROM employee \n"
         "WHERE employee.manager_id IS NULL UNION SELECT employee.id AS id, employee.name AS name, "
         "branch.depth + ? AS depth \n"
         "FROM employee INNER JOIN branch ON employee.manager_id = branch.id)\n"
         " SELECT branch.id, branch.name, branch.depth \n"
         "FROM branch \n"
         "WHERE branch.depth < ?",
         NULL,
         "WITH RECURSIVE branch(id, name, depth) AS \n"
         "(SELECT employee.id AS id, employee.name AS name, CAST($1 AS INTEGER) AS depth \n"
         "FROM employee \n"
         "WHERE employee.manager_id IS NULL UNION SELECT employee.id AS id, employee.name AS name, "
         "branch.depth + $2 AS depth \n"
         "FROM employee JOIN branch ON employee.manager_id = branch.id)\n"
         " SELECT branch.id, branch.name, branch.depth \n"
         "FROM branch \n"
         "WHERE branch.depth < $3");
}

static void with_can_stand_before_changes(void **state)
{
    (void)state;
    const cn_select_statement *popular = cn_select(
        Post, .columns = CN_INTO(Pair, id, cn_attr(Post, id), name, cn_attr(Post, title)),
        .where = cn_is(Post, views, >, 9));
    SAYS(cn_insert(Tag, .with = CN_WITH(cn_cte(Pair, popular)), .columns = CN_KEY(Tag, text),
                   .query = CN_QUERY(
                       cn_select(Pair, .columns = CN_INTO(Pair, name, cn_attr(Pair, name))))),
         "WITH pair AS \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?)\n"
         " INSERT INTO tag (text) SELECT pair.name \n"
         "FROM pair",
         "INSERT INTO tag (text) WITH pair AS \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?)\n"
         " SELECT pair.name \n"
         "FROM pair");
    SAYS(cn_update(Post, .with = CN_WITH(cn_cte(Pair, popular)), .set = CN_SET(Post, views, 0),
                   .where = cn_in_query(
                       Post, id, cn_select(Pair, .columns = CN_INTO(Id, id, cn_attr(Pair, id))))),
         "WITH pair AS \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?)\n"
         " UPDATE post SET views=? WHERE post.id IN (SELECT pair.id \n"
         "FROM pair)",
         NULL, "!MariaDB 11.4.0 has no WITH before UPDATE and DELETE");
    SAYS(cn_delete_from(
             Post, .with = CN_WITH(cn_cte(Pair, popular)),
             .where = cn_in_query(Post, id,
                                  cn_select(Pair, .columns = CN_INTO(Id, id, cn_attr(Pair, id))))),
         "WITH pair AS \n"
         "(SELECT post.id AS id, post.title AS name \n"
         "FROM post \n"
         "WHERE post.views > ?)\n"
         " DELETE FROM post WHERE post.id IN (SELECT pair.id \n"
         "FROM pair)",
         NULL, "!MariaDB 11.4.0 has no WITH before UPDATE and DELETE");
    SAYS(cn_select(Id, .with = CN_WITH(cn_cte(
                           Id, cn_delete_from(Post, .where = cn_is(Post, views, ==, 0),
                                              .returning = CN_INTO(Id, id, cn_attr(Post, id)))))),
         "!SQLite 3.47.0 has no INSERT, UPDATE or DELETE inside WITH",
         "!MySQL 8.4.0 has no INSERT, UPDATE or DELETE inside WITH",
         "!MariaDB 11.4.0 has no INSERT, UPDATE or DELETE inside WITH",
         "WITH ids AS \n"
         "(DELETE FROM post WHERE post.views = $1 RETURNING post.id)\n"
         " SELECT ids.id \n"
         "FROM ids");
    SAYS(cn_select(Id, .with = CN_WITH(
                           cn_cte(Id, cn_update(Post, .set = CN_SET(Post, views, 1),
                                                .where     = cn_is(Post, views, ==, 0),
                                                .returning = CN_INTO(Id, id, cn_attr(Post, id)))))),
         "!SQLite 3.47.0 has no INSERT, UPDATE or DELETE inside WITH",
         "!MySQL 8.4.0 has no INSERT, UPDATE or DELETE inside WITH",
         "!MariaDB 11.4.0 has no INSERT, UPDATE or DELETE inside WITH",
         "WITH ids AS \n"
         "(UPDATE post SET views=$1 WHERE post.views = $2 RETURNING post.id)\n"
         " SELECT ids.id \n"
         "FROM ids");
    SAYS(cn_select(Id, .with = CN_WITH(
                           cn_cte(Id, cn_insert(Tag, .values = CN_SET(Tag, id, 77, text, "x"),
                                                .returning = CN_INTO(Id, id, cn_attr(Tag, id)))))),
         "!SQLite 3.47.0 has no INSERT, UPDATE or DELETE inside WITH",
         "!MySQL 8.4.0 has no INSERT, UPDATE or DELETE inside WITH",
         "!MariaDB 11.4.0 has no INSERT, UPDATE or DELETE inside WITH",
         "WITH ids AS \n"
         "(INSERT INTO tag (id, text) VALUES ($1, $2) RETURNING tag.id)\n"
         " SELECT ids.id \n"
         "FROM ids");
}

static void values_stand_for_tables(void **state)
{
    (void)state;
    const Pair rows[] = {{91, "a"}, {92, "b"}};
    SAYS(cn_select(Pair, .with = CN_WITH(cn_cte(Pair, cn_values(Pair, rows, 2)))),
         "WITH pair(id, name) AS \n"
         "(VALUES (?, ?), (?, ?))\n"
         " SELECT pair.id, pair.name \n"
         "FROM pair",
         "WITH pair(id, name) AS \n"
         "(SELECT ? AS id, ? AS name UNION ALL SELECT ?, ?)\n"
         " SELECT pair.id, pair.name \n"
         "FROM pair",
         NULL,
         "WITH pair(id, name) AS \n"
         "(VALUES (CAST($1 AS INTEGER), CAST($2 AS VARCHAR(30))), ($3, $4))\n"
         " SELECT pair.id, pair.name \n"
         "FROM pair");
    SAYS(cn_select(Pair, .query = CN_QUERY(cn_values(Pair, rows, 2))),
         "SELECT pair.id, pair.name \n"
         "FROM (SELECT column1 AS id, column2 AS name FROM (VALUES (?, ?), (?, ?))) AS pair",
         "SELECT pair.id, pair.name \n"
         "FROM (SELECT ? AS id, ? AS name UNION ALL SELECT ?, ?) AS pair",
         NULL,
         "SELECT pair.id, pair.name \n"
         "FROM (VALUES (CAST($1 AS INTEGER), CAST($2 AS VARCHAR(30))), ($3, $4)) AS pair (id, "
         "name)");
    SAYS(cn_select(Post, .columns = POST_ID,
                   .join = CN_JOINS(cn_join_query(Pair, cn_values(Pair, rows, 2),
                                                  cn_is(Pair, id, ==, cn_attr(Post, id))))),
         "SELECT post.id \n"
         "FROM post JOIN (SELECT column1 AS id, column2 AS name FROM (VALUES (?, ?), (?, ?))) AS "
         "pair ON pair.id = post.id",
         "SELECT post.id \n"
         "FROM post INNER JOIN (SELECT ? AS id, ? AS name UNION ALL SELECT ?, ?) AS pair ON "
         "pair.id = post.id",
         NULL,
         "SELECT post.id \n"
         "FROM post JOIN (VALUES (CAST($1 AS INTEGER), CAST($2 AS VARCHAR(30))), ($3, $4)) AS pair "
         "(id, name) ON pair.id = post.id");
    SAYS(cn_insert(Tag, .columns = CN_KEY(Tag, id, text),
                   .query = CN_QUERY(cn_values(Pair, rows, 2))),
         "INSERT INTO tag (id, text) VALUES (?, ?), (?, ?)",
         "INSERT INTO tag (id, text) SELECT ? AS id, ? AS name UNION ALL SELECT ?, ?", NULL,
         "INSERT INTO tag (id, text) VALUES (CAST($1 AS INTEGER), CAST($2 AS VARCHAR(30))), ($3, "
         "$4)");
}

static void texts_stand_for_tables(void **state)
{
    (void)state;
    const int two_ids[] = {1, 2};
    SAYS(cn_select(
             Pair,
             .with  = CN_WITH(cn_cte(
                  Pair,
                  cn_text("SELECT id, title AS name FROM post WHERE views > :n AND title != ':x'",
                          .params = CN_PARAMS("n", 3), .fields = CN_FIELDS(Pair, id, name)))),
             .where = cn_is(Pair, id, >, 1)),
         "WITH pair AS \n"
         "(SELECT id, title AS name FROM post WHERE views > ? AND title != ':x')\n"
         " SELECT pair.id, pair.name \n"
         "FROM pair \n"
         "WHERE pair.id > ?");
    SAYS(cn_select(Pair, .query = CN_QUERY(cn_text("SELECT id, title AS name FROM post",
                                                   .fields = CN_FIELDS(Pair, id, name)))),
         "SELECT pair.id, pair.name \n"
         "FROM (SELECT id, title AS name FROM post) AS pair");
    SAYS(cn_select(Author, .columns = AUTHOR_ID,
                   .where = cn_in_query(Author, id,
                                        cn_text("SELECT author_id FROM post WHERE id IN :ids",
                                                .params = CN_PARAMS("ids", cn_list(two_ids, 2))))),
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE author.id IN (SELECT author_id FROM post WHERE id IN (?, ?))");
    SAYS(cn_insert(Tag, .columns = CN_KEY(Tag, id, text),
                   .query = CN_QUERY(cn_text("SELECT id + 50, title FROM post WHERE views > :least",
                                             .params = CN_PARAMS("least", 3)))),
         "INSERT INTO tag (id, text) SELECT id + 50, title FROM post WHERE views > ?");
}

static void texts_stand_for_values(void **state)
{
    (void)state;
    const cn_text_statement *posts = cn_text(
        "SELECT count(*) FROM post WHERE post.author_id = author.id AND views > :n",
        .params = CN_PARAMS("n", 3));
    SAYS(cn_select(Author, .columns = CN_INTO(Count, name, cn_attr(Author, name), count,
                                              cn_scalar_query(posts))),
         "SELECT author.name, (SELECT count(*) FROM post WHERE post.author_id = author.id AND "
         "views > ?) AS count \n"
         "FROM author");
    SAYS(cn_select(Author, .columns = AUTHOR_ID, .where = cn_cmp(cn_scalar_query(posts), >, 1)),
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE (SELECT count(*) FROM post WHERE post.author_id = author.id AND views > ?) > ?");
    SAYS(cn_select(Author, .columns = AUTHOR_ID,
                   .where = cn_not(
                       cn_exists(cn_text("SELECT * FROM post WHERE post.author_id = author.id")))),
         "SELECT author.id \n"
         "FROM author \n"
         "WHERE NOT (EXISTS (SELECT * FROM post WHERE post.author_id = author.id))");
    SAYS(
        cn_select(Author, .columns = AUTHOR_ID,
                  .where = cn_is(Author, id, ==, cn_any_of(cn_text("SELECT author_id FROM post")))),
        "!SQLite 3.47.0 has no ANY and ALL of a query",
        "SELECT author.id \n"
        "FROM author \n"
        "WHERE author.id = ANY (SELECT author_id FROM post)",
        NULL,
        "SELECT author.id \n"
        "FROM author \n"
        "WHERE author.id = ANY (SELECT author_id FROM post)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATEMENTS_TEST(joins_go_along_relationships),
        STATEMENTS_TEST(joins_go_to_aliases),
        STATEMENTS_TEST(joins_on_conditions_and_without),
        STATEMENTS_TEST(joined_queries),
        STATEMENTS_TEST(sub_queries_are_values_and_conditions),
        STATEMENTS_TEST(sub_queries_meet_operators),
        STATEMENTS_TEST(with_names_queries),
        STATEMENTS_TEST(with_can_be_recursive),
        STATEMENTS_TEST(with_can_stand_before_changes),
        STATEMENTS_TEST(values_stand_for_tables),
        STATEMENTS_TEST(texts_stand_for_tables),
        STATEMENTS_TEST(texts_stand_for_values),
    };
    return suite_main("what statements are about", tests);
}
