/*
 * The functions of a user type: a program's code between a member and the database. Called where
 * rows are decoded and where values are bound.
 */
#include "base/convert.h"

#include <string.h>

const char *const cn_no_labels[] = {NULL};

/* What a program's functions see of an arena. */
struct cn_type_memory {
    cn_arena arena;
};

void *cn_type_memory_take(cn_type_memory *memory, size_t size)
{
    return memory != NULL ? cn_arena_take(&memory->arena, size, sizeof(void *)) : NULL;
}

bool cn_user_convert(const cn_user_type *type, bool bind, const char *what, cn_value *value,
                     cn_arena *memory, cn_error *error)
{
    char problem[CN_TYPE_PROBLEM_SIZE] = "";
    bool (*convert)(const cn_user_type *, cn_value *, cn_type_memory *,
                    char *)            = bind ? type->bind : type->result;
    if (convert == NULL || value->kind == CN_KIND_NULL)
        return true;
    if (!bind && type->kind != CN_KIND_NULL && type->kind != value->kind) {
        const cn_value from = *value;
        if (!cn_convert_value(&from, (cn_kind)type->kind, what, value, memory, error))
            return false;
    }
    if (convert(type, value, (cn_type_memory *)(void *)memory, problem))
        return true;
    problem[sizeof problem - 1] = '\0';
    return cn_error_set(error, CN_CAUSE_CONVERSION, "%s: the user type %s refuses a value%s%s",
                        what, type->name, problem[0] != '\0' ? ": " : "", problem);
}

bool cn_user_result(const cn_decode *step, void *member, const cn_value **value, cn_value *made,
                    cn_arena *memory, cn_error *error)
{
    *made  = **value;
    *value = made;
    if (cn_user_convert(step->user, false, step->name, made, memory, error))
        return true;
    memset(member, 0, step->size);
    return false;
}

bool cn_convert_assign(const cn_decode *step, const cn_value *value, void *row, cn_arena *text,
                       cn_error *error)
{
    cn_decode plain = *step;
    plain.user      = NULL;
    if (value->kind != CN_KIND_TEXT) /* the index of an enumeration, not its label */
        plain.labels = NULL;
    return cn_convert_store(&plain, value, row, text, error);
}

bool cn_convert_copy(const cn_decode *from, const void *source, const cn_decode *to, void *target,
                     cn_arena *memory, cn_error *error)
{
    cn_value value;
    if (!cn_convert_load(from, source, &value, error))
        return false;
    if (from->user == to->user)
        return cn_convert_assign(to, &value, target, NULL, error);
    return (from->user == NULL ||
            cn_user_convert(from->user, true, from->name, &value, memory, error)) &&
           cn_convert_store(to, &value, target, memory, error);
}
