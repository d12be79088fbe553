/*
 * See mapper.h.
 */
#define _POSIX_C_SOURCE 200809L
#include "orm/mapper.h"

#include <string.h>

#include "base/memory.h"

/* ---- resolving ------------------------------------------------------------------------------- */

/* What a member of a relationship holds before anything was loaded. */
static void set_pointer(void *row, size_t offset, const void *pointer)
{
    memcpy((char *)row + offset, &pointer, sizeof pointer);
}

static bool is_integer(uint8_t storage)
{
    return storage >= CN_STORAGE_INT8 && storage <= CN_STORAGE_UINT64;
}

static bool fill(cn_mapper *mapper, cn_arena *arena)
{
    const cn_table *table = mapper->table;
    cn_decode      *plan  = CN_ARENA_ARRAY(arena, cn_decode, table->column_count);
    uint32_t       *texts = CN_ARENA_ARRAY(arena, uint32_t, table->column_count);
    mapper->blank         = cn_arena_zero(arena, 1, mapper->size);
    if (plan == NULL || texts == NULL || mapper->blank == NULL)
        return false;
    for (uint32_t i = 0; i < table->column_count; i++) {
        plan[i]        = table->columns[i].field;
        plan[i].column = i;
        if (cn_storage_points(plan[i].storage))
            texts[mapper->text_count++] = i;
    }
    for (size_t i = 0; i < mapper->relationship_count; i++)
        set_pointer(mapper->blank, mapper->relationships[i].offset, CN_UNLOADED);
    mapper->plan        = plan;
    mapper->texts       = texts;
    mapper->integer_key = NULL;
    if (table->primary_key_count == 1 &&
        is_integer(table->columns[table->primary_key[0]].field.storage))
        mapper->integer_key = &plan[table->primary_key[0]];
    return true;
}

cn_mapper *cn_mapper_of(const cn_model *model, cn_error *error)
{
    cn_mapper *mapper = cn_mapper_known(model);
    if (mapper != NULL)
        return mapper;
    if (model->struct_size == 0) {
        cn_error_set(error, CN_CAUSE_MODEL, "%s is a table without a struct: it has no instances",
                     model->name);
        return NULL;
    }
    const cn_table *table = cn_table_of(model, error);
    if (table == NULL)
        return NULL;
    const cn_relationships *relationships = cn_relationships_of(table, error);
    if (relationships == NULL)
        return NULL;
    if (table->primary_key_count == 0) {
        cn_error_set(
            error, CN_CAUSE_MODEL,
            "%s has no primary key: mark a member with CN_COLUMN(member, .primary_key = true)",
            model->name);
        return NULL;
    }
    cn_arena arena = {0};
    mapper         = CN_ARENA_NEW(&arena, cn_mapper);
    if (mapper == NULL)
        goto no_memory;
    *mapper = (cn_mapper){.model              = model,
                          .table              = table,
                          .relationships      = relationships->items,
                          .relationship_count = relationships->count,
                          .size               = model->struct_size};
    if (!fill(mapper, &arena) || pthread_mutex_init(&mapper->lock, NULL) != 0)
        goto no_memory;
    cn_mapper *other = NULL; /* another thread may have been faster; its mapper is as good */
    if (!__atomic_compare_exchange_n((cn_mapper **)&model->state->mapper, &other, mapper, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        pthread_mutex_destroy(&mapper->lock);
        cn_arena_free(&arena);
        return other;
    }
    return mapper;

no_memory:
    cn_arena_free(&arena);
    cn_error_no_memory(error);
    return NULL;
}

const cn_relationship *cn_mapper_relationship(const cn_mapper *mapper, size_t offset)
{
    for (size_t i = 0; i < mapper->relationship_count; i++)
        if (mapper->relationships[i].offset == offset)
            return &mapper->relationships[i];
    return NULL;
}

/* ---- the nursery ----------------------------------------------------------------------------- */

void cn_nursery_open(cn_mapper *mapper)
{
    pthread_mutex_lock(&mapper->lock);
}

void cn_nursery_close(cn_mapper *mapper)
{
    pthread_mutex_unlock(&mapper->lock);
}

void *cn_nursery_take(cn_mapper *mapper, const void *values, cn_slab **slab_of, uint32_t *slot_of)
{
    cn_slab *slab = mapper->nursery;
    if (slab == NULL || slab->used == slab->capacity) {
        /* The full one lives on until its last instance is freed. */
        slab = cn_slab_new(mapper, NULL, mapper->size, mapper->model->struct_alignment, true);
        if (slab == NULL)
            return NULL;
        if (mapper->nursery != NULL && mapper->nursery->live == 0)
            cn_slab_free(mapper->nursery);
        mapper->nursery = slab;
    }
    uint32_t slot = slab->used;
    void    *made = cn_slab_struct(slab, slot);
    if (values != NULL)
        memcpy(made, values, mapper->size);
    else
        memset(made, 0, mapper->size);
    slab->records[slot] = (cn_record){.place = UINT32_MAX, .state = CN_INSTANCE_TRANSIENT};
    __atomic_store_n(&slab->used, slot + 1, __ATOMIC_RELEASE); /* cn_slab_of reads it unlocked */
    slab->live++;
    *slab_of = slab;
    *slot_of = slot;
    return made;
}

char *cn_nursery_text(cn_slab *slab, const void *data, size_t size)
{
    return cn_arena_text_sized(&slab->text, data, size);
}

void cn_nursery_give(cn_slab *slab, uint32_t slot)
{
    cn_mapper *mapper = slab->mapper; /* the slab may be gone afterwards */
    cn_nursery_open(mapper);
    cn_nursery_give_open(slab, slot);
    cn_nursery_close(mapper);
}

void cn_nursery_give_open(cn_slab *slab, uint32_t slot)
{
    cn_mapper *mapper         = slab->mapper;
    slab->records[slot].state = CN_INSTANCE_NONE;
    slab->live--;
    if (slab->live == 0) {
        if (slab == mapper->nursery) {
            __atomic_store_n(&slab->used, 0, __ATOMIC_RELEASE);
            cn_arena_reset(&slab->text);
        } else {
            cn_slab_free(slab);
        }
    }
}

/* ---- what could not be made ------------------------------------------------------------------ */

/* Models of which an instance could not be made: a list through their states, so that it needs no
   memory. */
static const cn_model *failed_models;

const cn_model *cn_nothing_of(const void *pointer)
{
    const cn_model *model = __atomic_load_n(&failed_models, __ATOMIC_ACQUIRE);
    while (model != NULL && model->nothing != pointer)
        model = model->state->failed == model ? NULL : model->state->failed;
    return model;
}

void *cn_nothing_take(const cn_model *model)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    if (model->state->failed == NULL) { /* not in the list; the last one points to itself */
        const cn_model *first = __atomic_load_n(&failed_models, __ATOMIC_RELAXED);
        model->state->failed  = first == NULL ? model : first;
        __atomic_store_n(&failed_models, model, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&lock);
    return model->nothing;
}
