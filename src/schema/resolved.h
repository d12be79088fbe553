/*
 * What stands behind a cn_table: the memory it lives in, and its relationships once somebody has
 * asked for them. Only this floor looks inside.
 */
#ifndef CN_SCHEMA_RESOLVED_H
#define CN_SCHEMA_RESOLVED_H

#include "schema/relationship.h"

/* Relationships without their other sides; `reverse` of an item is set later, and once. */
typedef struct cn_drafts {
    cn_relationships list;
    cn_arena         arena;  /* holds this struct, too */
    bool             linked; /* every back_populates of the list has been found to be mutual */
} cn_drafts;

typedef struct cn_resolved {
    cn_table   table;  /* first: a cn_table * is a cn_resolved * */
    cn_arena   arena;  /* holds this struct, too */
    cn_drafts *drafts; /* set by compare-and-swap; NULL until somebody asks */
} cn_resolved;

#endif
