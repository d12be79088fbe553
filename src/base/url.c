/*
 * Connection URLs: parsed, built from parts, rendered. Called by programs and by the engine. It
 * knows no dialect: "sqlite" is a word like any other here. No error text may show any part of
 * the URL, because any part may turn out to be a password in the wrong place.
 */
#include <cinnabar/url.h>

#include <string.h>

#include "base/ascii.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"

struct cn_url {
    cn_error       error;
    char          *dialect;
    char          *driver;
    char          *user;
    char          *password;
    char          *host;
    char          *database;
    uint16_t       port;
    cn_url_option *options; /* names and values are the URL's own */
    size_t         option_count;
    size_t         option_capacity;
    char          *rendered[2]; /* masked, shown */
};

static const char form[] = "a URL is dialect://user:password@host:port/database?option=value";

static bool refuse(cn_url *url, const char *what)
{
    return cn_error_set(&url->error, CN_CAUSE_URL, "%s; %s", what, form);
}

/* A part that the program may have: false once something has gone wrong. */
static bool is_well(const cn_url *url)
{
    return url != NULL && url->error.cause == CN_CAUSE_NONE;
}

/* ---- parts ----------------------------------------------------------------------------------- */

/* Replaces a part by a copy of `text`; empty counts as absent unless `keep_empty`. */
static bool set_part(cn_url *url, char **part, const char *text, size_t size, bool keep_empty)
{
    char *copy = NULL;
    if (text != NULL && (size != 0 || keep_empty)) {
        copy = cn_duplicate_sized(text, size);
        if (copy == NULL)
            return cn_error_no_memory(&url->error);
    }
    cn_release(*part);
    *part = copy;
    return true;
}

static bool is_name(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char c      = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    return size != 0;
}

static bool set_dialect(cn_url *url, const char *text, size_t size)
{
    const char *plus    = memchr(text, '+', size);
    size_t      dialect = plus != NULL ? (size_t)(plus - text) : size;
    size_t      driver  = plus != NULL ? size - dialect - 1 : 0;
    if (!is_name(text, dialect))
        return refuse(url, "the dialect is missing or not a name of letters, digits and '_'");
    if (plus != NULL && !is_name(plus + 1, driver))
        return refuse(url, "the driver after the '+' is missing or not a name of letters, digits "
                           "and '_'");
    return set_part(url, &url->dialect, text, dialect, false) &&
           set_part(url, &url->driver, plus != NULL ? plus + 1 : NULL, driver, false);
}

static bool add_option(cn_url *url, const char *name, const char *value)
{
    cn_url_option option = {0};
    if (!cn_reserve(&url->options, &url->option_capacity, url->option_count + 1,
                    sizeof *url->options))
        return cn_error_no_memory(&url->error);
    option.name  = cn_duplicate(name);
    option.value = cn_duplicate(value);
    if (option.name == NULL || option.value == NULL) {
        cn_release((char *)(uintptr_t)option.name);
        cn_release((char *)(uintptr_t)option.value);
        return cn_error_no_memory(&url->error);
    }
    url->options[url->option_count++] = option;
    return true;
}

static void free_option(cn_url_option *option)
{
    cn_release((char *)(uintptr_t)option->name); /* const for the reader, allocated here */
    cn_release((char *)(uintptr_t)option->value);
}

/* ---- decoding -------------------------------------------------------------------------------- */

/* Decodes into `text`, which has room for `size` + 1 bytes. False for %00. */
static bool decode(const char *from, size_t size, bool plus_is_blank, char *text, size_t *length)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        char c = from[i];
        if (c == '+' && plus_is_blank) {
            c = ' ';
        } else if (c == '%' && size - i > 2 && cn_ascii_hexadecimal(from[i + 1]) >= 0 &&
                   cn_ascii_hexadecimal(from[i + 2]) >= 0) {
            c = (char)(cn_ascii_hexadecimal(from[i + 1]) << 4 | cn_ascii_hexadecimal(from[i + 2]));
            i += 2;
            if (c == '\0')
                return false;
        }
        text[count++] = c;
    }
    text[count] = '\0';
    *length     = count;
    return true;
}

static bool parse_part(cn_url *url, char **part, const char *from, size_t size, bool keep_empty)
{
    size_t length;
    char  *text = cn_allocate(size + 1);
    bool   ok   = false;
    if (text == NULL)
        (void)cn_error_no_memory(&url->error);
    else if (!decode(from, size, false, text, &length))
        (void)refuse(url, "%00, a NUL byte, stands in the URL");
    else
        ok = set_part(url, part, text, length, keep_empty);
    cn_release(text);
    return ok;
}

/* ---- parsing --------------------------------------------------------------------------------- */

/* What is left of the URL between `at` and `end`. */
typedef struct rest {
    const char *at;
    const char *end;
} rest;

static size_t length_before(const rest *text, const char *stops)
{
    size_t size = (size_t)(text->end - text->at);
    for (size_t i = 0; i < size; i++) {
        if (strchr(stops, text->at[i]) != NULL)
            return i;
    }
    return size;
}

/* "user:password@" or "user@", if it is there: the user goes up to a ':' or, without one, to the
   last '@' before a '/'; the password goes up to the first '@'. */
static bool parse_user(cn_url *url, rest *text)
{
    size_t      user  = length_before(text, ":/");
    const char *colon = text->at + user;
    const char *at    = NULL;
    if (colon < text->end && *colon == ':')
        at = memchr(colon, '@', (size_t)(text->end - colon));
    if (at != NULL) {
        if (!parse_part(url, &url->user, text->at, user, false) ||
            !parse_part(url, &url->password, colon + 1, (size_t)(at - colon - 1), true))
            return false;
        text->at = at + 1;
        return true;
    }
    while (user > 0 && text->at[user - 1] != '@')
        user--;
    if (user == 0)
        return true;
    bool ok = parse_part(url, &url->user, text->at, user - 1, false);
    text->at += user;
    return ok;
}

static bool parse_host(cn_url *url, rest *text)
{
    size_t size;
    bool   ok;
    if (text->at < text->end && *text->at == '[') {
        text->at++;
        size = length_before(text, "]/?");
        if (text->at + size == text->end || text->at[size] != ']' || size == 0)
            return refuse(url, "the '[' before the host begins an IPv6 address that no ']' ends");
        ok = parse_part(url, &url->host, text->at, size, false);
        size++;
    } else {
        size = length_before(text, ":/?");
        if (memchr(text->at, '@', size) != NULL)
            return refuse(url, "an '@' in a user name or password must be written %40, or the "
                               "host has one");
        ok = parse_part(url, &url->host, text->at, size, false);
    }
    text->at += size;
    return ok;
}

static bool parse_port(cn_url *url, rest *text)
{
    if (text->at == text->end || *text->at != ':')
        return true;
    text->at++;
    uint64_t port  = 0;
    size_t   size  = length_before(text, "/?");
    bool     digit = size != 0 && *text->at >= '0' && *text->at <= '9';
    if (size != 0 &&
        (!digit || !cn_number_parse_uint(text->at, size, &port) || port == 0 || port > UINT16_MAX))
        return refuse(url, "the port is not a number from 1 to 65535");
    url->port = (uint16_t)port;
    text->at += size;
    return true;
}

/* One "name=value"; without a value it is left out. */
static bool parse_option(cn_url *url, const char *from, size_t size)
{
    const char *equal = memchr(from, '=', size);
    if (equal == NULL || equal == from || equal + 1 == from + size)
        return true;
    size_t name_size = (size_t)(equal - from), value_size = size - name_size - 1, length;
    char  *name = cn_allocate(name_size + 1), *value = cn_allocate(value_size + 1);
    bool   ok = false;
    if (name == NULL || value == NULL)
        (void)cn_error_no_memory(&url->error);
    else if (!decode(from, name_size, true, name, &length) ||
             !decode(equal + 1, value_size, true, value, &length))
        (void)refuse(url, "%00, a NUL byte, stands in an option of the URL");
    else
        ok = add_option(url, name, value);
    cn_release(name);
    cn_release(value);
    return ok;
}

static bool parse_options(cn_url *url, rest *text)
{
    while (text->at < text->end) {
        size_t size = length_before(text, "&");
        if (!parse_option(url, text->at, size))
            return false;
        text->at += size;
        text->at += text->at < text->end;
    }
    return true;
}

static bool parse(cn_url *url, const char *text)
{
    const char *slashes = strstr(text, "://");
    if (slashes == NULL)
        return refuse(url, "\"://\" is missing");
    if (!set_dialect(url, text, (size_t)(slashes - text)))
        return false;
    rest left = {slashes + 3, slashes + strlen(slashes)};
    if (!parse_user(url, &left) || !parse_host(url, &left) || !parse_port(url, &left))
        return false;
    if (left.at < left.end && *left.at == '/') {
        left.at++;
        size_t size = length_before(&left, "?");
        if (!parse_part(url, &url->database, left.at, size, false))
            return false;
        left.at += size;
    }
    if (left.at == left.end)
        return true;
    if (*left.at != '?') /* only after "[...]" */
        return refuse(url, "after the ']' of the host comes neither ':' nor '/' nor '?'");
    left.at++;
    return parse_options(url, &left);
}

cn_url *cn_url_parse(const char *text)
{
    cn_url *url = cn_allocate_zero(1, sizeof *url);
    if (url == NULL)
        return NULL;
    if (text == NULL)
        (void)refuse(url, "the URL is NULL");
    else
        (void)parse(url, text);
    return url;
}

/* ---- building -------------------------------------------------------------------------------- */

cn_url *cn_url_create(const char *dialect)
{
    cn_url *url = cn_allocate_zero(1, sizeof *url);
    if (url != NULL)
        cn_url_set_dialect(url, dialect);
    return url;
}

void cn_url_free(cn_url *url)
{
    if (url == NULL)
        return;
    for (size_t i = 0; i < url->option_count; i++)
        free_option(&url->options[i]);
    cn_release(url->options);
    cn_release(url->dialect);
    cn_release(url->driver);
    cn_release(url->user);
    cn_release(url->password);
    cn_release(url->host);
    cn_release(url->database);
    cn_release(url->rendered[0]);
    cn_release(url->rendered[1]);
    cn_error_clear(&url->error);
    cn_release(url);
}

static void set_text(cn_url *url, char **part, const char *text, bool keep_empty)
{
    (void)set_part(url, part, text, text != NULL ? strlen(text) : 0, keep_empty);
}

void cn_url_set_dialect(cn_url *url, const char *dialect)
{
    if (is_well(url))
        (void)set_dialect(url, dialect != NULL ? dialect : "",
                          dialect != NULL ? strlen(dialect) : 0);
}

void cn_url_set_user(cn_url *url, const char *user)
{
    if (is_well(url))
        set_text(url, &url->user, user, false);
}

void cn_url_set_password(cn_url *url, const char *password)
{
    if (is_well(url))
        set_text(url, &url->password, password, true);
}

void cn_url_set_host(cn_url *url, const char *host)
{
    if (is_well(url))
        set_text(url, &url->host, host, false);
}

void cn_url_set_port(cn_url *url, unsigned port)
{
    if (!is_well(url))
        return;
    if (port > UINT16_MAX)
        (void)refuse(url, "the port is not a number from 1 to 65535");
    else
        url->port = (uint16_t)port;
}

void cn_url_set_database(cn_url *url, const char *database)
{
    if (is_well(url))
        set_text(url, &url->database, database, false);
}

void cn_url_add_option(cn_url *url, const char *name, const char *value)
{
    if (!is_well(url))
        return;
    if (name == NULL || name[0] == '\0' || value == NULL || value[0] == '\0')
        (void)refuse(url, "an option needs a name and a value");
    else
        (void)add_option(url, name, value);
}

void cn_url_remove_option(cn_url *url, const char *name)
{
    if (!is_well(url) || name == NULL)
        return;
    size_t kept = 0;
    for (size_t i = 0; i < url->option_count; i++) {
        if (strcmp(url->options[i].name, name) == 0)
            free_option(&url->options[i]);
        else
            url->options[kept++] = url->options[i];
    }
    url->option_count = kept;
}

/* ---- reading --------------------------------------------------------------------------------- */

const cn_error *cn_url_error(cn_url *url)
{
    return url != NULL ? &url->error : &cn_error_of_nothing;
}

const char *cn_url_dialect(const cn_url *url)
{
    return url != NULL ? url->dialect : NULL;
}

const char *cn_url_driver(const cn_url *url)
{
    return url != NULL ? url->driver : NULL;
}

const char *cn_url_user(const cn_url *url)
{
    return url != NULL ? url->user : NULL;
}

const char *cn_url_password(const cn_url *url)
{
    return url != NULL ? url->password : NULL;
}

const char *cn_url_host(const cn_url *url)
{
    return url != NULL ? url->host : NULL;
}

uint16_t cn_url_port(const cn_url *url)
{
    return url != NULL ? url->port : 0;
}

const char *cn_url_database(const cn_url *url)
{
    return url != NULL ? url->database : NULL;
}

const cn_url_option *cn_url_options(const cn_url *url, size_t *count)
{
    if (count != NULL)
        *count = url != NULL ? url->option_count : 0;
    return url != NULL ? url->options : NULL;
}

const char *cn_url_option_get(const cn_url *url, const char *name)
{
    for (size_t i = 0; url != NULL && name != NULL && i < url->option_count; i++) {
        if (strcmp(url->options[i].name, name) == 0)
            return url->options[i].value;
    }
    return NULL;
}

/* ---- rendering ------------------------------------------------------------------------------- */

/* Everything but letters, digits, "-._~" and the characters of `safe` in hexadecimal. */
static void encode(cn_buffer *to, const char *text, const char *safe)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (is_name(text, 1) || strchr("-.~", *text) != NULL || strchr(safe, *text) != NULL) {
            cn_buffer_char(to, *text);
        } else {
            cn_buffer_char(to, '%');
            cn_buffer_char(to, digits[c >> 4]);
            cn_buffer_char(to, digits[c & 15]);
        }
    }
}

static bool speaks_of_a_secret(const char *name)
{
    static const char *const words[] = {"passw", "passphrase", "pwd", "secret", "token"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (cn_ascii_find(name, words[i]) != NULL)
            return true;
    }
    return false;
}

static void render_server(const cn_url *url, bool show_password, cn_buffer *to)
{
    if (url->user != NULL)
        encode(to, url->user, "+");
    if (url->password != NULL) {
        cn_buffer_char(to, ':');
        if (show_password)
            encode(to, url->password, "+");
        else
            cn_buffer_text(to, "***");
    }
    if (url->user != NULL || url->password != NULL)
        cn_buffer_char(to, '@');
    bool address = url->host != NULL && strchr(url->host, ':') != NULL;
    if (address)
        cn_buffer_char(to, '[');
    if (url->host != NULL)
        encode(to, url->host, address ? ":" : ",");
    if (address)
        cn_buffer_char(to, ']');
    if (url->port != 0)
        cn_buffer_format(to, ":%u", (unsigned)url->port);
}

static void render_options(const cn_url *url, bool show_password, cn_buffer *to)
{
    for (size_t i = 0; i < url->option_count; i++) {
        const cn_url_option *option = &url->options[i];
        cn_buffer_char(to, i == 0 ? '?' : '&');
        encode(to, option->name, "");
        cn_buffer_char(to, '=');
        if (show_password || !speaks_of_a_secret(option->name))
            encode(to, option->value, "/:,");
        else
            cn_buffer_text(to, "***");
    }
}

const char *cn_url_render(cn_url *url, bool show_password)
{
    if (!is_well(url))
        return NULL;
    cn_buffer text = {0};
    cn_buffer_text(&text, url->dialect);
    if (url->driver != NULL)
        cn_buffer_format(&text, "+%s", url->driver);
    cn_buffer_text(&text, "://");
    render_server(url, show_password, &text);
    if (url->database != NULL) {
        cn_buffer_char(&text, '/');
        encode(&text, url->database, "/:+\\,");
    }
    render_options(url, show_password, &text);
    if (text.failed) {
        cn_buffer_free(&text);
        (void)cn_error_no_memory(&url->error);
        return NULL;
    }
    cn_release(url->rendered[show_password]);
    url->rendered[show_password] = cn_buffer_take(&text);
    return url->rendered[show_password];
}
