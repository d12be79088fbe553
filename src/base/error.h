/*
 * The error object behind cinnabar/error.h. Whoever fails fills one; the handle that owns it
 * decides what the error stops. Setting an error never fails: without memory the message is cut
 * to what fits into the object itself.
 */
#ifndef CN_BASE_ERROR_H
#define CN_BASE_ERROR_H

#include <stdarg.h>

#include <cinnabar/error.h>

struct cn_error {
    cn_cause cause;
    char     sqlstate[6];
    bool     lost;      /* the connection is gone */
    bool     retryable; /* the whole transaction may succeed when run again */
    bool     ended;     /* the server has ended the transaction */
    bool     read;      /* somebody looked */
    int      code;
    size_t   row;     /* the row of a batch that failed, from 1; 0: none, or not known */
    char    *message; /* allocated, or NULL: then `brief` holds it */
    char    *statement;
    char    *parameters;
    char     brief[120];
}; /* zero bytes are no error */

/* Sets cause and message; the rest is cleared. Replaces whatever was there. Returns false, so that
   a failing function can `return cn_error_set(...)`. */
CN_COLD_ bool cn_error_set(cn_error *error, cn_cause cause, const char *format, ...)
    CN_FORMAT_(3, 4);
CN_COLD_ bool cn_error_set_v(cn_error *error, cn_cause cause, const char *format, va_list arguments)
    CN_FORMAT_(3, 0);
CN_COLD_ bool cn_error_no_memory(cn_error *error);

/* What the server said of itself; call after cn_error_set. */
void cn_error_server(cn_error *error, const char *sqlstate, int code);

/* One string, several statements, and no leave for that. What the server said of itself stays. */
bool cn_error_several_statements(cn_error *error);

/* Adds to the message: "; the connection ..." */
CN_COLD_ void cn_error_append(cn_error *error, const char *format, ...) CN_FORMAT_(2, 3);

void cn_error_copy(cn_error *to, const cn_error *from); /* a deep copy; `to` was valid or zero */
void cn_error_move(cn_error *to, cn_error *from);       /* `from` becomes no error */
void cn_error_clear(cn_error *error);                   /* frees and zeroes */

/* The error of a handle that is NULL. */
extern const cn_error cn_error_of_nothing;
/* No error at all. */
extern const cn_error cn_error_none;

#endif
