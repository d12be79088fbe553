/*
 * What a program does with single instances besides adding them: delete, expunge, refresh, expire.
 */
#include "base/memory.h"
#include "orm/session.h"

/* The record of an instance that a call may change. */
static cn_record *begin(cn_session *session, const void *instance, const char *call, cn_slab **slab,
                        uint32_t *slot)
{
    if (!cn_session_well(session))
        return NULL;
    if (session->options.read_only && strcmp(call, "cn_delete") == 0) {
        cn_connection_fail(session->connection, CN_CAUSE_READ_ONLY,
                           "%s: the session was opened .read_only", call);
        return NULL;
    }
    return cn_session_record(session, instance, call, slab, slot);
}

/* What was not yet stored is nobody's part any more, where the other sides can be told. */
static void leave_others(void *instance, const cn_slab *slab, uint32_t slot)
{
    for (size_t i = 0; i < slab->mapper->relationship_count; i++) {
        const cn_relationship *relationship = &slab->mapper->relationships[i];
        void                  *at           = cn_pointer_at(instance, relationship->offset);
        if (relationship->reverse == NULL || at == NULL || at == CN_UNLOADED)
            continue;
        if (!relationship->many) {
            if (relationship->reverse->many)
                cn_remove_(at, relationship->reverse->offset, instance);
            cn_set_one_(instance, relationship->offset, NULL);
            continue;
        }
        for (void **items = cn_items_at(slab, slot, relationship); items != NULL && *items != NULL;
             items        = cn_items_at(slab, slot, relationship))
            if (!cn_remove_(instance, relationship->offset, *items))
                return;
    }
}

bool cn_delete(cn_session *session, void *instance)
{
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = begin(session, instance, "cn_delete", &slab, &slot);
    if (record == NULL)
        return false;
    switch ((cn_instance_state)record->state) {
    case CN_INSTANCE_PENDING: /* it never becomes a row */
        leave_others(instance, slab, slot);
        cn_session_withdraw(session, instance, record);
        record->state = CN_INSTANCE_TRANSIENT;
        return cn_session_well(session);
    case CN_INSTANCE_PERSISTENT:
        record->flags |= CN_RECORD_DELETING;
        return cn_session_announce(session, instance, record);
    case CN_INSTANCE_DELETED:
        return true;
    default:
        return cn_connection_fail(session->connection, CN_CAUSE_MISUSE,
                                  "cn_delete: the instance of %s is not a row",
                                  slab->mapper->model->name);
    }
}

/* One relationship of one instance: if it holds what is gone, it is read anew. */
static void unlink(cn_session *session, cn_slab *slab, uint32_t slot,
                   const cn_relationship *relationship, const void *gone)
{
    if (!relationship->many) {
        if (cn_pointer_at(cn_slab_struct(slab, slot), relationship->offset) == gone ||
            (slab->shadows != NULL &&
             cn_pointer_at(cn_slab_shadow(slab, slot), relationship->offset) == gone))
            cn_pointer_set(slab, slot, relationship->offset, CN_UNLOADED);
        return;
    }
    if (!cn_list_has(slab, slot, relationship, gone))
        return;
    cn_list_drop(session, cn_list_of_items(cn_items_at(slab, slot, relationship)));
    cn_pointer_set(slab, slot, relationship->offset, CN_UNLOADED);
}

/* A pointer that other instances hold to what is gone must not be followed. */
static void unlink_others(cn_session *session, const cn_table *table, const void *gone)
{
    for (size_t s = 0; s < session->shelf_count; s++) {
        const cn_shelf *shelf = session->shelves[s];
        for (size_t r = 0; r < shelf->mapper->relationship_count; r++) {
            const cn_relationship *relationship = &shelf->mapper->relationships[r];
            if (relationship->target != table)
                continue;
            for (size_t i = 0; i < shelf->instance_count; i++) {
                cn_slab *slab;
                uint32_t slot;
                void    *other = shelf->instances[i];
                if (other != NULL && other != gone && cn_record_of(other, &slab, &slot) != NULL)
                    unlink(session, slab, slot, relationship, gone);
            }
        }
    }
}

/* The log of changes and the log of undo do not mention it any more. */
static void forget_logs(cn_session *session, const void *instance)
{
    for (size_t i = 0; i < session->undo_count; i++)
        if (session->undo[i].instance == instance)
            session->undo[i].instance = NULL;
    for (size_t i = 0; i < session->announced_count; i++) {
        cn_slab   *slab;
        uint32_t   slot;
        cn_record *record = cn_record_of(session->announced[i], &slab, &slot);
        for (size_t r = 0; record != NULL && r < slab->mapper->relationship_count; r++)
            cn_list_forget(record, &slab->mapper->relationships[r], instance);
    }
}

static void expunge_one(cn_session *session, void *instance, cn_slab *slab, uint32_t slot)
{
    cn_record *record = &slab->records[slot];
    cn_shelf  *shelf  = cn_session_find_shelf(session, slab->mapper);
    cn_session_withdraw(session, instance, record);
    forget_logs(session, instance);
    if (record->state == CN_INSTANCE_PERSISTENT)
        cn_identity_remove(shelf, instance);
    unlink_others(session, slab->mapper->table, instance);
    for (size_t i = slab->session == NULL ? 0 : shelf->adopted_count; i < shelf->adopted_count; i++)
        if (shelf->adopted[i] == instance) {
            shelf->adopted[i] = shelf->adopted[--shelf->adopted_count];
            break;
        }
    cn_shelf_forget(shelf, record);
    cn_instance_end(slab, slot);
    if (slab->session == NULL || slab->live != 0)
        return;
    for (cn_slab **at = &shelf->slabs; *at != NULL; at = &(*at)->next)
        if (*at == slab) { /* a slab of the session, with nothing in it */
            *at = slab->next;
            break;
        }
    cn_slab_free(slab);
}

/* ---- the instance and what cascades ---------------------------------------------------------- */

/* The instances that an instance reaches by relationships that cascade so, itself the first. */
typedef struct reached {
    void **items;
    size_t count, capacity;
} reached;

static bool reach(cn_session *session, reached *list, void *instance)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == instance)
            return true;
    if (!cn_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items))
        return cn_session_no_memory(session);
    list->items[list->count++] = instance;
    return true;
}

static bool reach_all(cn_session *session, reached *list, void *instance, int cascade)
{
    bool good = reach(session, list, instance);
    for (size_t i = 0; good && i < list->count; i++) {
        cn_slab *slab;
        uint32_t slot;
        if (cn_record_of(list->items[i], &slab, &slot) == NULL)
            continue;
        for (size_t r = 0; good && r < slab->mapper->relationship_count; r++) {
            const cn_relationship *relationship = &slab->mapper->relationships[r];
            void *at = cn_pointer_at(cn_slab_struct(slab, slot), relationship->offset);
            if ((relationship->cascade & cascade) == 0 || at == NULL || at == CN_UNLOADED)
                continue;
            void **items = relationship->many ? cn_items_at(slab, slot, relationship)
                                              : (void *[]){at, NULL};
            for (; good && items != NULL && items != CN_UNLOADED && *items != NULL; items++)
                good = cn_session_of(*items) != session || reach(session, list, *items);
        }
    }
    return good;
}

bool cn_expunge(cn_session *session, void *instance)
{
    reached  list = {0};
    cn_slab *slab;
    uint32_t slot;
    if (session == NULL || cn_session_record(session, instance, "cn_expunge", &slab, &slot) == NULL)
        return false;
    bool good = reach_all(session, &list, instance, CN_CASCADE_EXPUNGE);
    for (size_t i = 0; good && i < list.count; i++) {
        cn_record *record = cn_record_of(list.items[i], &slab, &slot);
        if (record != NULL && (record->flags & CN_RECORD_STRANDED) == 0)
            expunge_one(session, list.items[i], slab, slot);
    }
    cn_release(list.items);
    return good;
}

bool cn_expire(cn_session *session, void *instance)
{
    reached    list = {0};
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = begin(session, instance, "cn_expire", &slab, &slot);
    if (record == NULL)
        return false;
    if (record->state != CN_INSTANCE_PERSISTENT)
        return cn_connection_fail(session->connection, CN_CAUSE_MISUSE,
                                  "cn_expire: the instance of %s is not a row",
                                  slab->mapper->model->name);
    bool good = reach_all(session, &list, instance, CN_CASCADE_REFRESH_EXPIRE);
    for (size_t i = 0; good && i < list.count; i++) {
        record = cn_record_of(list.items[i], &slab, &slot);
        if (record->state != CN_INSTANCE_PERSISTENT)
            continue;
        cn_undo_discard(session, slab, slot);
        record->flags |= CN_RECORD_EXPIRED;
    }
    cn_release(list.items);
    return good;
}

bool cn_refresh(cn_session *session, void *instance)
{
    cn_slab *slab;
    uint32_t slot;
    return cn_session_well(session) && cn_session_autoflush(session, CN_FLUSH_ANNOUNCED, NULL) &&
           cn_expire(session, instance) && cn_record_of(instance, &slab, &slot) != NULL &&
           cn_load_again(session, slab, slot);
}
