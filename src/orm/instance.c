/*
 * Instances: making, handing over, ending; and the text that they own. What cn_new made is the
 * caller's until it is adopted; then it is the session's.
 */
#include "orm/session.h"

#include "base/memory.h"

/* ---- finding ------------------------------------------------------------------------------------- */

cn_record *cn_record_of(const void *instance, cn_slab **slab, uint32_t *slot)
{
    *slab = cn_slab_of(instance, slot);
    return *slab == NULL ? NULL : &(*slab)->records[*slot];
}

cn_instance_state cn_state(const void *instance)
{
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = cn_record_of(instance, &slab, &slot);
    return record == NULL ? CN_INSTANCE_NONE : (cn_instance_state)record->state;
}

cn_session *cn_session_of(const void *instance)
{
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = cn_record_of(instance, &slab, &slot);
    return record == NULL ? NULL : record->session;
}

/* Why a pointer cannot be used as an instance. */
static bool no_instance(cn_session *session, const void *pointer, const char *what)
{
    const cn_model *model = cn_nothing_of(pointer);
    if (model == NULL)
        return cn_connection_fail(session->connection, CN_CAUSE_MISUSE,
                                  "%s: %p is not an instance: it was not made by cn_new or loaded (a struct on the "
                                  "stack, a copy, or one that is gone)",
                                  what, pointer);
    cn_error *error = cn_connection_error_slot(session->connection);
    if (cn_mapper_of(model, error) != NULL)
        cn_error_set(error, CN_CAUSE_MEMORY, "%s: an instance of %s could not be made: out of memory",
                     what, model->name);
    return cn_connection_fail_filled(session->connection, NULL);
}

cn_record *cn_session_record(cn_session *session, const void *instance, const char *what,
                             cn_slab **slab, uint32_t *slot)
{
    cn_record *record = cn_record_of(instance, slab, slot);
    if (record == NULL) {
        no_instance(session, instance, what);
        return NULL;
    }
    if (record->session != session) {
        cn_connection_fail(session->connection, CN_CAUSE_MISUSE,
                           record->session == NULL
                               ? "%s: the instance of %s is in no session: add it first"
                               : "%s: the instance of %s belongs to another session: cn_copy it there and cn_merge it here",
                           what, (*slab)->mapper->model->name);
        return NULL;
    }
    return record;
}

cn_extra *cn_extra_of(cn_record *record)
{
    if (record->extra == NULL)
        record->extra = cn_allocate_zero(1, sizeof *record->extra);
    return record->extra;
}

/* ---- text ---------------------------------------------------------------------------------------- */

/* A member that points to something: its address and size. */
static cn_bytes pointed(const cn_decode *field, const void *row)
{
    const char *at = (const char *)row + field->offset;
    if (field->storage == CN_STORAGE_BYTES)
        return *(const cn_bytes *)(const void *)at;
    const char *text = *(const char *const *)(const void *)at;
    return (cn_bytes){text, text == NULL ? 0 : strlen(text)};
}

static void point(const cn_decode *field, void *row, cn_bytes to)
{
    char *at = (char *)row + field->offset;
    if (field->storage == CN_STORAGE_BYTES)
        *(cn_bytes *)(void *)at = to;
    else
        *(const char **)(void *)at = to.data;
}

/* Text that a member no longer points to: readable until the transaction ends. */
static void bury(cn_session *session, void *block)
{
    if (block == NULL)
        return;
    if (session != NULL && cn_reserve(&session->graves, &session->grave_capacity,
                                      session->grave_count + 1, sizeof *session->graves))
        session->graves[session->grave_count++] = block;
    else if (session == NULL)
        cn_release(block);
}

bool cn_instance_set_text(cn_session *session, cn_slab *slab, uint32_t slot, uint32_t column,
                          const cn_value *value)
{
    const cn_decode *field = &slab->mapper->plan[column];
    cn_record       *record = &slab->records[slot];
    cn_extra        *extra  = cn_extra_of(record);
    if (extra == NULL)
        return false;
    if (extra->texts == NULL)
        extra->texts = cn_allocate_zero(slab->mapper->table->column_count, sizeof *extra->texts);
    if (extra->texts == NULL)
        return false;
    cn_bytes copy = {0};
    if (value->kind != CN_KIND_NULL) {
        cn_bytes from = value->kind == CN_KIND_BYTES
                            ? value->as.bytes
                            : (cn_bytes){value->as.text.data, value->as.text.size};
        /* A grave is reserved first, so that nothing can fail once the copy is in place. */
        if (session != NULL && !cn_reserve(&session->graves, &session->grave_capacity,
                                           session->grave_count + 1, sizeof *session->graves))
            return false;
        copy = (cn_bytes){cn_duplicate_sized(from.data, from.size), from.size};
        if (copy.data == NULL)
            return false;
    }
    bury(session, extra->texts[column]);
    extra->texts[column] = (void *)(uintptr_t)copy.data;
    point(field, cn_slab_struct(slab, slot), copy);
    return true;
}

bool cn_instance_own_text(cn_session *session, cn_slab *slab, uint32_t slot)
{
    const cn_mapper *mapper = slab->mapper;
    void            *row    = cn_slab_struct(slab, slot);
    const void      *shadow = cn_slab_shadow(slab, slot);
    for (size_t i = 0; i < mapper->text_count; i++) {
        uint32_t         column = mapper->texts[i];
        const cn_decode *field  = &mapper->plan[column];
        const cn_extra  *extra  = slab->records[slot].extra;
        cn_bytes         now    = pointed(field, row);
        cn_bytes         before = pointed(field, shadow);
        if (now.data == before.data && now.size == before.size)
            continue;
        if (!cn_column_differs(field, row, shadow)) {
            point(field, row, before); /* the same text, lent: nothing to keep */
            continue;
        }
        if (now.data == NULL || (extra != NULL && extra->texts != NULL && extra->texts[column] == now.data))
            continue;
        cn_value value = {.kind = CN_KIND_BYTES, .as.bytes = now};
        if (!cn_instance_set_text(session, slab, slot, column, &value))
            return false;
    }
    return true;
}

/* ---- making -------------------------------------------------------------------------------------- */

/* Text of a new instance goes into its slab. */
static bool copy_new_text(cn_mapper *mapper, cn_slab *slab, void *row)
{
    for (size_t i = 0; i < mapper->text_count; i++) {
        const cn_decode *field = &mapper->plan[mapper->texts[i]];
        cn_bytes         from  = pointed(field, row);
        if (from.data == NULL)
            continue;
        from.data = cn_nursery_text(mapper, slab, from.data, from.size);
        if (from.data == NULL)
            return false;
        point(field, row, from);
    }
    return true;
}

void *cn_new_(const cn_model *model, size_t size, const void *values)
{
    cn_error   ignored = {0};
    cn_mapper *mapper  = cn_mapper_of(model, &ignored);
    cn_error_clear(&ignored);
    if (mapper == NULL || size != mapper->size)
        return cn_nothing_take(model);
    void *row = cn_nursery_take(mapper, values);
    if (row == NULL)
        return cn_nothing_take(model);
    uint32_t slot;
    cn_slab *slab = cn_slab_of(row, &slot);
    if (!copy_new_text(mapper, slab, row)) {
        cn_nursery_give(slab, slot);
        return cn_nothing_take(model);
    }
    memcpy(cn_slab_shadow(slab, slot), row, mapper->size);
    return row;
}

void *cn_copy_(const void *instance)
{
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = cn_record_of(instance, &slab, &slot);
    if (record == NULL)
        return NULL;
    cn_mapper *mapper = slab->mapper;
    void      *row    = cn_nursery_take(mapper, instance);
    if (row == NULL)
        return NULL;
    uint32_t made_slot;
    cn_slab *made = cn_slab_of(row, &made_slot);
    for (size_t i = 0; i < mapper->relationship_count; i++)
        cn_pointer_set(made, made_slot, mapper->relationships[i].offset, CN_UNLOADED);
    if (!copy_new_text(mapper, made, row)) {
        cn_nursery_give(made, made_slot);
        return NULL;
    }
    memcpy(cn_slab_shadow(made, made_slot), row, mapper->size);
    return row;
}

/* ---- ending -------------------------------------------------------------------------------------- */

static void end_lists(cn_slab *slab, uint32_t slot)
{
    const cn_mapper *mapper  = slab->mapper;
    cn_session      *session = slab->records[slot].session;
    for (size_t i = 0; i < mapper->relationship_count; i++) {
        const cn_relationship *relationship = &mapper->relationships[i];
        void *items = cn_pointer_at(slab->shadows != NULL ? cn_slab_shadow(slab, slot)
                                                          : cn_slab_struct(slab, slot),
                                    relationship->offset);
        if (relationship->many && items != NULL && items != CN_UNLOADED)
            cn_list_drop(session, cn_list_of_items(items));
    }
}

static void end_extra(cn_slab *slab, cn_record *record)
{
    cn_extra *extra = record->extra;
    if (extra == NULL)
        return;
    cn_list_changes_free(extra->changes, slab->mapper->relationship_count);
    for (size_t i = 0; extra->texts != NULL && i < slab->mapper->table->column_count; i++)
        cn_release(extra->texts[i]);
    cn_release(extra->texts);
    cn_error_clear(&extra->fault);
    cn_release(extra);
    record->extra = NULL;
}

void cn_instance_end(cn_slab *slab, uint32_t slot)
{
    cn_record *record = &slab->records[slot];
    end_lists(slab, slot);
    end_extra(slab, record);
    if (slab->session == NULL) {
        cn_nursery_give(slab, slot);
        return;
    }
    record->state = CN_INSTANCE_NONE;
    slab->live--;
    if (slab->shadows != NULL) /* so that a search finds nothing here */
        memcpy(cn_slab_struct(slab, slot), cn_slab_shadow(slab, slot), slab->stride);
}

void cn_free(void *instance)
{
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = cn_record_of(instance, &slab, &slot);
    if (record == NULL)
        return;
    if (record->session != NULL)
        cn_connection_fail(record->session->connection, CN_CAUSE_MISUSE,
                           "cn_free: the instance of %s belongs to the session; cn_expunge forgets it",
                           slab->mapper->model->name);
    else
        cn_instance_end(slab, slot);
}

/* ---- handing over ---------------------------------------------------------------------------------- */

bool cn_session_announce(cn_session *session, void *instance, cn_record *record)
{
    if (record->flags & CN_RECORD_ANNOUNCED)
        return true;
    if (!cn_reserve(&session->announced, &session->announced_capacity, session->announced_count + 1,
                    sizeof *session->announced))
        return cn_session_no_memory(session);
    session->announced[session->announced_count++] = instance;
    record->flags |= CN_RECORD_ANNOUNCED;
    return true;
}

/* One instance, without what it refers to. It is the session's afterwards even if this fails half-way, so
   that nothing leaks. */
static bool adopt_one(cn_session *session, void *instance, cn_slab *slab, uint32_t slot)
{
    cn_record *record = &slab->records[slot];
    cn_shelf  *shelf  = cn_session_shelf(session, slab->mapper);
    if (shelf == NULL)
        return false;
    if (session->options.instance_limit != 0 &&
        session->statistics.instances >= session->options.instance_limit)
        return cn_connection_fail(session->connection, CN_CAUSE_LIMIT,
                                  "the session holds %llu instances, as many as its instance_limit allows",
                                  (unsigned long long)session->options.instance_limit);
    if (record->session == NULL) {
        if (!cn_reserve(&shelf->adopted, &shelf->adopted_capacity, shelf->adopted_count + 1,
                        sizeof *shelf->adopted) ||
            !cn_shelf_place(shelf, instance, record))
            return cn_session_no_memory(session);
        shelf->adopted[shelf->adopted_count++] = instance;
        record->session                        = session;
        if (record->extra != NULL && record->extra->faulty) {
            cn_error_move(cn_connection_error_slot(session->connection), &record->extra->fault);
            record->extra->faulty = false;
            return cn_connection_fail_filled(session->connection, NULL);
        }
    }
    if (!cn_instance_own_text(session, slab, slot))
        return cn_session_no_memory(session);
    memcpy(cn_slab_shadow(slab, slot), instance, slab->stride);
    record->state = CN_INSTANCE_PENDING;
    record->scope = session->serial;
    return cn_session_announce(session, instance, record);
}

/* Instances to adopt, found on the way. */
typedef struct worklist {
    void **items;
    size_t count, capacity;
} worklist;

static bool also(worklist *list, void *instance)
{
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = cn_record_of(instance, &slab, &slot);
    if (record != NULL && record->state != CN_INSTANCE_TRANSIENT)
        return true;
    if (!cn_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items))
        return false;
    list->items[list->count++] = instance;
    return true;
}

/* What the relationships of an instance reach. */
static bool reach(worklist *list, const cn_slab *slab, const void *instance)
{
    for (size_t i = 0; i < slab->mapper->relationship_count; i++) {
        const cn_relationship *relationship = &slab->mapper->relationships[i];
        void                  *at           = cn_pointer_at(instance, relationship->offset);
        if (at == NULL || at == CN_UNLOADED || (relationship->cascade & CN_CASCADE_SAVE_UPDATE) == 0)
            continue;
        if (!relationship->many) {
            if (!also(list, at))
                return false;
            continue;
        }
        for (void **element = at; *element != NULL; element++)
            if (!also(list, *element))
                return false;
    }
    return true;
}

bool cn_session_adopt(cn_session *session, void *instance, const char *what)
{
    worklist list = {0};
    bool     good = also(&list, instance) || cn_session_no_memory(session);
    while (list.count != 0) {
        void      *next = list.items[--list.count];
        cn_slab   *slab;
        uint32_t   slot;
        cn_record *record = cn_record_of(next, &slab, &slot);
        if (record == NULL) {
            good = no_instance(session, next, what);
            continue;
        }
        if (record->state != CN_INSTANCE_TRANSIENT)
            continue;
        if (record->session != NULL && record->session != session) {
            good = cn_session_record(session, next, what, &slab, &slot) != NULL;
            continue;
        }
        /* The whole graph is taken over, whatever fails on the way. */
        good = adopt_one(session, next, slab, slot) && good;
        if (!reach(&list, slab, next))
            good = cn_session_no_memory(session);
    }
    cn_release(list.items);
    return good;
}

bool cn_add(cn_session *session, void *instance)
{
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = cn_record_of(instance, &slab, &slot);
    if (session == NULL) {
        if (record != NULL && record->session == NULL)
            cn_instance_end(slab, slot); /* handed over to nobody: it would leak otherwise */
        return false;
    }
    if (record == NULL)
        return no_instance(session, instance, "cn_add");
    if (session->options.read_only) {
        cn_session_adopt(session, instance, "cn_add");
        return cn_connection_fail(session->connection, CN_CAUSE_READ_ONLY,
                                  "cn_add: the session was opened .read_only");
    }
    if (record->session != NULL && record->session != session)
        return cn_session_record(session, instance, "cn_add", &slab, &slot) != NULL;
    if (record->state == CN_INSTANCE_DELETED)
        return cn_connection_fail(session->connection, CN_CAUSE_MISUSE,
                                  "cn_add: the row of this %s was deleted: add a cn_copy of it",
                                  slab->mapper->model->name);
    bool well = cn_session_well(session);
    return cn_session_adopt(session, instance, "cn_add") && well;
}

bool cn_add_all_(cn_session *session, void *const *instances)
{
    bool good = true;
    for (; *instances != NULL; instances++)
        good = cn_add(session, *instances) && good;
    return good;
}

/* ---- assigning ------------------------------------------------------------------------------------ */

bool cn_set_(void *instance, size_t offset, const void *value, size_t size)
{
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = cn_record_of(instance, &slab, &slot);
    if (record == NULL)
        return false;
    cn_session             *session      = record->session;
    const cn_mapper        *mapper       = slab->mapper;
    const cn_relationship  *relationship = cn_mapper_relationship(mapper, offset);
    const cn_column        *column       = cn_table_at(mapper->table, (uint32_t)offset);
    if (session != NULL && !cn_session_well(session))
        return false;
    if (relationship != NULL && !relationship->many)
        return cn_set_one_(instance, offset, cn_pointer_at(value, 0));
    if (column != NULL && column->field.storage >= CN_STORAGE_TEXT &&
        cn_storage_kind(column->field.storage) != CN_KIND_NULL && column->field.storage != CN_STORAGE_CHARS &&
        (column->field.storage == CN_STORAGE_TEXT || column->field.storage == CN_STORAGE_BYTES ||
         column->field.storage == CN_STORAGE_DECIMAL || column->field.storage == CN_STORAGE_JSON)) {
        cn_decode at_zero = column->field;
        at_zero.offset    = 0;
        cn_bytes from     = pointed(&at_zero, value);
        cn_value bytes    = {.kind = from.data == NULL ? CN_KIND_NULL : CN_KIND_BYTES, .as.bytes = from};
        if (!cn_instance_set_text(session, slab, slot, column->index, &bytes))
            return session == NULL ? false : cn_session_no_memory(session);
    } else {
        memcpy((char *)instance + offset, value, size);
    }
    return session == NULL || record->state != CN_INSTANCE_PERSISTENT ||
           cn_session_announce(session, instance, record);
}
