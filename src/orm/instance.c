/*
 * Instances: making, handing over, ending; and the text that they own. What cn_new made is the
 * caller's until it is adopted; then it is the session's.
 */
#include "orm/session.h"

#include "base/memory.h"

/* ---- finding --------------------------------------------------------------------------------- */

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
    if (pointer == NULL)
        return cn_connection_fail(session->connection, CN_CAUSE_MISUSE,
                                  "%s: NULL is not an instance", what);
    if (model == NULL)
        return cn_connection_fail(
            session->connection, CN_CAUSE_MISUSE,
            "%s: %p is not an instance: it was not made by cn_new or loaded (a struct on the "
            "stack, a copy, or one that is gone)",
            what, pointer);
    cn_error *error = cn_connection_error_slot(session->connection);
    if (cn_mapper_of(model, error) != NULL)
        cn_error_set(error, CN_CAUSE_MEMORY,
                     "%s: an instance of %s could not be made: out of memory", what, model->name);
    return cn_connection_fail_filled(session->connection, NULL);
}

static bool other_session(cn_session *session, const cn_slab *slab, const char *what)
{
    return cn_connection_fail(session->connection, CN_CAUSE_MISUSE,
                              "%s: the instance of %s belongs to another session: cn_copy it there "
                              "and cn_merge it here",
                              what, slab->mapper->model->name);
}

cn_record *cn_session_record(cn_session *session, const void *instance, const char *what,
                             cn_slab **slab, uint32_t *slot)
{
    cn_record *record = cn_record_of(instance, slab, slot);
    if (record == NULL) {
        no_instance(session, instance, what);
        return NULL;
    }
    if (record->session == session)
        return record;
    if (record->session != NULL)
        other_session(session, *slab, what);
    else
        cn_connection_fail(session->connection, CN_CAUSE_MISUSE,
                           "%s: the instance of %s is in no session: add it first", what,
                           (*slab)->mapper->model->name);
    return NULL;
}

cn_extra *cn_extra_of(cn_record *record)
{
    if (record->extra == NULL)
        record->extra = cn_allocate_zero(1, sizeof *record->extra);
    return record->extra;
}

/* ---- text ------------------------------------------------------------------------------------ */

cn_bytes cn_column_pointed(const cn_decode *field, const void *row)
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

void cn_session_bury(cn_session *session, void *block)
{
    if (block == NULL)
        return;
    if (session != NULL && cn_reserve(&session->graves, &session->grave_capacity,
                                      session->grave_count + 1, sizeof *session->graves))
        session->graves[session->grave_count++] = block;
    else
        cn_release(block);
}

bool cn_instance_set_text(cn_session *session, cn_slab *slab, uint32_t slot, uint32_t column,
                          cn_bytes text)
{
    const cn_decode *field  = &slab->mapper->plan[column];
    cn_record       *record = &slab->records[slot];
    cn_extra        *extra  = cn_extra_of(record);
    if (extra == NULL)
        return false;
    if (extra->texts == NULL)
        extra->texts = cn_allocate_zero(slab->mapper->table->column_count, sizeof *extra->texts);
    if (extra->texts == NULL)
        return false;
    /* A grave is reserved first, so that nothing can fail once the copy is in place. */
    if (session != NULL && !cn_reserve(&session->graves, &session->grave_capacity,
                                       session->grave_count + 1, sizeof *session->graves))
        return false;
    cn_bytes copy = {0};
    if (text.data != NULL)
        copy = (cn_bytes){cn_duplicate_sized(text.data, text.size), text.size};
    if (text.data != NULL && copy.data == NULL)
        return false;
    cn_session_bury(session, extra->texts[column]);
    extra->texts[column] = (void *)(uintptr_t)copy.data;
    point(field, cn_slab_struct(slab, slot), copy);
    return true;
}

bool cn_instance_own_text(cn_session *session, cn_slab *slab, uint32_t slot)
{
    const cn_mapper *mapper = slab->mapper;
    void            *row    = cn_slab_struct(slab, slot);
    const void      *shadow = cn_slab_shadow(slab, slot);
    if (memcmp(row, shadow, slab->stride) == 0)
        return true;
    for (size_t i = 0; i < mapper->text_count; i++) {
        uint32_t         column = mapper->texts[i];
        const cn_decode *field  = &mapper->plan[column];
        const cn_extra  *extra  = slab->records[slot].extra;
        if (memcmp((const char *)row + field->offset, (const char *)shadow + field->offset,
                   field->size) == 0)
            continue; /* the same pointer: what most are, and it need not be measured */
        cn_bytes    now    = cn_column_pointed(field, row);
        cn_bytes    before = cn_column_pointed(field, shadow);
        const void *own    = extra == NULL || extra->texts == NULL ? NULL : extra->texts[column];
        if (now.data == NULL || now.data == own ||
            (now.data == before.data && now.size == before.size))
            continue;
        if ((own == NULL || own == before.data) && !cn_column_differs(field, row, shadow)) {
            point(field, row, before); /* the same text, lent: nothing to keep */
            continue;
        }
        if (!cn_instance_set_text(session, slab, slot, column, now))
            return false;
    }
    return true;
}

/* ---- making ---------------------------------------------------------------------------------- */

/* Text of a new instance goes into its slab. */
static bool copy_new_text(const cn_mapper *mapper, cn_slab *slab, void *row)
{
    for (size_t i = 0; i < mapper->text_count; i++) {
        const cn_decode *field = &mapper->plan[mapper->texts[i]];
        cn_bytes         from  = cn_column_pointed(field, row);
        if (from.data == NULL)
            continue;
        from.data = cn_nursery_text(slab, from.data, from.size);
        if (from.data == NULL)
            return false;
        point(field, row, from);
    }
    return true;
}

/* A slot of the nursery with a copy of `values` and of its text. NULL: no memory. */
static void *take(cn_mapper *mapper, const void *values, cn_slab **slab, uint32_t *slot)
{
    cn_nursery_open(mapper);
    void *row    = cn_nursery_take(mapper, values, slab, slot);
    bool  copied = row != NULL && copy_new_text(mapper, *slab, row);
    cn_nursery_close(mapper);
    if (row != NULL && !copied)
        cn_nursery_give(*slab, *slot);
    return copied ? row : NULL;
}

static cn_mapper *find_mapper(const cn_model *model)
{
    cn_error   ignored = {0}; /* it is found again, and told, when the instance is used */
    cn_mapper *mapper  = cn_mapper_of(model, &ignored);
    cn_error_clear(&ignored);
    return mapper;
}

void *cn_new_(const cn_model *model, size_t size, const void *values)
{
    cn_mapper *mapper = cn_mapper_known(model);
    if (mapper == NULL)
        mapper = find_mapper(model);
    if (mapper == NULL || size != mapper->size)
        return cn_nothing_take(model);
    uint32_t slot;
    cn_slab *slab;
    void    *row = take(mapper, values, &slab, &slot);
    if (row == NULL)
        return cn_nothing_take(model);
    memcpy(cn_slab_shadow(slab, slot), row, mapper->size);
    /* A list is made by cn_append only: one that was written into the struct is refused when it is
       flushed. */
    for (size_t i = 0; i < mapper->relationship_count; i++)
        if (mapper->relationships[i].many)
            memset((char *)cn_slab_shadow(slab, slot) + mapper->relationships[i].offset, 0,
                   sizeof(void *));
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
    uint32_t   made_slot;
    cn_slab   *made;
    void      *row = take(mapper, instance, &made, &made_slot);
    if (row == NULL)
        return NULL;
    for (size_t i = 0; i < mapper->relationship_count; i++)
        cn_pointer_set(made, made_slot, mapper->relationships[i].offset, CN_UNLOADED);
    memcpy(cn_slab_shadow(made, made_slot), row, mapper->size);
    return row;
}

/* ---- ending ---------------------------------------------------------------------------------- */

static void end_lists(cn_slab *slab, uint32_t slot)
{
    const cn_mapper *mapper  = slab->mapper;
    cn_session      *session = slab->records[slot].session;
    for (size_t i = 0; i < mapper->relationship_count; i++) {
        const cn_relationship *relationship = &mapper->relationships[i];
        void **items = relationship->many ? cn_items_at(slab, slot, relationship) : NULL;
        if (items != NULL && items != CN_UNLOADED)
            cn_list_drop(session, cn_list_of_items(items));
    }
}

#define CN_ENDED_AT_ONCE 256

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

void cn_slab_end_instances(cn_slab *slab)
{
    for (uint32_t slot = 0; slot < slab->used; slot++) {
        if (slab->records[slot].state == CN_INSTANCE_NONE)
            continue;
        if (slab->mapper->relationship_count != 0)
            end_lists(slab, slot);
        end_extra(slab, &slab->records[slot]);
    }
}

void cn_instances_end(const cn_session *session, cn_mapper *mapper, void *const *instances,
                      size_t count)
{
    for (size_t i = 0; i < count;) {
        /* The lock is held for many at a time, but not for so many that others wait for long. */
        size_t end = count - i < CN_ENDED_AT_ONCE ? count : i + CN_ENDED_AT_ONCE;
        cn_nursery_open(mapper);
        for (; i < end; i++) {
            cn_slab   *slab;
            uint32_t   slot;
            cn_record *record = cn_record_of(instances[i], &slab, &slot);
            if (record == NULL || record->session != session)
                continue;
            end_lists(slab, slot);
            end_extra(slab, record);
            cn_nursery_give_open(slab, slot);
        }
        cn_nursery_close(mapper);
    }
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
        cn_connection_fail(
            record->session->connection, CN_CAUSE_MISUSE,
            "cn_free: the instance of %s belongs to the session; cn_expunge forgets it",
            slab->mapper->model->name);
    else
        cn_instance_end(slab, slot);
}

/* ---- handing over ---------------------------------------------------------------------------- */

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

/* What rollback restores: the struct as it was handed over, with the lists that the library
   made. */
static void remember(cn_slab *slab, uint32_t slot)
{
    const cn_mapper *mapper = slab->mapper;
    char            *row    = cn_slab_struct(slab, slot);
    char            *shadow = cn_slab_shadow(slab, slot);
    if (mapper->relationship_count == 0) {
        memcpy(shadow, row, slab->stride);
        return;
    }
    for (size_t i = 0; i < mapper->table->column_count; i++)
        memcpy(shadow + mapper->plan[i].offset, row + mapper->plan[i].offset, mapper->plan[i].size);
    for (size_t i = 0; i < mapper->relationship_count; i++)
        if (!mapper->relationships[i].many)
            memcpy(shadow + mapper->relationships[i].offset, row + mapper->relationships[i].offset,
                   sizeof(void *));
}

/* Without memory for its place, an instance is the session's all the same, in a list that needs
   none. */
static void strand(cn_session *session, void *instance, cn_record *record)
{
    cn_slab *slab;
    uint32_t slot;
    record->session = session;
    record->flags |= CN_RECORD_STRANDED;
    record->stranded = NULL;
    if (session->last_stranded == NULL)
        session->first_stranded = instance;
    else
        cn_record_of(session->last_stranded, &slab, &slot)->stranded = instance;
    session->last_stranded = instance;
}

static void unstrand(cn_session *session, const void *instance, cn_record *record)
{
    void *previous = NULL;
    for (void *at = session->first_stranded; at != NULL;) {
        cn_slab   *slab;
        uint32_t   slot;
        cn_record *here = cn_record_of(at, &slab, &slot);
        if (at == instance) {
            void *next = here->stranded;
            if (previous == NULL)
                session->first_stranded = next;
            else
                cn_record_of(previous, &slab, &slot)->stranded = next;
            if (session->last_stranded == instance)
                session->last_stranded = previous;
            if (session->reached_stranded == instance)
                session->reached_stranded = previous;
            break;
        }
        previous = at;
        at       = here->stranded;
    }
    record->flags &= (uint8_t)~CN_RECORD_STRANDED;
    record->scope = 0;
    record->place = UINT32_MAX;
}

void cn_session_end_stranded(cn_session *session)
{
    for (void *at = session->first_stranded; at != NULL;) {
        cn_slab   *slab;
        uint32_t   slot;
        cn_record *record = cn_record_of(at, &slab, &slot);
        at                = record->stranded;
        cn_instance_end(slab, slot);
    }
    session->first_stranded = session->last_stranded = session->reached_stranded = NULL;
}

/* From now on it is the session's, also in failure. */
static bool own(cn_session *session, void *instance, const cn_slab *slab, cn_record *record)
{
    cn_shelf *shelf = cn_session_shelf(session, slab->mapper);
    if (record->flags & CN_RECORD_STRANDED)
        unstrand(session, instance, record);
    if (shelf == NULL ||
        !cn_reserve(&shelf->adopted, &shelf->adopted_capacity, shelf->adopted_count + 1,
                    sizeof *shelf->adopted) ||
        !cn_shelf_place(shelf, instance, record)) {
        strand(session, instance, record);
        return cn_session_no_memory(session);
    }
    shelf->adopted[shelf->adopted_count++] = instance;
    record->session                        = session;
    return true;
}

/* One instance, without what it refers to. */
static bool adopt_one(cn_session *session, void *instance, cn_slab *slab, uint32_t slot)
{
    cn_record *record = &slab->records[slot];
    if ((record->session == NULL || (record->flags & CN_RECORD_STRANDED) != 0) &&
        !own(session, instance, slab, record))
        return false;
    if (record->extra != NULL && record->extra->faulty) {
        cn_error_move(cn_connection_error_slot(session->connection), &record->extra->fault);
        record->extra->faulty = false;
        return cn_connection_fail_filled(session->connection, NULL);
    }
    if (session->options.instance_limit != 0 &&
        session->statistics.instances > session->options.instance_limit)
        return cn_connection_fail(
            session->connection, CN_CAUSE_LIMIT,
            "the session holds %llu instances, more than its instance_limit allows",
            (unsigned long long)session->statistics.instances);
    if (memcmp(instance, cn_slab_shadow(slab, slot), slab->stride) != 0) {
        if (!cn_instance_own_text(session, slab, slot))
            return cn_session_no_memory(session);
        remember(slab, slot);
    }
    record->state = CN_INSTANCE_PENDING;
    record->scope = session->serial;
    return cn_session_announce(session, instance, record);
}

/* Instances to adopt, found on the way, in the order in which they become rows. */
typedef struct found {
    void       *instance;
    const char *what; /* the call, or the member, that led here */
} found;

typedef struct worklist {
    found *items;
    size_t count, capacity;
} worklist;

/* False: no memory; it is stranded then, so that nothing leaks. */
static bool also(worklist *list, cn_session *session, void *instance, const char *what)
{
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = cn_record_of(instance, &slab, &slot);
    if (record != NULL && record->state != CN_INSTANCE_TRANSIENT)
        return true;
    if (cn_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items)) {
        list->items[list->count++] = (found){instance, what};
        return true;
    }
    if (record != NULL && record->session == NULL)
        strand(session, instance, record);
    return false;
}

/* What the relationships of an instance reach. */
static bool reach(worklist *list, cn_session *session, const cn_slab *slab, uint32_t slot)
{
    bool good = true;
    for (size_t i = 0; i < slab->mapper->relationship_count; i++) {
        const cn_relationship *relationship = &slab->mapper->relationships[i];
        if ((relationship->cascade & CN_CASCADE_SAVE_UPDATE) == 0)
            continue;
        if (!relationship->many) {
            void *at = cn_pointer_at(cn_slab_struct(slab, slot), relationship->offset);
            if (at != NULL && at != CN_UNLOADED)
                good = also(list, session, at, relationship->title) && good;
            continue;
        }
        void **items = cn_items_at(slab, slot, relationship);
        for (; items != NULL && items != CN_UNLOADED && *items != NULL; items++)
            good = also(list, session, *items, relationship->title) && good;
    }
    return good;
}

static bool adopt_record(worklist *list, cn_session *session, found next, cn_slab *slab,
                         uint32_t slot)
{
    const cn_record *record = &slab->records[slot];
    if (record->state != CN_INSTANCE_TRANSIENT)
        return true;
    if (record->session != NULL && record->session != session)
        return other_session(session, slab, next.what);
    bool good = adopt_one(session, next.instance, slab, slot);
    return (reach(list, session, slab, slot) || cn_session_no_memory(session)) && good;
}

static bool adopt_found(worklist *list, cn_session *session, found next)
{
    cn_slab *slab;
    uint32_t slot;
    if (cn_record_of(next.instance, &slab, &slot) == NULL)
        return no_instance(session, next.instance, next.what);
    return adopt_record(list, session, next, slab, slot);
}

/* What those reach that were stranded on the way is taken over, too. */
static void reach_stranded(worklist *list, cn_session *session)
{
    cn_slab *slab;
    uint32_t slot;
    void    *last             = session->reached_stranded;
    void    *next             = last == NULL ? session->first_stranded
                                             : cn_record_of(last, &slab, &slot)->stranded;
    session->reached_stranded = next;
    if (cn_record_of(next, &slab, &slot) != NULL)
        reach(list, session, slab, slot);
}

bool cn_session_adopt(cn_session *session, void *instance, const char *what)
{
    worklist list             = {0};
    session->reached_stranded = session->last_stranded;
    bool good = also(&list, session, instance, what) || cn_session_no_memory(session);
    /* The whole graph is taken over, whatever fails on the way. */
    for (size_t i = 0; i < list.count || session->reached_stranded != session->last_stranded;) {
        if (i < list.count)
            good = adopt_found(&list, session, list.items[i++]) && good;
        else
            reach_stranded(&list, session);
    }
    cn_release(list.items);
    return good;
}

/* What a session cannot take, although it is an instance. */
static bool refused(cn_session *session, const cn_slab *slab, const cn_record *record)
{
    if (record->session != NULL && record->session != session)
        return !other_session(session, slab, "cn_add");
    return record->state == CN_INSTANCE_DELETED &&
           !cn_connection_fail(session->connection, CN_CAUSE_MISUSE,
                               "cn_add: the row of this %s was deleted: add a cn_copy of it",
                               slab->mapper->model->name);
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
    if (refused(session, slab, record))
        return false;
    bool  well  = cn_session_well(session);
    bool  alone = slab->mapper->relationship_count == 0; /* it reaches nothing */
    found next  = {instance, "cn_add"};
    bool  good  = alone ? adopt_record(&(worklist){0}, session, next, slab, slot)
                        : cn_session_adopt(session, instance, next.what);
    if (session->options.read_only)
        return cn_connection_fail(session->connection, CN_CAUSE_READ_ONLY,
                                  "cn_add: the session was opened .read_only");
    return good && well;
}

bool cn_add_all_(cn_session *session, void *const *instances, size_t count)
{
    bool good = true;
    for (size_t i = 0; i < count; i++)
        good = cn_add(session, instances[i]) && good;
    return good;
}

/* ---- assigning ------------------------------------------------------------------------------- */

bool cn_set_(void *instance, size_t offset, const void *value, size_t size)
{
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = cn_record_of(instance, &slab, &slot);
    if (record == NULL)
        return false;
    cn_session            *session      = record->session;
    const cn_relationship *relationship = cn_mapper_relationship(slab->mapper, offset);
    const cn_column       *column       = cn_table_at(slab->mapper->table, (uint32_t)offset);
    if (relationship != NULL) /* which refuses a list: it is changed with cn_append */
        return cn_set_one_(instance, offset, cn_pointer_at(value, 0));
    if (session != NULL && !cn_session_well(session))
        return false;
    if (session != NULL && session->options.read_only)
        return cn_connection_fail(session->connection, CN_CAUSE_READ_ONLY,
                                  "cn_set: the session was opened .read_only");
    if (column != NULL && cn_storage_points(column->field.storage)) {
        cn_decode at_zero = column->field;
        at_zero.offset    = 0;
        if (!cn_instance_set_text(session, slab, slot, column->index,
                                  cn_column_pointed(&at_zero, value)))
            return session != NULL && cn_session_no_memory(session);
    } else {
        memcpy((char *)instance + offset, value, size);
    }
    if (session != NULL && record->state == CN_INSTANCE_PERSISTENT)
        return cn_session_announce(session, instance, record);
    if (record->state == CN_INSTANCE_TRANSIENT) /* what it is compared with when it is added */
        memcpy((char *)cn_slab_shadow(slab, slot) + offset, (char *)instance + offset, size);
    return true;
}
