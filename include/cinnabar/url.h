/*
 * cinnabar/url.h: where a database is and how to get in, as one text or as its parts.
 *
 *     dialect[+driver]://user:password@host:port/database?option=value&option=value
 *
 *     cn_url *url = cn_url_create("mysql");
 *     cn_url_set_host(url, "db.example");
 *     cn_url_set_user(url, "ada");
 *     cn_url_set_password(url, getenv("DB_PASSWORD"));
 *     cn_url_set_database(url, "blog");
 *     cn_url_add_option(url, "charset", "utf8mb4");
 *     if (cn_ok(url))
 *         engine = cn_create_engine(cn_url_render(url, true), .echo = true);
 *     cn_url_free(url);
 *
 * Only the dialect and "://" are needed; every part that is absent is NULL, or 0 for the port. The
 * forms of the text:
 *
 *   - In user, password, host and database a character that would end the part, and '%' itself,
 *     is written in hexadecimal: "p%40ss" is "p@ss". A '+' is a plus. A '%' that two hexadecimal
 *     digits do not follow is itself. %00 is refused.
 *   - The password ends at the first '@' and may contain ':', '/' and '?' as they are.
 *     "user:@host" has an empty password, "user@host" none. An empty user, host, port or database
 *     counts as absent.
 *   - An IPv6 address stands in brackets: "[::1]:3306". A path may stand for the host, as
 *     "%2Frun%2Fmysqld".
 *   - sqlite:///relative.db, sqlite:////absolute.db: the database is what follows the third '/'.
 *     sqlite:// and sqlite:///:memory: are a database in memory.
 *   - In an option "%26" is a '&', and '+' and "%20" are a blank. Options keep their order; a name
 *     may come several times. An option without a value ("?a=&b") is left out.
 *
 * These are the rules by which SQLAlchemy reads a URL. Whether dialect, driver and options are
 * known is for the engine to say.
 *
 * Errors: a URL is a handle like an engine. cn_ok(url) and cn_error_message(url) tell what is wrong
 * with the text, or with the first part that was refused; later changes then do nothing. No error
 * shows any part of the text, because it might be a password. Freeing a URL whose error nobody read
 * is silent.
 *
 * Ownership: whoever creates or parses a URL frees it. Texts given are copied; those returned live
 * until the same part is changed or the URL is freed. Every function takes NULL. A URL belongs to
 * one thread at a time.
 */
#ifndef CINNABAR_URL_H
#define CINNABAR_URL_H

#include <cinnabar/error.h>

CN_BEGIN_DECLARATIONS

typedef struct cn_url_option {
    const char *name;
    const char *value;
} cn_url_option;

/* The URL that `text` spells; with an error if it spells none. NULL only for want of memory. */
CN_API cn_url *cn_url_parse(const char *text);

/* A URL of parts to come. `dialect` is "mysql" or, with a driver, "mysql+mysqlconnector". */
CN_API cn_url *cn_url_create(const char *dialect);
CN_API void    cn_url_free(cn_url *url);

CN_API const char *cn_url_dialect(const cn_url *url); /* "mysql" */
CN_API const char *cn_url_driver(const cn_url *url);  /* "mysqlconnector" */
CN_API const char *cn_url_user(const cn_url *url);
CN_API const char *cn_url_password(const cn_url *url);
CN_API const char *cn_url_host(const cn_url *url); /* an IPv6 address without its brackets */
CN_API uint16_t    cn_url_port(const cn_url *url);
CN_API const char *cn_url_database(const cn_url *url);

/* All options in order; `count` receives their number. */
CN_API const cn_url_option *cn_url_options(const cn_url *url, size_t *count);
/* The value of the first option of this name. */
CN_API const char *cn_url_option_get(const cn_url *url, const char *name);

/* Set a part; NULL, or 0 for the port, takes it away. Texts are as they are: nothing is decoded. */
CN_API void cn_url_set_dialect(cn_url *url, const char *dialect); /* with or without a driver */
CN_API void cn_url_set_user(cn_url *url, const char *user);
CN_API void cn_url_set_password(cn_url *url, const char *password);
CN_API void cn_url_set_host(cn_url *url, const char *host);
CN_API void cn_url_set_port(cn_url *url, unsigned port);
CN_API void cn_url_set_database(cn_url *url, const char *database);
CN_API void cn_url_add_option(cn_url *url, const char *name, const char *value);
CN_API void cn_url_remove_option(cn_url *url, const char *name); /* all of this name */

/*
 * The URL as one text, which cn_url_parse reads back to the same parts. Without `show_password` the
 * password is ***, and so is the value of every option whose name speaks of one. Borrowed until
 * the next call with the same `show_password`. NULL if the URL has an error.
 */
CN_API const char *cn_url_render(cn_url *url, bool show_password);

CN_END_DECLARATIONS

#endif
