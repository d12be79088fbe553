/*
 * Characters as SQL has them, whatever the program's locale is: letters are those of ASCII, and a
 * byte of a longer character is a part of a word.
 */
#ifndef CN_BASE_ASCII_H
#define CN_BASE_ASCII_H

#include <stdbool.h>
#include <stddef.h>

static inline char cn_ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline bool cn_ascii_is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool cn_ascii_begins_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static inline bool cn_ascii_is_word(char c)
{
    return cn_ascii_begins_word(c) || (c >= '0' && c <= '9');
}

/* The value of a hexadecimal digit, or -1. */
static inline int cn_ascii_hexadecimal(char c)
{
    char lower = (char)(c | 0x20);
    if (c >= '0' && c <= '9')
        return c - '0';
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Where `text` goes on if it begins with `word`, in any case; NULL if it does not. */
static inline const char *cn_ascii_after(const char *text, const char *word)
{
    for (; *word != '\0'; text++, word++) {
        if (cn_ascii_lower(*text) != cn_ascii_lower(*word))
            return NULL;
    }
    return text;
}

/* The same for the first place in `text` where `word` stands. */
static inline const char *cn_ascii_find(const char *text, const char *word)
{
    const char *rest = NULL;
    for (; *text != '\0' && rest == NULL; text++)
        rest = cn_ascii_after(text, word);
    return rest;
}

static inline bool cn_ascii_same(const char *a, const char *b)
{
    const char *rest = cn_ascii_after(a, b);
    return rest != NULL && *rest == '\0';
}

static inline bool cn_ascii_same_sized(const char *text, size_t size, const char *word)
{
    size_t i = 0;
    while (i < size && word[i] != '\0' && cn_ascii_lower(text[i]) == cn_ascii_lower(word[i]))
        i++;
    return i == size && word[i] == '\0';
}

#endif
