/*
 * The prepared statements of one link. Called by connections and, when a link ends, by the pool.
 * Knows neither.
 */
#include "engine/statements.h"

#include "base/memory.h"

static void unlink_slot(cn_statements *statements, cn_statement_slot *slot)
{
    *(slot->newer != NULL ? &slot->newer->older : &statements->newest) = slot->older;
    *(slot->older != NULL ? &slot->older->newer : &statements->oldest) = slot->newer;
    slot->newer = slot->older = NULL;
}

static void link_newest(cn_statements *statements, cn_statement_slot *slot)
{
    slot->older = statements->newest;
    *(statements->newest != NULL ? &statements->newest->newer : &statements->oldest) = slot;
    statements->newest                                                               = slot;
}

void cn_statements_touch_slow(cn_statements *statements, cn_statement_slot *slot)
{
    unlink_slot(statements, slot);
    link_newest(statements, slot);
}

void cn_statements_remove(cn_statements *statements, cn_statement_slot *slot)
{
    const cn_compiled *compiled = slot->compiled;
    unlink_slot(statements, slot);
    cn_map_remove(&statements->map, compiled->hash, compiled->key, compiled->key_size);
    if (slot->prepared != NULL)
        slot->prepared->driver->release(slot->prepared);
    cn_compiled_release(slot->compiled);
    cn_release(slot->plan);
    cn_release(slot);
}

static void drop_beyond(cn_statements *statements, size_t limit)
{
    cn_statement_slot *slot = statements->oldest;
    while (statements->map.count > limit && slot != NULL && slot != statements->newest) {
        cn_statement_slot *newer = slot->newer;
        if (!slot->live)
            cn_statements_remove(statements, slot);
        slot = newer;
    }
}

cn_statement_slot *cn_statements_add(cn_statements *statements, size_t limit, cn_compiled *compiled,
                                     cn_prepared *prepared)
{
    cn_statement_slot *slot = cn_allocate_zero(1, sizeof *slot);
    if (slot == NULL ||
        !cn_map_put(&statements->map, compiled->hash, compiled->key, compiled->key_size, slot)) {
        cn_release(slot);
        return NULL;
    }
    slot->compiled = compiled;
    slot->prepared = prepared;
    link_newest(statements, slot);
    drop_beyond(statements, limit);
    return slot;
}

void cn_statements_forget(cn_statements *statements, const cn_statement_slot *kept)
{
    for (cn_statement_slot *slot = statements->oldest, *newer; slot != NULL; slot = newer) {
        newer = slot->newer;
        if (!slot->live && slot != kept)
            cn_statements_remove(statements, slot);
    }
}

void cn_statements_clear(cn_statements *statements)
{
    while (statements->oldest != NULL)
        cn_statements_remove(statements, statements->oldest);
    cn_map_free(&statements->map);
}
