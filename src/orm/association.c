/*
 * The rows of association tables in a flush: first those that go, then those that come, in batches.
 * A row that both sides ask for is sent once. Called by persist.c when the keys of all rows are
 * known.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "orm/flush.h"
#include "sql/rows.h"

#define CN_BATCH_MOST 1000 /* rows whose values are in memory at a time */

/* ---- each once ------------------------------------------------------------------------------- */

/* The same row, told from the other side: as its relationship with the lower address says it. */
static cn_association turned(const cn_association *association)
{
    const cn_relationship *reverse = association->relationship->reverse;
    cn_association         same    = *association;
    if (reverse == NULL || association->element == NULL || reverse > association->relationship)
        return same;
    same.relationship = reverse;
    same.owner        = association->element;
    same.element      = association->owner;
    return same;
}

static int order_of(uintptr_t x, uintptr_t y)
{
    return x < y ? -1 : x > y;
}

/* Rows that go before rows that come, by relationship, then by what they join. */
static int by_row(const void *a, const void *b)
{
    const cn_association *x = a, *y = b;
    int                   order = order_of(x->added, y->added);
    order = order != 0 ? order : order_of((uintptr_t)x->relationship, (uintptr_t)y->relationship);
    order = order != 0 ? order : order_of((uintptr_t)x->owner, (uintptr_t)y->owner);
    order = order != 0 ? order : order_of((uintptr_t)x->element, (uintptr_t)y->element);
    return order != 0 ? order : order_of(x->place, y->place);
}

/* In the order in which they are sent: what stands in one batch next to each other, as it was asked
   for. */
static int by_batch(const void *a, const void *b)
{
    const cn_association *x = a, *y = b;
    int                   order = order_of(x->added, y->added);
    order = order != 0 ? order : order_of((uintptr_t)x->relationship, (uintptr_t)y->relationship);
    order = order != 0 ? order : order_of(x->element == NULL, y->element == NULL);
    return order != 0 ? order : order_of(x->place, y->place);
}

static bool is_going(const cn_flush_plan *plan, const void *instance)
{
    cn_slab         *slab;
    uint32_t         slot;
    const cn_record *record = instance == NULL ? NULL : cn_record_of(instance, &slab, &slot);
    return record != NULL && (record->flags & CN_RECORD_FLUSHING) != 0 &&
           plan->work[record->work].verb == CN_WORK_DELETE;
}

static void leave_each_once(cn_flush_plan *plan)
{
    cn_association *rows  = plan->associations;
    size_t          count = 0, kept = 0;
    for (size_t i = 0; i < plan->association_count; i++)
        if (!rows[i].added || (!is_going(plan, rows[i].owner) && !is_going(plan, rows[i].element)))
            rows[count++] = turned(&rows[i]);
    qsort(rows, count, sizeof *rows, by_row);
    for (size_t i = 0; i < count; i++) {
        const cn_association *last = kept == 0 ? NULL : &rows[kept - 1];
        if (last == NULL || last->added != rows[i].added ||
            last->relationship != rows[i].relationship || last->owner != rows[i].owner ||
            last->element != rows[i].element)
            rows[kept++] = rows[i];
    }
    qsort(rows, kept, sizeof *rows, by_batch);
    plan->association_count = kept;
}

/* ---- batches --------------------------------------------------------------------------------- */

static size_t association_values(cn_session *session, const cn_association *association,
                                 uint32_t *columns, cn_value *values)
{
    const cn_relationship *relationship = association->relationship;
    size_t                 count        = 0;
    for (size_t i = 0; i < relationship->pair_count; i++, count++) {
        columns[count] = relationship->pairs[i].right;
        if (!cn_flush_load(session, &relationship->owner->columns[relationship->pairs[i].left],
                           association->owner, &values[count]))
            return 0;
    }
    for (size_t i = 0; association->element != NULL && i < relationship->far_pair_count;
         i++, count++) {
        columns[count] = relationship->far_pairs[i].right;
        if (!cn_flush_load(session, &relationship->target->columns[relationship->far_pairs[i].left],
                           association->element, &values[count]))
            return 0;
    }
    return count;
}

static bool send_rows(cn_flush_plan *plan, const cn_association *first, size_t rows,
                      uint32_t *columns, cn_value *values)
{
    cn_session  *session = plan->session;
    size_t       width   = 0;
    int64_t      matched = 0;
    cn_row_batch send = {.table = first->relationship->secondary, .values = values, .rows = rows};
    for (size_t i = 0; i < rows; i++) {
        width = association_values(session, &first[i], columns, values + i * width);
        if (width == 0)
            return false;
    }
    if (!cn_session_count(session))
        return false;
    if (first->added) {
        send.columns      = columns;
        send.column_count = width;
        return cn_rows_insert(session->connection, &send, NULL);
    }
    send.where       = columns;
    send.where_count = width;
    return cn_rows_delete(session->connection, &send, &matched);
}

static bool send_batch(cn_flush_plan *plan, const cn_association *first, size_t rows)
{
    size_t        width   = first->relationship->pair_count + first->relationship->far_pair_count;
    cn_arena_mark mark    = cn_arena_here(&plan->scratch);
    uint32_t     *columns = CN_ARENA_ARRAY(&plan->scratch, uint32_t, width);
    cn_value     *values  = CN_ARENA_ARRAY(&plan->scratch, cn_value, width * rows);
    bool good = columns != NULL && values != NULL ? send_rows(plan, first, rows, columns, values)
                                                  : cn_session_no_memory(plan->session);
    cn_arena_back(&plan->scratch, mark);
    return good;
}

bool cn_flush_send_associations(cn_flush_plan *plan)
{
    if (plan->association_count == 0)
        return true;
    leave_each_once(plan);
    for (size_t i = 0, rows; i < plan->association_count; i += rows) {
        const cn_association *first = &plan->associations[i];
        for (rows = 1; i + rows < plan->association_count && rows < CN_BATCH_MOST; rows++)
            if (first[rows].relationship != first->relationship ||
                first[rows].added != first->added ||
                (first[rows].element == NULL) != (first->element == NULL))
                break;
        if (!send_batch(plan, first, rows))
            return false;
    }
    return true;
}
