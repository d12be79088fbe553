/*
 * See schemas.h.
 */
#include "base/schemas.h"

#include <string.h>

#include "base/memory.h"

static char *put(char **to, const char *text)
{
    char  *put  = *to;
    size_t size = strlen(text) + 1;
    *to += size;
    return memcpy(put, text, size);
}

cn_schema_map *cn_schemas_copy(const cn_schema_map *list)
{
    size_t count = 0, size = 0;
    for (; list != NULL && list[count].of_model != NULL; count++)
        size += strlen(list[count].of_model) + 1 +
                (list[count].of_database == NULL ? 0 : strlen(list[count].of_database)) + 1;
    cn_schema_map *copy = list == NULL ? NULL : cn_allocate((count + 1) * sizeof *copy + size);
    if (copy == NULL)
        return NULL;
    char *text = (char *)(copy + count + 1);
    for (size_t i = 0; i < count; i++) {
        const char *to = list[i].of_database;
        copy[i] = (cn_schema_map){put(&text, list[i].of_model), put(&text, to == NULL ? "" : to)};
    }
    copy[count] = (cn_schema_map){NULL, NULL};
    return copy;
}

const char *cn_schemas_find(const cn_schema_map *list, const char *schema)
{
    const char *of_model = schema == NULL ? "" : schema;
    for (; list != NULL && list->of_model != NULL; list++)
        if (strcmp(list->of_model, of_model) == 0)
            return list->of_database == NULL || *list->of_database == '\0' ? NULL
                                                                           : list->of_database;
    return schema;
}
