/*
 * A session from the inside. Who does what:
 *
 *   session.c    opening, closing, transactions: what happens to instances when one ends
 *   identity.c   one row, one struct
 *   instance.c   cn_new, cn_add, cn_set, cn_free, cn_copy: ownership, and text
 *   list.c       the many side in memory; relate.c  both sides of a relationship kept equal
 *   load.c       rows to instances; query.c  cn_first, cn_all, cn_rows ...; lazy.c  cn_one, cn_many
 *   member.c     cn_delete, cn_expunge, cn_refresh ...; merge.c  cn_merge; bulk.c  cn_insert_rows
 *   changes.c    what has changed since it was loaded; lent.c  lent text that cannot be right
 *   flush.c      a flush; depend.c  what follows what in it; order.c, persist.c, association.c
 *   undo.c       what rollback restores
 */
#ifndef CN_ORM_SESSION_H
#define CN_ORM_SESSION_H

#include <string.h>

#include "engine/connection.h"
#include "orm/mapper.h"
#include "sql/run.h"

/* ---- what few instances have ----------------------------------------------------------------- */

/* A list of a relationship, as its reader sees it: `items` ends with a NULL. */
typedef struct cn_list {
    struct cn_list *retired; /* the next one that waits for the end of the transaction */
    size_t          count;
    size_t          capacity;
    bool            handed; /* somebody may be reading it: it is copied before it changes */
    void           *items[];
} cn_list;

static inline cn_list *cn_list_of_items(void *const *items)
{
    return (cn_list *)(void *)((char *)(uintptr_t)items - offsetof(cn_list, items));
}

/* What has been done to one list since the last flush. */
typedef struct cn_list_changes {
    void **added;
    size_t added_count, added_capacity;
    void **removed;
    size_t removed_count, removed_capacity;
} cn_list_changes;

struct cn_extra {
    cn_list_changes *changes; /* one for each relationship of the mapper, or NULL */
    void           **texts;   /* one for each column, or NULL: blocks that members point to */
    cn_error         fault;   /* of a call before the instance had a session; surfaces at cn_add */
    bool             faulty;
};

/* ---- a session ------------------------------------------------------------------------------- */

typedef struct cn_identity_entry {
    uint32_t hash;
    uint32_t place; /* in instances, + 1; 0: free; UINT32_MAX: removed */
} cn_identity_entry;

/* What a session has of one model. */
typedef struct cn_shelf {
    cn_mapper  *mapper;
    cn_session *session;
    cn_slab    *slabs; /* of loaded instances, the newest first */
    /* every instance, in the order of arrival; NULL where one has gone */
    void             **instances;
    size_t             instance_count, instance_capacity;
    void             **adopted; /* those of them that live in the nursery's slabs */
    size_t             adopted_count, adopted_capacity;
    cn_identity_entry *entries;
    size_t             entry_capacity, entry_used; /* used: removed ones too */
    bool               known; /* the row that was read last was an instance already */
} cn_shelf;

/* What a rollback restores of one instance. */
typedef struct cn_undo {
    void   *instance;
    void   *image; /* its shadow before the flush */
    uint8_t state;
} cn_undo;

typedef struct cn_scope {
    size_t   undo; /* the first entry of the log that belongs to it */
    uint32_t serial;
} cn_scope;

struct cn_session {
    cn_connection        *connection;
    cn_engine            *engine;
    cn_session_options    options;
    cn_shelf            **shelves;
    size_t                shelf_count, shelf_capacity;
    void                **announced; /* instances with changes that a call made */
    size_t                announced_count, announced_capacity;
    cn_undo              *undo;
    size_t                undo_count, undo_capacity;
    cn_arena              undo_images;
    cn_scope             *scopes; /* the transaction, then its savepoints */
    size_t                scope_count, scope_capacity;
    uint32_t              serial;  /* of the newest scope */
    uint32_t              expired; /* what was loaded in a scope before this one is expired */
    void                **graves;  /* replaced text, freed at the end of the transaction */
    size_t                grave_count, grave_capacity;
    cn_list              *retired;                        /* replaced lists, likewise */
    cn_arena              kept;                           /* lists of queries and their rows */
    cn_arena              conditions;                     /* what cn_keep copied */
    void                 *first_stranded, *last_stranded; /* instances without a place */
    void                 *reached_stranded; /* what those up to this one reach was taken over */
    struct cn_work       *work; /* of flushes, kept for the next; while one runs it has them */
    size_t                work_capacity;
    cn_arena              scratch; /* likewise */
    bool                  flushing;
    bool                  check_lent;
    cn_session_statistics statistics;
};

/* The shelf if there is one. */
static inline cn_shelf *cn_session_find_shelf(const cn_session *session, const cn_mapper *mapper)
{
    for (size_t i = 0; i < session->shelf_count; i++)
        if (session->shelves[i]->mapper == mapper)
            return session->shelves[i];
    return NULL;
}
/* The shelf of a mapper; made if need be. NULL: no memory, the session has the error. */
CN_COLD_ cn_shelf      *cn_session_new_shelf(cn_session *session, cn_mapper *mapper);
static inline cn_shelf *cn_session_shelf(cn_session *session, cn_mapper *mapper)
{
    cn_shelf *shelf = cn_session_find_shelf(session, mapper);
    return shelf != NULL ? shelf : cn_session_new_shelf(session, mapper);
}
/* NULL: the session has the error */
CN_COLD_ cn_mapper      *cn_session_new_mapper(cn_session *session, const cn_model *model);
static inline cn_mapper *cn_session_mapper(cn_session *session, const cn_model *model)
{
    if (model->alias_of != NULL)
        model = model->alias_of;
    cn_mapper *mapper = cn_mapper_known(model);
    return mapper != NULL ? mapper : cn_session_new_mapper(session, model);
}
CN_COLD_ bool cn_session_no_memory(cn_session *session);
/* Whether calls do anything: false on NULL and in failure. */
static inline bool cn_session_well(cn_session *session)
{
    return session != NULL && !cn_connection_is_failed(session->connection);
}
/* Counts a statement against the limit. */
bool cn_session_count(cn_session *session);
/* Opens the outermost scope if none is. */
bool cn_session_scope(cn_session *session);

/* ---- identity.c ------------------------------------------------------------------------------ */

/* The instance with the key that stands in `row`, a struct of this model; NULL: none here. */
void *cn_identity_find(const cn_shelf *shelf, const void *row, uint32_t *hash);
/* Says that the key of `row` will be looked for soon: in a large table that is far away. */
void cn_identity_expect(const cn_shelf *shelf, const void *row);
/* Puts the instance at `place` of the shelf in, under the hash that find gave; its key is not
   there. False: no memory. */
bool cn_identity_put(cn_shelf *shelf, uint32_t place, uint32_t hash);
void cn_identity_remove(cn_shelf *shelf, const void *instance);
/* Gives it a place in the shelf's list. */
bool cn_shelf_place(cn_shelf *shelf, void *instance, cn_record *record);
void cn_shelf_forget(cn_shelf *shelf, cn_record *record);

/* ---- instance.c ------------------------------------------------------------------------------ */

/* The record of an instance of this session; NULL: the session has an error that names what `what`
   (a call or a member) was given. */
cn_record *cn_session_record(cn_session *session, const void *instance, const char *what,
                             cn_slab **slab, uint32_t *slot);
cn_extra  *cn_extra_of(cn_record *record); /* made if need be; NULL: no memory */
void       cn_extra_free(cn_slab *slab, cn_record *record, void *instance);
/* Takes over what is not yet in a session, with all that its relationships reach. */
bool cn_session_adopt(cn_session *session, void *instance, const char *what);
void cn_session_end_stranded(cn_session *session);
bool cn_session_announce(cn_session *session, void *instance, cn_record *record);
/* Copies text that a plain assignment lent. */
bool cn_instance_own_text(cn_session *session, cn_slab *slab, uint32_t slot);
/* Text that a member no longer points to: readable until the transaction ends. */
void cn_session_bury(cn_session *session, void *block);
/* The text, bytes ... that a member of `row` points to. */
cn_bytes cn_column_pointed(const cn_decode *field, const void *row);
/* Replaces the text of one column by a copy; the old one dies at the end of the transaction. */
bool cn_instance_set_text(cn_session *session, cn_slab *slab, uint32_t slot, uint32_t column,
                          cn_bytes text);
/* Frees an instance, whoever owns it. */
void cn_instance_end(cn_slab *slab, uint32_t slot);
/* The same for many of one model's nursery: those that are this session's. */
void cn_instances_end(const cn_session *session, cn_mapper *mapper, void *const *instances,
                      size_t count);
/* Frees what the instances of a slab own that is about to be freed itself. */
void cn_slab_end_instances(cn_slab *slab);

/* ---- list.c, relate.c ------------------------------------------------------------------------ */

/* What a relationship's member holds. */
static inline void *cn_pointer_at(const void *row, size_t offset)
{
    void *pointer;
    memcpy(&pointer, (const char *)row + offset, sizeof pointer);
    return pointer;
}
/* Writes a pointer into the struct and, with `slab`, into its shadow: not a change. */
void cn_pointer_set(cn_slab *slab, uint32_t slot, size_t offset, const void *pointer);

/* The items of a many side: NULL for empty, or CN_UNLOADED. The shadow has them, since a program
   may have written over its member. */
static inline void **cn_items_at(const cn_slab *slab, uint32_t slot,
                                 const cn_relationship *relationship)
{
    return cn_pointer_at(slab->shadows != NULL ? cn_slab_shadow(slab, slot)
                                               : cn_slab_struct(slab, slot),
                         relationship->offset);
}

cn_list *cn_list_new(size_t capacity); /* empty; NULL: no memory */
void     cn_list_free(cn_list *list);
/* retired if it was handed out and there is a session */
void cn_list_drop(cn_session *session, cn_list *list);
/* Adds or removes in a member's list, which is replaced where somebody may be reading it. Nothing
   is logged. False: no memory. */
bool cn_list_add(cn_slab *slab, uint32_t slot, const cn_relationship *relationship, void *element);
bool cn_list_take_out(cn_slab *slab, uint32_t slot, const cn_relationship *relationship,
                      const void *element);
bool cn_list_has(const cn_slab *slab, uint32_t slot, const cn_relationship *relationship,
                 const void *element);
bool cn_list_log(cn_slab *slab, uint32_t slot, const cn_relationship *relationship, void *element,
                 bool added);
/* Whether the log says that the element was added, or removed. */
bool cn_list_logged(const cn_record *record, const cn_relationship *relationship,
                    const void *element, bool added);
/* The log does not mention an element any more. */
void cn_list_forget(cn_record *record, const cn_relationship *relationship, const void *element);
void cn_list_changes_free(cn_list_changes *changes, size_t relationship_count);

/* ---- query.c --------------------------------------------------------------------------------- */

/* Flushes what a query is about to read: the changes of one model, or, NULL, all of them. */
bool cn_session_prepare(cn_session *session, const cn_mapper *reads);

/* ---- load.c ---------------------------------------------------------------------------------- */

/*
 * Rows of one entity, decoded where they will live. A row whose instance is in the session already
 * is that instance, left as it is unless it is expired.
 */
typedef struct cn_load {
    cn_session        *session;
    cn_shelf          *shelf;
    const cn_decode   *plan;
    size_t             plan_count;
    cn_statement_slot *rows;   /* where rows come from: this, ... */
    cn_result         *result; /* ... or this */
} cn_load;

bool cn_load_begin(cn_load *load, cn_session *session, cn_mapper *mapper, const cn_decode *plan,
                   size_t count);
/* The instance of the next row; NULL at the end and in failure. */
void *cn_load_next(cn_load *load);
void *cn_load_current(cn_load *load); /* that of the row at hand; NULL: failure */
/* Whether the row at hand has no such instance: its key is NULL. False: failure. */
bool cn_load_is_absent(cn_load *load, const cn_table *table, bool *absent);
void cn_load_end(cn_load *load); /* makes the shadows of what was loaded */

/* The instance with a key that stands in `key`, a struct of the model: from the session or the
   database; NULL: none or failure. */
void *cn_load_by_key(cn_session *session, cn_mapper *mapper, const void *key);
/* Loads the members of an instance anew. False in failure, or if its row is gone (an error). */
bool cn_load_again(cn_session *session, cn_slab *slab, uint32_t slot);
/* The rows at the other end of a relationship, as a list of the caller's; NULL in failure. `owner`
   is a struct of its model. */
cn_list *cn_load_related(cn_session *session, const cn_relationship *relationship,
                         const void *owner);
/* A list of the instances of all rows that lives as long as the session keeps things; empty in
   failure. */
const void *cn_load_kept_list(cn_load *load);
/* All rows that `load` gives, as a list of the caller's; NULL in failure. */
cn_list *cn_load_list(cn_load *load);

/* The target of a to-one relationship whose key stands in the columns of `owner`, if it is in the
   session. */
void *cn_one_known(cn_session *session, const cn_relationship *relationship, const void *owner);

static inline bool cn_record_expired(const cn_record *record)
{
    return (record->flags & CN_RECORD_EXPIRED) != 0 ||
           (record->state == CN_INSTANCE_PERSISTENT && record->scope < record->session->expired);
}

/* merge.c: whether a key that the database could generate is given. */
bool cn_key_is_set(const cn_mapper *mapper, const void *row);

/* ---- changes.c ------------------------------------------------------------------------------- */

/* Whether column `index` of the struct differs from that of the shadow: in value, not in
   address. */
bool cn_column_differs(const cn_decode *field, const void *row, const void *shadow);
/* Whether nothing can have changed in the shelf, as far as a glance tells. */
bool cn_changes_none(const cn_shelf *shelf);
/* Calls `found` for every instance of the shelf whose struct differs from its shadow. */
bool cn_changes_search(cn_shelf *shelf, bool (*found)(void *context, cn_slab *slab, uint32_t slot),
                       void     *context);

/* ---- lent.c ---------------------------------------------------------------------------------- */

/* What one flush has seen of lent text. */
typedef struct cn_lent {
    struct cn_lent_text *texts;
    size_t               count, capacity;
    const void          *frame; /* of the flush: what called it lies above */
    const void          *low;   /* the end of this thread's stack; NULL: not known yet */
} cn_lent;

/* Whether a session looks for lent text that cannot be right. */
bool cn_lent_wanted(const cn_session_options *options);
/* Refuses text that a member of the instance lends from a stack frame that has ended. Remembers the
   rest. */
bool cn_lent_look(cn_lent *lent, cn_session *session, cn_slab *slab, uint32_t slot);
/* Refuses a buffer that two members lend. Ends `lent`. */
bool cn_lent_end(cn_lent *lent, cn_session *session, bool good);

/* ---- flush.c, persist.c, undo.c -------------------------------------------------------------- */

typedef enum cn_flush_reach {
    CN_FLUSH_ANNOUNCED, /* only what a call announced */
    CN_FLUSH_MODEL,     /* and what is found in one model */
    CN_FLUSH_ALL
} cn_flush_reach;

bool cn_session_flush(cn_session *session, cn_flush_reach reach, const cn_mapper *mapper);
/* The same before a query, unless the session was opened .no_autoflush. */
static inline bool cn_session_autoflush(cn_session *session, cn_flush_reach reach,
                                        const cn_mapper *mapper)
{
    return session->options.no_autoflush ? cn_session_well(session)
                                         : cn_session_flush(session, reach, mapper);
}
/* Takes an instance out of the announced changes. */
void cn_session_withdraw(cn_session *session, const void *instance, cn_record *record);

/* Remembers what an instance was, once in a scope. */
bool cn_undo_log(cn_session *session, cn_slab *slab, uint32_t slot);
bool cn_undo_begin(cn_session *session);     /* a new scope */
void cn_undo_keep(cn_session *session);      /* the innermost scope ended well */
void cn_undo_roll_back(cn_session *session); /* restores it, and everything not flushed */
/* Takes back what was assigned to one instance since it was loaded or flushed. */
void cn_undo_discard(cn_session *session, cn_slab *slab, uint32_t slot);

#endif
