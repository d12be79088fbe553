/*
 * Relationships: what the join texts mean, which side refers to which, the other sides, and what
 * every mistake is called.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pthread.h>

#include <cmocka.h>

#include "schema/join_text.h"
#include "unit/failing.h"

typedef struct Author Author;
typedef struct Post   Post;
typedef struct Tag    Tag;
typedef struct Node   Node;

struct Author {
    int           id;
    int           tenant;
    const char   *name;
    CN_MANY(Post) posts;
    Post         *latest;
};

struct Post {
    int          id;
    int          tenant;
    const char  *title;
    int          author_id;
    int          editor_id;
    Author      *author;
    CN_MANY(Tag) tags;
};

struct Tag {
    int           id;
    const char   *text;
    CN_MANY(Post) posts;
};

struct Node {
    int           id;
    int           parent_id;
    Node         *parent;
    CN_MANY(Node) children;
};

CN_TABLE(post_tag, "blog.post_tag")
{
    CN_TABLE_COLUMN(post_id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(tag_id, CN_INTEGER, .primary_key = true);
}

CN_MODEL(Author, "author")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(tenant);
    CN_COLUMN(name);
    CN_RELATIONSHIP(posts, Post, .primaryjoin = "foreign(Post.author_id) == Author.id",
                    .back_populates = "author", .order_by = "title desc, id");
}

CN_MODEL(Post, "post")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(tenant);
    CN_COLUMN(title);
    CN_COLUMN(author_id, .name = "the_author");
    CN_COLUMN(editor_id);
    CN_RELATIONSHIP(author, Author, .primaryjoin = "foreign(Post.author_id) == Author.id",
                    .back_populates = "posts");
    CN_RELATIONSHIP(tags, Tag, .secondary = &post_tag, .back_populates = "posts",
                    .primaryjoin   = "foreign(post_tag.post_id) == Post.id",
                    .secondaryjoin = "Tag.id == foreign(post_tag.tag_id)");
}

CN_MODEL(Tag, "tag")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(text);
    CN_RELATIONSHIP(posts, Post, .secondary = &post_tag, .back_populates = "tags",
                    .primaryjoin   = "post_tag.tag_id == Tag.id",
                    .secondaryjoin = "post_tag.post_id == Post.id");
}

CN_MODEL(Node, "node")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(parent_id);
    CN_RELATIONSHIP(parent, Node, .primaryjoin = "foreign(Node.parent_id) == Node.id",
                    .back_populates = "children");
    CN_RELATIONSHIP(children, Node, .primaryjoin = "foreign(Node.parent_id) == Node.id",
                    .back_populates = "parent",
                    .cascade        = CN_CASCADE_ALL | CN_CASCADE_DELETE_ORPHAN);
}

static const cn_relationships *relationships_of(const cn_model *model)
{
    cn_error                error = {0};
    const cn_table         *table = cn_table_of(model, &error);
    const cn_relationships *found = table != NULL ? cn_relationships_of(table, &error) : NULL;
    if (found == NULL)
        fail_msg("%s: %s", model->name, cn_error_get_message(&error));
    return found;
}

static const cn_relationship *relationship(const cn_model *model, const char *name)
{
    const cn_relationships *all = relationships_of(model);
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->items[i].name, name) == 0)
            return &all->items[i];
    }
    fail_msg("%s has no %s", model->name, name);
    return NULL;
}

/* "author_id=id, ...": the pairs by the members. */
static void assert_pairs(const cn_pair *pairs, size_t count, const cn_table *left,
                         const cn_table *right, const char *expected)
{
    char text[200] = "";
    for (size_t i = 0; i < count; i++) {
        strcat(text, i != 0 ? ", " : "");
        strcat(text, left->columns[pairs[i].left].member);
        strcat(text, "=");
        strcat(text, right->columns[pairs[i].right].member);
    }
    assert_string_equal(text, expected);
}

/* ---- what is right --------------------------------------------------------------------------- */

static void foreign_says_which_side_refers(void **state)
{
    (void)state;
    const cn_relationship *author = relationship(&Post_model, "author");
    const cn_relationship *posts  = relationship(&Author_model, "posts");
    assert_int_equal(author->direction, CN_MANY_TO_ONE);
    assert_false(author->many);
    assert_true(author->by_key);
    assert_string_equal(author->title, "Post.author");
    assert_int_equal(author->offset, offsetof(Post, author));
    assert_int_equal(author->cascade, CN_CASCADE_SAVE_UPDATE | CN_CASCADE_MERGE);
    assert_pairs(author->pairs, author->pair_count, author->owner, author->target, "author_id=id");
    assert_int_equal(posts->direction, CN_ONE_TO_MANY);
    assert_true(posts->many);
    assert_false(posts->by_key);
    assert_pairs(posts->pairs, posts->pair_count, posts->owner, posts->target, "id=author_id");
}

static void both_sides_know_each_other_whichever_is_asked_first(void **state)
{
    (void)state;
    const cn_relationship *author = relationship(&Post_model, "author");
    const cn_relationship *posts  = relationship(&Author_model, "posts");
    assert_ptr_equal(author->reverse, posts);
    assert_ptr_equal(posts->reverse, author);
    const cn_relationship *tags = relationship(&Post_model, "tags");
    assert_ptr_equal(tags->reverse, relationship(&Tag_model, "posts"));
    assert_ptr_equal(tags->reverse->reverse, tags);
}

static void a_many_to_many_has_a_half_at_each_end(void **state)
{
    (void)state;
    const cn_relationship *tags = relationship(&Post_model, "tags");
    assert_int_equal(tags->direction, CN_MANY_TO_MANY);
    assert_string_equal(tags->secondary->name, "post_tag");
    assert_pairs(tags->pairs, tags->pair_count, tags->owner, tags->secondary, "id=post_id");
    assert_pairs(tags->far_pairs, tags->far_pair_count, tags->target, tags->secondary, "id=tag_id");
    const cn_relationship *posts = relationship(&Tag_model, "posts");
    assert_pairs(posts->pairs, posts->pair_count, posts->owner, posts->secondary, "id=tag_id");
    assert_pairs(posts->far_pairs, posts->far_pair_count, posts->target, posts->secondary,
                 "id=post_id");
}

static void in_one_table_the_member_says_which_side_refers(void **state)
{
    (void)state;
    const cn_relationship *parent   = relationship(&Node_model, "parent");
    const cn_relationship *children = relationship(&Node_model, "children");
    assert_int_equal(parent->direction, CN_MANY_TO_ONE);
    assert_true(parent->by_key);
    assert_pairs(parent->pairs, 1, parent->owner, parent->target, "parent_id=id");
    assert_int_equal(children->direction, CN_ONE_TO_MANY);
    assert_pairs(children->pairs, 1, children->owner, children->target, "id=parent_id");
    assert_ptr_equal(parent->reverse, children);
    assert_int_equal(children->cascade, CN_CASCADE_ALL | CN_CASCADE_DELETE_ORPHAN);
}

static void the_order_names_members_of_the_target(void **state)
{
    (void)state;
    const cn_relationship *posts = relationship(&Author_model, "posts");
    assert_int_equal(posts->order_count, 2);
    assert_string_equal(posts->target->columns[posts->order[0].column].member, "title");
    assert_true(posts->order[0].descending);
    assert_string_equal(posts->target->columns[posts->order[1].column].member, "id");
    assert_false(posts->order[1].descending);
}

/* ---- made for one test each ------------------------------------------------------------------ */

typedef struct trial {
    size_t                  offset;
    bool                    many;
    const cn_model         *target;
    cn_relationship_options options;
    bool with_keys; /* author_id has a foreign key, and editor_id if `two_keys` */
    bool two_keys;
} trial;

static trial trying;

/* A Post with one relationship called "it". */
static void declare_trial(cn_mapping *mapping, void *self)
{
    static const struct {
        const char *name;
        size_t      offset;
    } members[] = {{"id", offsetof(Post, id)},
                   {"tenant", offsetof(Post, tenant)},
                   {"author_id", offsetof(Post, author_id)},
                   {"editor_id", offsetof(Post, editor_id)}};
    (void)self;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        bool              key     = (i == 2 && trying.with_keys) || (i == 3 && trying.two_keys);
        cn_column_options options = {
            .size = sizeof options, .primary_key = i == 0, .foreign_key = key ? "author.id" : NULL};
        cn_map_column(mapping,
                      &(const cn_field){members[i].name, (uint32_t)members[i].offset, sizeof(int),
                                        CN_STORAGE_INT32},
                      &options);
    }
    cn_map_column(
        mapping, &(const cn_field){"title", offsetof(Post, title), sizeof(char *), CN_STORAGE_TEXT},
        NULL);
    trying.options.size = sizeof trying.options;
    cn_map_relationship(mapping, "it", trying.offset, trying.many, trying.target, &trying.options);
}

static cn_model_state trial_states[500]; /* what is resolved stays */
static size_t         trial_count;
static cn_model       trial_models[500];

static const cn_table *trial_table(const trial *given, cn_error *error)
{
    assert_true(trial_count < 500);
    trying                            = *given;
    trying.offset                     = given->many ? offsetof(Post, tags) : offsetof(Post, author);
    trial_models[trial_count]         = Post_model;
    trial_models[trial_count].declare = declare_trial;
    trial_models[trial_count].state   = &trial_states[trial_count];
    return cn_table_of(&trial_models[trial_count++], error);
}

static const cn_relationship *try_it(const trial *given, cn_error *error)
{
    const cn_table *table = trial_table(given, error);
    if (table == NULL)
        return NULL;
    const cn_relationships *all = cn_relationships_of(table, error);
    return all != NULL ? &all->items[0] : NULL;
}

static void assert_refused(const trial *given, const char *message)
{
    cn_error error = {0};
    assert_null(try_it(given, &error));
    assert_string_equal(cn_error_get_message(&error), message);
    assert_int_equal(cn_error_get_cause(&error), CN_CAUSE_MODEL);
    cn_error_clear(&error);
}

static void assert_refused_join(const char *join, const char *message)
{
    trial given = {.target = &Author_model, .options.primaryjoin = join};
    assert_refused(&given, message);
}

static const cn_relationship *accepted(const trial *given)
{
    cn_error               error = {0};
    const cn_relationship *item  = try_it(given, &error);
    if (item == NULL)
        fail_msg("%s", cn_error_get_message(&error));
    return item;
}

/* ---- the little language --------------------------------------------------------------------- */

static void every_spelling_of_a_join_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *pairs;
    } right[] = {
        {"foreign(Post.author_id) == Author.id", "author_id=id"},
        {"Author.id == foreign(Post.author_id)", "author_id=id"},
        {"foreign(Post.author_id) = Author.id", "author_id=id"},
        {"foreign(Post.author_id)==Author.id", "author_id=id"},
        {"  foreign ( Post . author_id )\n==\tAuthor.id  ", "author_id=id"},
        {"(foreign(Post.author_id) == Author.id)", "author_id=id"},
        {"((foreign(Post.author_id) == Author.id))", "author_id=id"},
        {"foreign(post.author_id) == author.id", "author_id=id"},
        {"foreign(post.author_id) == Author.id", "author_id=id"},
        {"foreign(Post.author_id) == remote(Author.id)", "author_id=id"},
        {"remote(Author.id) == foreign(Post.author_id)", "author_id=id"},
        {"foreign(Post.author_id) == Author.id && foreign(Post.tenant) == Author.tenant",
         "author_id=id, tenant=tenant"},
        {"foreign(Post.tenant) == Author.tenant AND foreign(Post.author_id) == Author.id",
         "tenant=tenant, author_id=id"},
        {"(Author.tenant = foreign(Post.tenant)) and (foreign(Post.author_id) = Author.id)",
         "tenant=tenant, author_id=id"},
        {"(foreign(Post.author_id) == Author.id && foreign(Post.tenant) == Author.tenant) && "
         "foreign(Post.editor_id) == Author.id",
         "author_id=id, tenant=tenant, editor_id=id"},
    };
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        trial given = {.target = &Author_model, .options.primaryjoin = right[i].text};
        const cn_relationship *item = accepted(&given);
        assert_int_equal(item->direction, CN_MANY_TO_ONE);
        assert_pairs(item->pairs, item->pair_count, item->owner, item->target, right[i].pairs);
    }
}

static void a_join_that_does_not_parse_says_where_and_what_was_expected(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } wrong[] = {
        {"", "expected a member such as Author.id at the end of \"\""},
        {"   ", "expected a member such as Author.id at the end of \"   \""},
        {"==", "expected a member such as Author.id at \"==\""},
        {"Post", "expected '.' and a member at the end of \"Post\""},
        {"Post.", "expected a member at the end of \"Post.\""},
        {"Post.author_id", "expected '==' at the end of \"Post.author_id\""},
        {"Post.author_id Author.id", "expected '==' at \"Author.id\""},
        {"Post.author_id == ", "expected a member such as Author.id at the end of "
                               "\"Post.author_id == \""},
        {"foreign(Post.author_id == Author.id", "expected ')' at \"== Author.id\""},
        {"foreign() == Author.id", "expected a member such as Author.id at \") == Author.id\""},
        {"foreign(Post.author_id)) == Author.id", "expected '==' at \") == Author.id\""},
        {"(foreign(Post.author_id) == Author.id", "expected ')' or '&&' at the end of "
                                                  "\"(foreign(Post.author_id) == Author.id\""},
        {"foreign(Post.author_id) == Author.id)", "expected '&&' or the end at \")\""},
        {"foreign(Post.author_id) == Author.id &&",
         "expected a member such as Author.id at the end of \"foreign(Post.author_id) == "
         "Author.id &&\""},
        {"foreign(Post.author_id) == Author.id OR 1 = 1",
         "expected '&&' or the end at \"OR 1 = 1\""},
        {"foreign(Post.author_id) > Author.id", "expected '==' at \"> Author.id\""},
        {"foreign(Post.author_id) == 7", "expected '.' and a member at the end of "
                                         "\"foreign(Post.author_id) == 7\""},
        {"foreign(Post.author_id) == 'x'", "expected a member such as Author.id at \"'x'\""},
        {"foreign(Post.author_id) == Author.id; DROP", "expected '&&' or the end at \"; DROP\""},
        {"foreign(Post.author_id) & Author.id", "expected '==' at \"& Author.id\""},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char message[300] = "Post.it: primaryjoin: ";
        strcat(message, wrong[i].message);
        assert_refused_join(wrong[i].text, message);
    }
}

static void a_name_that_is_not_at_hand_is_named(void **state)
{
    (void)state;
    assert_refused_join("foreign(Post.author_id) == Autor.id",
                        "Post.it: primaryjoin: \"Autor\" in \"foreign(Post.author_id) == "
                        "Autor.id\" is none of the tables at hand: Post, Author");
    assert_refused_join("foreign(Post.author_id) == Tag.id",
                        "Post.it: primaryjoin: \"Tag\" in \"foreign(Post.author_id) == Tag.id\" "
                        "is none of the tables at hand: Post, Author");
    assert_refused_join("foreign(Post.autor_id) == Author.id",
                        "Post.it: primaryjoin: Post has no mapped member \"autor_id\"");
    assert_refused_join("foreign(Post.author_id) == Author.posts",
                        "Post.it: primaryjoin: Author has no mapped member \"posts\"");
    assert_refused_join("foreign(x.y.z) == Author.id",
                        "Post.it: primaryjoin: \"x.y\" in \"foreign(x.y.z) == Author.id\" is none "
                        "of the tables at hand: Post, Author");
}

static void parentheses_without_end_are_refused_and_not_followed(void **state)
{
    (void)state;
    char text[5000];
    memset(text, '(', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_refused_join(text, "Post.it: primaryjoin: more than 32 parentheses inside each other");
    strcpy(text, "");
    for (int i = 0; i < 40; i++)
        strcat(text, "foreign(");
    assert_refused_join(text, "Post.it: primaryjoin: more than 32 parentheses inside each other");
    strcpy(text, "foreign(Post.author_id) == Author.id");
    for (int i = 0; i < 64; i++)
        strcat(text, "&& foreign(Post.author_id) == Author.id");
    assert_refused_join(text, "Post.it: primaryjoin has more than 64 comparisons");
}

/* ---- what a join means ----------------------------------------------------------------------- */

static void the_sides_of_a_join_must_make_sense(void **state)
{
    (void)state;
    assert_refused_join("Post.author_id == Author.id",
                        "Post.it: primaryjoin: Post.author_id == Author.id: say with foreign() "
                        "which of the two refers to the other");
    assert_refused_join("foreign(Post.author_id) == foreign(Author.id)",
                        "Post.it: primaryjoin: Post.author_id and Author.id refer to each other: "
                        "only one may be foreign()");
    assert_refused_join("foreign(Post.author_id) == Post.id",
                        "Post.it: primaryjoin: Post.author_id == Post.id does not join Post to "
                        "Author");
    assert_refused_join("foreign(Post.author_id) == Author.id && Post.tenant == "
                        "foreign(Author.tenant)",
                        "Post.it: foreign() stands on Post and on Author: only one can refer to "
                        "the other");
    assert_refused_join("foreign(Post.author_id) == Author.id && Post.tenant == Author.tenant",
                        "Post.it: primaryjoin: Post.tenant == Author.tenant: say with foreign() "
                        "which of the two refers to the other");
    assert_refused_join("foreign(Post.author_id) == Author.name",
                        "Post.it: Post.author_id and Author.name are of different types: they "
                        "cannot be equal");
    assert_refused_join("foreign(Post.author_id) == Author.id && Author.id == "
                        "foreign(Post.author_id)",
                        "Post.it: Post.author_id == Author.id stands there twice");
    assert_refused_join("remote(foreign(Post.author_id)) == Author.id",
                        "Post.it: primaryjoin: remote() must stand on the side of Author");
    assert_refused_join("remote(foreign(Post.author_id)) == remote(Author.id)",
                        "Post.it: primaryjoin: remote() stands on both sides of Post.author_id == "
                        "Author.id");
}

static void a_foreign_key_takes_the_place_of_foreign_and_of_the_whole_join(void **state)
{
    (void)state;
    trial given               = {.target = &Author_model, .with_keys = true};
    given.options.primaryjoin = "Post.author_id == Author.id";
    assert_int_equal(accepted(&given)->direction, CN_MANY_TO_ONE);
    given.options.primaryjoin   = NULL;
    const cn_relationship *item = accepted(&given);
    assert_int_equal(item->direction, CN_MANY_TO_ONE);
    assert_pairs(item->pairs, item->pair_count, item->owner, item->target, "author_id=id");

    given.two_keys = true;
    assert_refused(&given, "Post.it: Post.author_id and Post.editor_id both join Post and Author: "
                           "say which with .primaryjoin");
    given.two_keys = given.with_keys = false;
    assert_refused(&given,
                   "Post.it: nothing says how Post and Author are joined: give .primaryjoin = "
                   "\"foreign(Post.member) == Author.member\", or one of them a .foreign_key");
}

static void a_single_member_may_be_referred_to_from_the_other_side(void **state)
{
    (void)state;
    trial given = {.target = &Tag_model, .options.primaryjoin = "foreign(Tag.id) == Post.id"};
    const cn_relationship *item = accepted(&given);
    assert_int_equal(item->direction, CN_ONE_TO_MANY);
    assert_false(item->many);
    assert_pairs(item->pairs, 1, item->owner, item->target, "id=id");
}

static void a_list_whose_join_yields_one_is_refused(void **state)
{
    (void)state;
    trial given = {.target              = &Author_model,
                   .many                = true,
                   .options.primaryjoin = "foreign(Post.author_id) == Author.id"};
    assert_refused(&given,
                   "Post.it is a list, but its join makes each Post refer to one Author: declare "
                   "the member as Author *, or put foreign() on the side of Author");
}

typedef struct Folder {
    int account;
    int id;
} Folder;
CN_MODEL(Folder, "folder")
{
    CN_COLUMN(account, .primary_key = true);
    CN_COLUMN(id, .primary_key = true);
}

static void the_pairs_of_a_key_stand_in_its_order(void **state)
{
    (void)state;
    trial composite = {.target              = &Folder_model,
                       .options.primaryjoin = "foreign(Post.author_id) == Folder.id && "
                                              "foreign(Post.tenant) == Folder.account"};
    assert_true(accepted(&composite)->by_key);
    assert_pairs(accepted(&composite)->pairs, 2, accepted(&composite)->owner,
                 accepted(&composite)->target, "tenant=account, author_id=id");
    composite.options.primaryjoin = "foreign(Post.author_id) == Folder.id";
    assert_false(accepted(&composite)->by_key); /* less than the key */
    trial given = {.target              = &Author_model,
                   .options.primaryjoin = "foreign(Post.author_id) == Author.tenant"};
    assert_false(accepted(&given)->by_key);
    given.options.primaryjoin =
        "foreign(Post.tenant) == Author.tenant && foreign(Post.author_id) == Author.id";
    assert_false(accepted(&given)->by_key); /* more than the key */
}

static void a_many_to_many_says_what_is_missing(void **state)
{
    (void)state;
    trial given = {.target                = &Tag_model,
                   .many                  = true,
                   .options.secondary     = &post_tag,
                   .options.primaryjoin   = "foreign(blog.post_tag.post_id) == Post.id",
                   .options.secondaryjoin = "foreign(post_tag.tag_id) == tag.id"};
    assert_pairs(accepted(&given)->pairs, 1, accepted(&given)->owner, accepted(&given)->secondary,
                 "id=post_id");
    given.options.primaryjoin = NULL;
    assert_refused(&given,
                   "Post.it: nothing says how post_tag and Post are joined: give .primaryjoin = "
                   "\"foreign(post_tag.column) == Post.member\", or the column a .foreign_key");
    given.options.primaryjoin = "foreign(Post.id) == post_tag.post_id";
    assert_refused(&given, "Post.it: primaryjoin: foreign() must stand on post_tag.post_id, which "
                           "refers to Post.id");
    given.options.primaryjoin = "foreign(post_tag.post_id) == Tag.id";
    assert_refused(&given, "Post.it: primaryjoin: post_tag.post_id == Tag.id does not join Post to "
                           "post_tag");
    given.many = false;
    assert_refused(&given, "Post.it: a relationship through post_tag leads to many: make the "
                           "member a CN_MANY(Tag)");
    given                       = (trial){.target = &Tag_model, .many = true};
    given.options.secondaryjoin = "foreign(post_tag.tag_id) == Tag.id";
    assert_refused(&given, "Post.it: .secondaryjoin needs a .secondary");
}

static void cascades_must_make_sense(void **state)
{
    (void)state;
    static const struct {
        int         cascade;
        bool        view_only;
        const char *message; /* NULL: accepted */
    } cases[] = {
        {CN_CASCADE_NONE, false, NULL},
        {CN_CASCADE_ALL, false, NULL},
        {CN_CASCADE_DEFAULT, true, NULL},
        {CN_CASCADE_EXPUNGE | CN_CASCADE_MERGE, true, NULL},
        {CN_CASCADE_DELETE_ORPHAN, false,
         "Post.it: CN_CASCADE_DELETE_ORPHAN needs CN_CASCADE_DELETE"},
        {CN_CASCADE_ALL | CN_CASCADE_DELETE_ORPHAN, false,
         "Post.it: CN_CASCADE_DELETE_ORPHAN belongs on the side that owns the other: several Post "
         "may refer to one Author"},
        {CN_CASCADE_NONE | CN_CASCADE_MERGE, false, "Post.it: .cascade has no meaning: 66"},
        {1024, false, "Post.it: .cascade has no meaning: 1024"},
        {CN_CASCADE_ALL, true,
         "Post.it: a .view_only relationship writes nothing: leave out the cascades save-update, "
         "delete and delete-orphan"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        trial given = {.target              = &Author_model,
                       .options.primaryjoin = "foreign(Post.author_id) == Author.id",
                       .options.cascade     = cases[i].cascade,
                       .options.view_only   = cases[i].view_only};
        if (cases[i].message != NULL)
            assert_refused(&given, cases[i].message);
        else
            assert_true(accepted(&given)->cascade != 0);
    }
}

static void orders_must_make_sense(void **state)
{
    (void)state;
    static const struct {
        const char *order;
        const char *message; /* NULL: accepted */
    } cases[] = {
        {"id", NULL},
        {"Tag.text DESC , tag.id asc", NULL},
        {"", "Post.it: order_by: expected a member to order by at the end of \"\""},
        {"id,", "Post.it: order_by: expected a member to order by at the end of \"id,\""},
        {"id down", "Post.it: order_by: expected ',', 'asc', 'desc' or the end at \"down\""},
        {"title", "Post.it: order_by: Tag has no mapped member \"title\""},
        {"Post.id", "Post.it: order_by: \"Post\" in \"Post.id\" is none of the tables at hand: "
                    "Tag"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        trial given = {.target                = &Tag_model,
                       .many                  = true,
                       .options.secondary     = &post_tag,
                       .options.primaryjoin   = "foreign(post_tag.post_id) == Post.id",
                       .options.secondaryjoin = "foreign(post_tag.tag_id) == Tag.id",
                       .options.order_by      = cases[i].order};
        if (cases[i].message != NULL)
            assert_refused(&given, cases[i].message);
        else
            assert_true(accepted(&given)->order_count > 0);
    }
    trial one = {.target              = &Author_model,
                 .options.primaryjoin = "foreign(Post.author_id) == Author.id",
                 .options.order_by    = "id"};
    assert_refused(&one, "Post.it: .order_by has no meaning for a single Author");
}

static void the_other_side_must_agree(void **state)
{
    (void)state;
    trial given = {.target                 = &Author_model,
                   .options.primaryjoin    = "foreign(Post.author_id) == Author.id",
                   .options.back_populates = "nobody"};
    assert_refused(&given, "Post.it: .back_populates = \"nobody\": Author has no relationship of "
                           "that name");
    /* Author.posts leads to the real Post, not to this one */
    given.options.back_populates = "posts";
    assert_refused(&given, "Post.it: .back_populates names Author.posts, which is a relationship "
                           "to Post, not to Post");
    given.options.remote_is_owner = true;
    assert_refused(&given, "Post.it: .remote_is_owner is for a relationship of a table to itself");
}

/* ---- two models that disagree ---------------------------------------------------------------- */

typedef struct Left  Left;
typedef struct Right Right;
struct Left {
    int    id;
    int    right_id;
    Right *one;
    Right *two;
    Right *three;
    Left  *next;
    Left  *before;
};
struct Right {
    int           id;
    CN_MANY(Left) of_one;
    CN_MANY(Left) of_two;
};
CN_MODEL(Left, "left_side")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(right_id);
    CN_RELATIONSHIP(one, Right, .primaryjoin = "foreign(Left.right_id) == Right.id",
                    .back_populates = "of_one");
}
CN_MODEL(Right, "right_side")
{
    CN_COLUMN(id, .primary_key = true);
    CN_RELATIONSHIP(of_one, Left, .primaryjoin = "foreign(Left.right_id) == Right.id");
}

typedef struct Sun    Sun;
typedef struct Planet Planet;
struct Sun {
    int             id;
    CN_MANY(Planet) planets;
};
struct Planet {
    int  id;
    int  sun_id;
    int  other_id;
    Sun *sun;
};
CN_MODEL(Sun, "sun")
{
    CN_COLUMN(id, .primary_key = true);
    CN_RELATIONSHIP(planets, Planet, .primaryjoin = "foreign(Planet.other_id) == Sun.id",
                    .back_populates = "sun");
}
CN_MODEL(Planet, "planet")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(sun_id);
    CN_COLUMN(other_id);
    CN_RELATIONSHIP(sun, Sun, .primaryjoin = "foreign(Planet.sun_id) == Sun.id",
                    .back_populates = "planets");
}

typedef struct Friend Friend;
struct Friend {
    int             id;
    CN_MANY(Friend) friends;
};
CN_TABLE(friendship, "friendship")
{
    CN_TABLE_COLUMN(a, CN_INTEGER, .primary_key = true, .foreign_key = "friend.id");
    CN_TABLE_COLUMN(b, CN_INTEGER, .primary_key = true, .foreign_key = "friend.id");
}
CN_MODEL(Friend, "friend")
{
    CN_COLUMN(id, .primary_key = true);
    CN_RELATIONSHIP(friends, Friend, .secondary = &friendship, .back_populates = "friends",
                    .primaryjoin   = "friendship.a == Friend.id",
                    .secondaryjoin = "friendship.b == Friend.id");
}

static void assert_model_refused(const cn_model *model, const char *message)
{
    cn_error        error = {0};
    const cn_table *table = cn_table_of(model, &error);
    assert_non_null(table);
    assert_null(cn_relationships_of(table, &error));
    assert_string_equal(cn_error_get_message(&error), message);
    cn_error_clear(&error);
}

static void two_models_must_name_each_other_and_join_alike(void **state)
{
    (void)state;
    assert_model_refused(&Left_model, "Left.one: .back_populates names Right.of_one, which must "
                                      "name it back: .back_populates = \"one\"");
    assert_non_null(relationships_of(&Right_model));
    assert_model_refused(&Sun_model, "Sun.planets and Planet.sun name each other in "
                                     ".back_populates, but their joins are not the same seen from "
                                     "both sides");
    assert_model_refused(&Friend_model, "Friend.friends: .back_populates names the member itself");
}

/* ---- one table, and the ways to turn it ------------------------------------------------------ */

typedef struct Person Person;
struct Person {
    int             id;
    int             mentor_id;
    Person         *mentor;
    Person         *pupil;
    CN_MANY(Person) pupils;
    CN_MANY(Person) more;
};
CN_MODEL(Person, "person")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(mentor_id, .foreign_key = "person.id");
    CN_RELATIONSHIP(mentor, Person);
    CN_RELATIONSHIP(pupil, Person, .remote_is_owner = true);
    CN_RELATIONSHIP(pupils, Person);
    CN_RELATIONSHIP(more, Person, .primaryjoin = "remote(foreign(Person.mentor_id)) == Person.id");
}

static void a_foreign_key_to_its_own_table_serves_both_directions(void **state)
{
    (void)state;
    assert_int_equal(relationship(&Person_model, "mentor")->direction, CN_MANY_TO_ONE);
    assert_int_equal(relationship(&Person_model, "pupil")->direction, CN_ONE_TO_MANY);
    assert_int_equal(relationship(&Person_model, "pupils")->direction, CN_ONE_TO_MANY);
    assert_int_equal(relationship(&Person_model, "more")->direction, CN_ONE_TO_MANY);
    const cn_relationship *mentor = relationship(&Person_model, "mentor");
    assert_pairs(mentor->pairs, 1, mentor->owner, mentor->target, "mentor_id=id");
}

/* ---- memory and threads ---------------------------------------------------------------------- */

static void want_of_memory_is_an_error_that_is_not_remembered(void **state)
{
    (void)state;
    trial                   given = {.target              = &Tag_model,
                                     .many                = true,
                                     .options.secondary   = &post_tag,
                                     .options.primaryjoin = "foreign(post_tag.post_id) == Post.id",
                                     .options.secondaryjoin = "foreign(post_tag.tag_id) == Tag.id",
                                     .options.order_by      = "text"};
    cn_error                error = {0};
    const cn_table         *table = trial_table(&given, &error);
    const cn_relationships *all   = NULL;
    for (size_t n = 1; all == NULL; n++) {
        failing_begin(n, false);
        all         = cn_relationships_of(table, &error);
        bool failed = failing_end();
        assert_int_equal(all == NULL, failed);
        assert_int_equal(cn_error_get_cause(&error), failed ? CN_CAUSE_MEMORY : CN_CAUSE_NONE);
        cn_error_clear(&error);
        assert_true(n < 1000);
    }
    assert_int_equal(all->count, 1);
}

typedef struct Busy Busy;
typedef struct Lazy Lazy;
struct Busy {
    int           id;
    CN_MANY(Lazy) lazy;
};
struct Lazy {
    int   id;
    int   busy_id;
    Busy *busy;
};
CN_MODEL(Busy, "busy")
{
    CN_COLUMN(id, .primary_key = true);
    CN_RELATIONSHIP(lazy, Lazy, .primaryjoin = "foreign(Lazy.busy_id) == Busy.id",
                    .back_populates = "busy");
}
CN_MODEL(Lazy, "lazy")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(busy_id);
    CN_RELATIONSHIP(busy, Busy, .primaryjoin = "foreign(Lazy.busy_id) == Busy.id",
                    .back_populates = "lazy");
}

static void *resolve_both(void *model)
{
    cn_error                error = {0};
    const cn_table         *table = cn_table_of(model, &error);
    const cn_relationships *all   = table != NULL ? cn_relationships_of(table, &error) : NULL;
    return all != NULL ? (void *)(uintptr_t)all->items[0].reverse : NULL;
}

static void threads_that_resolve_at_once_see_one_result(void **state)
{
    (void)state;
    pthread_t threads[8];
    void     *found[8];
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, resolve_both,
                           (void *)(uintptr_t)(i % 2 != 0 ? &Busy_model : &Lazy_model)),
            0);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_join(threads[i], &found[i]), 0);
    for (size_t i = 0; i < 8; i++)
        assert_ptr_equal(found[i], i % 2 != 0 ? relationship(&Lazy_model, "busy")
                                              : relationship(&Busy_model, "lazy"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_that_resolve_at_once_see_one_result),
        cmocka_unit_test(foreign_says_which_side_refers),
        cmocka_unit_test(both_sides_know_each_other_whichever_is_asked_first),
        cmocka_unit_test(a_many_to_many_has_a_half_at_each_end),
        cmocka_unit_test(in_one_table_the_member_says_which_side_refers),
        cmocka_unit_test(the_order_names_members_of_the_target),
        cmocka_unit_test(every_spelling_of_a_join_is_read),
        cmocka_unit_test(a_join_that_does_not_parse_says_where_and_what_was_expected),
        cmocka_unit_test(a_name_that_is_not_at_hand_is_named),
        cmocka_unit_test(parentheses_without_end_are_refused_and_not_followed),
        cmocka_unit_test(the_sides_of_a_join_must_make_sense),
        cmocka_unit_test(a_foreign_key_takes_the_place_of_foreign_and_of_the_whole_join),
        cmocka_unit_test(a_single_member_may_be_referred_to_from_the_other_side),
        cmocka_unit_test(a_list_whose_join_yields_one_is_refused),
        cmocka_unit_test(the_pairs_of_a_key_stand_in_its_order),
        cmocka_unit_test(a_many_to_many_says_what_is_missing),
        cmocka_unit_test(cascades_must_make_sense),
        cmocka_unit_test(orders_must_make_sense),
        cmocka_unit_test(the_other_side_must_agree),
        cmocka_unit_test(two_models_must_name_each_other_and_join_alike),
        cmocka_unit_test(a_foreign_key_to_its_own_table_serves_both_directions),
        cmocka_unit_test(want_of_memory_is_an_error_that_is_not_remembered),
    };
    return cmocka_run_group_tests_name("relationship", tests, NULL, NULL);
}
