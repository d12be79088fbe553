/*
 * A model as the ORM works with it: its table, its relationships, the image of an empty struct, and
 * the nursery from which cn_new takes instances. Made once per model, at first use; constant
 * afterwards but for the nursery, which has a lock.
 */
#ifndef CN_ORM_MAPPER_H
#define CN_ORM_MAPPER_H

#include <pthread.h>

#include "orm/slab.h"
#include "schema/relationship.h"

struct cn_mapper {
    const cn_model        *model;
    const cn_table        *table;
    const cn_relationship *relationships;
    size_t                 relationship_count;
    size_t                 size;
    const cn_decode       *plan;  /* all columns of the table, in their order */
    void                  *blank; /* a struct as loading finds it: zero, relationships unloaded */
    /* columns whose member is a pointer to something borrowed or owned */
    const uint32_t  *texts;
    size_t           text_count;
    const cn_decode *integer_key; /* of the plan: the key, if it is one integer column; or NULL */
    pthread_mutex_t  lock;        /* of the nursery */
    cn_slab         *nursery;     /* the slab that cn_new fills */
};

/* The mapper of a model that was used before; else NULL. Thread-safe, like the next one. */
static inline cn_mapper *cn_mapper_known(const cn_model *model)
{
    return __atomic_load_n((cn_mapper **)&model->state->mapper, __ATOMIC_ACQUIRE);
}
/* NULL: the error says what is wrong with the model. */
cn_mapper *cn_mapper_of(const cn_model *model, cn_error *error);

/* The relationship whose member is at `offset`; NULL if there is none. */
const cn_relationship *cn_mapper_relationship(const cn_mapper *mapper, size_t offset);

/* Between these two the nursery is this thread's: take and text want it. */
void cn_nursery_open(cn_mapper *mapper);
void cn_nursery_close(cn_mapper *mapper);
/* A slot of the nursery: state TRANSIENT, the struct copied from `values` (NULL: zeros), the shadow
   not yet. NULL: no memory. Text is not copied. */
void *cn_nursery_take(cn_mapper *mapper, const void *values, cn_slab **slab, uint32_t *slot);
/* Copies text into the slab of an instance of the nursery. */
char *cn_nursery_text(cn_slab *slab, const void *data, size_t size);
/* Gives a slot back; the nursery is not open, or, for the second, it is. */
void cn_nursery_give(cn_slab *slab, uint32_t slot);
void cn_nursery_give_open(cn_slab *slab, uint32_t slot);

/* The model of which `pointer` is the failed instance; NULL if it is none. */
const cn_model *cn_nothing_of(const void *pointer);
/* Remembers that an instance of this model could not be made; returns its nothing. */
void *cn_nothing_take(const cn_model *model);

#endif
