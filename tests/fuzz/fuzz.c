/*
 * fuzz/fuzz.c: see fuzz.h.
 */
#define _POSIX_C_SOURCE 200809L
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_fail(const char *file, int line, const char *holds, const char *form, ...)
{
    va_list arguments;
    va_start(arguments, form);
    fprintf(stderr, "%s:%d: does not hold: %s: ", file, line, holds);
    vfprintf(stderr, form, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}

char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (text == NULL)
        abort();
    if (size != 0)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

uint8_t fuzz_byte(fuzz_input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

unsigned fuzz_below(fuzz_input *input, unsigned most)
{
    return fuzz_byte(input) % most;
}

uint64_t fuzz_word(fuzz_input *input)
{
    uint64_t word = 0;
    for (int i = 0; i < 8; i++)
        word = word << 8 | fuzz_byte(input);
    return word;
}

static bool replay_file(const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE          *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    size_t   size = fread(bytes, 1, sizeof bytes, file);
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    fclose(file);
    if (copy == NULL)
        return false;
    memcpy(copy, bytes, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    return true;
}

static bool replay_folder(const char *target)
{
    char           path[512];
    struct dirent *entry;
    int            count = 0;
    snprintf(path, sizeof path, "tests/fuzz/corpus/%s", target);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return false;
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "tests/fuzz/corpus/%s/%s", target, entry->d_name);
        printf("# %s\n", path); /* the last one that is named is the one at fault */
        fflush(stdout);
        if (!replay_file(path))
            break;
        count++;
    }
    closedir(folder);
    return entry == NULL && count >= 10;
}

int fuzz_replay(const char *target, int argc, char **argv)
{
    bool good = true;
    printf("1..1\n");
    if (argc < 2)
        good = replay_folder(target);
    for (int i = 1; i < argc; i++)
        good = replay_file(argv[i]) && good;
    printf("%s 1 - every kept input of %s\n", good ? "ok" : "not ok", target);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
