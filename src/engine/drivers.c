/*
 * The drivers: which one a URL means, and where it is. Called when an engine is made. The three of
 * this library are built in or modules, as the build chose; a module is looked for by its file
 * name in a few directories and stays loaded. Knows no client library.
 */
#define _GNU_SOURCE
#include "engine/drivers.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/nearest.h"

#ifndef CN_DRIVER_DIRECTORY
#define CN_DRIVER_DIRECTORY "/usr/local/lib/cinnabar"
#endif

#ifdef CN_WITH_SQLITE
extern const cn_driver cn_driver_sqlite;
#define BUILT_IN_SQLITE (&cn_driver_sqlite)
#else
#define BUILT_IN_SQLITE NULL
#endif
#ifdef CN_WITH_MYSQL
extern const cn_driver cn_driver_mysql;
#define BUILT_IN_MYSQL (&cn_driver_mysql)
#else
#define BUILT_IN_MYSQL NULL
#endif
#ifdef CN_WITH_POSTGRESQL
extern const cn_driver cn_driver_postgresql;
#define BUILT_IN_POSTGRESQL (&cn_driver_postgresql)
#else
#define BUILT_IN_POSTGRESQL NULL
#endif

typedef enum family { FAMILY_SQLITE, FAMILY_MYSQL, FAMILY_POSTGRESQL, FAMILY_COUNT } family;

static const struct {
    const char      *name;
    const cn_driver *built_in;
    const char      *package; /* what to install if it does not load */
} families[FAMILY_COUNT] = {
    [FAMILY_SQLITE]     = {"sqlite", BUILT_IN_SQLITE, "the SQLite library (libsqlite3)"},
    [FAMILY_MYSQL]      = {"mysql", BUILT_IN_MYSQL, "MariaDB Connector/C (libmariadb)"},
    [FAMILY_POSTGRESQL] = {"postgresql", BUILT_IN_POSTGRESQL,
                           "PostgreSQL's client library (libpq)"},
};

static const struct {
    const char *dialect;
    family      family;
} dialects[] = {
    {"sqlite", FAMILY_SQLITE},
    {"mysql", FAMILY_MYSQL},
    {"mariadb", FAMILY_MYSQL},
    {"postgresql", FAMILY_POSTGRESQL},
};

/* What stands after the '+': the Python drivers, and the client libraries' own names. */
static const struct {
    family      family;
    const char *driver;
} aliases[] = {
    {FAMILY_SQLITE, "pysqlite"},
    {FAMILY_SQLITE, "aiosqlite"},
    {FAMILY_SQLITE, "sqlite3"},
    {FAMILY_MYSQL, "mysqlconnector"},
    {FAMILY_MYSQL, "pymysql"},
    {FAMILY_MYSQL, "mysqldb"},
    {FAMILY_MYSQL, "mysqlclient"},
    {FAMILY_MYSQL, "mariadbconnector"},
    {FAMILY_MYSQL, "aiomysql"},
    {FAMILY_MYSQL, "asyncmy"},
    {FAMILY_MYSQL, "cymysql"},
    {FAMILY_MYSQL, "libmariadb"},
    {FAMILY_MYSQL, "libmysqlclient"},
    {FAMILY_POSTGRESQL, "psycopg"},
    {FAMILY_POSTGRESQL, "psycopg2"},
    {FAMILY_POSTGRESQL, "psycopg2cffi"},
    {FAMILY_POSTGRESQL, "psycopg_async"},
    {FAMILY_POSTGRESQL, "asyncpg"},
    {FAMILY_POSTGRESQL, "pg8000"},
    {FAMILY_POSTGRESQL, "libpq"},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- names ----------------------------------------------------------------------------------- */

/* Between what is not known and the list of what is. */
static void suggest(const cn_nearest *nearest, cn_error *error)
{
    if (nearest->word != NULL)
        cn_error_append(error, ", did you mean %s? ", nearest->word);
    else
        cn_error_append(error, ": ");
}

static bool unknown_dialect(const char *dialect, cn_error *error)
{
    cn_nearest nearest = {.given = dialect};
    for (size_t i = 0; i < COUNT(dialects); i++)
        cn_nearest_try(&nearest, dialects[i].dialect);
    cn_error_set(error, CN_CAUSE_URL, "the dialect '%s' of the URL is not known", dialect);
    suggest(&nearest, error);
    for (size_t i = 0; i < COUNT(dialects); i++)
        cn_error_append(error, "%s%s", i == 0 ? "known are " : ", ", dialects[i].dialect);
    return false;
}

static bool unknown_driver(family wanted, const char *dialect, const char *driver, cn_error *error)
{
    const char *between = "known are ";
    cn_nearest  nearest = {.given = driver};
    for (size_t i = 0; i < COUNT(aliases); i++) {
        if (aliases[i].family == wanted)
            cn_nearest_try(&nearest, aliases[i].driver);
    }
    cn_error_set(error, CN_CAUSE_URL, "the driver '%s' of the URL is not known for %s", driver,
                 dialect);
    suggest(&nearest, error);
    for (size_t i = 0; i < COUNT(aliases); i++) {
        if (aliases[i].family == wanted) {
            cn_error_append(error, "%s%s", between, aliases[i].driver);
            between = ", ";
        }
    }
    return false;
}

static bool resolve(const char *dialect, const char *driver, family *found, cn_error *error)
{
    size_t at = 0;
    while (at < COUNT(dialects) && strcmp(dialects[at].dialect, dialect) != 0)
        at++;
    if (at == COUNT(dialects))
        return unknown_dialect(dialect, error);
    *found = dialects[at].family;
    if (driver == NULL || driver[0] == '\0')
        return true;
    for (size_t i = 0; i < COUNT(aliases); i++) {
        if (aliases[i].family == *found && strcmp(aliases[i].driver, driver) == 0)
            return true;
    }
    return unknown_driver(*found, dialect, driver, error);
}

const char *cn_driver_resolve(const char *dialect, const char *driver, cn_error *error)
{
    family found;
    return resolve(dialect, driver, &found, error) ? families[found].name : NULL;
}

bool cn_driver_knows_option(const cn_driver *driver, const char *option, cn_error *error)
{
    for (const char *const *at = driver->options; *at != NULL; at++) {
        if (strcmp(*at, option) == 0)
            return true;
    }
    cn_nearest nearest = {.given = option};
    for (const char *const *at = driver->options; *at != NULL; at++)
        cn_nearest_try(&nearest, *at);
    cn_error_set(error, CN_CAUSE_URL, "the option '%s' of the URL is not known to the driver %s",
                 option, driver->name);
    suggest(&nearest, error);
    for (const char *const *at = driver->options; *at != NULL; at++)
        cn_error_append(error, "%s%s", at == driver->options ? "known are " : ", ", *at);
    return false;
}

/* ---- modules --------------------------------------------------------------------------------- */

typedef struct search {
    const char *name;
    void       *module;
    cn_buffer   looked; /* the files that are not there */
    cn_buffer   broken; /* a file that is there and does not load */
} search;

static void try_file(search *s, const char *directory, size_t size, const char *below)
{
    if (s->module != NULL || size == 0)
        return;
    cn_buffer path = {0};
    cn_buffer_add(&path, directory, size);
    cn_buffer_format(&path, "%s/libcinnabar-%s.so", below, s->name);
    if (!path.failed && access(path.text, F_OK) != 0) {
        cn_buffer_format(&s->looked, "%s%s", s->looked.size > 0 ? ", " : "", path.text);
    } else if (!path.failed) {
        s->module = dlopen(path.text, RTLD_NOW | RTLD_LOCAL);
        if (s->module == NULL && s->broken.size == 0)
            cn_buffer_text(&s->broken, dlerror());
    }
    cn_buffer_free(&path);
}

static void try_list(search *s, const char *directories)
{
    while (directories != NULL && *directories != '\0') {
        size_t size = strcspn(directories, ":");
        try_file(s, directories, size, "");
        directories += size + (directories[size] == ':');
    }
}

/*
 * The directory of the library or program that this code is part of. A program that was started
 * by a relative name is asked of the system: its working directory may be another by now.
 */
static void try_own_directory(search *s)
{
    static const char here = 0;
    char              program[4096];
    Dl_info           info;
    const char       *file = dladdr((const void *)&here, &info) != 0 ? info.dli_fname : NULL;
    if (file == NULL || file[0] != '/') {
        ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
        if (size <= 0)
            return;
        program[size] = '\0';
        file          = program;
    }
    const char *slash = strrchr(file, '/');
    if (slash == NULL)
        return;
    try_file(s, file, (size_t)(slash - file), "");
    try_file(s, file, (size_t)(slash - file), "/cinnabar");
}

/* An object pointer of dlsym as the function it is. */
static const cn_driver *entry_of(void *module)
{
    const cn_driver *(*entry)(void) = NULL;
    void *symbol                    = dlsym(module, "cn_driver_entry");
    memcpy(&entry, &symbol, sizeof entry);
    return entry != NULL ? entry() : NULL;
}

static const cn_driver *take_module(void *module, const char *name, cn_error *error)
{
    const cn_driver *driver = entry_of(module);
    if (driver == NULL || driver->size < sizeof *driver) {
        cn_error_set(error, CN_CAUSE_DRIVER,
                     driver == NULL ? "libcinnabar-%s.so is no driver of Cinnabar: it exports no "
                                      "cn_driver_entry"
                                    : "the module of the driver %s was made for another version "
                                      "of Cinnabar",
                     name);
        return NULL;
    }
    if (driver->use_allocator != NULL)
        driver->use_allocator(cn_current_allocator());
    return driver;
}

static const cn_driver *fail_to_load(const search *s, const char *package, cn_error *error)
{
    if (s->broken.size > 0)
        cn_error_set(error, CN_CAUSE_DRIVER,
                     "the driver %s does not load: %s. It needs %s to be installed", s->name,
                     cn_buffer_get(&s->broken), package);
    else
        cn_error_set(error, CN_CAUSE_DRIVER,
                     "the driver %s is not part of this library and no module of it was found: "
                     "looked for %s. Install the module and %s, or name the module's directory "
                     "in the environment variable CINNABAR_DRIVERS",
                     s->name, cn_buffer_get(&s->looked), package);
    return NULL;
}

static const cn_driver *load(family wanted, cn_error *error)
{
    search           s      = {.name = families[wanted].name};
    const cn_driver *driver = NULL;
    try_list(&s, secure_getenv("CINNABAR_DRIVERS"));
    try_own_directory(&s);
    try_file(&s, CN_DRIVER_DIRECTORY, strlen(CN_DRIVER_DIRECTORY), "");
    if (s.looked.failed || s.broken.failed) {
        cn_error_no_memory(error);
    } else if (s.module == NULL) {
        fail_to_load(&s, families[wanted].package, error);
    } else {
        driver = take_module(s.module, s.name, error);
    }
    if (driver == NULL && s.module != NULL)
        dlclose(s.module);
    cn_buffer_free(&s.looked);
    cn_buffer_free(&s.broken);
    return driver;
}

/* Client libraries do not bear being unloaded: what was loaded stays. */
static const cn_driver *find_loaded(family wanted, cn_error *error)
{
    static pthread_mutex_t  lock = PTHREAD_MUTEX_INITIALIZER;
    static const cn_driver *loaded[FAMILY_COUNT];
    pthread_mutex_lock(&lock);
    if (loaded[wanted] == NULL)
        loaded[wanted] = load(wanted, error);
    const cn_driver *driver = loaded[wanted];
    pthread_mutex_unlock(&lock);
    return driver;
}

const cn_driver *cn_driver_find(const char *dialect, const char *driver, cn_error *error)
{
    family found;
    if (!resolve(dialect, driver, &found, error))
        return NULL;
    return families[found].built_in != NULL ? families[found].built_in : find_loaded(found, error);
}
