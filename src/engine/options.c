/*
 * Structs of options of any size, and the engine's defaults. Called where a handle is opened.
 */
#include "engine/options.h"

#include <string.h>

bool cn_options_copy(void *to, size_t to_size, const void *from, const char *name, cn_error *error)
{
    size_t size = 0;
    if (from == NULL)
        return true;
    memcpy(&size, from, sizeof size);
    if (size < sizeof size)
        return cn_error_set(error, CN_CAUSE_MISUSE,
                            "the member size of %s is %zu: set it to sizeof(%s), or use the macro "
                            "that does",
                            name, size, name);
    for (size_t i = to_size; i < size; i++) {
        if (((const char *)from)[i] != 0)
            return cn_error_set(error, CN_CAUSE_UNSUPPORTED,
                                "%s has an option that this version of Cinnabar (%s) does not "
                                "know: the program was compiled with a newer one",
                                name, cn_version());
    }
    memcpy(to, from, size < to_size ? size : to_size);
    memcpy(to, &to_size, sizeof to_size);
    return true;
}

/* Zero becomes the default, CN_NONE `none`. */
static bool fill_int(int *value, int standard, int none, const char *name, cn_error *error)
{
    if (*value == 0)
        *value = standard;
    else if (*value == CN_NONE)
        *value = none;
    else if (*value < 0)
        return cn_error_set(error, CN_CAUSE_MISUSE,
                            "the option %s is %d: it is a number above 0, 0 for the default, or "
                            "CN_NONE",
                            name, *value);
    return true;
}

static bool fill_seconds(double *value, double standard, double none, const char *name,
                         cn_error *error)
{
    const double given = *value;
    if (given > 0)
        return true;
    if (given < 0 && given != CN_NONE)
        return cn_error_set(error, CN_CAUSE_MISUSE,
                            "the option %s is %g seconds: it is a time above 0, 0 for the "
                            "default, or CN_NONE",
                            name, given);
    if (given != given)
        return cn_error_set(error, CN_CAUSE_MISUSE, "the option %s is not a number", name);
    *value = given < 0 ? none : standard;
    return true;
}

bool cn_options_know_isolation(cn_isolation isolation, cn_error *error)
{
    return isolation <= CN_SERIALIZABLE ||
           cn_error_set(error, CN_CAUSE_MISUSE,
                        "the option isolation is %d, which is no cn_isolation", (int)isolation);
}

bool cn_engine_options_fill(cn_engine_options *to, const cn_engine_options *from, cn_error *error)
{
    if (!cn_options_copy(to, sizeof *to, from, "cn_engine_options", error))
        return false;
    return cn_options_know_isolation(to->isolation, error) &&
           fill_int(&to->pool_size, 5, 0, "pool_size", error) &&
           fill_int(&to->max_overflow, 10, 0, "max_overflow", error) &&
           fill_seconds(&to->pool_timeout, 30, -1, "pool_timeout", error) &&
           fill_seconds(&to->pool_recycle, 0, 0, "pool_recycle", error) &&
           fill_seconds(&to->connect_timeout, 10, 0, "connect_timeout", error) &&
           fill_seconds(&to->read_timeout, 0, 0, "read_timeout", error) &&
           fill_seconds(&to->write_timeout, 0, 0, "write_timeout", error) &&
           fill_int(&to->prepared_statements, 256, 1, "prepared_statements", error) &&
           fill_int(&to->statement_cache, 500, 0, "statement_cache", error);
}
