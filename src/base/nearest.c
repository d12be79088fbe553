/*
 * How far two words are from each other: in letters that are missing, too many, wrong or swapped,
 * whether large or small. Called when a name is not found; words of any length are safe.
 */
#include "base/nearest.h"

#include <stdint.h>
#include <string.h>

#include "base/ascii.h"

#define LONGEST 40 /* longer words are near to nothing */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Three rows of the usual table: what one letter more of `from` costs. */
static size_t distance(const char *from, size_t from_size, const char *to, size_t to_size)
{
    size_t rows[3][LONGEST + 1] = {{0}};
    for (size_t k = 0; k <= to_size; k++)
        rows[0][k] = k;
    for (size_t i = 1; i <= from_size; i++) {
        size_t       *row   = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t k = 1; k <= to_size; k++) {
            size_t wrong = cn_ascii_lower(from[i - 1]) != cn_ascii_lower(to[k - 1]);
            row[k]       = least(least(above[k], row[k - 1]) + 1, above[k - 1] + wrong);
            if (i > 1 && k > 1 && cn_ascii_lower(from[i - 1]) == cn_ascii_lower(to[k - 2]) &&
                cn_ascii_lower(from[i - 2]) == cn_ascii_lower(to[k - 1]))
                row[k] = least(row[k], second[k - 2] + 1);
        }
    }
    return rows[from_size % 3][to_size];
}

void cn_nearest_try(cn_nearest *nearest, const char *word)
{
    size_t given = strlen(nearest->given), size = strlen(word);
    if (given == 0 || given > LONGEST || size > LONGEST)
        return;
    size_t far = distance(nearest->given, given, word, size);
    if (far > 1 + given / 4 || far >= given || (nearest->word != NULL && far >= nearest->distance))
        return;
    nearest->word     = word;
    nearest->distance = far;
}
