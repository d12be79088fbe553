/*
 * SELECT with its clauses to SQL; other queries are in compile_query.c. See compile.h.
 */
#include <string.h>

#include "schema/relationship.h"
#include "sql/compile.h"

/* ---- columns --------------------------------------------------------------------------------- */

/* The names that columns of a result have so far, and a new one for each that is there already. */
typedef struct column_names {
    const char **names;
    size_t       count, capacity;
} column_names;

static bool has_name(const column_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->names[i], name) == 0)
            return true;
    return false;
}

static bool take_name(cn_compiler *compiler, column_names *names, const char *name)
{
    if (names->count == names->capacity) {
        size_t       capacity = names->capacity == 0 ? 16 : names->capacity * 2;
        const char **grown    = CN_ARENA_ARRAY(&compiler->scratch, const char *, capacity);
        if (grown == NULL)
            return cn_compiler_no_memory(compiler);
        if (names->count != 0)
            memcpy(grown, names->names, names->count * sizeof *grown);
        names->names    = grown;
        names->capacity = capacity;
    }
    names->names[names->count++] = name;
    return true;
}

/* "id", or "id_1" where there is an id. NULL: no memory. */
static const char *free_name(cn_compiler *compiler, const column_names *names, const char *name)
{
    for (unsigned number = 1; has_name(names, name); number++) {
        cn_buffer text = {0};
        cn_buffer_format(&text, "%s_%u", name, number);
        const char *made = text.failed ? NULL : cn_arena_text(&compiler->scratch, text.text);
        cn_buffer_free(&text);
        if (made == NULL) {
            cn_compiler_no_memory(compiler);
            return NULL;
        }
        if (!has_name(names, made))
            return made;
    }
    return name;
}

/* Where the program reads a column (or NULL): what its type writes before it; whether it does. */
static bool begin_read(cn_compiler *compiler, const cn_column *column)
{
    bool wrapped = column != NULL && column->column_expression != NULL && compiler->scope->read;
    if (wrapped)
        cn_compiler_around(compiler, column, false);
    return wrapped;
}

static void end_read(cn_compiler *compiler, const cn_column *column, bool wrapped)
{
    if (wrapped)
        cn_compiler_around(compiler, column, true);
}

/* All columns of a table, each under a name of its own. */
static bool entity_columns(cn_compiler *compiler, const cn_source *source, column_names *names)
{
    for (size_t i = 0; i < source->table->column_count; i++) {
        const cn_column *column = &source->table->columns[i];
        const char      *name   = free_name(compiler, names, column->name);
        if (name == NULL || !take_name(compiler, names, name))
            return false;
        if (i != 0)
            cn_compiler_text(compiler, ", ");
        bool wrapped = begin_read(compiler, column);
        if (!cn_compiler_source_column(compiler, source, column))
            return false;
        end_read(compiler, column, wrapped);
        if (!wrapped && name == column->name &&
            (compiler->fills == NULL || compiler->scope->returning))
            continue;
        cn_compiler_text(compiler, " AS ");
        if (!cn_compiler_identifier(compiler, name))
            return false;
    }
    return true;
}

/* What the rows of a plan are, while its columns are written. */
typedef struct result {
    cn_plan        *plan;
    cn_decode      *decode;
    cn_plan_entity *entities;
    uint32_t        column; /* the next */
    column_names    names;
} result;

/* A whole model, whose instance the member points to. */
static bool entity_item(cn_compiler *compiler, const cn_item *item, result *r)
{
    const cn_source *source = cn_source_find(compiler, item->value.node.model);
    if (source == NULL)
        return false;
    if (!entity_columns(compiler, source, &r->names))
        return false;
    cn_plan_entity *entity = &r->entities[r->plan->entity_count++];
    *entity                = (cn_plan_entity){
                       .table  = source->table,
                       .offset = item->field.offset,
                       .decode = cn_plan_of_table(&r->plan->head.arena, source->table, r->column)};
    r->column += (uint32_t)source->table->column_count;
    return entity->decode != NULL || cn_compiler_no_memory(compiler);
}

/* Whether an item is a column, not only one whose values it gives. */
static bool is_column(const cn_item *item)
{
    return item->value.node.kind == CN_NODE_MEMBER || item->value.node.kind == CN_NODE_NAMED;
}

/* What the values of the column `number` are converted for where its rows go into a table, or
   behind those of another query. */
static const cn_column *target(const cn_compiler *compiler, uint32_t number)
{
    const cn_column_list *into = &compiler->scope->into;
    return number < into->count ? into->columns[number] : NULL;
}

static bool value_item(cn_compiler *compiler, const cn_item *item, result *r)
{
    cn_decode       *decode = &r->decode[r->plan->decode_count++];
    const cn_column *column = cn_compiler_typed(compiler, &item->value.node), *filled = NULL;
    if (compiler->fills != NULL)
        filled = cn_table_at(compiler->fills, item->field.offset);
    const char *name = cn_arena_text(&r->plan->head.arena,
                                     filled != NULL ? filled->name : item->field.name);
    if (name == NULL)
        return cn_compiler_no_memory(compiler);
    const cn_column *meets = filled != NULL ? filled : target(compiler, r->column);
    const cn_column *read  = column == NULL && cn_column_converts(meets) ? meets : column;
    if (read != NULL)
        *decode = read->field;
    decode->column  = r->column++;
    decode->utc     = decode->utc || cn_compiler_is_instant(compiler, &item->value.node);
    decode->offset  = item->field.offset;
    decode->size    = item->field.size;
    decode->storage = item->field.storage;
    decode->name    = name;
    bool wrapped    = begin_read(compiler, read);
    if (!take_name(compiler, &r->names, name) ||
        !cn_compiler_node(compiler, &item->value.node, cn_column_converts(meets) ? meets : NULL))
        return false;
    end_read(compiler, read, wrapped);
    if (!wrapped && column != NULL && is_column(item) && strcmp(column->name, name) == 0 &&
        (compiler->fills == NULL || compiler->scope->returning))
        return true; /* it has that name already */
    cn_compiler_text(compiler, " AS ");
    return cn_compiler_identifier(compiler, name);
}

bool cn_compiler_result(cn_compiler *compiler, const cn_items *items, cn_plan *plan)
{
    cn_arena *arena = &plan->head.arena;
    result    r     = {.plan     = plan,
                       .decode   = CN_ARENA_ARRAY(arena, cn_decode, items->count),
                       .entities = CN_ARENA_ARRAY(arena, cn_plan_entity, items->count)};
    if (r.decode == NULL || r.entities == NULL)
        return cn_compiler_no_memory(compiler);
    plan->entity_count = plan->decode_count = 0;
    for (size_t i = 0; i < items->count; i++) {
        const cn_item *item = &items->items[i];
        if (i != 0)
            cn_compiler_text(compiler, ", ");
        if (!(item->value.node.kind == CN_NODE_ENTITY ? entity_item(compiler, item, &r)
                                                      : value_item(compiler, item, &r)))
            return false;
    }
    plan->struct_name = cn_arena_text(arena, items->struct_name);
    plan->struct_size = items->struct_size;
    plan->decode      = r.decode;
    plan->entities    = r.entities;
    return plan->struct_name != NULL || items->struct_name == NULL ||
           cn_compiler_no_memory(compiler);
}

/* The columns of a model, as its instances; of a shape, or a table without a struct, as rows. */
static bool entity(cn_compiler *compiler, const cn_source *source, cn_plan *plan)
{
    const cn_table *table = source->table;
    column_names    names = {0};
    if (!entity_columns(compiler, source, &names))
        return false;
    bool has_struct = table->model->struct_size != 0;
    if (has_struct && table->primary_key_count != 0 && !table->model->is_shape)
        plan->entity = table;
    plan->struct_name  = has_struct ? cn_table_title(table) : NULL;
    plan->struct_size  = table->model->struct_size;
    plan->decode_count = table->column_count;
    plan->decode       = cn_plan_of_table(&plan->head.arena, table, 0);
    return plan->decode != NULL || cn_compiler_no_memory(compiler);
}

/* ---- FROM ------------------------------------------------------------------------------------ */

bool cn_compiler_from(cn_compiler *compiler, const cn_source *source, const cn_statement *query,
                      bool lateral)
{
    const cn_model *model = source->model;
    if (query != NULL) {
        if (!cn_compiler_derived(compiler, query, model, lateral))
            return false;
        cn_compiler_hints(compiler, CN_HINT_TABLE, model);
        return true;
    }
    const cn_model *named = model->alias_of != NULL ? model->alias_of : model;
    if (named->is_shape && !cn_source_is_with(compiler, model))
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "%s is a shape, not a table: say in .with or .query where its rows "
                            "come from",
                            named->name);
    return cn_compiler_source(compiler, source);
}

/* The table at the other end of a joined relationship, and the relationship. */
static const cn_relationship *join_relationship(cn_compiler *compiler, const cn_joined *join)
{
    const cn_table         *table = cn_table_of(join->owner, compiler->error);
    const cn_relationships *list  = table == NULL ? NULL
                                                  : cn_relationships_of(table, compiler->error);
    for (size_t i = 0; list != NULL && i < list->count; i++)
        if (list->items[i].offset == join->offset)
            return &list->items[i];
    if (list != NULL)
        cn_error_set(compiler->error, CN_CAUSE_MODEL,
                     "a join goes along a member of %s that is no relationship: add "
                     "CN_RELATIONSHIP for it, or join on a condition with cn_join_on",
                     join->owner->name);
    return NULL;
}

static const cn_model *join_target(cn_compiler *compiler, const cn_joined *join)
{
    if (join->owner == NULL)
        return join->target;
    const cn_relationship *relationship = join_relationship(compiler, join);
    if (relationship == NULL)
        return NULL;
    const cn_model *target = relationship->target->model;
    if (join->target == NULL)
        return target;
    if (join->target == target || join->target->alias_of == target)
        return join->target;
    cn_error_set(compiler->error, CN_CAUSE_MISUSE, "%s leads to %s, of which %s is no alias",
                 relationship->title, target->name, join->target->name);
    return NULL;
}

/* Every table of a select, before any of its expressions is written. */
static bool open_scope(cn_compiler *compiler, const cn_select_statement *select)
{
    if (cn_source_add(compiler, select->from) == NULL)
        return false;
    for (const cn_joined *join = select->join; join != NULL && join->kind != CN_JOIN_NONE; join++) {
        const cn_model *target = join_target(compiler, join);
        if (target == NULL || cn_source_add(compiler, target) == NULL)
            return false;
    }
    for (const cn_model *const *also = select->also; also != NULL && *also != NULL; also++)
        if (cn_source_add(compiler, *also) == NULL)
            return false;
    return true;
}

/* "a.x = b.y AND ...": what is referred to first. */
static bool emit_pairs(cn_compiler *compiler, const cn_source *left, const cn_source *right,
                       const cn_pair *pairs, size_t count, bool swapped)
{
    for (size_t i = 0; i < count; i++) {
        const cn_column *first  = &left->table->columns[pairs[i].left];
        const cn_column *second = &right->table->columns[pairs[i].right];
        if (i != 0)
            cn_compiler_text(compiler, " AND ");
        if (!cn_compiler_source_column(compiler, swapped ? right : left, swapped ? second : first))
            return false;
        cn_compiler_text(compiler, " = ");
        if (!cn_compiler_source_column(compiler, swapped ? left : right, swapped ? first : second))
            return false;
    }
    return true;
}

static const char *join_words(const cn_compiler *compiler, uint8_t kind)
{
    switch (kind) {
    case CN_JOIN_LEFT:
        return " LEFT OUTER JOIN ";
    case CN_JOIN_FULL:
        return " FULL OUTER JOIN ";
    case CN_JOIN_CROSS:
        return " CROSS JOIN ";
    default:
        return compiler->words->join;
    }
}

static bool emit_on_far(cn_compiler *compiler, const cn_relationship *relationship,
                        const cn_source *between, const cn_source *target)
{
    cn_compiler_text(compiler, compiler->words->join);
    if (!cn_compiler_source(compiler, target))
        return false;
    cn_compiler_text(compiler, " ON ");
    return emit_pairs(compiler, target, between, relationship->far_pairs,
                      relationship->far_pair_count, false);
}

/* JOIN between ON ... JOIN target ON ... */
static bool emit_through(cn_compiler *compiler, const cn_relationship *relationship,
                         const cn_source *owner, const cn_source *between, const cn_source *target)
{
    cn_compiler_text(compiler, compiler->words->join);
    if (!cn_compiler_source(compiler, between))
        return false;
    cn_compiler_text(compiler, " ON ");
    return emit_pairs(compiler, owner, between, relationship->pairs, relationship->pair_count,
                      false) &&
           emit_on_far(compiler, relationship, between, target);
}

/* LEFT OUTER JOIN (between JOIN target ON ...) ON ...: an association without its target is not
   there. */
static bool emit_outer_through(cn_compiler *compiler, const cn_relationship *relationship,
                               const cn_source *owner, const cn_source *between,
                               const cn_source *target, const char *words)
{
    cn_compiler_text(compiler, words);
    cn_buffer_char(&compiler->sql, '(');
    if (!cn_compiler_source(compiler, between) ||
        !emit_on_far(compiler, relationship, between, target))
        return false;
    cn_compiler_text(compiler, ") ON ");
    return emit_pairs(compiler, owner, between, relationship->pairs, relationship->pair_count,
                      false);
}

/* Along a relationship: by its pairs, and through its association table under a name of its own. */
static bool emit_along(cn_compiler *compiler, const cn_joined *join, const cn_source *target)
{
    const cn_relationship *relationship = join_relationship(compiler, join);
    const cn_source       *owner        = cn_source_find(compiler, join->owner);
    const char            *words        = join_words(compiler, join->kind);
    if (relationship == NULL || owner == NULL)
        return false;
    if (relationship->secondary == NULL) {
        cn_compiler_text(compiler, words);
        if (!cn_compiler_from(compiler, target, join->query, false))
            return false;
        cn_compiler_text(compiler, " ON ");
        return emit_pairs(compiler, owner, target, relationship->pairs, relationship->pair_count,
                          relationship->direction == CN_MANY_TO_ONE);
    }
    cn_model       alias     = {.name = "", .alias_of = relationship->secondary->model};
    cn_name_scope  hidden    = {.outer = compiler->scope};
    cn_name_scope *scope     = compiler->scope;
    compiler->scope          = &hidden;
    const cn_source *between = cn_source_add(compiler, &alias);
    compiler->scope          = scope;
    if (between == NULL)
        return false;
    return join->kind == CN_JOIN_INNER
               ? emit_through(compiler, relationship, owner, between, target)
               : emit_outer_through(compiler, relationship, owner, between, target, words);
}

static bool emit_join(cn_compiler *compiler, const cn_joined *join)
{
    const cn_model  *model  = join_target(compiler, join);
    const cn_source *target = model == NULL ? NULL : cn_source_find(compiler, model);
    if (target == NULL ||
        (join->kind == CN_JOIN_FULL && !cn_compiler_needs(compiler, CN_FEATURE_FULL_JOIN)) ||
        (join->lateral && !cn_compiler_needs(compiler, CN_FEATURE_LATERAL)))
        return false;
    if (join->owner != NULL)
        return emit_along(compiler, join, target);
    cn_compiler_text(compiler, join_words(compiler, join->kind));
    if (!cn_compiler_from(compiler, target, join->query, join->lateral))
        return false;
    if (join->kind == CN_JOIN_CROSS)
        return true;
    cn_compiler_text(compiler, " ON ");
    if (!cn_node_chosen(&join->on.node)) {
        cn_compiler_text(compiler, compiler->words->always);
        return true;
    }
    return cn_compiler_node(compiler, &join->on.node, NULL);
}

static bool emit_from(cn_compiler *compiler, const cn_select_statement *select)
{
    compiler->part = ".join";
    cn_compiler_text(compiler, " \nFROM ");
    if (!cn_compiler_from(compiler, &compiler->scope->sources[0], select->query, false))
        return false;
    for (const cn_joined *join = select->join; join != NULL && join->kind != CN_JOIN_NONE; join++) {
        if (!emit_join(compiler, join))
            return false;
    }
    for (const cn_model *const *also = select->also; also != NULL && *also != NULL; also++) {
        cn_compiler_text(compiler, ", ");
        if (!cn_compiler_from(compiler, cn_source_find(compiler, *also), NULL, false))
            return false;
    }
    return true;
}

/* ---- the end of a select --------------------------------------------------------------------- */

bool cn_compiler_limit(cn_compiler *compiler, const int64_t *limit, const int64_t *offset)
{
    const cn_words *words = compiler->words;
    bool            skips = offset != NULL && *offset != 0;
    uint32_t        first = cn_numbers_get(compiler->numbers, limit);
    uint32_t        from  = skips ? cn_numbers_get(compiler->numbers, offset) : 0;
    if (*limit == 0 && !skips)
        return true;
    cn_compiler_text(compiler, *limit != 0 ? words->limit : words->limit_offset);
    if (words->offset_first) { /* LIMIT offset, limit */
        if (skips && !cn_compiler_value_at(compiler, NULL, from))
            return false;
        cn_compiler_text(compiler, skips ? ", " : "");
        if (*limit != 0)
            return cn_compiler_value_at(compiler, NULL, first);
        cn_compiler_text(compiler, words->no_limit);
        return true;
    }
    if (*limit == 0)
        cn_compiler_text(compiler, words->no_limit);
    else if (!cn_compiler_value_at(compiler, NULL, first))
        return false;
    cn_compiler_text(compiler, skips ? " OFFSET " : "");
    return !skips || cn_compiler_value_at(compiler, NULL, from);
}

/* OFFSET n ROWS FETCH FIRST n ROWS WITH TIES */
static bool emit_fetch(cn_compiler *compiler, const cn_select_statement *select)
{
    bool grouped = compiler->words->typed_values;
    if (select->limit == 0)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "%s: .with_ties says how a .limit is meant, and there is none",
                            select->from->name);
    if (cn_expr_count(select->order_by) == 0)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "%s: .with_ties is about rows that are equal in .order_by, and there "
                            "is none",
                            select->from->name);
    if (!cn_compiler_needs(compiler, CN_FEATURE_WITH_TIES))
        return false;
    if (select->offset != 0) {
        cn_compiler_text(compiler, grouped ? "\n OFFSET (" : "\n OFFSET ");
        if (!cn_compiler_value_at(compiler, NULL,
                                  cn_numbers_get(compiler->numbers, &select->offset)))
            return false;
        cn_compiler_text(compiler, grouped ? ") ROWS" : " ROWS");
    }
    cn_compiler_text(compiler, grouped ? "\n FETCH FIRST (" : "\n FETCH FIRST ");
    if (!cn_compiler_value_at(compiler, NULL, cn_numbers_get(compiler->numbers, &select->limit)))
        return false;
    cn_compiler_text(compiler, grouped ? ") ROWS WITH TIES" : " ROWS WITH TIES");
    return true;
}

/* A database that locks as a whole needs no words for it. */
static bool emit_lock(cn_compiler *compiler, const cn_select_statement *select)
{
    static const char *const words[] = {"", " FOR UPDATE", " FOR NO KEY UPDATE", " FOR SHARE",
                                        " FOR KEY SHARE"};
    cn_lock                  lock    = select->lock;
    compiler->part                   = ".lock_of";
    if (lock == CN_LOCK_NONE && (select->nowait || select->skip_locked || select->lock_of != NULL))
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "%s: .nowait, .skip_locked and .lock_of say how a .lock is meant, and "
                            "there is none",
                            select->from->name);
    if (lock == CN_LOCK_NONE || !cn_compiler_has(compiler, CN_FEATURE_ROW_LOCKS))
        return true;
    if ((lock == CN_FOR_NO_KEY_UPDATE || lock == CN_FOR_KEY_SHARE) &&
        !cn_compiler_has(compiler, CN_FEATURE_KEY_LOCKS))
        lock = lock == CN_FOR_KEY_SHARE ? CN_FOR_SHARE : CN_FOR_UPDATE;
    if (lock == CN_FOR_SHARE && !cn_compiler_has(compiler, CN_FEATURE_LOCK_SHARE))
        cn_compiler_text(compiler, " LOCK IN SHARE MODE");
    else
        cn_compiler_text(compiler, words[lock]);
    if (select->lock_of != NULL && !cn_compiler_needs(compiler, CN_FEATURE_LOCK_OF))
        return false;
    for (const cn_model *const *of = select->lock_of; of != NULL && *of != NULL; of++) {
        const cn_source *source = cn_source_find(compiler, *of);
        cn_compiler_text(compiler, of == select->lock_of ? " OF " : ", ");
        if (source == NULL ||
            !cn_compiler_identifier(compiler,
                                    source->name != NULL ? source->name : source->table->name))
            return false;
    }
    if ((select->nowait && !cn_compiler_needs(compiler, CN_FEATURE_NOWAIT)) ||
        (select->skip_locked && !cn_compiler_needs(compiler, CN_FEATURE_SKIP_LOCKED)))
        return false;
    cn_compiler_text(compiler, select->nowait ? " NOWAIT" : "");
    cn_compiler_text(compiler, select->skip_locked ? " SKIP LOCKED" : "");
    return true;
}

bool cn_compiler_terms(cn_compiler *compiler, const char *before, const cn_expr *list, bool ordered)
{
    size_t count = cn_expr_count(list);
    if (count == 0)
        return true;
    cn_compiler_text(compiler, before);
    return ordered ? cn_compiler_order(compiler, &list->node, count)
                   : cn_compiler_group(compiler, &list->node, count);
}

/* ---- SELECT ---------------------------------------------------------------------------------- */

/* What a query in some place is for: EXISTS wants no columns. */
static bool select_columns(cn_compiler *compiler, const cn_select_statement *select, cn_plan *plan,
                           bool any_column)
{
    bool good;
    compiler->part = ".distinct_on";
    cn_compiler_text(compiler, "SELECT ");
    cn_compiler_hints(compiler, CN_HINT_PREFIX, NULL);
    if (select->distinct_on != NULL) {
        if (!cn_compiler_needs(compiler, CN_FEATURE_DISTINCT_ON) ||
            !cn_compiler_terms(compiler, "DISTINCT ON (", select->distinct_on, false))
            return false;
        cn_compiler_text(compiler, ") ");
    } else if (select->distinct) {
        cn_compiler_text(compiler, "DISTINCT ");
    }
    compiler->part = ".columns";
    if (any_column && select->columns == NULL) {
        compiler->fills = NULL;
        cn_buffer_char(&compiler->sql, '*');
        return true;
    }
    if (select->columns != NULL)
        good = cn_compiler_result(compiler, select->columns, plan);
    else
        good = entity(compiler, &compiler->scope->sources[0], plan);
    compiler->fills = NULL;
    return good;
}

static bool emit_filters(cn_compiler *compiler, const cn_select_statement *select)
{
    compiler->part = ".where";
    if (!cn_compiler_where(compiler, &select->where, " \nWHERE "))
        return false;
    compiler->part = ".group_by";
    if (!cn_compiler_terms(compiler, " GROUP BY ", select->group_by, false))
        return false;
    compiler->part = ".having";
    if (!cn_compiler_where(compiler, &select->having, " \nHAVING "))
        return false;
    compiler->part = ".order_by";
    return cn_compiler_terms(compiler, " ORDER BY ", select->order_by, true);
}

bool cn_compiler_select(cn_compiler *compiler, const void *statement, cn_plan *plan,
                        bool any_column)
{
    const cn_select_statement *select = statement;
    if (!cn_compiler_with(compiler, select->with) || !open_scope(compiler, select))
        return false;
    compiler->scope->labels = select->columns;
    compiler->scope->hints  = select->hints;
    if (!select_columns(compiler, select, plan, any_column) || !emit_from(compiler, select) ||
        !emit_filters(compiler, select) ||
        !(select->with_ties ? emit_fetch(compiler, select)
                            : cn_compiler_limit(compiler, &select->limit, &select->offset)) ||
        !emit_lock(compiler, select))
        return false;
    cn_compiler_hints(compiler, CN_HINT_SUFFIX, NULL);
    return true;
}
