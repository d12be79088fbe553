/*
 * suite/blog.c: see blog.h.
 */
#include "blog.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>

CN_TABLE(post_tag, "post_tag")
{
    CN_TABLE_COLUMN(post_id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(tag_id, CN_INTEGER, .primary_key = true);
}

CN_MODEL(Author, "author")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(100), .unique = true);
    CN_COLUMN(age);
    CN_RELATIONSHIP(posts, Post, .primaryjoin = "foreign(Post.author_id) == Author.id",
                    .back_populates = "author", .order_by = "id");
}

CN_MODEL(Post, "post")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(title, .type = CN_STRING(200));
    CN_COLUMN(views);
    CN_COLUMN(author_id);
    CN_RELATIONSHIP(author, Author, .primaryjoin = "foreign(Post.author_id) == Author.id",
                    .back_populates = "posts");
    CN_RELATIONSHIP(tags, Tag, .secondary = &post_tag,
                    .primaryjoin    = "foreign(post_tag.post_id) == Post.id",
                    .secondaryjoin  = "foreign(post_tag.tag_id) == Tag.id",
                    .back_populates = "posts", .order_by = "id");
}

CN_MODEL(Tag, "tag")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(text);
    CN_RELATIONSHIP(posts, Post, .secondary = &post_tag,
                    .primaryjoin    = "foreign(post_tag.tag_id) == Tag.id",
                    .secondaryjoin  = "foreign(post_tag.post_id) == Post.id",
                    .back_populates = "tags", .order_by = "id");
}

CN_METADATA(Base, &Author_model, &Post_model, &Tag_model, &post_tag);

/* ---- what was sent --------------------------------------------------------------------------- */

cn_engine    *blog;
static size_t sent;
static char   said[200000];
static size_t said_size;

static bool is_frame(const char *statement)
{
    static const char *const frames[] = {"BEGIN",     "COMMIT",  "ROLLBACK",
                                         "SAVEPOINT", "RELEASE", "START"};
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
        if (strncmp(statement, frames[i], strlen(frames[i])) == 0)
            return true;
    return false;
}

static void listen(void *context, const cn_echo *echo)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* any thread may send */
    (void)context;
    if (is_frame(echo->statement))
        return;
    pthread_mutex_lock(&lock);
    sent++;
    bool blank = false;
    for (const char *at = echo->statement; *at != '\0' && said_size + 3 < sizeof said; at++) {
        bool space = isspace((unsigned char)*at) != 0;
        if (*at == '"' || *at == '`' || (space && blank))
            continue;
        blank             = space;
        said[said_size++] = space ? ' ' : *at;
    }
    if (said_size + 2 < sizeof said)
        said[said_size++] = '\n';
    said[said_size] = '\0';
    pthread_mutex_unlock(&lock);
}

void blog_forget(void)
{
    sent      = 0;
    said_size = 0;
    *said     = '\0';
}

size_t blog_statements(void)
{
    return sent;
}

const char *blog_log(void)
{
    return said;
}

size_t blog_said(const char *words)
{
    size_t count = 0;
    for (const char *at = said; (at = strstr(at, words)) != NULL; at++)
        count++;
    return count;
}

/* ---- tables ---------------------------------------------------------------------------------- */

int blog_open_with(const cn_metadata *metadata)
{
    blog = cn_create_engine(suite_url(), .on_echo = listen);
    if (!cn_drop_all(metadata, blog) || !cn_create_all(metadata, blog))
        fail_msg("%s", cn_error_message(blog));
    blog_forget();
    return 0;
}

int blog_close_with(const cn_metadata *metadata)
{
    bool done = cn_drop_all(metadata, blog);
    if (!done)
        print_error("%s\n", cn_error_message(blog));
    cn_engine_dispose(blog);
    return done ? 0 : -1;
}

int blog_open(void **state)
{
    (void)state;
    return blog_open_with(&Base);
}

int blog_close(void **state)
{
    (void)state;
    return blog_close_with(&Base);
}

void blog_fill(void)
{
    static const char *const names[] = {"Ada", "Grace", "Edsger"};
    CN_SESSION(session, blog) {
        Tag *tags[3] = {cn_new(Tag, .text = "c"), cn_new(Tag, .text = "sql"),
                        cn_new(Tag, .text = "tea")};
        cn_add_all(session, tags[0], tags[1], tags[2]);
        for (int a = 0; a < 3; a++) {
            Author *author = cn_new(Author, .name = names[a], .age = cn_some(int, 30 + a));
            cn_add(session, author);
            for (int p = 0; p < 3; p++) {
                char title[40];
                snprintf(title, sizeof title, "%s %d", names[a], p + 1);
                Post *post = cn_new(Post, .title = title, .views = p);
                cn_append(author, posts, post);
                cn_append(post, tags, tags[p]);
                cn_append(post, tags, tags[(p + 1) % 3]);
            }
        }
        if (!cn_commit(session))
            fail_msg("%s", cn_error_message(session));
    }
    blog_forget();
}

/* ---- checking -------------------------------------------------------------------------------- */

void blog_well(cn_session *session)
{
    if (!cn_ok(session))
        fail_msg("%s", cn_error_message(session));
}

void blog_error(cn_session *session, cn_cause cause, const char *words, const char *other)
{
    const char *message = cn_error_message(session);
    if (cn_error_cause(session) != cause || strstr(message, words) == NULL ||
        (other != NULL && strstr(message, other) == NULL))
        fail_msg("%s: %s", cn_cause_name(cn_error_cause(session)), message);
}

int64_t blog_number(const char *sql)
{
    int64_t number = -1;
    CN_CONNECT(connection, blog) {
        cn_result *result = cn_execute(connection, cn_text(sql));
        if (cn_next(result))
            number = cn_cell_at(result, int64_t, 0);
        if (!cn_ok(connection))
            fail_msg("%s", cn_error_message(connection));
    }
    return number;
}

const char *blog_text(const char *sql)
{
    static char text[400];
    *text = '\0';
    CN_CONNECT(connection, blog) {
        cn_result *result = cn_execute(connection, cn_text(sql));
        if (cn_next(result))
            snprintf(text, sizeof text, "%s", cn_text_at(result, 0));
        if (!cn_ok(connection))
            fail_msg("%s", cn_error_message(connection));
    }
    return text;
}
