/*
 * The tables of a metadata in the order in which they can be created: those that refer to no
 * table that is still to come first, layer by layer, and within a layer in the order of the list.
 * Called by the catalogue. Must never know a database.
 */
#include <string.h>

#include "base/memory.h"
#include "schema/resolved.h"

/* Table `from` has a foreign key to table `to`; both by their place in the list. */
struct edge {
    size_t from;
    size_t to;
};

struct sorter {
    const cn_table **tables; /* as listed */
    size_t           count;
    struct edge     *edges;
    size_t           edge_count;
    size_t           edge_capacity;
    bool            *placed; /* by the place in the list */
    bool            *marked; /* scratch */
    cn_error        *error;
};

static bool check_names(const struct sorter *sorter, const cn_table *table)
{
    for (size_t i = 0; i < sorter->count; i++) {
        const cn_table *other = sorter->tables[i];
        if (other == table)
            return cn_error_set(sorter->error, CN_CAUSE_MODEL, "the metadata lists %s twice",
                                table->model->name);
        if (strcmp(other->model->table, table->model->table) == 0)
            return cn_error_set(sorter->error, CN_CAUSE_MODEL,
                                "%s and %s are both mapped to the table \"%s\"", other->model->name,
                                table->model->name, table->model->table);
        if (strcmp(other->model->name, table->model->name) == 0)
            return cn_error_set(sorter->error, CN_CAUSE_MODEL,
                                "the metadata lists two models called %s: \"%s\" and \"%s\"",
                                table->model->name, other->model->table, table->model->table);
    }
    return true;
}

static bool resolve_tables(struct sorter *sorter, const cn_metadata *metadata)
{
    for (size_t i = 0; metadata->models[i] != NULL; i++) {
        const cn_table *table = cn_table_of(metadata->models[i], sorter->error);
        if (table == NULL)
            return false;
        if (table->name == NULL)
            return cn_error_set(sorter->error, CN_CAUSE_MODEL,
                                "%s has no table: it cannot stand in a metadata",
                                table->model->name);
        if (!check_names(sorter, table))
            return false;
        sorter->tables[sorter->count++] = table;
    }
    return true;
}

static bool check_columns(struct sorter *sorter, const cn_foreign_key *key, const cn_table *target)
{
    for (size_t i = 0; i < key->count; i++) {
        if (cn_table_named(target, key->foreign_columns[i]) != NULL)
            continue;
        if (key->of_column)
            return cn_error_set(sorter->error, CN_CAUSE_MODEL,
                                "%s: .foreign_key = \"%s.%s\": %s has no column \"%s\"",
                                key->table->columns[key->columns[0]].field.name, key->foreign_table,
                                key->foreign_columns[i], target->model->name,
                                key->foreign_columns[i]);
        return cn_error_set(sorter->error, CN_CAUSE_MODEL,
                            "%s: CN_FOREIGN_KEY to \"%s\": %s has no column \"%s\"",
                            key->table->model->name, key->foreign_table, target->model->name,
                            key->foreign_columns[i]);
    }
    return true;
}

/* A table that the metadata does not list is taken to be there. A foreign key that is added when
   all tables are there asks for no order. */
static bool add_edge(struct sorter *sorter, size_t from, const cn_foreign_key *key)
{
    for (size_t to = 0; to < sorter->count; to++) {
        const cn_table *target = sorter->tables[to];
        if (strcmp(target->model->table, key->foreign_table) != 0)
            continue;
        if (!check_columns(sorter, key, target))
            return false;
        if (to == from || key->use_alter)
            return true;
        if (!cn_reserve(&sorter->edges, &sorter->edge_capacity, sorter->edge_count + 1,
                        sizeof *sorter->edges))
            return cn_error_no_memory(sorter->error);
        sorter->edges[sorter->edge_count++] = (struct edge){from, to};
        return true;
    }
    return true;
}

static bool find_edges(struct sorter *sorter)
{
    for (size_t from = 0; from < sorter->count; from++) {
        const cn_table *table = sorter->tables[from];
        for (size_t i = 0; i < table->foreign_key_count; i++) {
            if (!add_edge(sorter, from, &table->foreign_keys[i]))
                return false;
        }
    }
    return true;
}

static bool is_ready(const struct sorter *sorter, size_t table)
{
    for (size_t i = 0; i < sorter->edge_count; i++) {
        if (sorter->edges[i].from == table && !sorter->placed[sorter->edges[i].to])
            return false;
    }
    return true;
}

/* Whether the table refers to itself by way of others that are not placed yet. */
static bool is_in_cycle(struct sorter *sorter, size_t table)
{
    memset(sorter->marked, 0, sorter->count * sizeof *sorter->marked);
    for (bool grown = true; grown && !sorter->marked[table];) {
        grown = false;
        for (size_t i = 0; i < sorter->edge_count; i++) {
            struct edge edge = sorter->edges[i];
            if ((edge.from == table || sorter->marked[edge.from]) && !sorter->placed[edge.to] &&
                !sorter->marked[edge.to]) {
                sorter->marked[edge.to] = true;
                grown                   = true;
            }
        }
    }
    return sorter->marked[table];
}

static void place(struct sorter *sorter, const cn_table **order)
{
    size_t done = 0;
    while (done < sorter->count) {
        size_t before = done;
        for (size_t i = 0; i < sorter->count; i++) {
            if (!sorter->placed[i] && is_ready(sorter, i))
                order[done++] = sorter->tables[i];
        }
        for (size_t i = 0, at = before; i < sorter->count && at < done; i++) {
            if (sorter->tables[i] ==
                order[at]) { /* after the search: a layer does not feed itself */
                sorter->placed[i] = true;
                at++;
            }
        }
        for (size_t i = 0; i < sorter->count && done == before; i++) {
            if (!sorter->placed[i] && is_in_cycle(sorter, i)) {
                sorter->placed[i] = true;
                order[done++]     = sorter->tables[i];
            }
        }
    }
}

bool cn_metadata_sort(const cn_metadata *metadata, const cn_table **order, size_t *count,
                      cn_error *error)
{
    size_t listed = 0;
    while (metadata->models[listed] != NULL)
        listed++;
    struct sorter sorter = {.error = error};
    bool          done   = false;
    sorter.tables        = cn_allocate_zero(listed, sizeof *sorter.tables);
    sorter.placed        = cn_allocate_zero(listed, sizeof *sorter.placed);
    sorter.marked        = cn_allocate_zero(listed, sizeof *sorter.marked);
    if (sorter.tables == NULL || sorter.placed == NULL || sorter.marked == NULL) {
        cn_error_no_memory(error);
        goto done;
    }
    if (!resolve_tables(&sorter, metadata) || !find_edges(&sorter))
        goto done;
    place(&sorter, order);
    *count = sorter.count;
    done   = true;
done:
    cn_release(sorter.tables);
    cn_release(sorter.placed);
    cn_release(sorter.marked);
    cn_release(sorter.edges);
    return done;
}
