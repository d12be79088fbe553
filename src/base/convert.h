/*
 * Between a member of a C struct and a value: exact, or an error that names the column and says
 * why not. A driver's fast path stores the common cases itself and calls this for the others.
 */
#ifndef CN_BASE_CONVERT_H
#define CN_BASE_CONVERT_H

#include <cinnabar/type.h>

#include "base/arena.h"
#include "base/error.h"

/* One column of a result, decoded into one member of a struct: a step of a decode plan. */
typedef struct cn_decode {
    uint32_t           column;  /* of the result, from 0 */
    uint32_t           offset;  /* of the member in the struct */
    uint32_t           size;    /* of the member */
    uint8_t            storage; /* cn_storage, with CN_STORAGE_OPT */
    bool               utc;     /* a cn_timestamp takes a datetime as UTC: a mapped column's does */
    uint8_t            scale;   /* of a decimal: a number that comes without them gets its zeros */
    uint8_t            precision; /* of a decimal: all its digits, or 0; more are refused */
    const char        *name;      /* for errors: "Post.title" or the column's name */
    const char *const *labels; /* of an enumeration, NULL-ended: its text is stored as the index */
    /* Converts what the database has before it is stored. `labels` is then not NULL, and empty if
       there are none: fast paths, which ask for labels, stand aside for both. */
    const cn_user_type *user;
} cn_decode;

/* Labels that are none. */
extern const char *const cn_no_labels[];

/* What a user type makes of a value: with `bind` for the database, otherwise for the member. False:
   the error names `what`. NULL is left alone. */
bool cn_user_convert(const cn_user_type *type, bool bind, const char *what, cn_value *value,
                     cn_arena *memory, cn_error *error);
/* The same for a value that is to be stored: `*value` becomes `made`. A failure zeroes `member`. */
bool cn_user_result(const cn_decode *step, void *member, const cn_value **value, cn_value *made,
                    cn_arena *memory, cn_error *error);

/*
 * Stores `value` into the member that `step` describes, inside the struct at `row`, by the rules of
 * cn_convert_value below. Text, bytes, decimals and JSON are copied into `text`; with `text` NULL
 * the member borrows the value's memory, which must end with a NUL. Fails, with the member zeroed,
 * if it cannot hold the value exactly: NULL in a member that is not nullable, a number out of range
 * or with a fraction, text that is no number, text with a NUL byte, text longer than a char[N]
 * holds. A float member also takes a double that is what the float's own text says: 0.1.
 */
bool cn_convert_store(const cn_decode *step, const cn_value *value, void *row, cn_arena *text,
                      cn_error *error);

/* The same of a value that is the program's: a user type has nothing to convert. */
bool cn_convert_assign(const cn_decode *step, const cn_value *value, void *row, cn_arena *text,
                       cn_error *error);

/* What one member holds, into another, by way of what the database would hold if their user types
   differ; what that makes lives in `memory`. Text is borrowed from the member otherwise. */
bool cn_convert_copy(const cn_decode *from, const void *source, const cn_decode *to, void *target,
                     cn_arena *memory, cn_error *error);

/* The value of a member, borrowed from it. `labels` as above: the index becomes its label, an
   index without one is an error. */
bool cn_convert_load(const cn_decode *step, const void *row, cn_value *value, cn_error *error);

/* One element of a list parameter, as a value. */
cn_value cn_convert_element(const void *items, size_t index, uint8_t storage);

/*
 * The value as another kind, exactly, or an error that names `what`: what cn_get_int(...) and its
 * like do. NULL is an error: the caller looks for it first. Text that has to be made (a number as
 * text) is made in `scratch`; without one it is refused. CN_KIND_UNSIGNED always gives
 * `as.unsigned_integer`, small numbers too.
 *
 * to               | from
 * boolean          | integer 0 or 1; text "0", "1", "f", "t", "false", "true"
 * integer          | boolean; unsigned and real if integral and in range; text or decimal: "12",
 *                  | "12.00"
 * real             | integers that are exact in a double; text or decimal: a fraction becomes the
 *                  | nearest double, an integer must be exact
 * text             | everything but a list; bytes if they are UTF-8
 * decimal, json    | integer, real; text (for a decimal: if it is a number)
 * bytes            | text
 * date, time,      | text that is one. A datetime and a timestamp are not taken for each other,
 * datetime,        | because a time zone would have to be guessed. Text with a zone is no datetime;
 * timestamp,       | text without one is a timestamp in UTC, which is how SQLite and MySQL keep
 * interval         | them.
 * uuid             | text; 16 bytes
 */
bool cn_convert_value(const cn_value *from, cn_kind to, const char *what, cn_value *value,
                      cn_arena *scratch, cn_error *error);

/* The size of one member of this storage; 0 for CN_STORAGE_CHARS. With CN_STORAGE_OPT, of the opt
   struct; 0 if there is no opt of it. */
size_t cn_storage_size(uint8_t storage);
/* Where the value of an opt starts inside its struct; 0 for what is not an opt. */
size_t  cn_storage_value_offset(uint8_t storage);
cn_kind cn_storage_kind(uint8_t storage);

/* Whether a member of this storage points to text, bytes, ... instead of holding them. */
static inline bool cn_storage_points(uint8_t storage)
{
    return storage == CN_STORAGE_TEXT || storage == CN_STORAGE_BYTES ||
           storage == CN_STORAGE_DECIMAL || storage == CN_STORAGE_JSON;
}

#endif
