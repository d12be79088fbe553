/*
 * suite/blog.h: authors, posts and tags, and an engine that counts what is sent: what the programs
 * about sessions and relationships share.
 *
 * (A program includes suite.h and blog.h itself: so the helpers are found.)
 *
 *     CN_SESSION(session, blog) {
 *         Author *ada = cn_get(session, Author, 1);
 *         blog_forget();
 *         ...
 *         blog_sent(session, 1);
 *     }
 */
#ifndef SUITE_BLOG_H
#define SUITE_BLOG_H

#include "suite.h"

#include <string.h>

#include <cinnabar/cinnabar.h>

typedef struct Author Author;
typedef struct Post   Post;
typedef struct Tag    Tag;

struct Author {
    int           id;
    const char   *name;
    CN_OPT(int)   age;
    int           notes; /* not mapped */
    CN_MANY(Post) posts;
};

struct Post {
    int          id;
    const char  *title;
    int          views;
    CN_OPT(int)  author_id; /* no constraint */
    Author      *author;
    CN_MANY(Tag) tags;
};

struct Tag {
    int           id;
    char          text[20];
    CN_MANY(Post) posts;
};

CN_MODEL_DECLARE(Author);
CN_MODEL_DECLARE(Post);
CN_MODEL_DECLARE(Tag);
CN_TABLE_DECLARE(post_tag);

extern cn_engine *blog; /* of the test that runs */

#define TEST(name) cmocka_unit_test_setup_teardown(name, blog_open, blog_close)

/* Setup and teardown of a test: the tables are made, empty, and dropped. */
int blog_open(void **state);
int blog_close(void **state);
/* An engine that counts, for the models of a program's own. */
int blog_open_with(const cn_metadata *metadata);
int blog_close_with(const cn_metadata *metadata);

/* Forgets what was sent. */
void blog_forget(void);
/* The statements since then, without BEGIN, COMMIT and the like. */
size_t blog_statements(void);
/* Their text, one after the other, without quotes and with single blanks; and how often a word
   stands in it. */
const char *blog_log(void);
size_t      blog_said(const char *words);

/* The test fails if the session has an error ... */
void blog_well(cn_session *session);
/* ... or if it has not this one, whose message has these words in it; `other` may be NULL. */
void blog_error(cn_session *session, cn_cause cause, const char *words, const char *other);

/* Three authors, each with three posts, each of these with two of three tags; committed. */
void blog_fill(void);

/* One number or text that the database has, asked on a connection of its own. Commit first. */
int64_t     blog_number(const char *sql);
const char *blog_text(const char *sql);

#endif
