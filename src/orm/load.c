/*
 * From rows to instances: each row is decoded where it will live, then looked for in the identity
 * map; if it is there already, the place is used again for the next row.
 */
#include "orm/session.h"

#include "base/memory.h"
#include "schema/value.h"

/* ---- rows ------------------------------------------------------------------------------------ */

bool cn_load_begin(cn_load *load, cn_session *session, cn_mapper *mapper, const cn_decode *plan,
                   size_t count)
{
    *load = (cn_load){.session    = session,
                      .shelf      = cn_session_shelf(session, mapper),
                      .plan       = plan,
                      .plan_count = count};
    return load->shelf != NULL;
}

/* The slab that takes the next instance. */
static cn_slab *room(cn_load *load)
{
    cn_shelf *shelf = load->shelf;
    cn_slab  *slab  = shelf->slabs;
    if (slab != NULL && slab->used < slab->capacity)
        return slab;
    const cn_mapper *mapper = shelf->mapper;
    slab = cn_slab_new(shelf->mapper, load->session, mapper->size, mapper->model->struct_alignment,
                       !load->session->options.read_only);
    if (slab == NULL) {
        cn_session_no_memory(load->session);
        return NULL;
    }
    slab->next   = shelf->slabs;
    shelf->slabs = slab;
    return slab;
}

static bool step(cn_load *load)
{
    cn_step step = load->rows != NULL ? cn_connection_step(load->session->connection, load->rows)
                                      : cn_result_step(load->result);
    return step == CN_STEP_ROW;
}

static bool decode_some(cn_load *load, const cn_decode *plan, size_t count, void *row,
                        cn_arena *text)
{
    if (load->rows != NULL)
        return cn_connection_decode(load->session->connection, load->rows, plan, count, row, text);
    return cn_result_decode(load->result, plan, count, row, text);
}

static bool decode(cn_load *load, void *row, cn_arena *text)
{
    return decode_some(load, load->plan, load->plan_count, row, text);
}

/* The instance that the row is already, with an integer for its key, and that stays as it is: only
   the key is read then. NULL: the row is to be read, or failure. */
static void *known(cn_load *load, void *row)
{
    cn_slab         *slab;
    uint32_t         slot, hash;
    const cn_decode *key = load->plan, *field = load->shelf->mapper->integer_key;
    while (field != NULL && key < load->plan + load->plan_count && key->offset != field->offset)
        key++;
    if (field == NULL || key == load->plan + load->plan_count ||
        !decode_some(load, key, 1, row, NULL))
        return NULL;
    void *instance = cn_identity_find(load->shelf, row, &hash);
    return instance == NULL || cn_record_expired(cn_record_of(instance, &slab, &slot)) ? NULL
                                                                                       : instance;
}

/* One member of an instance that was expired. Text that is the same stays where it is, so that
   reading a row again and again takes no memory. */
static bool renew_member(cn_load *load, cn_slab *slab, uint32_t slot, const cn_decode *field,
                         const void *row)
{
    char       *instance = cn_slab_struct(slab, slot);
    const char *known    = slab->shadows != NULL ? cn_slab_shadow(slab, slot) : instance;
    const bool  text     = cn_storage_points(field->storage);
    if (known != instance && cn_column_differs(field, instance, known))
        return true; /* the program has assigned it since, and says so at the next flush */
    if (text && cn_column_differs(field, row, known) &&
        !cn_instance_set_text(load->session, slab, slot,
                              cn_table_at(slab->mapper->table, field->offset)->index,
                              cn_column_pointed(field, row)))
        return cn_session_no_memory(load->session);
    if (!text)
        memcpy(instance + field->offset, (const char *)row + field->offset, field->size);
    if (known != instance)
        memcpy((char *)cn_slab_shadow(slab, slot) + field->offset, instance + field->offset,
               field->size);
    return true;
}

static bool assigned(const cn_slab *slab, uint32_t slot, const cn_relationship *relationship)
{
    return slab->shadows != NULL &&
           cn_pointer_at(cn_slab_struct(slab, slot), relationship->offset) !=
               cn_pointer_at(cn_slab_shadow(slab, slot), relationship->offset);
}

/* The members of an instance that was expired become those of the row. */
static void renew(cn_load *load, cn_slab *slab, uint32_t slot, const void *row)
{
    cn_record       *record = &slab->records[slot];
    const cn_mapper *mapper = load->shelf->mapper;
    for (size_t i = 0; i < load->plan_count; i++)
        if (!renew_member(load, slab, slot, &load->plan[i], row))
            return;
    for (size_t i = 0; i < mapper->relationship_count; i++) {
        const cn_relationship *relationship = &mapper->relationships[i];
        void **items = relationship->many ? cn_items_at(slab, slot, relationship) : NULL;
        if (items != NULL && items != CN_UNLOADED)
            cn_list_drop(load->session, cn_list_of_items(items));
        if (relationship->many || !assigned(slab, slot, relationship))
            cn_pointer_set(slab, slot, relationship->offset, CN_UNLOADED);
    }
    record->flags &= (uint8_t)~CN_RECORD_EXPIRED;
    record->scope = load->session->serial;
}

static void *keep(cn_load *load, cn_slab *slab, void *row, uint32_t hash)
{
    cn_session *session = load->session;
    cn_record  *record  = &slab->records[slab->used];
    if (session->options.instance_limit != 0 &&
        session->statistics.instances >= session->options.instance_limit) {
        cn_connection_fail(session->connection, CN_CAUSE_LIMIT,
                           "the session holds %llu instances, as many as its instance_limit allows",
                           (unsigned long long)session->options.instance_limit);
        return NULL;
    }
    *record = (cn_record){
        .session = session, .scope = session->serial, .state = CN_INSTANCE_PERSISTENT};
    if (!cn_shelf_place(load->shelf, row, record) ||
        !cn_identity_put(load->shelf, record->place, hash)) {
        if (record->place + 1 == load->shelf->instance_count && record->place != UINT32_MAX)
            load->shelf->instances[record->place] = NULL;
        *record = (cn_record){.place = UINT32_MAX};
        cn_session_no_memory(session);
        return NULL;
    }
    __atomic_store_n(&slab->used, slab->used + 1, __ATOMIC_RELEASE);
    slab->live++;
    return row;
}

bool cn_load_is_absent(cn_load *load, const cn_table *table, bool *absent)
{
    cn_connection     *connection = load->session->connection;
    const cn_prepared *prepared   = load->rows->prepared;
    uint32_t           column     = load->plan[table->primary_key[0]].column;
    cn_value           key;
    if (!prepared->driver->read(load->rows->prepared, column, &key,
                                cn_connection_error_slot(connection)))
        return cn_connection_fail_filled(connection, load->rows);
    *absent = key.kind == CN_KIND_NULL;
    return true;
}

void *cn_load_next(cn_load *load)
{
    return step(load) ? cn_load_current(load) : NULL;
}

void *cn_load_current(cn_load *load)
{
    cn_slab *slab = room(load);
    if (slab == NULL)
        return NULL;
    void         *row  = cn_slab_struct(slab, slab->used);
    cn_arena_mark mark = cn_arena_here(&slab->text);
    /* A query whose rows are here mostly follows one whose rows were. */
    void *instance = load->shelf->known ? known(load, row) : NULL;
    if (instance != NULL) {
        load->session->statistics.rows++;
        return instance;
    }
    memcpy(row, load->shelf->mapper->blank, slab->stride);
    if (!decode(load, row, &slab->text))
        return NULL;
    load->session->statistics.rows++;
    uint32_t hash;
    instance           = cn_identity_find(load->shelf, row, &hash);
    load->shelf->known = instance != NULL;
    if (instance == NULL)
        return keep(load, slab, row, hash);
    cn_slab   *other;
    uint32_t   slot;
    cn_record *record = cn_record_of(instance, &other, &slot);
    if (cn_record_expired(record))
        renew(load, other, slot, row);
    cn_arena_back(&slab->text, mark);
    return instance;
}

void cn_load_end(cn_load *load)
{
    if (load->rows != NULL)
        cn_connection_end(load->session->connection, load->rows);
    /* The newest slab may have been opened for a row that was an instance already. */
    for (cn_slab *slab = load->shelf == NULL ? NULL : load->shelf->slabs;
         slab != NULL && slab->shadows != NULL && (slab->used == 0 || slab->shadowed < slab->used);
         slab = slab->next) {
        memcpy(cn_slab_shadow(slab, slab->shadowed), cn_slab_struct(slab, slab->shadowed),
               (size_t)(slab->used - slab->shadowed) * slab->stride);
        slab->shadowed = slab->used;
    }
}

cn_list *cn_load_list(cn_load *load)
{
    size_t   capacity = 8;
    cn_list *list     = cn_list_new(capacity);
    void    *instance;
    if (list == NULL) {
        cn_session_no_memory(load->session);
        return NULL;
    }
    while ((instance = cn_load_next(load)) != NULL) {
        if (list->count == list->capacity) {
            cn_list *more = cn_reallocate(list,
                                          sizeof *list + (list->capacity * 2 + 1) * sizeof(void *));
            if (more == NULL) {
                cn_session_no_memory(load->session);
                break;
            }
            list = more;
            list->capacity *= 2;
        }
        list->items[list->count++] = instance;
    }
    list->items[list->count] = NULL;
    if (cn_session_well(load->session))
        return list;
    cn_list_free(list);
    return NULL;
}

/* ---- statements of the ORM's own ------------------------------------------------------------- */

enum { BY_RELATIONSHIP, BY_KEY };

typedef struct own_statement {
    const cn_table        *table; /* whose rows are wanted */
    const cn_relationship *relationship;
    cn_walk               *walk;
} own_statement;

/* "column = "; with `value`, also what it must be. */
static bool where(cn_compiler *compiler, const cn_table *table, uint32_t index, bool value,
                  bool *first)
{
    const cn_column *column = &table->columns[index];
    cn_compiler_text(compiler, *first ? " \nWHERE " : " AND ");
    *first = false;
    if (!cn_compiler_column(compiler, column))
        return false;
    cn_compiler_text(compiler, " = ");
    return !value || cn_compiler_value(compiler, column);
}

/* The conditions that say which rows are at the other end. */
static bool spell_related(cn_compiler *compiler, const cn_relationship *relationship)
{
    const cn_table *far   = relationship->secondary != NULL ? relationship->secondary
                                                            : relationship->target;
    bool            first = true;
    for (size_t i = 0; i < relationship->pair_count; i++)
        if (!where(compiler, far, relationship->pairs[i].right, true, &first))
            return false;
    for (size_t i = 0; i < relationship->far_pair_count; i++)
        if (!where(compiler, far, relationship->far_pairs[i].right, false, &first) ||
            !cn_compiler_column(compiler,
                                &relationship->target->columns[relationship->far_pairs[i].left]))
            return false;
    for (size_t i = 0; i < relationship->order_count; i++) {
        cn_compiler_text(compiler, i == 0 ? " ORDER BY " : ", ");
        if (!cn_compiler_column(compiler,
                                &relationship->target->columns[relationship->order[i].column]))
            return false;
        if (relationship->order[i].descending)
            cn_compiler_text(compiler, " DESC");
    }
    return true;
}

static bool spell(cn_compiler *compiler, const own_statement *statement)
{
    const cn_relationship *relationship = statement->relationship;
    cn_compiler_text(compiler, "SELECT ");
    if (!cn_compiler_columns(compiler, statement->table))
        return false;
    cn_compiler_text(compiler, " \nFROM ");
    if (!cn_compiler_table(compiler, statement->table))
        return false;
    if (relationship != NULL && relationship->secondary != NULL) {
        cn_compiler_text(compiler, ", ");
        if (!cn_compiler_table(compiler, relationship->secondary))
            return false;
    }
    if (relationship != NULL)
        return spell_related(compiler, relationship);
    bool first = true;
    for (size_t i = 0; i < statement->table->primary_key_count; i++)
        if (!where(compiler, statement->table, statement->table->primary_key[i], true, &first))
            return false;
    return true;
}

static cn_compiled *compile_own(cn_connection *connection, void *context, cn_error *error)
{
    const own_statement *statement = context;
    size_t               size      = statement->walk->word_count * sizeof *statement->walk->words;
    cn_compiler          compiler;
    cn_plan             *plan = NULL;
    if (!cn_compiler_begin(&compiler, connection, error))
        goto done;
    plan = (cn_plan *)cn_compiled_new(sizeof *plan, statement->walk->words, size,
                                      cn_hash(statement->walk->words, size));
    if (plan == NULL) {
        cn_error_no_memory(error);
    } else if (!spell(&compiler, statement) || cn_compiler_finish(&compiler, plan) == NULL) {
        cn_compiled_release(&plan->head);
        plan = NULL;
    }
done:
    cn_compiler_end(&compiler);
    return plan == NULL ? NULL : &plan->head;
}

/* Binds columns of `row`; a NULL among them means that there is nothing to look for: *nothing. */
static bool bind_columns(cn_walk *walk, const cn_table *table, const void *row,
                         uint32_t (*column)(const void *list, size_t i), const void *list,
                         size_t count, bool *nothing)
{
    for (size_t i = 0; i < count; i++) {
        cn_value         value;
        const cn_column *from = &table->columns[column(list, i)];
        if (!cn_convert_load(&from->field, row, &value, walk->error) ||
            !cn_column_bind(from, &value, &walk->arena, walk->error) ||
            !cn_walk_value(walk, &value))
            return false;
        *nothing = *nothing || value.kind == CN_KIND_NULL;
    }
    return true;
}

static uint32_t key_column(const void *list, size_t i)
{
    return ((const uint32_t *)list)[i];
}

static uint32_t left_column(const void *list, size_t i)
{
    return ((const cn_pair *)list)[i].left;
}

/* Runs the statement for the columns of `row`. NULL: failure, or `nothing` can be found. */
static cn_statement_slot *run_own(cn_session *session, cn_walk *walk, own_statement *statement,
                                  const void *row, bool *nothing)
{
    const cn_relationship *relationship = statement->relationship;
    const void            *identity     = relationship != NULL ? (const void *)relationship
                                                               : (const void *)statement->table;
    cn_walk_begin(walk, cn_connection_error_slot(session->connection));
    statement->walk = walk;
    uint64_t by     = relationship != NULL ? BY_RELATIONSHIP : BY_KEY;
    bool     good   = cn_walk_word(walk, CN_KEY_RELATED | by << 8) &&
                cn_walk_word(walk, (uint64_t)(uintptr_t)identity);
    if (good && relationship != NULL)
        good = bind_columns(walk, relationship->owner, row, left_column, relationship->pairs,
                            relationship->pair_count, nothing);
    else if (good)
        good = bind_columns(walk, statement->table, row, key_column, statement->table->primary_key,
                            statement->table->primary_key_count, nothing);
    if (!good)
        cn_connection_fail_filled(session->connection, NULL);
    if (!good || *nothing || !cn_session_scope(session) || !cn_session_count(session))
        return NULL;
    return cn_sql_run_walk(session->connection, walk, compile_own, statement, NULL);
}

void *cn_load_by_key(cn_session *session, cn_mapper *mapper, const void *key)
{
    own_statement      statement = {.table = mapper->table};
    bool               nothing   = false;
    void              *instance  = NULL;
    cn_walk            walk;
    cn_load            load;
    cn_statement_slot *slot = run_own(session, &walk, &statement, key, &nothing);
    if (slot != NULL &&
        cn_load_begin(&load, session, mapper, mapper->plan, mapper->table->column_count)) {
        load.rows = slot;
        instance  = cn_load_next(&load);
        cn_load_end(&load);
    }
    cn_walk_end(&walk);
    return cn_session_well(session) ? instance : NULL;
}

bool cn_load_again(cn_session *session, cn_slab *slab, uint32_t slot)
{
    cn_record *record = &slab->records[slot];
    record->flags |= CN_RECORD_EXPIRED;
    const void *key = slab->shadows != NULL ? cn_slab_shadow(slab, slot)
                                            : cn_slab_struct(slab, slot);
    if (cn_load_by_key(session, slab->mapper, key) != NULL)
        return true;
    return cn_session_well(session) &&
           cn_connection_fail(
               session->connection, CN_CAUSE_STALE,
               "the row of an instance of %s is gone: another transaction has deleted it",
               slab->mapper->model->name);
}

cn_list *cn_load_related(cn_session *session, const cn_relationship *relationship,
                         const void *owner)
{
    own_statement statement = {.table = relationship->target, .relationship = relationship};
    bool          nothing   = false;
    cn_list      *list      = NULL;
    cn_mapper    *mapper    = cn_session_mapper(session, relationship->target->model);
    cn_walk       walk;
    cn_load       load;
    if (mapper == NULL)
        return NULL;
    cn_statement_slot *slot = run_own(session, &walk, &statement, owner, &nothing);
    if (slot != NULL) {
        session->statistics.lazy_loads++;
        if (cn_load_begin(&load, session, mapper, mapper->plan, mapper->table->column_count)) {
            load.rows = slot;
            list      = cn_load_list(&load);
        }
        cn_load_end(&load);
    } else if (nothing && cn_session_well(session)) {
        list = cn_list_new(0);
        if (list == NULL)
            cn_session_no_memory(session);
    }
    cn_walk_end(&walk);
    return list;
}
