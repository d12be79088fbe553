/*
 * What rollback restores. Before a flush changes an instance's row, the image of its shadow goes
 * into the log of the innermost scope, once. Rolling back puts the images back, newest first; what
 * was never flushed is put back from its shadow.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "orm/session.h"

bool cn_undo_begin(cn_session *session)
{
    if (!cn_reserve(&session->scopes, &session->scope_capacity, session->scope_count + 1,
                    sizeof *session->scopes))
        return cn_session_no_memory(session);
    /* The new scope takes images of its own. */
    size_t from = session->scope_count == 0 ? 0 : session->scopes[session->scope_count - 1].undo;
    for (size_t i = from; i < session->undo_count; i++) {
        cn_slab   *slab;
        uint32_t   slot;
        cn_record *record = cn_record_of(session->undo[i].instance, &slab, &slot);
        if (record != NULL)
            record->flags &= (uint8_t)~CN_RECORD_LOGGED;
    }
    session->scopes[session->scope_count++] = (cn_scope){session->undo_count, ++session->serial};
    return true;
}

bool cn_undo_log(cn_session *session, cn_slab *slab, uint32_t slot)
{
    cn_record *record = &slab->records[slot];
    if (record->flags & CN_RECORD_LOGGED)
        return true;
    void *image = cn_arena_take(&session->undo_images, slab->stride, sizeof(void *) * 2);
    if (image == NULL || !cn_reserve(&session->undo, &session->undo_capacity,
                                     session->undo_count + 1, sizeof *session->undo))
        return cn_session_no_memory(session);
    memcpy(image, cn_slab_shadow(slab, slot), slab->stride);
    session->undo[session->undo_count++] = (cn_undo){
        .instance = cn_slab_struct(slab, slot), .image = image, .state = record->state};
    record->flags |= CN_RECORD_LOGGED;
    return true;
}

/* ---- the end of a scope ---------------------------------------------------------------------- */

/* The end of the whole transaction: what was replaced in it may go. */
static void forget(cn_session *session)
{
    for (size_t i = 0; i < session->undo_count; i++) {
        cn_slab   *slab;
        uint32_t   slot;
        cn_record *record = cn_record_of(session->undo[i].instance, &slab, &slot);
        if (record != NULL)
            record->flags &= (uint8_t)~CN_RECORD_LOGGED;
    }
    session->undo_count  = 0;
    session->scope_count = 0;
    cn_arena_reset(&session->undo_images);
    for (size_t i = 0; i < session->grave_count; i++)
        cn_release(session->graves[i]);
    session->grave_count = 0;
    while (session->retired != NULL) {
        cn_list *list    = session->retired;
        session->retired = list->retired;
        cn_list_free(list);
    }
}

void cn_undo_keep(cn_session *session)
{
    if (session->scope_count > 1)
        session->scope_count--; /* its images are the outer scope's now */
    else
        forget(session);
}

/* ---- rolling back ---------------------------------------------------------------------------- */

/* Graves are sorted by address for the search; one that was dug up has its lowest bit set. Those
   that are dug meanwhile stand behind them. */
static int by_block(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t) * (void *const *)a & ~(uintptr_t)1;
    uintptr_t y = (uintptr_t) * (void *const *)b & ~(uintptr_t)1;
    return x < y ? -1 : x > y;
}

static size_t sort_graves(cn_session *session)
{
    if (session->grave_count != 0)
        qsort(session->graves, session->grave_count, sizeof *session->graves, by_block);
    return session->grave_count;
}

/* The text that a restored member points to may lie in a grave: it is the instance's again. */
static void dig_up(cn_session *session, size_t sorted, cn_slab *slab, uint32_t slot)
{
    const cn_mapper *mapper = slab->mapper;
    cn_extra        *extra  = slab->records[slot].extra;
    for (size_t i = 0; extra != NULL && extra->texts != NULL && i < mapper->text_count; i++) {
        uint32_t    column = mapper->texts[i];
        const char *at     = (const char *)cn_slab_struct(slab, slot) + mapper->plan[column].offset;
        void       *block  = cn_pointer_at(at, 0);
        void       *own    = extra->texts[column];
        if (block == own)
            continue;
        void **grave = sorted == 0 || block == NULL ? NULL
                                                    : bsearch(&block, session->graves, sorted,
                                                              sizeof *session->graves, by_block);
        if (grave != NULL)
            *grave = (void *)((uintptr_t)*grave | 1);
        extra->texts[column] = grave == NULL ? NULL : block;
        cn_session_bury(session, own);
    }
}

static void fill_graves(cn_session *session)
{
    size_t kept = 0;
    for (size_t i = 0; i < session->grave_count; i++)
        if (((uintptr_t)session->graves[i] & 1) == 0)
            session->graves[kept++] = session->graves[i];
    session->grave_count = kept;
}

/* Lists of a row are read again from the database; those of a new instance stay as they are. */
static void restore_lists(cn_slab *slab, uint32_t slot, bool stored)
{
    cn_record *record = &slab->records[slot];
    for (size_t i = 0; i < slab->mapper->relationship_count; i++) {
        const cn_relationship *relationship = &slab->mapper->relationships[i];
        void **items = relationship->many && stored ? cn_items_at(slab, slot, relationship)
                                                    : CN_UNLOADED;
        if (items == CN_UNLOADED)
            continue;
        if (items != NULL)
            cn_list_drop(record->session, cn_list_of_items(items));
        cn_pointer_set(slab, slot, relationship->offset, CN_UNLOADED);
    }
    if (stored && record->extra != NULL && record->extra->changes != NULL) {
        cn_list_changes_free(record->extra->changes, slab->mapper->relationship_count);
        record->extra->changes = NULL;
    }
}

/* The struct becomes what `image` says, but keeps the lists it has now. */
static void put_back(cn_slab *slab, uint32_t slot, const void *image)
{
    void *row    = cn_slab_struct(slab, slot);
    void *shadow = cn_slab_shadow(slab, slot);
    for (size_t i = 0; i < slab->mapper->table->column_count; i++) {
        const cn_decode *field = &slab->mapper->plan[i];
        memcpy((char *)row + field->offset, (const char *)image + field->offset, field->size);
        memcpy((char *)shadow + field->offset, (const char *)image + field->offset, field->size);
    }
    for (size_t i = 0; i < slab->mapper->relationship_count; i++) {
        size_t offset = slab->mapper->relationships[i].offset;
        bool   list   = slab->mapper->relationships[i].many;
        cn_pointer_set(slab, slot, offset, cn_pointer_at(list ? shadow : image, offset));
    }
}

static void restore(cn_session *session, const cn_undo *undo, size_t sorted)
{
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = cn_record_of(undo->instance, &slab, &slot);
    if (record == NULL)
        return;
    cn_shelf *shelf  = cn_session_find_shelf(session, slab->mapper);
    bool      stored = undo->state == CN_INSTANCE_PERSISTENT;
    uint32_t  hash;
    if (record->state == CN_INSTANCE_PERSISTENT)
        cn_identity_remove(shelf, undo->instance);
    put_back(slab, slot, undo->image);
    dig_up(session, sorted, slab, slot);
    record->state = stored ? CN_INSTANCE_PERSISTENT : CN_INSTANCE_TRANSIENT;
    record->flags &= (uint8_t) ~(CN_RECORD_LOGGED | CN_RECORD_DELETING);
    /* An entry was taken out for this very key, so there is room for it. */
    if (stored && cn_identity_find(shelf, undo->instance, &hash) == NULL)
        cn_identity_put(shelf, record->place, hash);
}

/* What was not flushed, and what was loaded in the scope. */
static void restore_unflushed(cn_session *session, cn_slab *slab, uint32_t slot, size_t sorted)
{
    cn_record *record = &slab->records[slot];
    uint32_t   serial = session->serial + 1;
    if (session->scope_count != 0)
        serial = session->scopes[session->scope_count - 1].serial;
    record->flags &= (uint8_t) ~(CN_RECORD_ANNOUNCED | CN_RECORD_DELETING);
    record->related = 0;
    if (memcmp(cn_slab_struct(slab, slot), cn_slab_shadow(slab, slot), slab->stride) != 0) {
        put_back(slab, slot, cn_slab_shadow(slab, slot));
        dig_up(session, sorted, slab, slot);
    }
    /* Whatever is not a row yet was added in this scope: an inner one begins with a flush. */
    if (record->state == CN_INSTANCE_PENDING)
        record->state = CN_INSTANCE_TRANSIENT;
    if (record->state == CN_INSTANCE_PERSISTENT && record->scope >= serial)
        record->flags |= CN_RECORD_EXPIRED;
    restore_lists(slab, slot, record->state == CN_INSTANCE_PERSISTENT);
}

static void restore_rest(cn_session *session, size_t sorted)
{
    for (size_t s = 0; s < session->shelf_count; s++) {
        const cn_shelf *shelf = session->shelves[s];
        for (size_t i = 0; i < shelf->instance_count; i++) {
            cn_slab *slab;
            uint32_t slot;
            if (shelf->instances[i] != NULL &&
                cn_record_of(shelf->instances[i], &slab, &slot) != NULL && slab->shadows != NULL)
                restore_unflushed(session, slab, slot, sorted);
        }
    }
    session->announced_count = 0;
}

void cn_undo_roll_back(cn_session *session)
{
    bool   outermost = session->scope_count <= 1;
    size_t from   = session->scope_count == 0 ? 0 : session->scopes[session->scope_count - 1].undo;
    size_t sorted = sort_graves(session);
    while (session->undo_count > from)
        restore(session, &session->undo[--session->undo_count], sorted);
    restore_rest(session, sorted);
    fill_graves(session);
    if (outermost)
        forget(session);
    else
        session->scope_count--;
}

void cn_undo_discard(cn_session *session, cn_slab *slab, uint32_t slot)
{
    if (slab->shadows == NULL ||
        memcmp(cn_slab_struct(slab, slot), cn_slab_shadow(slab, slot), slab->stride) == 0)
        return;
    size_t sorted = sort_graves(session);
    put_back(slab, slot, cn_slab_shadow(slab, slot));
    dig_up(session, sorted, slab, slot);
    fill_graves(session);
}
