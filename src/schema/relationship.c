/*
 * Relationships worked out: which columns hold two tables together, in which direction, and which
 * member is the other side. Two steps: a draft of all relationships of one table, which needs
 * nothing but the columns of their targets; then the other sides, which need the targets' drafts.
 * So models that refer to each other need no order. Drafts are published by compare-and-swap, and
 * `reverse` of an item is set once, to the only value it can have. Called by the compiler and the
 * ORM. Must never know a database.
 */
#include "schema/relationship.h"

#include <stdio.h>
#include <string.h>

#include "schema/join_text.h"
#include "schema/resolved.h"

#define WRITING (CN_CASCADE_SAVE_UPDATE | CN_CASCADE_DELETE | CN_CASCADE_DELETE_ORPHAN)

/* One relationship while it is worked out. */
struct draft {
    const cn_relationship_text *text;
    cn_relationship            *item;
    cn_arena                   *arena;
    cn_error                   *error;
};

#define FAIL(draft, ...) (cn_error_set((draft)->error, CN_CAUSE_MODEL, __VA_ARGS__), false)

static const char *name_of(const cn_table *table)
{
    return table->model->name;
}

/* ---- the comparisons ------------------------------------------------------------------------- */

/* The column of `target` that `column` has a foreign key to, or NULL. */
static const cn_column *referred(const cn_column *column, const cn_table *target)
{
    if (column->foreign_table == NULL || target->model->table == NULL ||
        strcmp(column->foreign_table, target->model->table) != 0)
        return NULL;
    return cn_table_named(target, column->foreign_column);
}

/* Kinds of values that can be equal to each other. */
static unsigned family(const cn_column *column)
{
    uint8_t kind = column->type.kind;
    if (kind >= CN_TYPE_TINYINT && kind <= CN_TYPE_BIGINT)
        return CN_TYPE_INTEGER;
    return kind == CN_TYPE_STRING ? CN_TYPE_TEXT : kind;
}

static bool add_pair(const struct draft *draft, cn_pair *pairs, size_t *count,
                     const cn_column *left, const cn_column *right)
{
    if (family(left) != family(right))
        return FAIL(draft, "%s: %s and %s are of different types: they cannot be equal",
                    draft->item->title, left->field.name, right->field.name);
    for (size_t i = 0; i < *count; i++) {
        if (pairs[i].left == left->index && pairs[i].right == right->index)
            return FAIL(draft, "%s: %s == %s stands there twice", draft->item->title,
                        left->field.name, right->field.name);
    }
    pairs[(*count)++] = (cn_pair){left->index, right->index};
    return true;
}

/* The sides of a comparison by what they are to each other. */
struct reference {
    const cn_column *foreign; /* refers to ... */
    const cn_column *key;
    bool             foreign_remote; /* as remote() says; neither: nobody said */
    bool             key_remote;
};

static bool no_foreign(const struct draft *draft, const char *option, const cn_join_pair *pair)
{
    return FAIL(draft, "%s: %s: %s == %s: say with foreign() which of the two refers to the other",
                draft->item->title, option, pair->left.column->field.name,
                pair->right.column->field.name);
}

/* Tells the foreign side of a comparison: foreign(), or where no text has it, the foreign key. */
static bool find_foreign(const struct draft *draft, const char *option, const cn_join_pair *pair,
                         bool marked, struct reference *found)
{
    const cn_column *left    = pair->left.column;
    const cn_column *right   = pair->right.column;
    bool             is_left = pair->left.foreign, is_right = pair->right.foreign;
    if (!marked) {
        is_left  = referred(left, right->table) == right;
        is_right = referred(right, left->table) == left;
    }
    if (is_left && is_right)
        return FAIL(draft, "%s: %s: %s and %s refer to each other: only one may be foreign()",
                    draft->item->title, option, left->field.name, right->field.name);
    if (!is_left && !is_right)
        return no_foreign(draft, option, pair);
    *found = is_left ? (struct reference){left, right, pair->left.remote, pair->right.remote}
                     : (struct reference){right, left, pair->right.remote, pair->left.remote};
    if (found->foreign_remote && found->key_remote)
        return FAIL(draft, "%s: %s: remote() stands on both sides of %s == %s", draft->item->title,
                    option, left->field.name, right->field.name);
    return true;
}

static bool parse(const struct draft *draft, const char *option, const char *text,
                  cn_join_pair **pairs, size_t *count, bool *marked)
{
    const cn_relationship *item = draft->item;
    cn_join_text           join = {.title  = item->title,
                                   .option = option,
                                   .text   = text,
                                   .tables = {item->owner, item->target, item->secondary},
                                   .error  = draft->error};
    if (!cn_join_parse(&join, draft->arena, pairs, count))
        return false;
    *marked = false;
    for (size_t i = 0; i < *count; i++)
        *marked = *marked || (*pairs)[i].left.foreign || (*pairs)[i].right.foreign;
    return true;
}

/* ---- between two tables ---------------------------------------------------------------------- */

static bool is_self(const cn_relationship *item)
{
    return item->owner == item->target;
}

/* Which way a comparison runs: by its tables, or inside one table by what the member is. */
static bool find_direction(const struct draft *draft, const struct reference *reference,
                           cn_direction *direction)
{
    const cn_relationship *item    = draft->item;
    const cn_table        *foreign = reference->foreign->table, *key = reference->key->table;
    bool                   same_table = foreign == key;
    if (is_self(item)) {
        bool to_many = draft->text->many != draft->text->options.remote_is_owner;
        if (reference->foreign_remote || reference->key_remote)
            to_many = reference->foreign_remote;
        *direction = to_many ? CN_ONE_TO_MANY : CN_MANY_TO_ONE;
        return true;
    }
    if (same_table)
        return FAIL(draft, "%s: primaryjoin: %s == %s does not join %s to %s", item->title,
                    reference->foreign->field.name, reference->key->field.name,
                    name_of(item->owner), name_of(item->target));
    *direction             = foreign == item->owner ? CN_MANY_TO_ONE : CN_ONE_TO_MANY;
    const cn_table *remote = reference->foreign_remote ? foreign
                             : reference->key_remote   ? key
                                                       : item->target;
    return remote == item->target ||
           FAIL(draft, "%s: primaryjoin: remote() must stand on the side of %s", item->title,
                name_of(item->target));
}

static bool add_reference(const struct draft *draft, const struct reference *reference)
{
    cn_relationship *item      = draft->item;
    cn_direction     direction = CN_MANY_TO_ONE;
    if (!find_direction(draft, reference, &direction))
        return false;
    if (item->pair_count != 0 && item->direction != direction)
        return FAIL(draft, "%s: foreign() stands on %s and on %s: only one can refer to the other",
                    item->title, name_of(item->owner), name_of(item->target));
    item->direction = direction;
    if (direction == CN_MANY_TO_ONE)
        return add_pair(draft, item->pairs, &item->pair_count, reference->foreign, reference->key);
    return add_pair(draft, item->pairs, &item->pair_count, reference->key, reference->foreign);
}

static bool take_pairs(const struct draft *draft)
{
    cn_relationship *item = draft->item;
    cn_join_pair    *found;
    size_t           count;
    bool             marked;
    const char      *text = draft->text->options.primaryjoin;
    if (!parse(draft, "primaryjoin", text, &found, &count, &marked))
        return false;
    item->pairs = CN_ARENA_ARRAY(draft->arena, cn_pair, count);
    if (item->pairs == NULL)
        return cn_error_no_memory(draft->error);
    for (size_t i = 0; i < count; i++) {
        struct reference reference;
        if (!find_foreign(draft, "primaryjoin", &found[i], marked, &reference) ||
            !add_reference(draft, &reference))
            return false;
    }
    return true;
}

/* The foreign keys of `from` to `to`: how many, and the last one. */
static size_t count_keys(const cn_table *from, const cn_table *to, const cn_column **before,
                         const cn_column **last)
{
    size_t count = 0;
    for (size_t i = 0; i < from->column_count; i++) {
        if (referred(&from->columns[i], to) != NULL) {
            *before = *last;
            *last   = &from->columns[i];
            count++;
        }
    }
    return count;
}

static bool several_ways(const struct draft *draft, const cn_column *one, const cn_column *other)
{
    return FAIL(draft, "%s: %s and %s both join %s and %s: say which with .primaryjoin",
                draft->item->title, one->field.name, other->field.name, name_of(draft->item->owner),
                name_of(draft->item->target));
}

/* Without a text: the only foreign key between the two. A list is never the side that refers. */
static bool default_pair(const struct draft *draft)
{
    cn_relationship *item   = draft->item;
    const cn_column *before = NULL, *last = NULL;
    size_t           count = count_keys(item->target, item->owner, &before, &last);
    if (!is_self(item) && !item->many)
        count += count_keys(item->owner, item->target, &before, &last);
    if (count > 1)
        return several_ways(draft, before, last);
    if (count == 0)
        return FAIL(draft,
                    "%s: nothing says how %s and %s are joined: give .primaryjoin = "
                    "\"foreign(%s.member) == %s.member\", or one of them a .foreign_key",
                    item->title, name_of(item->owner), name_of(item->target),
                    name_of(item->many ? item->target : item->owner),
                    name_of(item->many ? item->owner : item->target));
    item->pairs = CN_ARENA_ARRAY(draft->arena, cn_pair, 1);
    if (item->pairs == NULL)
        return cn_error_no_memory(draft->error);
    const cn_table  *to        = last->table == item->owner ? item->target : item->owner;
    struct reference reference = {last, referred(last, to), false, false};
    return reference.key != NULL && add_reference(draft, &reference); /* it was counted */
}

/* Many-to-one by the whole primary key: the pairs then stand in the order of the key. */
static void find_by_key(cn_relationship *item)
{
    const cn_table *target = item->target;
    if (item->direction != CN_MANY_TO_ONE || item->pair_count != target->primary_key_count)
        return;
    for (size_t i = 0; i < target->primary_key_count; i++) {
        size_t at = i;
        while (at < item->pair_count && item->pairs[at].right != target->primary_key[i])
            at++;
        if (at == item->pair_count)
            return;
        cn_pair moved   = item->pairs[at];
        item->pairs[at] = item->pairs[i];
        item->pairs[i]  = moved;
    }
    item->by_key = true;
}

static bool draft_direct(const struct draft *draft)
{
    cn_relationship *item = draft->item;
    if (draft->text->options.secondaryjoin != NULL)
        return FAIL(draft, "%s: .secondaryjoin needs a .secondary", item->title);
    if (draft->text->options.remote_is_owner && !is_self(item))
        return FAIL(draft, "%s: .remote_is_owner is for a relationship of a table to itself",
                    item->title);
    if (draft->text->options.primaryjoin != NULL ? !take_pairs(draft) : !default_pair(draft))
        return false;
    if (item->direction == CN_MANY_TO_ONE && item->many)
        return FAIL(draft,
                    "%s is a list, but its join makes each %s refer to one %s: declare the member "
                    "as %s *, or put foreign() on the side of %s",
                    item->title, name_of(item->owner), name_of(item->target), name_of(item->target),
                    name_of(item->target));
    find_by_key(item);
    return true;
}

/* ---- through an association table ------------------------------------------------------------ */

/* One half: the pairs of `end` and the secondary, from a text or from the foreign keys. */
static bool half_from_text(const struct draft *draft, const char *option, const char *text,
                           const cn_table *end, cn_pair **pairs, size_t *count)
{
    const cn_table *secondary = draft->item->secondary;
    cn_join_pair   *found;
    size_t          found_count;
    bool            marked;
    if (!parse(draft, option, text, &found, &found_count, &marked))
        return false;
    *pairs = CN_ARENA_ARRAY(draft->arena, cn_pair, found_count);
    if (*pairs == NULL)
        return cn_error_no_memory(draft->error);
    for (size_t i = 0; i < found_count; i++) {
        const cn_join_side *left = &found[i].left, *right = &found[i].right;
        if (left->column->table == secondary) {
            left  = right;
            right = &found[i].left;
        }
        if (left->column->table != end || right->column->table != secondary)
            return FAIL(draft, "%s: %s: %s == %s does not join %s to %s", draft->item->title,
                        option, found[i].left.column->field.name, found[i].right.column->field.name,
                        name_of(end), name_of(secondary));
        if (left->foreign || (marked && !right->foreign))
            return FAIL(draft, "%s: %s: foreign() must stand on %s, which refers to %s",
                        draft->item->title, option, right->column->field.name,
                        left->column->field.name);
        if (!add_pair(draft, *pairs, count, left->column, right->column))
            return false;
    }
    return true;
}

static bool half_from_keys(const struct draft *draft, const char *option, const cn_table *end,
                           cn_pair **pairs, size_t *count)
{
    const cn_table  *secondary = draft->item->secondary;
    const cn_column *before = NULL, *last = NULL;
    size_t           keys = count_keys(secondary, end, &before, &last);
    if (keys > 1)
        return FAIL(draft, "%s: %s and %s both refer to %s: say which with .%s", draft->item->title,
                    before->field.name, last->field.name, name_of(end), option);
    if (keys == 0)
        return FAIL(draft,
                    "%s: nothing says how %s and %s are joined: give .%s = \"foreign(%s.column) == "
                    "%s.member\", or the column a .foreign_key",
                    draft->item->title, name_of(secondary), name_of(end), option,
                    name_of(secondary), name_of(end));
    *pairs = CN_ARENA_ARRAY(draft->arena, cn_pair, 1);
    if (*pairs == NULL)
        return cn_error_no_memory(draft->error);
    return add_pair(draft, *pairs, count, referred(last, end), last);
}

static bool draft_half(const struct draft *draft, const char *option, const char *text,
                       const cn_table *end, cn_pair **pairs, size_t *count)
{
    if (text != NULL)
        return half_from_text(draft, option, text, end, pairs, count);
    return half_from_keys(draft, option, end, pairs, count);
}

static bool draft_through(const struct draft *draft)
{
    cn_relationship               *item    = draft->item;
    const cn_relationship_options *options = &draft->text->options;
    item->direction                        = CN_MANY_TO_MANY;
    if (!item->many)
        return FAIL(draft,
                    "%s: a relationship through %s leads to many: make the member a "
                    "CN_MANY(%s)",
                    item->title, name_of(item->secondary), name_of(item->target));
    if (options->remote_is_owner)
        return FAIL(draft, "%s: .remote_is_owner has no meaning with a .secondary", item->title);
    return draft_half(draft, "primaryjoin", options->primaryjoin, item->owner, &item->pairs,
                      &item->pair_count) &&
           draft_half(draft, "secondaryjoin", options->secondaryjoin, item->target,
                      &item->far_pairs, &item->far_pair_count);
}

/* ---- what else it says of itself ------------------------------------------------------------- */

static bool draft_cascade(const struct draft *draft)
{
    cn_relationship               *item    = draft->item;
    const cn_relationship_options *options = &draft->text->options;
    const int known = CN_CASCADE_ALL | CN_CASCADE_DELETE_ORPHAN | CN_CASCADE_NONE;
    int       said  = options->cascade;
    if (said == CN_CASCADE_DEFAULT)
        said = options->view_only ? CN_CASCADE_MERGE : CN_CASCADE_SAVE_UPDATE | CN_CASCADE_MERGE;
    item->cascade = said;
    if ((said & ~known) != 0 || ((said & CN_CASCADE_NONE) != 0 && said != CN_CASCADE_NONE))
        return FAIL(draft, "%s: .cascade has no meaning: %d", item->title, said);
    if ((said & CN_CASCADE_DELETE_ORPHAN) != 0) {
        if ((said & CN_CASCADE_DELETE) == 0)
            return FAIL(draft, "%s: CN_CASCADE_DELETE_ORPHAN needs CN_CASCADE_DELETE", item->title);
        if (item->direction != CN_ONE_TO_MANY)
            return FAIL(draft,
                        "%s: CN_CASCADE_DELETE_ORPHAN belongs on the side that owns the other: "
                        "several %s may refer to one %s",
                        item->title, name_of(item->owner), name_of(item->target));
    }
    if (options->view_only && (said & WRITING) != 0)
        return FAIL(draft,
                    "%s: a .view_only relationship writes nothing: leave out the cascades "
                    "save-update, delete and delete-orphan",
                    item->title);
    return true;
}

static bool draft_order(const struct draft *draft)
{
    cn_relationship *item = draft->item;
    if (draft->text->options.order_by == NULL)
        return true;
    if (!item->many)
        return FAIL(draft, "%s: .order_by has no meaning for a single %s", item->title,
                    name_of(item->target));
    cn_join_text order = {.title  = item->title,
                          .option = "order_by",
                          .text   = draft->text->options.order_by,
                          .tables = {NULL, item->target, NULL},
                          .error  = draft->error};
    return cn_order_parse(&order, draft->arena, &item->order, &item->order_count);
}

/* "Post.author", for errors. */
static const char *make_title(const struct draft *draft, const char *owner, const char *member)
{
    size_t size  = strlen(owner) + strlen(member) + 2;
    char  *title = cn_arena_take(draft->arena, size, 1);
    if (title == NULL)
        cn_error_no_memory(draft->error);
    else
        (void)snprintf(title, size, "%s.%s", owner, member);
    return title;
}

static bool have_tables(const struct draft *draft)
{
    const cn_relationship *item    = draft->item;
    const cn_table        *without = item->owner->name == NULL    ? item->owner
                                     : item->target->name == NULL ? item->target
                                                                  : NULL;
    return without == NULL || FAIL(draft, "%s: %s has no table", item->title, name_of(without));
}

static bool draft_one(const struct draft *draft, const cn_table *owner)
{
    const cn_relationship_text *text      = draft->text;
    const cn_model             *through   = text->options.secondary;
    const char                 *title     = make_title(draft, name_of(owner), text->name);
    const cn_table             *target    = cn_table_of(text->target, draft->error);
    const cn_table             *secondary = NULL;
    if (title == NULL || target == NULL)
        return false;
    if (through != NULL && (secondary = cn_table_of(through, draft->error)) == NULL)
        return false;
    *draft->item = (cn_relationship){
        .name            = text->name,
        .title           = title,
        .offset          = text->offset,
        .many            = text->many,
        .owner           = owner,
        .target          = target,
        .secondary       = secondary,
        .index           = (uint32_t)(text - owner->relationships),
        .view_only       = text->options.view_only,
        .passive_deletes = text->options.passive_deletes,
    };
    if (!have_tables(draft) || !(secondary != NULL ? draft_through(draft) : draft_direct(draft)))
        return false;
    return draft_cascade(draft) && draft_order(draft);
}

/* ---- making and publishing ------------------------------------------------------------------- */

static cn_drafts *make_drafts(const cn_table *table, cn_error *error)
{
    cn_arena   arena  = {0};
    cn_drafts *drafts = CN_ARENA_NEW(&arena, cn_drafts);
    if (drafts != NULL)
        drafts->list.items = CN_ARENA_ARRAY(&arena, cn_relationship, table->relationship_count);
    if (drafts == NULL || drafts->list.items == NULL) {
        cn_error_no_memory(error);
        goto failed;
    }
    for (size_t i = 0; i < table->relationship_count; i++) {
        struct draft draft = {&table->relationships[i], &drafts->list.items[i], &arena, error};
        if (!draft_one(&draft, table))
            goto failed;
    }
    drafts->list.count = table->relationship_count;
    drafts->arena      = arena;
    return drafts;
failed:
    cn_arena_free(&arena);
    return NULL;
}

static cn_drafts *drafts_of(const cn_table *table, cn_error *error)
{
    cn_resolved *resolved = (cn_resolved *)(uintptr_t)table;
    cn_drafts   *drafts   = __atomic_load_n(&resolved->drafts, __ATOMIC_ACQUIRE);
    if (drafts != NULL)
        return drafts;
    drafts = make_drafts(table, error);
    if (drafts == NULL)
        return NULL;
    cn_drafts *before = NULL;
    if (__atomic_compare_exchange_n(&resolved->drafts, &before, drafts, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        return drafts;
    cn_arena arena = drafts->arena; /* another thread was first */
    cn_arena_free(&arena);
    return before;
}

/* ---- the other sides ------------------------------------------------------------------------- */

/* The same pairs in any order; `swapped`: left here is right there. */
static bool same_pairs(const cn_pair *these, size_t count, const cn_pair *those, size_t other_count,
                       bool swapped)
{
    if (count != other_count)
        return false;
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        for (size_t j = 0; j < count && !found; j++) {
            found = swapped ? these[i].left == those[j].right && these[i].right == those[j].left
                            : these[i].left == those[j].left && these[i].right == those[j].right;
        }
        if (!found)
            return false;
    }
    return true;
}

static bool mirrors(const cn_relationship *one, const cn_relationship *other)
{
    if (one->secondary != other->secondary)
        return false;
    if (one->direction == CN_MANY_TO_MANY)
        return same_pairs(one->pairs, one->pair_count, other->far_pairs, other->far_pair_count,
                          false) &&
               same_pairs(one->far_pairs, one->far_pair_count, other->pairs, other->pair_count,
                          false);
    return one->direction != other->direction && other->direction != CN_MANY_TO_MANY &&
           same_pairs(one->pairs, one->pair_count, other->pairs, other->pair_count, true);
}

static const char *named_back(const cn_relationship *item)
{
    return item->owner->relationships[item->index].options.back_populates;
}

static bool check_mutual(const cn_relationship *item, const cn_relationship *other, cn_error *error)
{
    const char *back = named_back(other);
    if (other->target != item->owner)
        return cn_error_set(error, CN_CAUSE_MODEL,
                            "%s: .back_populates names %s, which is a relationship to %s, not to "
                            "%s",
                            item->title, other->title, name_of(other->target),
                            name_of(item->owner));
    if (other == item)
        return cn_error_set(error, CN_CAUSE_MODEL, "%s: .back_populates names the member itself",
                            item->title);
    if (back == NULL || strcmp(back, item->name) != 0)
        return cn_error_set(error, CN_CAUSE_MODEL,
                            "%s: .back_populates names %s, which must name it back: "
                            ".back_populates = \"%s\"",
                            item->title, other->title, item->name);
    if (!mirrors(item, other))
        return cn_error_set(error, CN_CAUSE_MODEL,
                            "%s and %s name each other in .back_populates, but their joins are "
                            "not the same seen from both sides",
                            item->title, other->title);
    return true;
}

/* Sets `reverse` once: it never changes again, so readers need no care. */
static void set_reverse(cn_relationship *item, const cn_relationship *other)
{
    const cn_relationship *none = NULL;
    if (__atomic_load_n(&item->reverse, __ATOMIC_ACQUIRE) == NULL)
        (void)__atomic_compare_exchange_n(&item->reverse, &none, other, false, __ATOMIC_ACQ_REL,
                                          __ATOMIC_ACQUIRE);
}

static bool link_one(cn_relationship *item, cn_error *error)
{
    const char *name = named_back(item);
    if (name == NULL)
        return true;
    cn_drafts *target = drafts_of(item->target, error);
    if (target == NULL)
        return false;
    for (size_t i = 0; i < target->list.count; i++) {
        cn_relationship *other = &target->list.items[i];
        if (strcmp(other->name, name) != 0)
            continue;
        if (!check_mutual(item, other, error))
            return false;
        set_reverse(item, other);
        set_reverse(other, item);
        return true;
    }
    return cn_error_set(error, CN_CAUSE_MODEL,
                        "%s: .back_populates = \"%s\": %s has no relationship of that name",
                        item->title, name, name_of(item->target));
}

const cn_relationships *cn_relationships_of(const cn_table *table, cn_error *error)
{
    cn_drafts *drafts = drafts_of(table, error);
    if (drafts == NULL)
        return NULL;
    if (!__atomic_load_n(&drafts->linked, __ATOMIC_ACQUIRE)) {
        for (size_t i = 0; i < drafts->list.count; i++) {
            if (!link_one(&drafts->list.items[i], error))
                return NULL;
        }
        __atomic_store_n(&drafts->linked, true, __ATOMIC_RELEASE);
    }
    return &drafts->list;
}
