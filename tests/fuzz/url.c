/*
 * Fuzz target: connection strings. A URL that can be read, or that can be put together from parts,
 * is rendered as a text that reads back to the same parts; without its password it shows none. One
 * that cannot says why. An input that begins with '!' is parts, a line each.
 */
#include <stdlib.h>
#include <string.h>

#include <cinnabar/url.h>

#include "fuzz/fuzz.h"

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static const char *shown(const char *text)
{
    return text == NULL ? "(none)" : text;
}

static void compare(const char *what, const char *a, const char *b)
{
    fuzz_require(same(a, b), "%s: '%s' became '%s'", what, shown(a), shown(b));
}

static void compare_options(const cn_url *a, const cn_url *b)
{
    size_t               count, again;
    const cn_url_option *first  = cn_url_options(a, &count);
    const cn_url_option *second = cn_url_options(b, &again);
    fuzz_require(count == again, "%zu options became %zu", count, again);
    for (size_t i = 0; i < count; i++) {
        compare("name", first[i].name, second[i].name);
        compare("value", first[i].value, second[i].value);
        fuzz_require(cn_url_option_get(a, first[i].name) != NULL, "%s", first[i].name);
    }
}

static void reads_back(cn_url *url)
{
    const char *text  = cn_url_render(url, true);
    cn_url     *again = cn_url_parse(text);
    fuzz_require(text != NULL && again != NULL && cn_ok(again), "%s: %s", shown(text),
                 cn_error_message(again));
    compare("dialect", cn_url_dialect(url), cn_url_dialect(again));
    compare("driver", cn_url_driver(url), cn_url_driver(again));
    compare("user", cn_url_user(url), cn_url_user(again));
    compare("password", cn_url_password(url), cn_url_password(again));
    compare("host", cn_url_host(url), cn_url_host(again));
    fuzz_require(cn_url_port(url) == cn_url_port(again), "%s", text);
    compare("database", cn_url_database(url), cn_url_database(again));
    compare_options(url, again);
    compare("text", text, cn_url_render(again, true));
    cn_url_free(again);
}

static void hides_the_password(cn_url *url)
{
    cn_url *again = cn_url_parse(cn_url_render(url, false));
    fuzz_require(again != NULL && cn_ok(again), "%s", cn_error_message(again));
    compare("password", cn_url_password(url) == NULL ? NULL : "***", cn_url_password(again));
    compare("host", cn_url_host(url), cn_url_host(again));
    cn_url_free(again);
}

static char *line(char **rest)
{
    char *begin = *rest;
    char *end   = begin == NULL ? NULL : strchr(begin, '\n');
    *rest       = end == NULL ? NULL : end + 1;
    if (end != NULL)
        *end = '\0';
    return begin;
}

static cn_url *of_parts(char *text)
{
    cn_url     *url  = cn_url_create(line(&text));
    const char *port = line(&text);
    cn_url_set_user(url, line(&text));
    cn_url_set_password(url, line(&text));
    cn_url_set_host(url, line(&text));
    cn_url_set_database(url, line(&text));
    if (port != NULL && *port != '\0')
        cn_url_set_port(url, (unsigned)atoi(port));
    while (text != NULL) {
        const char *name = line(&text);
        cn_url_add_option(url, name, line(&text));
    }
    return url;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char   *text = fuzz_text(data, size);
    cn_url *url  = size > 0 && *text == '!' ? of_parts(text + 1) : cn_url_parse(text);
    if (cn_ok(url)) {
        reads_back(url);
        hides_the_password(url);
    } else {
        fuzz_require(*cn_error_message(url) != '\0', "no reason for '%s'", text);
        fuzz_require(cn_url_render(url, true) == NULL, "%s", text);
    }
    cn_url_free(url);
    free(text);
    return 0;
}

int main(int argc, char **argv)
{
    return fuzz_replay("url", argc, argv);
}
