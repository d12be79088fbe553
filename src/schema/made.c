/*
 * Models that are made at run time without a declare function. Called by the catalogue. Must never
 * know a database.
 */
#include "schema/made.h"

#include <stdatomic.h>

#include "schema/resolved.h"

/* Never called: the table is there from the beginning. */
static void declare_nothing(cn_mapping *mapping, void *self)
{
    (void)mapping;
    (void)self;
}

static _Atomic uint64_t serials;

cn_table *cn_model_make(const char *name, const char *table, cn_arena **arena)
{
    cn_arena        taken    = {0};
    cn_resolved    *resolved = CN_ARENA_NEW(&taken, cn_resolved);
    cn_model       *model    = CN_ARENA_NEW(&taken, cn_model);
    cn_model_state *state    = CN_ARENA_NEW(&taken, cn_model_state);
    char           *own_name = cn_arena_text(&taken, name);
    char           *own_text = cn_arena_text(&taken, table);
    if (resolved == NULL || model == NULL || state == NULL || own_name == NULL ||
        own_text == NULL) {
        cn_arena_free(&taken);
        return NULL;
    }
    state->serial           = atomic_fetch_add(&serials, 1) + 1;
    state->table            = resolved;
    model->name             = own_name;
    model->table            = own_text;
    model->struct_alignment = 1;
    model->declare          = declare_nothing;
    model->state            = state;
    resolved->table.model   = model;
    resolved->arena         = taken;
    *arena                  = &resolved->arena;
    return &resolved->table;
}

void cn_model_unmake(const cn_model *model)
{
    if (model == NULL)
        return;
    cn_resolved *resolved = model->state->table;
    if (resolved->drafts != NULL) {
        cn_arena drafts = resolved->drafts->arena; /* the drafts stand in it */
        cn_arena_free(&drafts);
    }
    cn_arena arena = resolved->arena;
    cn_arena_free(&arena);
}
