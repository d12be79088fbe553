/*
 * A flush: what is to be written, in which order, and what depends on what. flush.c gathers it,
 * depend.c says what follows what, order.c sorts it, persist.c and association.c send it.
 */
#ifndef CN_ORM_FLUSH_H
#define CN_ORM_FLUSH_H

#include "orm/session.h"

/* In the order in which the rows of one table are written: an update may make room for an
   insert. */
typedef enum cn_work_verb { CN_WORK_UPDATE, CN_WORK_INSERT, CN_WORK_DELETE } cn_work_verb;

#define CN_NO_SYNC UINT32_MAX

/* One instance to be written. */
typedef struct cn_work {
    void        *instance;
    cn_slab     *slab;
    uint32_t     slot;
    cn_work_verb verb;
    /* of its table: what it refers to has a lower one, or the same in a cycle */
    uint32_t rank;
    uint32_t level; /* of its row within the rank */
    uint32_t syncs; /* the first of its foreign keys that follow an instance, or CN_NO_SYNC */
    bool     examined;
    bool     made; /* the database has made values of it, which are to be read: made.c */
} cn_work;

/* The foreign key of `child` follows the key of `parent`, or becomes NULL. */
typedef struct cn_sync {
    uint32_t               child; /* work */
    uint32_t               next;  /* of the same child */
    void                  *parent;
    const cn_relationship *relationship;
    bool                   by_parent; /* the relationship is the parent's; otherwise the child's */
} cn_sync;

/* A row of an association table. */
typedef struct cn_association {
    const cn_relationship *relationship;
    void                  *owner;
    void                  *element; /* NULL: every row of the owner */
    bool                   added;
    size_t                 place; /* in the order of the program's calls */
} cn_association;

/* The other side of a plain assignment or a delete: an element comes to its list, or leaves it. */
typedef struct cn_outdated {
    void                  *instance;
    const cn_relationship *relationship;
    void                  *element;
    bool                   added;
} cn_outdated;

typedef struct cn_flush_plan {
    cn_session     *session;
    cn_work        *work;
    size_t          work_count, work_capacity;
    cn_sync        *syncs;
    size_t          sync_count, sync_capacity;
    cn_association *associations;
    size_t          association_count, association_capacity;
    cn_outdated    *outdated;
    size_t          outdated_count, outdated_capacity;
    uint32_t       *order; /* work, sorted */
    cn_arena        scratch;
    cn_lent         lent;
    bool            again; /* some work is to be examined once more */
} cn_flush_plan;

/* flush.c */
bool cn_flush_add_work(cn_flush_plan *plan, cn_slab *slab, uint32_t slot, cn_work_verb verb,
                       uint32_t *index);
bool cn_flush_gather_announced(cn_flush_plan *plan);

/* depend.c: what the relationships of one instance ask for; the work may grow. */
bool cn_flush_examine(cn_flush_plan *plan, uint32_t index);

/* order.c: fills rank, level and order. False: rows that refer to each other in a circle, or no
   memory. */
bool cn_flush_sort(cn_flush_plan *plan);

/* persist.c: sends it all. */
bool cn_flush_send(cn_flush_plan *plan);
/* The value of a column, measured. */
bool cn_flush_load(cn_session *session, const cn_column *column, const void *row, cn_value *value);

/* association.c: the rows of association tables that go, then those that come; each once. */
bool cn_flush_send_associations(cn_flush_plan *plan);

#endif
