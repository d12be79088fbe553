/*
 * Where instances live: slabs of 64 KiB (or a multiple, for large structs), each of one model, with
 * the records and shadows of its instances beside their structs, and the text that was loaded with
 * them. A directory indexed by address tells of any pointer, without touching the memory behind it,
 * whether it is an instance and where its record is.
 *
 * Threads: a slab belongs to one session, or is a model's nursery, whose lock its mapper holds. The
 * directory is read without a lock by anybody.
 */
#ifndef CN_ORM_SLAB_H
#define CN_ORM_SLAB_H

#include <cinnabar/session.h>

#include "base/arena.h"

typedef struct cn_mapper cn_mapper;
typedef struct cn_slab   cn_slab;
typedef struct cn_extra  cn_extra; /* orm/extra.h */

enum {
    CN_RECORD_ANNOUNCED = 1,  /* in the session's list of announced changes */
    CN_RECORD_EXPIRED   = 2,  /* its members are loaded anew when it is met */
    CN_RECORD_DELETING  = 4,  /* cn_delete was called, the flush is to come */
    CN_RECORD_FLUSHING  = 8,  /* among the work of the flush that runs */
    CN_RECORD_LOGGED    = 16, /* the undo log of the innermost scope has its image */
    CN_RECORD_STRANDED  = 32  /* the session's, but without a place in it */
};

/* What is known of one instance. */
typedef struct cn_record {
    cn_session *session; /* NULL: the caller's */
    cn_extra   *extra;   /* what few instances have; NULL */
    union {
        struct {
            uint32_t scope; /* the session's scope in which it was loaded or added */
            uint32_t place; /* in its session's list of this model; UINT32_MAX: none */
        };
        void *stranded; /* the next one, of an instance for whose place there was no memory */
    };
    uint32_t work;  /* its place in the flush that runs */
    uint8_t  state; /* cn_instance_state; 0: the slot is free */
    uint8_t  flags;
    uint16_t related; /* relationships (the first 16) whose other side follows already */
} cn_record;

struct cn_slab {
    cn_mapper  *mapper;
    cn_session *session; /* NULL: a nursery */
    cn_slab    *next;    /* of the same session and model */
    cn_slab    *previous;
    size_t      bytes;
    size_t      stride;   /* sizeof the struct */
    uint64_t    inverse;  /* of the stride, times 2^32: a slot is found without a division */
    uint32_t    capacity; /* slots */
    uint32_t    used;     /* slots that were handed out, from the front */
    uint32_t    live;     /* of these, not yet given back */
    uint32_t    shadowed; /* slots whose shadow has been made, from the front */
    cn_record  *records;
    char       *structs;
    char       *shadows; /* NULL: without */
    cn_arena    text;
};

/* An empty slab, known to the directory. NULL: no memory. Slabs are recycled. */
cn_slab *cn_slab_new(cn_mapper *mapper, cn_session *session, size_t stride, size_t alignment,
                     bool shadows);
void     cn_slab_free(cn_slab *slab);
void     cn_slab_trim(void); /* gives recycled slabs back to the system: for tests of leaks */

/* The slab of an instance; NULL if the pointer is anything else, or a slot that is free. Safe for
   any pointer. */
cn_slab *cn_slab_of(const void *instance, uint32_t *slot);

/* The same with its record. */
cn_record *cn_record_of(const void *instance, cn_slab **slab, uint32_t *slot);

static inline void *cn_slab_struct(const cn_slab *slab, uint32_t slot)
{
    return slab->structs + (size_t)slot * slab->stride;
}

static inline void *cn_slab_shadow(const cn_slab *slab, uint32_t slot)
{
    return slab->shadows + (size_t)slot * slab->stride;
}

#endif
