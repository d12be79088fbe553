/*
 * The order of a flush: tables by what they refer to; within a circle of tables (or a table that
 * refers to itself) rows by what they refer to. What has the same place is written in one batch.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "orm/flush.h"

/* ---- tables ---------------------------------------------------------------------------------- */

typedef struct tables {
    cn_mapper **mappers;
    size_t      count;
    bool       *reach; /* count x count: a is before b */
} tables;

static size_t place_of(const tables *t, const cn_table *table)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->mappers[i]->table == table)
            return i;
    return SIZE_MAX;
}

static void before(tables *t, const cn_table *first, const cn_table *second)
{
    size_t a = place_of(t, first), b = place_of(t, second);
    if (a != SIZE_MAX && b != SIZE_MAX)
        t->reach[a * t->count + b] = true;
}

/* Foreign keys that no relationship speaks of order tables, too. */
static void by_foreign_keys(tables *t, const cn_table *table)
{
    for (size_t c = 0; c < table->column_count; c++)
        for (size_t i = 0; table->columns[c].foreign_table != NULL && i < t->count; i++)
            if (t->mappers[i]->table->name != NULL &&
                strcmp(t->mappers[i]->table->name, table->columns[c].foreign_table) == 0)
                before(t, t->mappers[i]->table, table);
}

static bool collect(cn_flush_plan *plan, tables *t)
{
    t->mappers = CN_ARENA_ARRAY(&plan->scratch, cn_mapper *, plan->session->shelf_count);
    if (t->mappers == NULL)
        return false;
    for (size_t i = 0; i < plan->session->shelf_count; i++)
        t->mappers[t->count++] = plan->session->shelves[i]->mapper;
    t->reach = CN_ARENA_ARRAY(&plan->scratch, bool, t->count * t->count);
    if (t->reach == NULL)
        return false;
    for (size_t i = 0; i < t->count; i++) {
        const cn_mapper *mapper = t->mappers[i];
        by_foreign_keys(t, mapper->table);
        for (size_t r = 0; r < mapper->relationship_count; r++) {
            const cn_relationship *relationship = &mapper->relationships[r];
            if (relationship->view_only)
                continue;
            if (relationship->direction == CN_MANY_TO_ONE)
                before(t, relationship->target, relationship->owner);
            else if (relationship->direction == CN_ONE_TO_MANY)
                before(t, relationship->owner, relationship->target);
        }
    }
    for (size_t via = 0; via < t->count; via++)
        for (size_t a = 0; a < t->count; a++)
            for (size_t b = 0; t->reach[a * t->count + via] && b < t->count; b++)
                t->reach[a * t->count + b] |= t->reach[via * t->count + b];
    return true;
}

/* Tables of one circle have the same rank; it is higher than that of all they refer to. */
static uint32_t rank_of(const tables *t, size_t table)
{
    uint32_t rank = 0;
    for (size_t other = 0; other < t->count; other++)
        rank += t->reach[other * t->count + table] && !t->reach[table * t->count + other];
    return rank;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* `first` is written before `second`; both in one circle. */
typedef struct edge {
    uint32_t first, second;
    uint32_t next; /* of the same first */
} edge;

typedef struct rows {
    edge     *edges;
    size_t    count, capacity;
    uint32_t *heads;   /* of each work: its first edge + 1 */
    uint32_t *waiting; /* how many it waits for */
} rows;

static bool add_edge(rows *r, uint32_t first, uint32_t second)
{
    if (!cn_reserve(&r->edges, &r->capacity, r->count + 1, sizeof *r->edges))
        return false;
    r->edges[r->count] = (edge){first, second, r->heads[first]};
    r->heads[first]    = (uint32_t)++r->count;
    r->waiting[second]++;
    return true;
}

/* The work of an instance, if it is part of this flush and of this rank. */
static const cn_work *work_of(const cn_flush_plan *plan, const void *instance, uint32_t rank,
                              cn_work_verb verb)
{
    cn_slab   *slab;
    uint32_t   slot;
    cn_record *record = instance == NULL ? NULL : cn_record_of(instance, &slab, &slot);
    if (record == NULL || (record->flags & CN_RECORD_FLUSHING) == 0)
        return NULL;
    const cn_work *work = &plan->work[record->work];
    return work->rank == rank && work->verb == verb ? work : NULL;
}

/* Rows after the new ones that their foreign keys follow. */
static bool order_inserts(const cn_flush_plan *plan, rows *r)
{
    for (size_t i = 0; i < plan->sync_count; i++) {
        const cn_sync *sync   = &plan->syncs[i];
        const cn_work *child  = &plan->work[sync->child];
        const cn_work *parent = work_of(plan, sync->parent, child->rank, CN_WORK_INSERT);
        if (child->verb != CN_WORK_DELETE && parent != NULL &&
            !add_edge(r, (uint32_t)(parent - plan->work), sync->child))
            return false;
    }
    return true;
}

/* Rows to delete: this order is gone through backwards, so those that are referred to come
   first. */
static bool order_deletes(const cn_flush_plan *plan, rows *r)
{
    for (uint32_t i = 0; i < plan->work_count; i++) {
        const cn_work *work = &plan->work[i];
        if (work->verb != CN_WORK_DELETE)
            continue;
        for (size_t k = 0; k < work->slab->mapper->relationship_count; k++) {
            const cn_relationship *relationship = &work->slab->mapper->relationships[k];
            if (relationship->direction != CN_MANY_TO_ONE)
                continue;
            const void    *target = cn_one_known(plan->session, relationship,
                                                 cn_slab_shadow(work->slab, work->slot));
            const cn_work *other  = work_of(plan, target, work->rank, CN_WORK_DELETE);
            if (other != NULL && other != work && !add_edge(r, (uint32_t)(other - plan->work), i))
                return false;
        }
    }
    return true;
}

/* Levels: a row is one above the highest that it waits for. False: some wait for each other. */
static bool level_rows(cn_flush_plan *plan, rows *r, uint32_t *queue)
{
    size_t from = 0, to = 0;
    for (uint32_t i = 0; i < plan->work_count; i++)
        if (r->waiting[i] == 0)
            queue[to++] = i;
    for (; from < to; from++) {
        uint32_t first = queue[from];
        for (uint32_t e = r->heads[first]; e != 0 && r->edges != NULL; e = r->edges[e - 1].next) {
            uint32_t second = r->edges[e - 1].second;
            if (plan->work[second].level <= plan->work[first].level)
                plan->work[second].level = plan->work[first].level + 1;
            if (--r->waiting[second] == 0)
                queue[to++] = second;
        }
    }
    if (to == plan->work_count)
        return true;
    for (uint32_t i = 0; i < plan->work_count; i++)
        if (r->waiting[i] != 0)
            return cn_connection_fail(
                plan->session->connection, CN_CAUSE_MODEL,
                "instances of %s refer to each other in a circle: no order of "
                "%s; %s one of the references %s a flush of its own",
                plan->work[i].slab->mapper->model->name,
                plan->work[i].verb == CN_WORK_DELETE ? "deletes serves all" : "inserts serves all",
                plan->work[i].verb == CN_WORK_DELETE ? "clear" : "set",
                plan->work[i].verb == CN_WORK_DELETE ? "before, in" : "after, in");
    return false;
}

static bool order_rows(cn_flush_plan *plan)
{
    rows r          = {0};
    r.heads         = CN_ARENA_ARRAY(&plan->scratch, uint32_t, plan->work_count);
    r.waiting       = CN_ARENA_ARRAY(&plan->scratch, uint32_t, plan->work_count);
    uint32_t *queue = CN_ARENA_ARRAY(&plan->scratch, uint32_t, plan->work_count);
    bool good = r.heads != NULL && r.waiting != NULL && queue != NULL && order_inserts(plan, &r) &&
                order_deletes(plan, &r);
    good = good ? level_rows(plan, &r, queue) : cn_session_no_memory(plan->session);
    cn_release(r.edges);
    return good;
}

/* ---- the order ------------------------------------------------------------------------------- */

typedef struct key {
    uint64_t place; /* rank and level */
    uint64_t table; /* and verb */
    uint32_t index;
} key;

static int compare(const void *a, const void *b)
{
    const key *x = a, *y = b;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    if (x->table != y->table)
        return x->table < y->table ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static key key_of(const tables *t, const cn_flush_plan *plan, uint32_t index)
{
    const cn_work *work = &plan->work[index];
    return (key){.place = (uint64_t)work->rank << 32 | work->level,
                 .table = place_of(t, work->slab->mapper->table) << 2 | (uint64_t)work->verb,
                 .index = index};
}

/* What was added in an order that needs no other is most of the work: finding that is quick. */
static bool is_sorted(const tables *t, const cn_flush_plan *plan)
{
    for (uint32_t i = 1; i < plan->work_count; i++) {
        const cn_work *x = &plan->work[i - 1], *y = &plan->work[i];
        if (x->rank == y->rank && x->level == y->level && x->verb == y->verb &&
            x->slab->mapper == y->slab->mapper)
            continue;
        const key a = key_of(t, plan, i - 1), b = key_of(t, plan, i);
        if (compare(&a, &b) > 0)
            return false;
    }
    return true;
}

static bool sort(const tables *t, cn_flush_plan *plan)
{
    key *keys = CN_ARENA_ARRAY(&plan->scratch, key, plan->work_count);
    if (keys == NULL)
        return cn_session_no_memory(plan->session);
    for (uint32_t i = 0; i < plan->work_count; i++)
        keys[i] = key_of(t, plan, i);
    qsort(keys, plan->work_count, sizeof *keys, compare);
    for (size_t i = 0; i < plan->work_count; i++)
        plan->order[i] = keys[i].index;
    return true;
}

/* Fills the ranks; whether there are rows in a circle of tables. */
static bool rank(const tables *t, cn_flush_plan *plan)
{
    const cn_mapper *mapper = NULL; /* of the work before */
    uint32_t         its    = 0;
    bool             circle = false;
    for (size_t i = 0; i < plan->work_count; i++) {
        cn_work *work = &plan->work[i];
        if (work->slab->mapper != mapper) {
            mapper       = work->slab->mapper;
            size_t place = place_of(t, mapper->table);
            its          = rank_of(t, place);
            circle       = circle || t->reach[place * t->count + place];
        }
        work->rank = its;
    }
    return circle;
}

bool cn_flush_sort(cn_flush_plan *plan)
{
    tables t    = {0};
    plan->order = cn_allocate(plan->work_count * sizeof *plan->order);
    if (plan->order == NULL || !collect(plan, &t))
        return cn_session_no_memory(plan->session);
    if (rank(&t, plan) && !order_rows(plan))
        return false;
    if (!is_sorted(&t, plan))
        return sort(&t, plan);
    for (uint32_t i = 0; i < plan->work_count; i++)
        plan->order[i] = i;
    return true;
}
