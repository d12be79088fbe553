/*
 * The known word that a mistyped one is nearest to, for "did you mean ...?". Called where a name
 * of the user's is looked up and not found.
 *
 *     cn_nearest nearest = {.given = "postgre"};
 *     cn_nearest_try(&nearest, "mysql");
 *     cn_nearest_try(&nearest, "postgresql");
 *     nearest.word is "postgresql"; it would be NULL if neither were near
 */
#ifndef CN_BASE_NEAREST_H
#define CN_BASE_NEAREST_H

#include <stddef.h>

typedef struct cn_nearest {
    const char *given;
    const char *word; /* the nearest so far, or NULL */
    size_t      distance;
} cn_nearest;

void cn_nearest_try(cn_nearest *nearest, const char *word);

#endif
