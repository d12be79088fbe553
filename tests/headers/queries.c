/*
 * Ordinary queries, each in a function, whose text after the preprocessor tests/headers/check
 * bounds: what a program pays in compile time for each.
 */
#include <cinnabar/cinnabar.h>

typedef struct Author {
    int         id;
    const char *name;
} Author;
CN_MODEL_DECLARE(Author);

typedef struct Post {
    int         id;
    const char *title;
    int         author_id;
    int64_t     views;
    Author     *author;
} Post;
CN_MODEL_DECLARE(Post);

typedef struct Line {
    const char *name;
    int64_t     posts;
    double      share;
} Line;

const cn_statement *by_key(int id);
const cn_statement *by_key(int id)
{
    return CN_STATEMENT_(cn_select(Post, .where = cn_is(Post, id, ==, id)));
}

const cn_statement *search(const char *title, int64_t views);
const cn_statement *search(const char *title, int64_t views)
{
    return CN_STATEMENT_(cn_select(
        Post,
        .where    = cn_and(cn_is(Post, views, >=, views),
                           cn_when(title, cn_contains(Post, title, title)),
                           cn_in(Post, author_id, 1, 2, 3), cn_is_not_null(Post, title)),
        .order_by = CN_BY(cn_desc(cn_attr(Post, views)), cn_attr(Post, id)), .limit = 20));
}

const cn_statement *report(void);
const cn_statement *report(void)
{
    return CN_STATEMENT_(cn_select(
        Author,
        .columns  = CN_INTO(Line, name, cn_attr(Author, name),  //
                            posts, cn_count(cn_attr(Post, id)), //
                            share,
                            cn_divide(cn_sum(cn_attr(Post, views)), cn_count(cn_attr(Post, id)))),
        .join     = CN_JOINS(cn_join_on(Post, cn_is(Post, author_id, ==, cn_attr(Author, id)))),
        .group_by = CN_BY(cn_attr(Author, name)),
        .having   = cn_cmp(cn_count(cn_attr(Post, id)), >, 10),
        .order_by = CN_BY(cn_desc(cn_label(Line, posts)))));
}

const cn_statement *insertion(const char *title, int author);
const cn_statement *insertion(const char *title, int author)
{
    return CN_STATEMENT_(
        cn_insert(Post, .values = CN_SET(Post, id, 1, title, title, author_id, author, views, 0)));
}

const cn_statement *change(int id);
const cn_statement *change(int id)
{
    return CN_STATEMENT_(cn_update(Post,
                                   .set   = CN_SET(Post, views, cn_plus(cn_attr(Post, views), 1)),
                                   .where = cn_is(Post, id, ==, id)));
}

/* A deep query has a name for each inner select: its text is there once, whatever mentions it. */
const cn_statement *deep(void);
const cn_statement *deep(void)
{
    const cn_select_statement *viewed = cn_select(
        Post, .columns = CN_INTO(Line, posts, cn_max(cn_attr(Post, views))));
    const cn_select_statement *best = cn_select(
        Post, .columns = CN_INTO(Line, posts, cn_attr(Post, author_id)),
        .where = cn_is(Post, views, ==, cn_scalar_query(viewed)));
    const cn_select_statement *others = cn_select(
        Author, .columns = CN_INTO(Line, posts, cn_attr(Author, id)),
        .where = cn_not(cn_in_query(Author, id, best)));
    return CN_STATEMENT_(
        cn_select(Post, .where = cn_or(cn_in_query(Post, author_id, others),
                                       cn_is(Post, views, >, cn_scalar_query(viewed)))));
}
