/*
 * suite/statements_model.h: the model that the programs about whole statements share: authors,
 * posts and tags, employees in a tree, pages with a key of their own,
 * and the shapes that queries fill.
 */
#ifndef SUITE_STATEMENTS_MODEL_H
#define SUITE_STATEMENTS_MODEL_H

#include <cinnabar/cinnabar.h>

#include "suite.h"

typedef struct Author Author;
typedef struct Post   Post;
typedef struct Tag    Tag;

struct Author {
    int           id;
    const char   *name;
    bool          active;
    CN_MANY(Post) posts;
};
CN_MODEL_DECLARE(Author);

struct Post {
    int          id;
    const char  *title;
    int          author_id;
    int64_t      views;
    cn_datetime  created;
    Author      *author;
    CN_MANY(Tag) tags;
};
CN_MODEL_DECLARE(Post);

struct Tag {
    int         id;
    const char *text;
};
CN_MODEL_DECLARE(Tag);

CN_HIDDEN extern const cn_model post_tag;

typedef struct Employee Employee;
struct Employee {
    int         id;
    const char *name;
    CN_OPT(int) manager_id;
    int64_t     salary;
    Employee   *manager;
};
CN_MODEL_DECLARE(Employee);

typedef struct Page {
    int                 id;
    const char         *url;
    CN_OPT(int64_t)     hits;
    CN_OPT(cn_datetime) seen;
} Page;
CN_MODEL_DECLARE(Page);

/* Rows of queries. */
typedef struct Id {
    int id;
} Id;
CN_MODEL_DECLARE(Id);

typedef struct Pair {
    int         id;
    const char *name;
} Pair;
CN_MODEL_DECLARE(Pair);

typedef struct Branch {
    int         id;
    const char *name;
    int         depth;
} Branch;
CN_MODEL_DECLARE(Branch);

typedef struct Count {
    const char *name;
    int64_t     count;
} Count;

typedef struct AuthorPost {
    Author *author;
    Post   *post;
} AuthorPost;

CN_ALIAS(Author, Writer);
CN_ALIAS(Tag, Label);
CN_ALIAS(Employee, Manager);
CN_ALIAS(Employee, Boss);
CN_ALIAS(Post, Rival);
CN_ALIAS(Pair, Twin);

/* Two columns that are asked for all the time. */
#define POST_ID CN_INTO(Id, id, cn_attr(Post, id))
#define AUTHOR_ID CN_INTO(Id, id, cn_attr(Author, id))

/* Fresh tables with a few rows in each, and a connection; statements_close ends both. For setup and
   teardown. */
extern cn_engine     *statements_engine;
extern cn_connection *statements_connection;
int                   statements_open(void **state);
int                   statements_close(void **state);
#define STATEMENTS_TEST(test)                                                                      \
    cmocka_unit_test_setup_teardown(test, statements_open, statements_close)

/*
 * The statement has these texts, for SQLite, MySQL, MariaDB and PostgreSQL; one that begins with !
 * is the error that there is instead. NULL stands for SQLite's in the place of MySQL's, for MySQL's
 * in that of MariaDB's, and in that of PostgreSQL's for SQLite's with $1, $2, ... for each ?. It
 * can be executed on the database of this run, and with its parameters inlined it does the same.
 */
#define SAYS(statement, ...)                                                                       \
    statements_say(CN_STATEMENT_(statement), (const char *const[4]){__VA_ARGS__})
void statements_say(const cn_statement *statement, const char *const texts[4]);

/* Executing fails before anything is sent, because of `cause`, and says `words`. */
#define REFUSED(statement, cause, words)                                                           \
    statements_refuse(CN_STATEMENT_(statement), (cause), (words))
void statements_refuse(const cn_statement *statement, cn_cause cause, const char *words);
/* The number of statements that have been sent; whether the last was compiled before. */
int  statements_sent(void);
bool statements_cached(void);
/* The rows of a statement as text: "1,Ann;2,Bob;" */
#define ROWS(statement) statements_rows(CN_STATEMENT_(statement), NULL)
const char *statements_rows(const cn_statement *statement, const cn_param *params);

#endif
