/*
 * The functions behind CN_UNIQUE, CN_CHECK, CN_PRIMARY_KEY, CN_FOREIGN_KEY, CN_INDEX and
 * CN_TABLE_OPTIONS. They keep what the model says, members by their names: not all columns are
 * known yet when they are called. settle.c makes the table's lists of it. Must never know a
 * database.
 */
#include <string.h>

#include "base/memory.h"
#include "schema/mapping.h"

/* A copy of a NULL-ended list that may stand in the declare function's frame; NULL: no memory. */
static const char *const *copy_list(cn_mapping *mapping, const char *const *list)
{
    size_t count = 0;
    while (list != NULL && list[count] != NULL)
        count++;
    const char **copy = CN_ARENA_ARRAY(mapping->arena, const char *, count + 1);
    if (copy == NULL) {
        cn_mapping_no_memory(mapping);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        copy[i] = list[i];
    return copy;
}

static void keep(cn_mapping *mapping, const cn_said *said)
{
    if (cn_reserve(&mapping->said, &mapping->said_capacity, mapping->said_count + 1,
                   sizeof *mapping->said))
        mapping->said[mapping->said_count++] = *said;
    else
        cn_mapping_no_memory(mapping);
}

static bool check_name(cn_mapping *mapping, const char *macro, const char *name)
{
    return name == NULL || name[0] != '\0' ||
           cn_mapping_fail(mapping, "%s: %s has an empty name", mapping->model->name, macro);
}

/* Reads the options and copies the members; false: the mapping has failed, now or before. */
static bool begin(cn_mapping *mapping, const char *macro, const char *const *members, cn_said *said,
                  void *into, size_t room, const void *options)
{
    if (mapping->failed || !cn_mapping_options(mapping, macro, into, room, options))
        return false;
    said->members = copy_list(mapping, members);
    if (said->members == NULL)
        return false;
    return (said->kind == CN_SAID_CHECK || said->members[0] != NULL) ||
           cn_mapping_fail(mapping, "%s: %s names no member", mapping->model->name, macro);
}

void cn_map_unique_with(cn_mapping *mapping, const char *const *members,
                        const cn_unique_options *options)
{
    cn_said said = {.kind = CN_SAID_UNIQUE};
    if (begin(mapping, "CN_UNIQUE", members, &said, &said.unique, sizeof said.unique, options) &&
        check_name(mapping, "CN_UNIQUE", said.unique.name))
        keep(mapping, &said);
}

void cn_map_unique(cn_mapping *mapping, const char *const *members)
{
    cn_map_unique_with(mapping, members, NULL);
}

void cn_map_check(cn_mapping *mapping, const char *condition, const cn_check_options *options)
{
    cn_said said = {.kind = CN_SAID_CHECK, .text = condition};
    if (!begin(mapping, "CN_CHECK", NULL, &said, &said.check, sizeof said.check, options) ||
        !check_name(mapping, "CN_CHECK", said.check.name))
        return;
    if (condition == NULL || condition[0] == '\0')
        cn_mapping_fail(mapping, "%s: CN_CHECK has no condition", mapping->model->name);
    else
        keep(mapping, &said);
}

void cn_map_primary_key(cn_mapping *mapping, const char *const *members,
                        const cn_primary_key_options *options)
{
    cn_said said = {.kind = CN_SAID_PRIMARY_KEY};
    if (!begin(mapping, "CN_PRIMARY_KEY", members, &said, &said.primary_key,
               sizeof said.primary_key, options) ||
        !check_name(mapping, "CN_PRIMARY_KEY", said.primary_key.name))
        return;
    for (size_t i = 0; i < mapping->said_count; i++) {
        if (mapping->said[i].kind == CN_SAID_PRIMARY_KEY) {
            cn_mapping_fail(mapping, "%s has two CN_PRIMARY_KEYs", mapping->model->name);
            return;
        }
    }
    keep(mapping, &said);
}

void cn_map_foreign_key(cn_mapping *mapping, const char *const *members, const char *table,
                        const char *const *columns, const cn_foreign_key_options *options)
{
    cn_said said = {.kind = CN_SAID_FOREIGN_KEY, .text = table};
    if (!begin(mapping, "CN_FOREIGN_KEY", members, &said, &said.foreign_key,
               sizeof said.foreign_key, options) ||
        !check_name(mapping, "CN_FOREIGN_KEY", said.foreign_key.name))
        return;
    said.columns = copy_list(mapping, columns);
    if (said.columns == NULL)
        return;
    if (table == NULL || table[0] == '\0')
        cn_mapping_fail(mapping, "%s: CN_FOREIGN_KEY names no table", mapping->model->name);
    else
        keep(mapping, &said);
}

void cn_map_index(cn_mapping *mapping, const char *const *parts, const cn_index_options *options)
{
    cn_said said = {.kind = CN_SAID_INDEX};
    if (!begin(mapping, "CN_INDEX", parts, &said, &said.index, sizeof said.index, options) ||
        !check_name(mapping, "CN_INDEX", said.index.name))
        return;
    said.index.include = copy_list(mapping, said.index.include);
    if (said.index.include != NULL)
        keep(mapping, &said);
}

void cn_map_table_options(cn_mapping *mapping, const cn_table_options *options)
{
    if (mapping->failed)
        return;
    if (mapping->has_options)
        cn_mapping_fail(mapping, "%s has two CN_TABLE_OPTIONS", mapping->model->name);
    else if (cn_mapping_options(mapping, "CN_TABLE_OPTIONS", &mapping->options,
                                sizeof mapping->options, options))
        mapping->has_options = true;
}
