/*
 * The queries of docs/queries.md, run: filters that are decided at run time, joins, reports,
 * sub-queries, RETURNING, an upsert, a recursive query, a window, pages, lists, parameters that
 * come later, fragments. A report is written twice, as a value and as text; both fill the same
 * struct.
 *
 *     queries [URL]        any database; SQLite in memory if none is named. Tables of its names
 *                          (author, post, employee, page, category) are dropped.
 */
#include <inttypes.h>
#include <stdio.h>

#include <cinnabar/cinnabar.h>

/* ---- the model ------------------------------------------------------------------------------- */

typedef struct Author Author;
typedef struct Post   Post;
typedef enum PostStatus { POST_DRAFT, POST_PUBLISHED } PostStatus;

struct Author {
    int           id;
    const char   *name;
    bool          active;
    CN_MANY(Post) posts;
};

struct Post {
    int         id;
    const char *title;
    int         author_id;
    PostStatus  status;
    int64_t     views;
    int64_t     score;
    cn_datetime created;
    Author     *author;
};

typedef struct Employee {
    int         id;
    const char *name;
    CN_OPT(int) manager_id;
    int64_t     salary;
} Employee;

typedef struct Page {
    int         id;
    const char *url;
    int64_t     hits;
    cn_datetime seen;
} Page;

typedef struct Category {
    int         id;
    const char *name;
    CN_OPT(int) parent_id;
} Category;

CN_MODEL(Author, "author")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(30));
    CN_COLUMN(active);
    CN_RELATIONSHIP(posts, Post, .primaryjoin = "foreign(Post.author_id) == Author.id",
                    .back_populates = "author");
}

CN_MODEL(Post, "post")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(title, .type = CN_STRING(50));
    CN_COLUMN(author_id);
    CN_COLUMN(status, .type = CN_ENUM("draft", "published"));
    CN_COLUMN(views);
    CN_COLUMN(score);
    CN_COLUMN(created);
    CN_RELATIONSHIP(author, Author, .primaryjoin = "foreign(Post.author_id) == Author.id",
                    .back_populates = "posts");
}

CN_MODEL(Employee, "employee")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(30));
    CN_COLUMN(manager_id);
    CN_COLUMN(salary);
}

CN_MODEL(Page, "page")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(url, .type = CN_STRING(60), .unique = true);
    CN_COLUMN(hits);
    CN_COLUMN(seen);
}

CN_MODEL(Category, "category")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(30));
    CN_COLUMN(parent_id);
}

CN_METADATA(Base, &Author_model, &Post_model, &Employee_model, &Page_model, &Category_model);

/* ---- printing -------------------------------------------------------------------------------- */

static void print_posts(const char *what, Post *const *posts)
{
    printf("  %s:", what);
    CN_EACH(Post, post, posts)
        printf(" %d", post->id);
    printf("\n");
}

/* Queries are laid out by hand, to be read. */
/* clang-format off */

/* ---- 1. filters that are decided at run time ------------------------------------------------- */

typedef struct Filter {
    const char *title;     /* NULL: any */
    int         author;    /* 0: any */
    int64_t     least_views;
    bool        newest_first;
} Filter;

static Post *const *search(cn_session *session, const Filter *f)
{
    return cn_all(session, Post,
        .where = cn_and(
            cn_when(f->title, cn_contains(Post, title, f->title)),
            cn_when(f->author, cn_is(Post, author_id, ==, f->author)),
            cn_when(f->least_views > 0, cn_is(Post, views, >=, f->least_views)),
            cn_is(Post, status, ==, POST_PUBLISHED)),
        .order_by = CN_BY(f->newest_first ? cn_desc(cn_attr(Post, created)) : cn_attr(Post, id)),
        .limit    = 50);
}

static Post *const *search_words(cn_session *session, const char *const *words, size_t count)
{
    cn_query *query = cn_build(cn_select(Post, .order_by = CN_BY(cn_attr(Post, id)), .limit = 50));
    for (size_t i = 0; i < count; i++)
        cn_query_where(query, cn_or(cn_contains(Post, title, words[i]),
                                    cn_is(Post, status, ==, POST_DRAFT)));
    Post *const *posts = cn_rows(session, Post, cn_built(query));
    cn_query_free(query);
    return posts;
}

static void show_filters(cn_session *session)
{
    print_posts("all that is published", search(session, &(Filter){0}));
    print_posts("100% C, newest first",
                search(session, &(Filter){.title = "100% C", .newest_first = true}));
    print_posts("of author 1, seen twice",
                search(session, &(Filter){.author = 1, .least_views = 2}));
    print_posts("drafts, or with both words",
                search_words(session, (const char *const[]){"Tables", "chairs"}, 2));
}

/* ---- 2. a join along a relationship ---------------------------------------------------------- */

static Post *const *posts_of(cn_session *session, const char *name)
{
    return cn_all(session, Post,
        .join     = CN_JOINS(cn_join(Post, author)),
        .where    = cn_is(Author, name, ==, name),
        .order_by = CN_BY(cn_attr(Post, id)));
}

static Post *const *posts_of_by_text(cn_session *session, const char *name)
{
    return cn_rows(session, Post, cn_text(
        "SELECT post.* FROM post JOIN author ON author.id = post.author_id "
        "WHERE author.name = :name ORDER BY post.id",
        .entity = &Post_model, .params = CN_PARAMS("name", name)));
}

static void show_join(cn_session *session)
{
    print_posts("value", posts_of(session, "Bob"));
    print_posts("text", posts_of_by_text(session, "Bob"));
}

/* ---- 3. a group, its label, and a condition on it -------------------------------------------- */

typedef struct AuthorCount {
    const char *name;
    int64_t     posts;
} AuthorCount;

static AuthorCount *const *busy_authors(cn_session *session, int least)
{
    return cn_rows(session, AuthorCount, cn_select(Author,
        .columns  = CN_INTO(AuthorCount, name,  cn_attr(Author, name),
                                         posts, cn_count(cn_attr(Post, id))),
        .join     = CN_JOINS(cn_join(Author, posts)),
        .group_by = CN_BY(cn_attr(Author, id), cn_attr(Author, name)),
        .having   = cn_cmp(cn_count(cn_attr(Post, id)), >=, least),
        .order_by = CN_BY(cn_desc(cn_label(AuthorCount, posts)), cn_attr(Author, name))));
}

static AuthorCount *const *busy_authors_by_text(cn_session *session, int least)
{
    return cn_rows(session, AuthorCount, cn_text(
        "SELECT author.name, count(post.id) AS posts FROM author "
        "JOIN post ON post.author_id = author.id "
        "GROUP BY author.id, author.name HAVING count(post.id) >= :least "
        "ORDER BY posts DESC, author.name",
        .fields = CN_FIELDS(AuthorCount, name, posts), .params = CN_PARAMS("least", least)));
}

static void print_counts(const char *what, AuthorCount *const *rows)
{
    CN_EACH(AuthorCount, row, rows)
        printf("  %s: %s wrote %" PRId64 "\n", what, row->name, row->posts);
}

static void show_group(cn_session *session)
{
    print_counts("value", busy_authors(session, 2));
    print_counts("text", busy_authors_by_text(session, 2));
}

/* ---- 4. an outer join: whole rows, of which one may be missing ------------------------------- */

typedef struct AuthorPost {
    Author *author;
    Post   *post; /* NULL: none */
} AuthorPost;

static AuthorPost *const *authors_and_posts(cn_session *session)
{
    return cn_rows(session, AuthorPost, cn_select(Author,
        .columns  = CN_INTO(AuthorPost, author, cn_entity(Author),
                                        post,   cn_entity(Post)),
        .join     = CN_JOINS(cn_left_join(Author, posts)),
        .order_by = CN_BY(cn_attr(Author, id), cn_attr(Post, id))));
}

static void show_outer_join(cn_session *session)
{
    CN_EACH(AuthorPost, row, authors_and_posts(session))
        printf("  %s: %s\n", row->author->name, row->post ? row->post->title : "(nothing)");
}

/* ---- 5. a table that is joined to itself ----------------------------------------------------- */

CN_ALIAS(Employee, Manager);

typedef struct Underpaid {
    const char *name, *manager;
    int64_t     gap;
} Underpaid;

static Underpaid *const *paid_less_than_their_people(cn_session *session)
{
    return cn_rows(session, Underpaid, cn_select(Employee,
        .columns  = CN_INTO(Underpaid, name,    cn_attr(Employee, name),
                                       manager, cn_attr(Manager, name),
                                       gap,     cn_minus(cn_attr(Employee, salary),
                                                         cn_attr(Manager, salary))),
        .join     = CN_JOINS(cn_join_on(Manager,
                                        cn_is(Employee, manager_id, ==, cn_attr(Manager, id)))),
        .where    = cn_is(Employee, salary, >, cn_attr(Manager, salary)),
        .order_by = CN_BY(cn_attr(Employee, id))));
}

static Underpaid *const *paid_less_by_text(cn_session *session)
{
    return cn_rows(session, Underpaid, cn_text(
        "SELECT e.name, m.name AS manager, e.salary - m.salary AS gap FROM employee e "
        "JOIN employee m ON e.manager_id = m.id WHERE e.salary > m.salary ORDER BY e.id",
        .fields = CN_FIELDS(Underpaid, name, manager, gap)));
}

static void print_underpaid(const char *what, Underpaid *const *rows)
{
    CN_EACH(Underpaid, row, rows)
        printf("  %s: %s earns %" PRId64 " more than %s\n", what, row->name, row->gap,
               row->manager);
}

static void show_self_join(cn_session *session)
{
    print_underpaid("value", paid_less_than_their_people(session));
    print_underpaid("text", paid_less_by_text(session));
}

/* ---- 6. sub-queries: one value, IN, EXISTS --------------------------------------------------- */

CN_ALIAS(Post, Other);

typedef struct PostInfo {
    int         id;
    const char *title;
    int64_t     siblings;
} PostInfo;

static PostInfo *const *newest_posts(cn_session *session)
{
    const cn_select_statement *siblings = cn_select(Other,
        .columns = CN_INTO(PostInfo, siblings, cn_count_all()),
        .where   = cn_is(Other, author_id, ==, cn_attr(Post, author_id)));
    const cn_select_statement *active = cn_select(Author,
        .columns = CN_INTO(Author, id, cn_attr(Author, id)),
        .where   = cn_is(Author, active, ==, true));
    const cn_select_statement *newer = cn_select(Other,
        .where = cn_and(cn_is(Other, author_id, ==, cn_attr(Post, author_id)),
                        cn_is(Other, created, >, cn_attr(Post, created))));

    return cn_rows(session, PostInfo, cn_select(Post,
        .columns  = CN_INTO(PostInfo, id,       cn_attr(Post, id),
                                      title,    cn_attr(Post, title),
                                      siblings, cn_scalar_query(siblings)),
        .where    = cn_and(cn_in_query(Post, author_id, active), cn_not(cn_exists(newer))),
        .order_by = CN_BY(cn_attr(Post, id))));
}

static PostInfo *const *newest_posts_by_text(cn_session *session)
{
    return cn_rows(session, PostInfo, cn_text(
        "SELECT post.id, post.title, "
        "(SELECT count(*) FROM post other WHERE other.author_id = post.author_id) AS siblings "
        "FROM post WHERE post.author_id IN (SELECT id FROM author WHERE active = :active) "
        "AND NOT EXISTS (SELECT 1 FROM post other WHERE other.author_id = post.author_id "
        "AND other.created > post.created) ORDER BY post.id",
        .fields = CN_FIELDS(PostInfo, id, title, siblings), .params = CN_PARAMS("active", true)));
}

static void print_newest(const char *what, PostInfo *const *rows)
{
    CN_EACH(PostInfo, row, rows)
        printf("  %s: %d %s, the last of %" PRId64 "\n", what, row->id, row->title, row->siblings);
}

static void show_sub_queries(cn_session *session)
{
    print_newest("value", newest_posts(session));
    print_newest("text", newest_posts_by_text(session));
}

/* ---- 7. an UPDATE with an expression, and what it returns ------------------------------------ */

static Post *const *hit(cn_session *session, int id)
{
    return cn_rows(session, Post, cn_update(Post,
        .set       = CN_SET(Post, views, cn_plus(cn_attr(Post, views), 1), status, POST_PUBLISHED),
        .where     = cn_is(Post, id, ==, id),
        .returning = CN_INTO(Post, id, cn_attr(Post, id), views, cn_attr(Post, views))));
}

static int64_t hit_without_returning(cn_session *session, int id)
{
    cn_execute(session, cn_update(Post,
        .set   = CN_SET(Post, views, cn_plus(cn_attr(Post, views), 1), status, POST_PUBLISHED),
        .where = cn_is(Post, id, ==, id)));
    return cn_scalar(session, int64_t, cn_select(Post,
        .columns = CN_INTO(Post, views, cn_attr(Post, views)),
        .where   = cn_is(Post, id, ==, id)));
}

static void show_returning(cn_session *session)
{
    cn_nested_begin(session); /* what may fail without the transaction */
    Post *const *hits = hit(session, 2);
    int64_t      views = hits[0] ? hits[0]->views : 0;
    if (!cn_nested_end(session)) {
        fprintf(stderr, "%s\n", cn_nested_message(session));
        if (cn_nested_cause(session) == CN_CAUSE_UNSUPPORTED)
            views = hit_without_returning(session, 2);
    }
    printf("  seen %" PRId64 " times\n", views);
}

/* ---- 8. an upsert: insert, or change the row that is there ----------------------------------- */

static Page *const *visit(cn_session *session, const char *url, cn_datetime now)
{
    return cn_rows(session, Page, cn_upsert(Page,
        .values    = CN_SET(Page, url, url, hits, 1, seen, now),
        .conflict  = CN_KEY(Page, url),
        .update    = CN_SET(Page, hits, cn_plus(cn_attr(Page, hits), 1),
                                  seen, cn_proposed(Page, seen)),
        .returning = CN_INTO(Page, hits, cn_attr(Page, hits))));
}

static void show_upsert(cn_session *session)
{
    for (int day = 1; day <= 2; day++)
        CN_EACH(Page, page, visit(session, "/manual", cn_datetime_make(2026, 1, day, 0, 0, 0, 0)))
            printf("  /manual: %" PRId64 "\n", page->hits);
}

/* ---- 9. a recursive query -------------------------------------------------------------------- */

typedef struct Branch {
    int         id;
    const char *name;
    int         depth;
} Branch;

CN_SHAPE(Branch, "branch") { CN_COLUMN(id); CN_COLUMN(name); CN_COLUMN(depth); }

static Branch *const *subtree(cn_session *session, int root)
{
    const cn_select_statement *top = cn_select(Category,
        .columns = CN_INTO(Branch, id,    cn_attr(Category, id),
                                   name,  cn_attr(Category, name),
                                   depth, 0),
        .where   = cn_is(Category, id, ==, root));
    const cn_select_statement *below = cn_select(Category,
        .columns = CN_INTO(Branch, id,    cn_attr(Category, id),
                                   name,  cn_attr(Category, name),
                                   depth, cn_plus(cn_attr(Branch, depth), 1)),
        .join    = CN_JOINS(cn_join_on(Branch,
                                       cn_is(Category, parent_id, ==, cn_attr(Branch, id)))));

    return cn_all(session, Branch,
        .with     = CN_WITH(cn_recursive(Branch, top, below)),
        .order_by = CN_BY(cn_attr(Branch, depth), cn_attr(Branch, name)));
}

static Branch *const *subtree_by_text(cn_session *session, int root)
{
    return cn_rows(session, Branch, cn_text(
        "WITH RECURSIVE branch AS ("
        "SELECT id, name, 0 AS depth FROM category WHERE id = :root UNION ALL "
        "SELECT category.id, category.name, branch.depth + 1 FROM category "
        "JOIN branch ON category.parent_id = branch.id) "
        "SELECT id, name, depth FROM branch ORDER BY depth, name",
        .fields = CN_FIELDS(Branch, id, name, depth), .params = CN_PARAMS("root", root)));
}

static void print_branches(const char *what, Branch *const *rows)
{
    CN_EACH(Branch, row, rows)
        printf("  %s:%*s %s\n", what, 2 * row->depth, "", row->name);
}

static void show_recursive(cn_session *session)
{
    print_branches("value", subtree(session, 1));
    print_branches("text", subtree_by_text(session, 1));
}

/* ---- 10. the best of each group: a window ---------------------------------------------------- */

typedef struct Ranked {
    int         post_id, author_id;
    const char *title;
    int64_t     place;
} Ranked;

CN_SHAPE(Ranked, "ranked")
{
    CN_COLUMN(post_id);
    CN_COLUMN(author_id);
    CN_COLUMN(title);
    CN_COLUMN(place);
}

static Ranked *const *best(cn_session *session, int n)
{
    const cn_select_statement *ranked = cn_select(Post,
        .columns = CN_INTO(Ranked,
            post_id,   cn_attr(Post, id),
            author_id, cn_attr(Post, author_id),
            title,     cn_attr(Post, title),
            place,     cn_over(cn_row_number(), .partition_by = CN_BY(cn_attr(Post, author_id)),
                                                .order_by = CN_BY(cn_desc(cn_attr(Post, score))))));

    return cn_all(session, Ranked,
        .with     = CN_WITH(cn_cte(Ranked, ranked)),
        .where    = cn_is(Ranked, place, <=, n),
        .order_by = CN_BY(cn_attr(Ranked, author_id), cn_attr(Ranked, place)));
}

static Ranked *const *best_by_text(cn_session *session, int n)
{
    return cn_rows(session, Ranked, cn_text(
        "SELECT post_id, author_id, title, place FROM ("
        "SELECT id AS post_id, author_id, title, "
        "row_number() OVER (PARTITION BY author_id ORDER BY score DESC) AS place "
        "FROM post) AS ranked WHERE place <= :n ORDER BY author_id, place",
        .fields = CN_FIELDS(Ranked, post_id, author_id, title, place),
        .params = CN_PARAMS("n", n)));
}

static Ranked *const *best_by_both(cn_session *session, int n)
{
    return cn_all(session, Ranked,
        .with     = CN_WITH(cn_cte(Ranked, cn_text(
            "SELECT id AS post_id, author_id, title, "
            "row_number() OVER (PARTITION BY author_id ORDER BY score DESC) AS place FROM post",
            .fields = CN_FIELDS(Ranked, post_id, author_id, title, place)))),
        .where    = cn_is(Ranked, place, <=, n),
        .order_by = CN_BY(cn_attr(Ranked, author_id), cn_attr(Ranked, place)));
}

static void print_ranked(const char *what, Ranked *const *rows)
{
    CN_EACH(Ranked, row, rows)
        printf("  %s: author %d, place %" PRId64 ": %s\n", what, row->author_id, row->place,
               row->title);
}

static void show_window(cn_session *session)
{
    print_ranked("value", best(session, 2));
    print_ranked("text", best_by_text(session, 2));
    print_ranked("both", best_by_both(session, 2));
}

/* ---- 11. the next page ----------------------------------------------------------------------- */

static Post *const *page_after(cn_session *session, cn_datetime created, int id)
{
    return cn_all(session, Post,
        .where    = cn_cmp(cn_tuple(cn_attr(Post, created), cn_attr(Post, id)), <,
                           cn_tuple(created, id)),
        .order_by = CN_BY(cn_desc(cn_attr(Post, created)), cn_desc(cn_attr(Post, id))),
        .limit    = 2);
}

static void show_pages(cn_session *session)
{
    Post *last = cn_first(session, Post,
        .order_by = CN_BY(cn_desc(cn_attr(Post, created)), cn_desc(cn_attr(Post, id))));
    while (last != NULL) {
        Post *const *page = page_after(session, last->created, last->id);
        print_posts("page", page);
        last = NULL;
        CN_EACH(Post, post, page)
            last = post;
    }
}

/* ---- 12. a list ------------------------------------------------------------------------------ */

static Post *const *by_ids(cn_session *session, const int *ids, size_t count)
{
    return cn_all(session, Post,
        .where    = cn_in_array(Post, id, ids, count),
        .order_by = CN_BY(cn_attr(Post, id)));
}

static Post *const *by_ids_by_text(cn_session *session, const int *ids, size_t count)
{
    return cn_rows(session, Post, cn_text("SELECT * FROM post WHERE id IN :ids ORDER BY id",
        .entity = &Post_model, .params = CN_PARAMS("ids", cn_list(ids, count))));
}

static void show_list(cn_session *session)
{
    const int ids[] = {1, 3, 1000};
    print_posts("value", by_ids(session, ids, 3));
    print_posts("text", by_ids_by_text(session, ids, 3));
    print_posts("an empty list", by_ids(session, ids, 0));
}

/* ---- 13. parameters that come at execution --------------------------------------------------- */

static void show_later(cn_session *session)
{
    const cn_select_statement *popular = cn_select(Post,
        .columns  = CN_INTO(PostInfo, id, cn_attr(Post, id), title, cn_attr(Post, title)),
        .where    = cn_is(Post, views, >, cn_later("least")),
        .order_by = CN_BY(cn_attr(Post, id)));

    for (int least = 2; least <= 4; least += 2) {
        cn_result *result = cn_execute(session, popular, CN_PARAMS("least", least));
        PostInfo   row;
        while (cn_fetch(result, PostInfo, &row, id, title))
            printf("  more than %d: %d %s\n", least, row.id, row.title);
    }
}

/* ---- 14. SQL of your own in the middle of a statement ---------------------------------------- */

static Post *const *every_nth(cn_session *session, int n)
{
    return cn_all(session, Post,
        .where    = cn_and(cn_sql("post.id % :n = 0", CN_PARAMS("n", n)),
                           cn_is(Post, status, ==, POST_PUBLISHED)),
        .order_by = CN_BY(cn_attr(Post, id)));
}

static void show_fragment(cn_session *session)
{
    print_posts("every second one", every_nth(session, 2));
}

/* ---- a statement, shown ---------------------------------------------------------------------- */

static void show_text(cn_session *session)
{
    (void)session; /* it takes no connection */
    const cn_insert_statement *visit = cn_upsert(Page,
        .values   = CN_SET(Page, url, "/it's", hits, 1),
        .conflict = CN_KEY(Page, url),
        .update   = CN_SET(Page, hits, cn_plus(cn_attr(Page, hits), 1)));

    const char *const dialects[] = {"sqlite", "mariadb", "postgresql"};
    for (size_t i = 0; i < 3; i++) {
        char *why = NULL, *text = cn_statement_text(visit, dialects[i], true, &why);
        printf("  %s: %s\n", dialects[i], text ? text : why);
        cn_text_free(text);
    }
}

/* clang-format on */

/* ---- the program ----------------------------------------------------------------------------- */

static void add_posts(cn_session *session, Author *author, const char *const *titles)
{
    for (int i = 0; titles[i] != NULL; i++)
        cn_add(session, cn_new(Post, .title = titles[i], .author = author, .views = i + 1,
                               .score = i * 7 % 5, .status = i == 3 ? POST_DRAFT : POST_PUBLISHED,
                               .created = cn_datetime_make(2026, 1, 9 - i, 12, 0, 0, 0)));
}

static bool fill(cn_engine *engine)
{
    bool well = false;
    CN_SESSION(session, engine) {
        Author *ann = cn_new(Author, .name = "Ann", .active = true);
        Author *bob = cn_new(Author, .name = "Bob");
        cn_add_all(session, ann, bob, cn_new(Author, .name = "Eve", .active = true));
        add_posts(session, ann,
                  (const char *const[]){"100% C", "Tables", "1000 C programs", "Tables, chairs",
                                        "Keys", NULL});
        add_posts(session, bob, (const char *const[]){"Joins", "Locks", NULL});

        Employee *boss = cn_new(Employee, .name = "Grace", .salary = 100);
        Category *root = cn_new(Category, .name = "everything");
        cn_add_all(session, boss, root);
        cn_flush(session); /* their keys are needed below */
        cn_add_all(
            session,
            cn_new(Employee, .name = "Ken", .salary = 90, .manager_id = cn_some(int, boss->id)),
            cn_new(Employee, .name = "Linus", .salary = 120, .manager_id = cn_some(int, boss->id)));
        Category *plants = cn_new(Category, .name = "plants", .parent_id = cn_some(int, root->id));
        cn_add_all(session, plants,
                   cn_new(Category, .name = "stones", .parent_id = cn_some(int, root->id)));
        cn_flush(session);
        cn_add(session, cn_new(Category, .name = "trees", .parent_id = cn_some(int, plants->id)));

        well = cn_commit(session);
        if (!well)
            fprintf(stderr, "%s\n", cn_error_message(session));
    }
    return well;
}

static const struct {
    const char *title;
    void (*show)(cn_session *session);
} queries[] = {
    {"1. filters", show_filters},
    {"2. a join along a relationship", show_join},
    {"3. a group", show_group},
    {"4. an outer join", show_outer_join},
    {"5. a self join", show_self_join},
    {"6. sub-queries", show_sub_queries},
    {"7. update returning", show_returning},
    {"8. upsert", show_upsert},
    {"9. a recursive query", show_recursive},
    {"10. a window", show_window},
    {"11. pages", show_pages},
    {"12. a list", show_list},
    {"13. parameters at execution", show_later},
    {"14. a fragment", show_fragment},
    {"the text of a statement", show_text},
};

static bool run(cn_engine *engine)
{
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++)
        CN_SESSION(session, engine) {
            printf("%s\n", queries[i].title);
            queries[i].show(session);
            if (!cn_commit(session)) {
                fprintf(stderr, "%s\n", cn_error_message(session));
                return false;
            }
        }
    return true;
}

int main(int argc, char **argv)
{
    cn_engine *engine = cn_create_engine(argc > 1 ? argv[1] : "sqlite://");

    bool well = cn_drop_all(&Base, engine) && cn_create_all(&Base, engine) && fill(engine) &&
                run(engine);
    well = cn_drop_all(&Base, engine) && well;
    if (!cn_ok(engine))
        fprintf(stderr, "%s\n", cn_error_message(engine));
    cn_engine_dispose(engine);
    return well ? 0 : 1;
}
