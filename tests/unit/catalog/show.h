/*
 * What the programs share that compare the text of data definition, word for word.
 */
#ifndef UNIT_CATALOG_SHOW_H
#define UNIT_CATALOG_SHOW_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cinnabar/schema.h>

static inline void assert_text(char *text, const char *problem, const char *expected)
{
    if (text == NULL)
        fail_msg("%s", problem);
    assert_string_equal(text, expected);
    cn_text_free(text);
}

/* ASSERT_CREATE(metadata, dialect, expected, .option = value, ...) */
#define ASSERT_CREATE(...) ASSERT_SHOWN_(cn_metadata_create_sql, __VA_ARGS__, .problem = problem)
#define ASSERT_DROP(...) ASSERT_SHOWN_(cn_metadata_drop_sql, __VA_ARGS__, .problem = problem)
#define ASSERT_SHOWN_(show, metadata, dialect, expected, ...)                                      \
    do {                                                                                           \
        char                 problem[400] = "";                                                    \
        const cn_ddl_options options      = {                                                      \
                 .size = sizeof options, .problem_size = sizeof problem, __VA_ARGS__};             \
        assert_text(show(&(metadata), dialect, &options), problem, expected);                      \
    } while (0)

#define ASSERT_REFUSED(...) ASSERT_REFUSED_(__VA_ARGS__, .problem = problem)
#define ASSERT_REFUSED_(metadata, dialect, expected, ...)                                          \
    do {                                                                                           \
        char                 problem[400] = "";                                                    \
        const cn_ddl_options options      = {                                                      \
                 .size = sizeof options, .problem_size = sizeof problem, __VA_ARGS__};             \
        assert_null(cn_metadata_create_sql(&(metadata), dialect, &options));                       \
        assert_string_equal(problem, expected);                                                    \
    } while (0)

#endif
