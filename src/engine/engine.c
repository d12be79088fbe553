/*
 * The engine: the URL taken apart, the options with their defaults, the driver, the pool and the
 * cache. Whoever opens a handle retains it, so that one left open outlives cn_engine_dispose.
 */
#define _GNU_SOURCE
#include "engine/engine.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cinnabar/url.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/schemas.h"
#include "engine/drivers.h"
#include "engine/options.h"
#include "engine/pool.h"

typedef struct place {
    _Atomic(void *) data;
    void (*free_data)(void *data);
} place;

struct cn_engine {
    atomic_size_t      references;
    cn_url            *url;
    const char        *shown_url; /* the password is *** */
    cn_engine_options  options;
    char              *logging_name;
    cn_schema_map     *schemas;
    const cn_driver   *driver;
    cn_link_parameters parameters;
    cn_compiled_cache *cache;
    cn_pool           *pool;
    bool               usable;
    pthread_mutex_t    lock; /* of the error and the places */
    cn_error           error;
    atomic_bool        failed;
    place              places[CN_ENGINE_PLACE_COUNT];
};

int64_t cn_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* ---- the engine's own error ------------------------------------------------------------------ */

bool cn_engine_fail_with(cn_engine *engine, cn_error *error)
{
    pthread_mutex_lock(&engine->lock);
    bool first = !atomic_load(&engine->failed);
    if (first) {
        cn_error_move(&engine->error, error);
        atomic_store(&engine->failed, true);
    }
    pthread_mutex_unlock(&engine->lock);
    if (!first)
        cn_error_clear(error);
    return false;
}

bool cn_engine_fail(cn_engine *engine, cn_cause cause, const char *format, ...)
{
    cn_error error = {0};
    va_list  arguments;
    va_start(arguments, format);
    cn_error_set_v(&error, cause, format, arguments);
    va_end(arguments);
    return cn_engine_fail_with(engine, &error);
}

void cn_engine_begin_call(cn_engine *engine)
{
    cn_error before = {0};
    if (!engine->usable)
        return;
    pthread_mutex_lock(&engine->lock);
    cn_error_move(&before, &engine->error);
    atomic_store(&engine->failed, false);
    pthread_mutex_unlock(&engine->lock);
    if (before.cause != CN_CAUSE_NONE && !before.read)
        cn_engine_report_unread(engine, &before);
    cn_error_clear(&before);
}

bool cn_engine_failed(cn_engine *engine)
{
    return engine == NULL || atomic_load(&engine->failed);
}

const cn_error *cn_engine_error(cn_engine *engine)
{
    if (engine == NULL)
        return &cn_error_of_nothing;
    return atomic_load(&engine->failed) ? &engine->error : &cn_error_none;
}

bool cn_engine_usable(cn_engine *engine, cn_error *error)
{
    if (engine != NULL && engine->usable)
        return true;
    if (error != NULL && engine == NULL)
        cn_error_no_memory(error);
    else if (error != NULL)
        cn_error_copy(error, &engine->error);
    return false;
}

/* One write, so that threads do not mix their lines. */
static void print_unread(const cn_engine_options *options, const cn_error *error)
{
    const char *statement  = cn_error_get_statement(error);
    const char *parameters = cn_error_get_parameters(error);
    cn_buffer   line       = {0};
    cn_buffer_text(&line, "cinnabar: ");
    if (options->logging_name != NULL)
        cn_buffer_format(&line, "[%s] ", options->logging_name);
    cn_buffer_format(&line, "an error that nobody read: %s", cn_error_get_message(error));
    if (statement != NULL)
        cn_buffer_format(&line, " [%s]", statement);
    if (parameters != NULL)
        cn_buffer_format(&line, " [%s]", parameters);
    for (size_t i = 0; !line.failed && i < line.size; i++) {
        if (line.text[i] == '\n' || line.text[i] == '\r')
            line.text[i] = ' ';
    }
    cn_buffer_char(&line, '\n');
    fputs(line.failed ? "cinnabar: an error that nobody read, and no memory left to show it\n"
                      : line.text,
          stderr);
    cn_buffer_free(&line);
}

void cn_engine_report_unread(const cn_engine *engine, const cn_error *error)
{
    if (engine->options.on_unread_error != NULL)
        engine->options.on_unread_error(engine->options.unread_context, error);
    else
        print_unread(&engine->options, error);
}

/* ---- making ---------------------------------------------------------------------------------- */

static bool is_loopback(const char *host)
{
    unsigned char              bytes[16];
    static const unsigned char one[16]    = {[15] = 1};
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (host[0] == '/' || host[0] == '@')
        return true; /* a Unix socket */
    if (strcmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, bytes) == 1)
        return bytes[0] == 127;
    if (inet_pton(AF_INET6, host, bytes) != 1)
        return false;
    return memcmp(bytes, one, 16) == 0 || (memcmp(bytes, mapped, 12) == 0 && bytes[12] == 127);
}

/* Whether nothing that is sent leaves the machine: every host that the URL names is here. */
static bool is_local(const cn_url *url, const cn_driver *driver)
{
    if (strcmp(driver->dialect, "sqlite") == 0)
        return true;
    if (cn_url_option_get(url, "unix_socket") != NULL)
        return true;
    const char *host    = cn_url_option_get(url, "host");
    const char *address = cn_url_option_get(url, "hostaddr");
    if (host == NULL)
        host = cn_url_host(url);
    return (host == NULL || is_loopback(host)) && (address == NULL || is_loopback(address));
}

static bool is_memory(const cn_url *url, const cn_driver *driver)
{
    if (strcmp(driver->dialect, "sqlite") != 0)
        return false;
    const char *database = cn_url_database(url);
    const char *mode     = cn_url_option_get(url, "mode");
    return database == NULL || database[0] == '\0' || strcmp(database, ":memory:") == 0 ||
           strncmp(database, "file::memory:", 13) == 0 ||
           (mode != NULL && strcmp(mode, "memory") == 0);
}

static unsigned milliseconds(double seconds)
{
    if (seconds <= 0)
        return 0;
    return seconds >= 4e6 ? 4000000000U : (unsigned)(seconds * 1000 + 0.999);
}

static bool take_url(cn_engine *engine, const char *text, cn_error *error)
{
    if (text == NULL)
        return cn_error_set(error, CN_CAUSE_URL, "the engine's URL is NULL");
    engine->url = cn_url_parse(text);
    if (engine->url == NULL)
        return cn_error_no_memory(error);
    const cn_error *wrong = cn_url_error(engine->url);
    if (!cn_error_is_none(wrong)) {
        cn_error_copy(error, wrong);
        return false;
    }
    engine->shown_url = cn_url_render(engine->url, false);
    return engine->shown_url != NULL || cn_error_no_memory(error);
}

static bool take_driver(cn_engine *engine, cn_error *error)
{
    const cn_engine_options *options = &engine->options;
    const cn_url            *url     = engine->url;
    engine->driver = cn_driver_find(cn_url_dialect(url), cn_url_driver(url), error);
    if (engine->driver == NULL)
        return false;
    cn_link_parameters *to = &engine->parameters;
    to->user               = cn_url_user(url);
    to->password           = cn_url_password(url);
    to->host               = cn_url_host(url);
    to->port               = cn_url_port(url);
    to->database           = cn_url_database(url);
    to->options            = cn_url_options(url, &to->option_count);
    to->read_only          = options->read_only;
    to->multi_statements   = options->multi_statements;
    to->local_infile       = options->local_infile;
    to->connect_timeout_ms = milliseconds(options->connect_timeout);
    to->read_timeout_ms    = milliseconds(options->read_timeout);
    to->write_timeout_ms   = milliseconds(options->write_timeout);
    to->host_is_local      = is_local(url, engine->driver);
    for (size_t i = 0; i < to->option_count; i++) {
        if (!cn_driver_knows_option(engine->driver, to->options[i].name, error))
            return false;
    }
    return true;
}

static bool make_pool(cn_engine *engine, cn_error *error)
{
    const cn_engine_options *options = &engine->options;
    bool                     memory  = is_memory(engine->url, engine->driver);
    engine->cache                    = cn_compiled_cache_new((size_t)options->statement_cache);
    engine->pool                     = cn_pool_new(&(const cn_pool_options){
                            .driver       = engine->driver,
                            .parameters   = &engine->parameters,
                            .size         = options->pool_size,
                            .max_overflow = options->max_overflow,
                            .timeout      = options->pool_timeout,
                            .recycle      = options->pool_recycle,
                            .pre_ping     = options->pre_ping,
                            .single       = memory,
    });
    if (engine->cache == NULL || engine->pool == NULL)
        return cn_error_no_memory(error);
    if (strcmp(engine->driver->dialect, "sqlite") == 0 && !memory) {
        engine->parameters.keep_waiting    = cn_pool_keep_waiting;
        engine->parameters.waiting_context = engine->pool;
    }
    return true;
}

static bool make(cn_engine *engine, const char *url, const cn_engine_options *options,
                 cn_error *error)
{
    if (!cn_engine_options_fill(&engine->options, options, error))
        return false;
    if (engine->options.logging_name != NULL) {
        engine->logging_name         = cn_duplicate(engine->options.logging_name);
        engine->options.logging_name = engine->logging_name;
        if (engine->logging_name == NULL)
            return cn_error_no_memory(error);
    }
    if (engine->options.schemas != NULL) {
        engine->schemas         = cn_schemas_copy(engine->options.schemas);
        engine->options.schemas = engine->schemas;
        if (engine->schemas == NULL)
            return cn_error_no_memory(error);
    }
    return take_url(engine, url, error) && take_driver(engine, error) && make_pool(engine, error);
}

cn_engine *cn_engine_create(const char *url, const cn_engine_options *options)
{
    cn_error   error  = {0};
    cn_engine *engine = cn_allocate_zero(1, sizeof *engine);
    if (engine == NULL)
        return NULL;
    if (pthread_mutex_init(&engine->lock, NULL) != 0) {
        cn_release(engine);
        return NULL;
    }
    atomic_init(&engine->references, 1);
    engine->usable = make(engine, url, options, &error);
    if (!engine->usable)
        cn_engine_fail_with(engine, &error);
    return engine;
}

/* ---- ending ---------------------------------------------------------------------------------- */

void cn_engine_retain(cn_engine *engine)
{
    atomic_fetch_add_explicit(&engine->references, 1, memory_order_relaxed);
}

void cn_engine_release(cn_engine *engine)
{
    if (atomic_fetch_sub_explicit(&engine->references, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < CN_ENGINE_PLACE_COUNT; i++) {
        void *data = atomic_load(&engine->places[i].data);
        if (data != NULL && engine->places[i].free_data != NULL)
            engine->places[i].free_data(data);
    }
    cn_pool_free(engine->pool);
    cn_compiled_cache_free(engine->cache);
    cn_error_clear(&engine->error);
    cn_url_free(engine->url);
    cn_release(engine->logging_name);
    cn_release(engine->schemas);
    pthread_mutex_destroy(&engine->lock);
    cn_release(engine);
}

void cn_engine_dispose(cn_engine *engine)
{
    if (engine == NULL)
        return;
    if (engine->pool != NULL)
        cn_pool_dispose(engine->pool);
#ifdef CN_DEBUG
    size_t open = atomic_load(&engine->references) - 1;
    if (open > 0)
        fprintf(stderr, "cinnabar: cn_engine_dispose: %zu connection%s still open\n", open,
                open == 1 ? " or session is" : "s or sessions are");
#endif
    if (atomic_load(&engine->failed) && !engine->error.read)
        cn_engine_report_unread(engine, &engine->error);
    cn_engine_release(engine);
}

void cn_engine_close_idle(cn_engine *engine)
{
    if (engine != NULL && engine->pool != NULL)
        cn_pool_close_idle(engine->pool);
}

void cn_engine_forget(cn_engine *engine)
{
    if (engine == NULL || engine->pool == NULL)
        return;
    pthread_mutex_init(&engine->lock, NULL); /* whoever held it is not in this process */
    cn_compiled_cache_forget(engine->cache);
    cn_pool_forget(engine->pool);
}

/* ---- reading --------------------------------------------------------------------------------- */

const char *cn_engine_url(cn_engine *engine)
{
    return engine != NULL && engine->shown_url != NULL ? engine->shown_url : "";
}

const char *cn_engine_dialect(cn_engine *engine)
{
    return engine != NULL && engine->driver != NULL ? engine->driver->dialect : "";
}

const char *cn_engine_driver(cn_engine *engine)
{
    return engine != NULL && engine->driver != NULL ? engine->driver->library() : "";
}

cn_pool_statistics cn_engine_pool(cn_engine *engine)
{
    if (engine == NULL || engine->pool == NULL)
        return (cn_pool_statistics){0};
    return cn_pool_read(engine->pool);
}

const cn_engine_options *cn_engine_get_options(const cn_engine *engine)
{
    return &engine->options;
}

const cn_driver *cn_engine_get_driver(const cn_engine *engine)
{
    return engine->driver;
}

const cn_link_parameters *cn_engine_get_parameters(const cn_engine *engine)
{
    return &engine->parameters;
}

cn_compiled_cache *cn_engine_get_cache(const cn_engine *engine)
{
    return engine->cache;
}

cn_pool *cn_engine_get_pool(const cn_engine *engine)
{
    return engine->pool;
}

void *cn_engine_place_get(cn_engine *engine, cn_engine_place which)
{
    return atomic_load_explicit(&engine->places[which].data, memory_order_acquire);
}

void *cn_engine_place_set(cn_engine *engine, cn_engine_place which, void *data,
                          void (*free_data)(void *data))
{
    place *at = &engine->places[which];
    pthread_mutex_lock(&engine->lock);
    void *there = atomic_load(&at->data);
    if (there == NULL) {
        at->free_data = free_data;
        atomic_store_explicit(&at->data, data, memory_order_release);
    }
    pthread_mutex_unlock(&engine->lock);
    if (there == NULL)
        return data;
    if (free_data != NULL)
        free_data(data);
    return there;
}
