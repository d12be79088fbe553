/*
 * What the examples in the headers' comments mention without saying what it is: see
 * tests/docs/check. A comment of names opens a section, which is left out where an example declares
 * one of them.
 */
/* all */
#include <stdio.h>
#include <stdlib.h>
#include <cinnabar/cinnabar.h>
typedef struct Author Author;
typedef struct Post   Post;
typedef struct Tag    Tag;
enum { POST_DRAFT, POST_PUBLISHED };
CN_MODEL_DECLARE(Author);
CN_MODEL_DECLARE(Post);
CN_MODEL_DECLARE(Tag);
CN_TABLE_DECLARE(post_tag);

/* Author */
struct Author {
    int           id;
    const char   *name, *mail;
    cn_json       data;
    CN_MANY(Post) posts;
};
CN_ALIAS(Author, Writer);

/* Post */
struct Post {
    int          id;
    const char  *title;
    int          author_id;
    int64_t      views;
    int          status;
    CN_OPT(int)  archived;
    cn_datetime  created;
    Author      *author;
    CN_MANY(Tag) tags;
};

/* Sample */
typedef struct Sample {
    int          id;
    const char  *name;
    double       price;
    CN_MANY(Tag) tags;
} Sample;

/* Base */
extern const cn_metadata Base;

/* AuthorCount */
typedef struct AuthorCount {
    const char *name;
    int64_t     posts;
} AuthorCount;

/* Page */
typedef struct Page {
    int          id;
    const char  *url;
    int64_t      hits;
    cn_timestamp seen;
} Page;
CN_MODEL_DECLARE(Page);

/* Employee */
typedef struct Employee {
    int         id;
    CN_OPT(int) manager_id;
} Employee;
CN_MODEL_DECLARE(Employee);
CN_ALIAS(Employee, Manager);

/* Transfer */
typedef struct Transfer {
    int from, to;
} Transfer;

/* handles */
extern cn_engine     *engine;
extern cn_connection *connection;
extern cn_session    *session;
extern cn_result     *result;
extern Transfer       context;
extern Employee      *employee;
extern Author        *author;
extern int            value;
extern const char    *title, *text, *url, *words[];
extern size_t         count;
extern cn_timestamp   now;
void                  use(int value);
bool from_cents(const cn_user_type *type, cn_value *value, cn_type_memory *memory, char *problem);
