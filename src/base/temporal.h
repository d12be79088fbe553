/*
 * Dates and times as text that need not end with a NUL: what drivers and conversions read. The
 * functions for programs, in cinnabar/value.h, are these on the whole text.
 *
 * What they take, beside what the format functions write: a 'T' for the blank between date and
 * time, a time without seconds, other than six digits of a fraction (beyond six: only zeros), a
 * date alone for a date and time (midnight), a year of more than four digits or with a sign, and
 * PostgreSQL's " BC". A zone is Z, +01, +0130, +01:30 or +01:30:15.
 */
#ifndef CN_BASE_TEMPORAL_H
#define CN_BASE_TEMPORAL_H

#include <cinnabar/value.h>

bool cn_date_parse_sized(const char *text, size_t size, cn_date *value);
bool cn_time_parse_sized(const char *text, size_t size, cn_time *value);         /* no zone */
bool cn_datetime_parse_sized(const char *text, size_t size, cn_datetime *value); /* no zone */
bool cn_timestamp_parse_sized(const char *text, size_t size,
                              cn_timestamp *value); /* UTC without one */
bool cn_interval_parse_sized(const char *text, size_t size, cn_interval *value);
bool cn_uuid_parse_sized(const char *text, size_t size, cn_uuid *value);

/* Whether the day exists. The zero date and MySQL's 2026-00-00 do not. */
bool cn_date_is_valid(cn_date value);

#endif
