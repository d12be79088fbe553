/*
 * fuzz/fuzz.h: what the fuzz targets share. A target is a file with LLVMFuzzerTestOneInput, which
 * reads whatever bytes it is given with one parser and checks what must hold of any input. With
 * libFuzzer it looks for new inputs (tests/fuzz/fuzz); otherwise its main replays those that were
 * kept, tests/fuzz/corpus/<target>/.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program with the sentence, unless it holds; printf's arguments follow. */
#define fuzz_require(holds, ...)                                                                   \
    do {                                                                                           \
        if (!(holds))                                                                              \
            fuzz_fail(__FILE__, __LINE__, #holds, __VA_ARGS__);                                    \
    } while (0)
_Noreturn void fuzz_fail(const char *file, int line, const char *holds, const char *form, ...);

/* A copy that ends with a NUL, in a block of its own so that a byte too far is noticed; the
   caller's to free. */
char *fuzz_text(const uint8_t *data, size_t size);

/* The bytes of an input as decisions. When they have run out, every decision is 0. */
typedef struct fuzz_input {
    const uint8_t *at;
    size_t         left;
} fuzz_input;

uint8_t  fuzz_byte(fuzz_input *input);
unsigned fuzz_below(fuzz_input *input, unsigned most); /* 0 ... most - 1 */
uint64_t fuzz_word(fuzz_input *input);

/* Replays the corpus of a target, as TAP; returns what main returns. With arguments, only the files
   that they name. */
int fuzz_replay(const char *target, int argc, char **argv);

#endif
