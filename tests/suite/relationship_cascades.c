/*
 * What a delete does to the other ends, with constraints in the database that would object:
 * cascades,
 * orphans, foreign keys that become NULL, association rows; trees, one-to-one, composite keys; and
 * the
 * order of it all.
 */
#include "suite.h"
#include "blog.h"

#include <stdio.h>

typedef struct Owner  Owner;
typedef struct Part   Part;
typedef struct Screw  Screw;
typedef struct Badge  Badge;
typedef struct Note   Note;
typedef struct Node   Node;
typedef struct Strict Strict;
typedef struct Label  Label;
typedef struct Shelf  Shelf;
typedef struct Book   Book;
typedef struct Twin   Twin;

struct Owner {
    int             id;
    const char     *name;
    CN_MANY(Part)   parts;   /* deleted with it, and when they leave it */
    CN_MANY(Note)   notes;   /* lose it */
    CN_MANY(Strict) stricts; /* cannot */
    CN_MANY(Label)  labels;
    Badge          *badge; /* one-to-one */
};

struct Part {
    int            id;
    int            owner_id;
    Owner         *owner;
    CN_MANY(Screw) screws;
};

struct Screw {
    int   id;
    int   part_id;
    Part *part;
};

struct Badge {
    int         id;
    CN_OPT(int) owner_id;
    Owner      *owner;
};

struct Note {
    int         id;
    CN_OPT(int) owner_id;
    Owner      *owner;
};

struct Strict {
    int    id;
    int    owner_id;
    Owner *owner;
};

struct Label {
    int         id;
    const char *text;
};

struct Node {
    int           id;
    const char   *name;
    CN_OPT(int)   parent_id;
    Node         *parent;
    CN_MANY(Node) children;
};

struct Shelf {
    int           room;
    char          letter[4];
    CN_MANY(Book) books;
};

struct Book {
    int         id;
    CN_OPT(int) shelf_room;
    const char *shelf_letter;
    Shelf      *shelf;
};

struct Twin {
    int         id;
    CN_OPT(int) other_id;
    Twin       *other;
};

CN_TABLE(owner_label, "owner_label")
{
    CN_TABLE_COLUMN(owner_id, CN_INTEGER, .primary_key = true, .foreign_key = "owner.id");
    CN_TABLE_COLUMN(label_id, CN_INTEGER, .primary_key = true, .foreign_key = "label.id");
}

CN_MODEL(Owner, "owner")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(40));
    CN_RELATIONSHIP(parts, Part, .back_populates = "owner",
                    .cascade = CN_CASCADE_ALL | CN_CASCADE_DELETE_ORPHAN);
    CN_RELATIONSHIP(notes, Note, .back_populates = "owner");
    CN_RELATIONSHIP(stricts, Strict, .back_populates = "owner");
    CN_RELATIONSHIP(labels, Label, .secondary = &owner_label);
    CN_RELATIONSHIP(badge, Badge, .primaryjoin = "foreign(Badge.owner_id) == Owner.id",
                    .back_populates = "owner");
}

CN_MODEL(Part, "part")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(owner_id, .foreign_key = "owner.id");
    CN_RELATIONSHIP(owner, Owner, .back_populates = "parts");
    CN_RELATIONSHIP(screws, Screw, .back_populates = "part", .cascade = CN_CASCADE_ALL);
}

CN_MODEL(Screw, "screw")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(part_id, .foreign_key = "part.id");
    CN_RELATIONSHIP(part, Part, .back_populates = "screws");
}

CN_MODEL(Badge, "badge")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(owner_id, .foreign_key = "owner.id", .unique = true);
    CN_RELATIONSHIP(owner, Owner, .primaryjoin = "foreign(Badge.owner_id) == Owner.id",
                    .back_populates = "badge");
}

CN_MODEL(Note, "note")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(owner_id, .foreign_key = "owner.id");
    CN_RELATIONSHIP(owner, Owner, .back_populates = "notes");
}

CN_MODEL(Strict, "strict_part")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(owner_id, .foreign_key = "owner.id");
    CN_RELATIONSHIP(owner, Owner, .back_populates = "stricts");
}

CN_MODEL(Label, "label")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(text, .type = CN_STRING(20));
}

CN_MODEL(Node, "node")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(40));
    CN_COLUMN(parent_id, .foreign_key = "node.id", .index = true);
    CN_RELATIONSHIP(parent, Node, .primaryjoin = "foreign(Node.parent_id) == Node.id",
                    .back_populates = "children");
    CN_RELATIONSHIP(children, Node, .primaryjoin = "foreign(Node.parent_id) == Node.id",
                    .back_populates = "parent", .order_by = "id", .cascade = CN_CASCADE_ALL);
}

CN_MODEL(Shelf, "shelf")
{
    CN_COLUMN(room, .primary_key = true);
    CN_COLUMN(letter, .primary_key = true);
    CN_RELATIONSHIP(books, Book,
                    .primaryjoin    = "foreign(Book.shelf_room) == Shelf.room && "
                                      "foreign(Book.shelf_letter) == Shelf.letter",
                    .back_populates = "shelf");
}

CN_MODEL(Book, "book")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(shelf_room);
    CN_COLUMN(shelf_letter, .type = CN_STRING(3));
    CN_RELATIONSHIP(shelf, Shelf,
                    .primaryjoin    = "foreign(Book.shelf_room) == Shelf.room && "
                                      "foreign(Book.shelf_letter) == Shelf.letter",
                    .back_populates = "books");
}

CN_MODEL(Twin, "twin")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(other_id, .foreign_key = "twin.id");
    CN_RELATIONSHIP(other, Twin, .primaryjoin = "foreign(Twin.other_id) == Twin.id");
}

CN_METADATA(All, &Owner_model, &Part_model, &Screw_model, &Badge_model, &Note_model, &Strict_model,
            &Label_model, &owner_label, &Node_model, &Shelf_model, &Book_model, &Twin_model);

static int open_all(void **state)
{
    (void)state;
    return blog_open_with(&All);
}

static int close_all(void **state)
{
    (void)state;
    /* SQLite and InnoDB check each row of a tree when it is dropped. */
    suite_run(blog, "UPDATE node SET parent_id = NULL");
    suite_run(blog, "UPDATE twin SET other_id = NULL");
    return blog_close_with(&All);
}

static void commit(cn_session *session)
{
    if (!cn_commit(session))
        fail_msg("%s", cn_error_message(session));
}

/* An owner with three parts of two screws each, two notes, two labels and a badge. */
static Owner *store(cn_session *session)
{
    Owner *owner = cn_new(Owner, .name = "owner");
    for (int i = 0; i < 3; i++) {
        Part *part = cn_new(Part);
        cn_append(owner, parts, part);
        cn_append(part, screws, cn_new(Screw));
        cn_append(part, screws, cn_new(Screw));
    }
    for (int i = 0; i < 2; i++) {
        cn_append(owner, notes, cn_new(Note));
        cn_append(owner, labels, cn_new(Label, .text = "label"));
    }
    cn_set_one(owner, badge, cn_new(Badge));
    cn_add(session, owner);
    commit(session);
    return owner;
}

/* ---- deletes --------------------------------------------------------------------------------- */

static void deleted(bool loaded)
{
    CN_SESSION(session, blog) {
        int id = store(session)->id;
        if (!loaded)
            cn_session_reset(session);
        Owner *owner = cn_get(session, Owner, id);
        Note  *note  = loaded ? cn_many(owner, notes)[0] : NULL;
        assert_true(cn_delete(session, owner));
        commit(session);
        assert_int_equal(cn_state(owner), CN_INSTANCE_DELETED);
        assert_string_equal(owner->name, "owner"); /* readable still */
        assert_null(cn_get(session, Owner, id));
        if (note != NULL) {
            assert_null(note->owner);
            assert_false(note->owner_id.set);
        }
        assert_false(cn_add(session, owner));
        blog_error(session, CN_CAUSE_MISUSE, "cn_add", "Owner");
        cn_rollback(session);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM owner"), 0);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM part"), 0);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM screw"), 0);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM owner_label"), 0);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM label"), 2);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM note WHERE owner_id IS NULL"), 2);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM badge WHERE owner_id IS NULL"), 1);
}

static void deleting_takes_along_what_cascades_and_frees_the_rest(void **state)
{
    (void)state;
    deleted(true);
}

static void what_is_not_loaded_is_loaded_for_it(void **state)
{
    (void)state;
    deleted(false);
}

static void a_foreign_key_that_cannot_be_null_is_named(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Owner *owner = store(session);
        cn_append(owner, stricts, cn_new(Strict));
        commit(session);
        cn_delete(session, owner);
        assert_false(cn_flush(session));
        blog_error(session, CN_CAUSE_NOT_NULL, "Strict.owner_id", "Strict.owner ");
        cn_rollback(session);
        assert_int_equal(cn_state(owner), CN_INSTANCE_PERSISTENT);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM owner"), 1);
}

static void what_leaves_its_only_owner_is_deleted(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Owner *owner = store(session);
        Part  *first = cn_many(owner, parts)[0], *second = cn_many(owner, parts)[1];
        Part  *third = cn_many(owner, parts)[2];
        cn_remove(owner, parts, first);
        cn_set_one(second, owner, NULL);
        third->owner = NULL;
        commit(session);
        assert_int_equal(cn_state(first), CN_INSTANCE_DELETED);
        assert_int_equal(cn_state(second), CN_INSTANCE_DELETED);
        assert_int_equal(cn_state(third), CN_INSTANCE_DELETED);
        assert_int_equal(cn_list_count(cn_many(owner, parts)), 0);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM part"), 0);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM screw"), 0);
}

static void what_moves_to_another_owner_is_not_an_orphan(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Owner *owner = store(session), *other = cn_new(Owner, .name = "other");
        cn_add(session, other);
        Part *part = cn_many(owner, parts)[0];
        cn_remove(owner, parts, part);
        cn_append(other, parts, part);
        commit(session);
        assert_int_equal(part->owner_id, other->id);
        part->owner = owner;
        commit(session);
        assert_int_equal(part->owner_id, owner->id);
        part = cn_many(owner, parts)[1];
        cn_append(other, parts, part);
        cn_delete(session, owner);
        commit(session);
        assert_int_equal(cn_state(part), CN_INSTANCE_PERSISTENT);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM part"), 1);
}

static void what_leaves_before_it_is_stored_never_is(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Owner *owner = store(session);
        Part  *part  = cn_new(Part);
        cn_append(owner, parts, part);
        cn_remove(owner, parts, part);
        commit(session);
        assert_int_equal(cn_state(part), CN_INSTANCE_TRANSIENT);
        Note *note = cn_new(Note);
        cn_append(owner, notes, note);
        assert_true(cn_delete(session, note)); /* it never becomes a row, nor a part of the list */
        commit(session);
        assert_int_equal(cn_state(note), CN_INSTANCE_TRANSIENT);
        assert_int_equal(cn_list_count(cn_many(owner, notes)), 2);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM part"), 3);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM note"), 2);
}

static void deleting_a_child_takes_it_out_of_its_owners_list(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Owner *owner = store(session);
        Note  *note  = cn_many(owner, notes)[0];
        cn_delete(session, note);
        commit(session);
        assert_int_equal(cn_list_count(cn_many(owner, notes)), 1);
        assert_ptr_not_equal(cn_many(owner, notes)[0], note);
    }
}

static void what_refers_to_the_deleted_is_an_error_that_names_the_member(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Owner *owner = store(session);
        cn_delete(session, owner);
        cn_add(session, cn_new(Note, .owner = owner));
        assert_false(cn_flush(session));
        blog_error(session, CN_CAUSE_MISUSE, "Note.owner", "deleted");
        cn_rollback(session);
        assert_int_equal(cn_state(owner), CN_INSTANCE_PERSISTENT);
        commit(session);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM owner"), 1);
}

static void rolling_a_delete_back_brings_everything_back(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Owner *owner = store(session);
        Part  *part  = cn_many(owner, parts)[0];
        cn_delete(session, owner);
        assert_true(cn_flush(session));
        assert_int_equal(cn_state(part), CN_INSTANCE_DELETED);
        cn_rollback(session);
        assert_int_equal(cn_state(owner), CN_INSTANCE_PERSISTENT);
        assert_int_equal(cn_state(part), CN_INSTANCE_PERSISTENT);
        assert_ptr_equal(cn_get(session, Owner, owner->id), owner);
        assert_int_equal(cn_list_count(cn_many(owner, parts)), 3);
        assert_int_equal(cn_list_count(cn_many(owner, notes)), 2);
        assert_int_equal(cn_list_count(cn_many(owner, labels)), 2);
        commit(session);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM note WHERE owner_id IS NULL"), 0);
}

static void expunging_cascades_where_it_is_asked_to(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Owner *owner = store(session);
        Part  *part  = cn_many(owner, parts)[0];
        Note  *note  = cn_many(owner, notes)[0];
        Screw *screw = cn_many(part, screws)[0];
        assert_true(cn_expunge(session, owner));
        assert_int_equal(cn_state(part), CN_INSTANCE_NONE);
        assert_int_equal(cn_state(screw), CN_INSTANCE_NONE);
        assert_int_equal(cn_state(note), CN_INSTANCE_PERSISTENT);
        assert_ptr_equal(note->owner, CN_UNLOADED);
        assert_string_equal(cn_one(note, owner)->name, "owner");
    }
}

/* ---- one-to-one ------------------------------------------------------------------------------ */

static void one_to_one_is_kept_equal_on_both_sides(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Owner *owner = store(session), *other = cn_new(Owner, .name = "other");
        Badge *badge = cn_one(owner, badge);
        cn_add(session, other);
        commit(session);
        assert_ptr_equal(cn_one(badge, owner), owner);
        assert_true(cn_set_one(badge, owner, other));
        assert_null(owner->badge);
        commit(session);
        assert_ptr_equal(cn_one(other, badge), badge);
        assert_int_equal(badge->owner_id.value, other->id);
        assert_true(cn_set_one(other, badge, NULL));
        assert_null(badge->owner);
        commit(session);
        assert_false(badge->owner_id.set);
    }
}

static void a_new_one_takes_the_place_of_one_that_was_not_loaded(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        int id = store(session)->id;
        cn_session_reset(session);
        Owner *owner = cn_get(session, Owner, id);
        assert_ptr_equal(owner->badge, CN_UNLOADED);
        owner->badge = cn_new(Badge);
        commit(session);
        cn_session_reset(session);
        owner = cn_get(session, Owner, id);
        assert_non_null(cn_one(owner, badge));
        owner->badge = NULL;
        commit(session);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM badge WHERE owner_id IS NULL"), 2);
}

/* ---- trees ----------------------------------------------------------------------------------- */

static void a_tree_is_stored_parents_first(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Node *leaf = cn_new(Node, .name = "leaf");
        Node *twig = cn_new(Node, .name = "twig"), *root = cn_new(Node, .name = "root");
        cn_add_all(session, leaf, twig, root); /* the wrong way round */
        leaf->parent = twig;
        twig->parent = root;
        commit(session);
        assert_int_equal(leaf->parent_id.value, twig->id);
        assert_int_equal(twig->parent_id.value, root->id);
        assert_ptr_equal(cn_many(root, children)[0], twig);
        Node *crown  = cn_new(Node, .name = "crown"); /* an old row follows a new one */
        root->parent = crown;
        commit(session);
        assert_int_equal(root->parent_id.value, crown->id);
        assert_null(cn_one(crown, parent));
    }
}

enum { DEEP = 10000 };

static void a_chain_of_ten_thousand_is_stored_and_walked(void **state)
{
    (void)state;
    int first = 0;
    CN_SESSION(session, blog) {
        Node *root = cn_new(Node, .name = "0"), *at = root;
        for (int i = 1; i < DEEP; i++) {
            Node *next = cn_new(Node, .name = "n");
            cn_append(at, children, next);
            at = next;
        }
        cn_add(session, root);
        commit(session);
        first = root->id;
    }
    CN_SESSION(session, blog) {
        int depth = 0;
        for (Node *at = cn_get(session, Node, first); at != NULL; at = cn_many(at, children)[0])
            depth++;
        assert_int_equal(depth, DEEP);
    }
}

static void a_tree_is_deleted_leaves_first(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Node *root = cn_new(Node, .name = "root");
        Node *at   = root;
        for (int i = 0; i < 30; i++) {
            Node *next = cn_new(Node, .name = "n");
            cn_append(at, children, cn_new(Node, .name = "side"));
            cn_append(at, children, next);
            at = next;
        }
        cn_add(session, root);
        commit(session);
        int id = root->id;
        cn_session_reset(session);
        cn_delete(session, cn_get(session, Node, id));
        commit(session);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM node"), 0);
}

static void rows_in_a_circle_are_an_error(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Twin *a = cn_new(Twin), *b = cn_new(Twin, .other = a);
        a->other = b;
        cn_add(session, a);
        assert_false(cn_flush(session));
        blog_error(session, CN_CAUSE_MODEL, "Twin", "circle");
        cn_rollback(session);
        a->other = NULL;
        cn_add(session, b);
        assert_true(cn_flush(session));
        a->other = b; /* as the message says */
        commit(session);
        cn_delete(session, a);
        cn_delete(session, b);
        assert_false(cn_flush(session));
        blog_error(session, CN_CAUSE_MODEL, "Twin", "circle");
        cn_rollback(session);
        a->other = NULL;
        assert_true(cn_flush(session));
        cn_delete(session, a);
        cn_delete(session, b);
        commit(session);
        Twin *self = cn_new(Twin);
        cn_add(session, self);
        assert_true(cn_flush(session));
        self->other = self;
        commit(session);
        self->other = NULL; /* MySQL would not let go of a row that refers to itself */
        assert_true(cn_flush(session));
        cn_delete(session, self);
        commit(session);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM twin"), 0);
}

/* ---- composite keys -------------------------------------------------------------------------- */

static void composite_foreign_keys_follow_their_owner(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Shelf *a    = cn_new(Shelf, .room = 1, .letter = "A"),
              *b    = cn_new(Shelf, .room = 1, .letter = "B");
        Book *first = cn_new(Book), *second = cn_new(Book, .shelf = b);
        cn_append(a, books, first);
        cn_add_all(session, a, b, second);
        commit(session);
        assert_string_equal(first->shelf_letter, "A");
        assert_string_equal(second->shelf_letter, "B");
        assert_ptr_equal(cn_get(session, Shelf, 1, "B"), b);
        cn_append(a, books, second);
        commit(session);
        assert_string_equal(second->shelf_letter, "A");
        cn_session_reset(session);
        a = cn_get(session, Shelf, 1, "A");
        assert_int_equal(cn_list_count(cn_many(a, books)), 2);
        assert_ptr_equal(cn_one(cn_many(a, books)[1], shelf), a);
        cn_delete(session, a);
        commit(session);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM book WHERE shelf_room IS NULL AND "
                                 "shelf_letter IS NULL"),
                     2);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM shelf"), 1);
}

int main(void)
{
#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)
    const struct CMUnitTest tests[] = {
        TEST(deleting_takes_along_what_cascades_and_frees_the_rest),
        TEST(what_is_not_loaded_is_loaded_for_it),
        TEST(a_foreign_key_that_cannot_be_null_is_named),
        TEST(what_leaves_its_only_owner_is_deleted),
        TEST(what_moves_to_another_owner_is_not_an_orphan),
        TEST(what_leaves_before_it_is_stored_never_is),
        TEST(deleting_a_child_takes_it_out_of_its_owners_list),
        TEST(what_refers_to_the_deleted_is_an_error_that_names_the_member),
        TEST(rolling_a_delete_back_brings_everything_back),
        TEST(expunging_cascades_where_it_is_asked_to),
        TEST(one_to_one_is_kept_equal_on_both_sides),
        TEST(a_new_one_takes_the_place_of_one_that_was_not_loaded),
        TEST(a_tree_is_stored_parents_first),
        TEST(a_chain_of_ten_thousand_is_stored_and_walked),
        TEST(a_tree_is_deleted_leaves_first),
        TEST(rows_in_a_circle_are_an_error),
        TEST(composite_foreign_keys_follow_their_owner),
    };
    return suite_main("cascades", tests);
}
