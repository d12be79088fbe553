/*
 * Numbers as text, whatever the program's locale is: exact both ways, or refused.
 */
#ifndef CN_BASE_NUMBER_H
#define CN_BASE_NUMBER_H

#include <cinnabar/value.h>

#define CN_NUMBER_SIZE 40

/* The whole text must be the number; sizes without a NUL. */
bool cn_number_parse_int(const char *text, size_t size, int64_t *value);
bool cn_number_parse_uint(const char *text, size_t size, uint64_t *value);
bool cn_number_parse_real(const char *text, size_t size, double *value); /* "inf", "NaN", too */
bool cn_number_is_decimal(const char *text, size_t size); /* -12.50, 1e3; not inf, not NaN */

/* Into `text`, CN_NUMBER_SIZE bytes; the result is the size. A real is the shortest text that reads
   back the same: 0.1, 1.5, 100, 1e+300, NaN, -Infinity. */
size_t cn_number_format_int(int64_t value, char *text);
size_t cn_number_format_uint(uint64_t value, char *text);
size_t cn_number_format_real(double value, char *text);
size_t cn_number_format_float(float value, char *text);
/* The same of an integer, an unsigned one or a real. */
size_t cn_number_format(const cn_value *number, char *text);

#endif
