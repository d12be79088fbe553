/*
 * The SQLite driver: opening, transactions, errors and the table of functions. The engine calls
 * it through that table only; statements are in sqlite_statement.c. It must never know a dialect,
 * a pool or a plan.
 *
 * A link is one sqlite3 opened without a mutex: the pool gives it to one thread at a time.
 */
#define _POSIX_C_SOURCE 200809L

#include "driver/sqlite_link.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/number.h"

extern const cn_driver cn_driver_sqlite;

/* ---- errors ---------------------------------------------------------------------------------- */

/* The extended code if it is listed, else the primary one. */
static const struct {
    int      code;
    cn_cause cause;
    bool     retryable;
    bool     lost;
} code_causes[] = {
    {SQLITE_CONSTRAINT_UNIQUE, CN_CAUSE_UNIQUE, false, false},
    {SQLITE_CONSTRAINT_PRIMARYKEY, CN_CAUSE_UNIQUE, false, false},
    {SQLITE_CONSTRAINT_ROWID, CN_CAUSE_UNIQUE, false, false},
    {SQLITE_CONSTRAINT_FOREIGNKEY, CN_CAUSE_FOREIGN_KEY, false, false},
    {SQLITE_CONSTRAINT_NOTNULL, CN_CAUSE_NOT_NULL, false, false},
    {SQLITE_CONSTRAINT_CHECK, CN_CAUSE_CHECK, false, false},
    {SQLITE_CONSTRAINT | 12 << 8, CN_CAUSE_DATA, false,
     false}, /* _DATATYPE, of STRICT tables: 3.37 */
    {SQLITE_BUSY_SNAPSHOT, CN_CAUSE_SERIALIZATION, true, false},
    {SQLITE_ERROR_SNAPSHOT, CN_CAUSE_SERIALIZATION, true, false},
    {SQLITE_BUSY, CN_CAUSE_BUSY, true, false},
    {SQLITE_LOCKED, CN_CAUSE_BUSY, true, false},
    {SQLITE_PROTOCOL, CN_CAUSE_BUSY, true, false},
    {SQLITE_SCHEMA, CN_CAUSE_SERVER, true, false},
    /* The file was moved away from under the link: only a new link finds what is there now. */
    {SQLITE_READONLY_DBMOVED, CN_CAUSE_LOST, false, true},
    {SQLITE_READONLY, CN_CAUSE_READ_ONLY, false, false},
    {SQLITE_CANTOPEN, CN_CAUSE_NO_DATABASE, false, false},
    {SQLITE_NOTADB, CN_CAUSE_NO_DATABASE, false, false},
    {SQLITE_PERM, CN_CAUSE_PERMISSION, false, false},
    {SQLITE_AUTH, CN_CAUSE_PERMISSION, false, false},
    {SQLITE_TOOBIG, CN_CAUSE_DATA, false, false},
    {SQLITE_MISMATCH, CN_CAUSE_DATA, false, false},
    {SQLITE_RANGE, CN_CAUSE_PARAMETER, false, false},
    {SQLITE_MISUSE, CN_CAUSE_MISUSE, false, false},
    {SQLITE_NOMEM, CN_CAUSE_MEMORY, false, false},
    {SQLITE_IOERR_NOMEM, CN_CAUSE_MEMORY, false, false},
};

/* Most errors of a statement share the code SQLITE_ERROR: only the message tells them apart. What
   SQLite starts a message with comes first, since names out of the statement stand further on. */
static const struct {
    const char *text;
    bool        at_start;
    cn_cause    cause;
} message_causes[] = {
    {"no such ", true, CN_CAUSE_NOT_FOUND},
    {"unknown database", true, CN_CAUSE_NOT_FOUND},
    {"no query solution", true, CN_CAUSE_UNSUPPORTED},
    {"duplicate column name", true, CN_CAUSE_EXISTS},
    {"there is already", true, CN_CAUSE_EXISTS},
    {"cannot start a transaction", true, CN_CAUSE_MISUSE},
    {"cannot commit", true, CN_CAUSE_MISUSE},
    {"cannot rollback", true, CN_CAUSE_MISUSE},
    {"integer overflow", true, CN_CAUSE_DATA},
    {"malformed JSON", true, CN_CAUSE_DATA},
    {"the regular expression", true, CN_CAUSE_DATA},
    {"unrecognized token", true, CN_CAUSE_SYNTAX},
    {"incomplete input", true, CN_CAUSE_SYNTAX},
    {"too many", true, CN_CAUSE_UNSUPPORTED},
    {"Expression tree is too large", true, CN_CAUSE_UNSUPPORTED},
    {"parser stack overflow", true, CN_CAUSE_UNSUPPORTED},
    {"syntax error", false, CN_CAUSE_SYNTAX},
    {"has no column named", false, CN_CAUSE_NOT_FOUND},
    {"already exists", false, CN_CAUSE_EXISTS},
    {"already another table or index", false, CN_CAUSE_EXISTS},
};

static cn_cause cause_of_message(const char *message, cn_sqlite_phase phase)
{
    for (size_t i = 0; i < sizeof message_causes / sizeof *message_causes; i++) {
        const char *found = strstr(message, message_causes[i].text);
        if (found == message || (found != NULL && !message_causes[i].at_start))
            return message_causes[i].cause;
    }
    return phase == CN_SQLITE_COMPILING ? CN_CAUSE_SYNTAX : CN_CAUSE_SERVER;
}

static size_t row_of_code(int code)
{
    const size_t count = sizeof code_causes / sizeof *code_causes;
    for (size_t i = 0; i < count; i++)
        if (code_causes[i].code == code)
            return i;
    return code == (code & 0xff) ? count : row_of_code(code & 0xff);
}

static void say_how_long_it_waited(const cn_sqlite_link *link, cn_error *error)
{
    if (link->gave_up)
        cn_error_append(error, "; the wait was ended at once, because the lock is held by a "
                               "connection of the thread that would have waited for it");
    else if (link->waited > 0)
        cn_error_append(error, "; waited %.1f s (the URL's option timeout, in seconds)",
                        (double)link->waited / 1e6);
}

bool cn_sqlite_fail(cn_sqlite_link *link, int code, cn_sqlite_phase phase, cn_error *error)
{
    if (error == NULL)
        return false;
    /* What SQLite refuses as misuse does not become the connection's own error. */
    bool        recorded = (sqlite3_errcode(link->db) & 0xff) == (code & 0xff);
    const char *message  = recorded ? sqlite3_errmsg(link->db) : sqlite3_errstr(code);
    size_t      row      = row_of_code(code);
    bool        listed   = row < sizeof code_causes / sizeof *code_causes;
    cn_cause    cause    = CN_CAUSE_SERVER;
    if (listed)
        cause = code_causes[row].cause;
    else if ((code & 0xff) == SQLITE_ERROR)
        cause = cause_of_message(message, phase);
    (void)cn_error_set(error, cause, "%s", message);
    cn_error_server(error, "", code);
    error->retryable = listed && code_causes[row].retryable;
    error->lost      = listed && code_causes[row].lost;
    error->ended     = link->was_open && sqlite3_get_autocommit(link->db) != 0;
    if (cause == CN_CAUSE_BUSY)
        say_how_long_it_waited(link, error);
    return false;
}

/* ---- waiting --------------------------------------------------------------------------------- */

static int64_t microseconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* SQLite's busy handler: `tries` counts from 0 within one wait. 0: SQLITE_BUSY. */
static int wait_for_lock(void *context, int tries)
{
    static const uint8_t pauses[] = {1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100};
    const int            last     = (int)sizeof pauses - 1;
    cn_sqlite_link      *link     = context;
    int64_t              pause    = pauses[tries < last ? tries : last] * INT64_C(1000);
    if (link->keep_waiting != NULL && !link->keep_waiting(link->waiting_context)) {
        link->gave_up = true;
        return 0;
    }
    if (link->waited >= link->timeout)
        return 0;
    if (pause > link->timeout - link->waited)
        pause = link->timeout - link->waited;
    int64_t         before = microseconds_now();
    struct timespec time   = {.tv_sec = 0, .tv_nsec = (long)(pause * 1000)};
    (void)nanosleep(&time, NULL);
    int64_t passed = microseconds_now() - before;
    /* At least what was meant, so that signals and a stopped clock cannot make it endless. */
    link->waited += passed > pause ? passed : pause;
    return 1;
}

/* ---- options of the URL ---------------------------------------------------------------------- */

/* Those that SQLite knows as parameters of a file: URI come first. */
enum {
    OPTION_MODE,
    OPTION_CACHE,
    OPTION_VFS,
    OPTION_NOLOCK,
    OPTION_IMMUTABLE,
    OPTION_PSOW,
    OPTION_URI, /* how many those are; as an option: the database is such a URI */
    OPTION_TIMEOUT,
    OPTION_JOURNAL_MODE,
    OPTION_SYNCHRONOUS,
    OPTION_FOREIGN_KEYS,
    OPTION_BEGIN,
    OPTION_ISOLATION_LEVEL,
    OPTION_IGNORED,
    OPTION_COUNT = OPTION_IGNORED + 3
};

static const char *const option_names[OPTION_COUNT + 1] = {
    [OPTION_MODE]            = "mode",
    [OPTION_CACHE]           = "cache",
    [OPTION_VFS]             = "vfs",
    [OPTION_NOLOCK]          = "nolock",
    [OPTION_IMMUTABLE]       = "immutable",
    [OPTION_PSOW]            = "psow",
    [OPTION_URI]             = "uri",
    [OPTION_TIMEOUT]         = "timeout",
    [OPTION_JOURNAL_MODE]    = "journal_mode",
    [OPTION_SYNCHRONOUS]     = "synchronous",
    [OPTION_FOREIGN_KEYS]    = "foreign_keys",
    [OPTION_BEGIN]           = "begin",
    [OPTION_ISOLATION_LEVEL] = "isolation_level", /* pysqlite's name for begin */
    /* Of pysqlite, accepted and ignored: the pool already gives a link to one thread at a time;
       held statements are an engine's option; what a value becomes, its C type says. */
    [OPTION_IGNORED]     = "check_same_thread",
    [OPTION_IGNORED + 1] = "cached_statements",
    [OPTION_IGNORED + 2] = "detect_types",
};

static const char *const mode_choices[]        = {"ro", "rw", "rwc", "memory", NULL};
static const char *const cache_choices[]       = {"shared", "private", NULL};
static const char *const journal_choices[]     = {"delete", "truncate", "persist",
                                                  "memory", "wal",      NULL};
static const char *const synchronous_choices[] = {"off", "normal", "full", "extra", "0",
                                                  "1",   "2",      "3",    NULL};
static const char *const begin_choices[]       = {"deferred", "immediate", "exclusive", NULL};
/* Those of truth are at even places. */
static const char *const truth_choices[] = {"on",    "off", "1",  "0", "true",
                                            "false", "yes", "no", NULL};

/* What may stand for an option; where there is nothing, any text may. Only what stands here is
   ever spliced into SQL. */
static const char *const *const option_choices[OPTION_COUNT] = {
    [OPTION_MODE]            = mode_choices,
    [OPTION_CACHE]           = cache_choices,
    [OPTION_NOLOCK]          = truth_choices,
    [OPTION_IMMUTABLE]       = truth_choices,
    [OPTION_PSOW]            = truth_choices,
    [OPTION_URI]             = truth_choices,
    [OPTION_JOURNAL_MODE]    = journal_choices,
    [OPTION_SYNCHRONOUS]     = synchronous_choices,
    [OPTION_FOREIGN_KEYS]    = truth_choices,
    [OPTION_BEGIN]           = begin_choices,
    [OPTION_ISOLATION_LEVEL] = begin_choices,
};

typedef struct sqlite_settings {
    const char
          *value[OPTION_COUNT]; /* of the choices, or as it stands in the URL; NULL: not given */
    double timeout;             /* seconds */
} sqlite_settings;

static bool is_true(const char *value)
{
    for (size_t i = 0; value != NULL && truth_choices[i] != NULL; i += 2)
        if (truth_choices[i] == value)
            return true;
    return false;
}

/* "a, b, c" */
static void list_words(cn_buffer *list, const char *const *words)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
        cn_buffer_text(list, i > 0 ? ", " : "");
        cn_buffer_text(list, words[i]);
    }
}

static bool refuse_option(const char *format, const char *name, const char *const *known,
                          cn_error *error)
{
    cn_buffer list = {0};
    (void)cn_error_set(error, CN_CAUSE_URL, format, name);
    list_words(&list, known);
    cn_error_append(error, "; known are %s", cn_buffer_get(&list));
    cn_buffer_free(&list);
    return false;
}

static const char *choose(const char *const *choices, const char *value)
{
    if (choices == NULL)
        return value;
    for (size_t i = 0; choices[i] != NULL; i++)
        if (sqlite3_stricmp(choices[i], value) == 0)
            return choices[i];
    return NULL;
}

static bool take_option(sqlite_settings *settings, const cn_url_option *option, cn_error *error)
{
    size_t i = 0;
    while (option_names[i] != NULL && strcmp(option_names[i], option->name) != 0)
        i++;
    if (option_names[i] == NULL)
        return refuse_option("SQLite has no option '%s'", option->name, option_names, error);
    settings->value[i] = choose(option_choices[i], option->value != NULL ? option->value : "");
    if (settings->value[i] == NULL)
        return refuse_option("the option '%s' of SQLite has another value than it may have",
                             option_names[i], option_choices[i], error);
    return true;
}

/* As Python's sqlite3 has it: seconds, with a fraction, 5 if not given. */
static bool take_timeout(sqlite_settings *settings, cn_error *error)
{
    const double longest = 365.0 * 86400;
    const char  *text    = settings->value[OPTION_TIMEOUT];
    settings->timeout    = 5;
    if (text != NULL && (!cn_number_parse_real(text, strlen(text), &settings->timeout) ||
                         !(settings->timeout >= 0) || settings->timeout > longest))
        return cn_error_set(error, CN_CAUSE_URL,
                            "the option 'timeout' of SQLite is a number of seconds from 0 to %.0f, "
                            "not '%s'",
                            longest, text);
    return true;
}

static bool take_options(sqlite_settings *settings, const cn_link_parameters *parameters,
                         cn_error *error)
{
    if (parameters->host != NULL || parameters->user != NULL || parameters->password != NULL ||
        parameters->port != 0)
        return cn_error_set(error, CN_CAUSE_URL,
                            "a SQLite URL has neither user nor host: sqlite:///relative.db, "
                            "sqlite:////absolute.db, or sqlite:// for memory");
    for (size_t i = 0; i < parameters->option_count; i++)
        if (!take_option(settings, &parameters->options[i], error))
            return false;
    return take_timeout(settings, error);
}

/* ---- opening --------------------------------------------------------------------------------- */

/* Keeps what has a meaning of its own in a URI from having it. */
static void add_escaped(cn_buffer *uri, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '%' || *text == '?' || *text == '#' || *text == '&')
            cn_buffer_format(uri, "%%%02X", (unsigned)(unsigned char)*text);
        else
            cn_buffer_char(uri, *text);
    }
}

/* The database and its options as the file: URI that SQLite opens. A name that looks like one is
   taken as one only when the option uri says so, as in Python, not by how SQLite was compiled. */
static void make_uri(cn_buffer *uri, const cn_link_parameters *parameters,
                     const sqlite_settings *settings)
{
    const char *database  = parameters->database;
    char        separator = '?';
    if (database == NULL || database[0] == '\0' || strcmp(database, ":memory:") == 0) {
        cn_buffer_text(uri, "file::memory:");
    } else if (is_true(settings->value[OPTION_URI]) && strncmp(database, "file:", 5) == 0) {
        cn_buffer_text(uri, database);
        separator = strchr(database, '?') != NULL ? '&' : '?';
    } else {
        cn_buffer_text(uri, database[0] == '/' ? "file://" : "file:");
        add_escaped(uri, database);
    }
    for (size_t i = 0; i < OPTION_URI; i++) {
        const char *value = settings->value[i];
        /* The engine's read_only is stronger than any mode of a file. */
        if (value == NULL || (i == OPTION_MODE && parameters->read_only && value[0] == 'r'))
            continue;
        cn_buffer_char(uri, separator);
        separator = '&';
        cn_buffer_text(uri, option_names[i]);
        cn_buffer_char(uri, '=');
        add_escaped(uri, value);
    }
}

/*
 * What every connection has, so that the same statement means the same on each of them:
 * - "name" in double quotes is a name, never by mistake a text;
 * - views and triggers of a file from elsewhere may not call functions that have side effects;
 * - plain SQL cannot spoil the file (shadow tables, sqlite_schema): whatever SQL injection there
 *   is, it damages no more than its rows. That shuts out journal_mode=off, too.
 */
static const struct {
    int name;
    int value;
} settings_of_all[] = {
    {SQLITE_DBCONFIG_DQS_DML, 0},
    {SQLITE_DBCONFIG_DQS_DDL, 0},
    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_DEFENSIVE, 1},
};

static bool configure(cn_sqlite_link *link, const sqlite_settings *settings, cn_error *error)
{
    const char *keys = settings->value[OPTION_FOREIGN_KEYS];
    int         code = sqlite3_extended_result_codes(link->db, 1);
    for (size_t i = 0; i < sizeof settings_of_all / sizeof *settings_of_all; i++)
        if (code == SQLITE_OK)
            code = sqlite3_db_config(link->db, settings_of_all[i].name, settings_of_all[i].value,
                                     (int *)NULL);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(link->db, SQLITE_DBCONFIG_ENABLE_FKEY,
                                 keys == NULL || is_true(keys) ? 1 : 0, (int *)NULL);
    if (code == SQLITE_OK)
        code = cn_sqlite_add_regexp(link->db);
    return code == SQLITE_OK || cn_sqlite_fail(link, code, CN_SQLITE_RUNNING, error);
}

/* Sets the pragma `name` and checks what SQLite made of it: it keeps another journal mode without
   an error, where the wanted one is not possible. `expected` may be NULL. */
static bool set_pragma(cn_sqlite_link *link, const char *name, const char *value,
                       const char *expected, cn_error *error)
{
    char          sql[64];
    sqlite3_stmt *statement = NULL;
    bool          good      = true;
    (void)snprintf(sql, sizeof sql, "PRAGMA %s = %s", name, value);
    int code = sqlite3_prepare_v3(link->db, sql, -1, 0, &statement, NULL);
    if (code == SQLITE_OK) {
        code            = sqlite3_step(statement);
        const char *now = code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0)
                                             : NULL;
        if (expected != NULL && now != NULL && sqlite3_stricmp(now, expected) != 0)
            good = cn_error_set(error, CN_CAUSE_URL,
                                "the option '%s=%s' is not possible for this database: it stays "
                                "at '%s'",
                                name, value, now);
        if (code == SQLITE_ROW)
            code = sqlite3_step(statement);
    }
    if (good && code != SQLITE_OK && code != SQLITE_DONE)
        good = cn_sqlite_fail(link, code, CN_SQLITE_RUNNING, error);
    (void)sqlite3_finalize(statement);
    return good;
}

/* SQLite looks into the file only when it needs to: a file that is no database shall be an error
   now, not later. That another connection has locked it is none. */
static bool look_into(cn_sqlite_link *link, cn_error *error)
{
    int code = sqlite3_exec(link->db, "PRAGMA schema_version", NULL, NULL, NULL);
    return code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED ||
           cn_sqlite_fail(link, code, CN_SQLITE_RUNNING, error);
}

/* SQLite's reason as a sentence like that of the servers. */
static bool cannot_open(const char *database, cn_error *error)
{
    cn_error reason = {0};
    cn_error_move(&reason, error);
    cn_error_set(error, reason.cause, "cannot open the SQLite database \"%s\": %s", database,
                 cn_error_get_message(&reason));
    cn_error_server(error, reason.sqlstate, reason.code);
    error->retryable = reason.retryable;
    cn_error_clear(&reason);
    return false;
}

static bool open_file(cn_sqlite_link *link, const cn_link_parameters *parameters,
                      const sqlite_settings *settings, cn_error *error)
{
    cn_buffer uri    = {0};
    int       flags  = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
    bool      memory = parameters->database == NULL || parameters->database[0] == '\0';
    flags |= parameters->read_only ? SQLITE_OPEN_READONLY
                                   : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    make_uri(&uri, parameters, settings);
    if (uri.failed) {
        cn_buffer_free(&uri);
        return cn_error_no_memory(error);
    }
    int code = sqlite3_open_v2(uri.text, &link->db, flags, NULL);
    cn_buffer_free(&uri);
    if (link->db == NULL)
        return cn_error_no_memory(error);
    bool good = code == SQLITE_OK ? configure(link, settings, error) && look_into(link, error)
                                  : cn_sqlite_fail(link, sqlite3_extended_errcode(link->db),
                                                   CN_SQLITE_RUNNING, error);
    return good || cannot_open(memory ? ":memory:" : parameters->database, error);
}

static bool apply(cn_sqlite_link *link, const cn_link_parameters *parameters,
                  const sqlite_settings *settings, cn_error *error)
{
    static const char *const begins[]    = {"BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"};
    const char              *begin       = settings->value[OPTION_BEGIN];
    const char              *journal     = settings->value[OPTION_JOURNAL_MODE];
    const char              *synchronous = settings->value[OPTION_SYNCHRONOUS];
    if (begin == NULL)
        begin = settings->value[OPTION_ISOLATION_LEVEL];
    link->held_text[CN_SQLITE_BEGIN]         = begins[0];
    link->held_text[CN_SQLITE_BEGIN_READING] = begins[0];
    link->held_text[CN_SQLITE_COMMIT]        = "COMMIT";
    link->held_text[CN_SQLITE_ROLLBACK]      = "ROLLBACK";
    for (size_t i = 0; begin_choices[i] != NULL; i++)
        if (begin_choices[i] == begin && !parameters->read_only)
            link->held_text[CN_SQLITE_BEGIN] = begins[i];
    link->timeout          = (int64_t)(settings->timeout * 1e6);
    link->keep_waiting     = parameters->keep_waiting;
    link->waiting_context  = parameters->waiting_context;
    link->multi_statements = parameters->multi_statements;
    (void)sqlite3_busy_handler(link->db, wait_for_lock, link);
    if (journal != NULL && !set_pragma(link, "journal_mode", journal, journal, error))
        return false;
    if (synchronous != NULL && !set_pragma(link, "synchronous", synchronous, NULL, error))
        return false;
    link->read_only = parameters->read_only;
    return true;
}

static void close_link(cn_link *opened)
{
    cn_sqlite_link *link = (cn_sqlite_link *)opened;
    if (link == NULL)
        return;
    for (size_t i = 0; i < CN_SQLITE_HELD_COUNT; i++)
        (void)sqlite3_finalize(link->held[i]);
    (void)sqlite3_close_v2(link->db);
    cn_release(link);
}

static cn_link *open_link(const cn_link_parameters *parameters, cn_error *error)
{
    sqlite_settings settings = {.timeout = 0};
    cn_sqlite_link *link     = NULL;
    if (sqlite3_threadsafe() == 0) {
        (void)cn_error_set(error, CN_CAUSE_DRIVER,
                           "this SQLite library was compiled without threads");
        return NULL;
    }
    if (!take_options(&settings, parameters, error))
        return NULL;
    link = cn_allocate_zero(1, sizeof *link);
    if (link == NULL) {
        (void)cn_error_no_memory(error);
        return NULL;
    }
    link->head.driver  = &cn_driver_sqlite;
    link->head.product = CN_PRODUCT_SQLITE;
    int number         = sqlite3_libversion_number(); /* major * 1000000 + minor * 1000 + patch */
    link->head.version = (unsigned)(number / 1000000 * 10000 + number / 1000 % 1000 * 100 +
                                    number % 1000);
    (void)snprintf(link->head.version_text, sizeof link->head.version_text, "%s",
                   sqlite3_libversion());
    link->head.batch_form       = CN_BATCH_VALUES;
    link->head.insert_returning = number >= 3035000;
    if (open_file(link, parameters, &settings, error) && apply(link, parameters, &settings, error))
        return &link->head;
    close_link(&link->head);
    return NULL;
}

static bool ping(cn_link *link, cn_error *error)
{
    (void)link; /* there is no server that could have gone */
    (void)error;
    return true;
}

static cn_link_state state(cn_link *opened)
{
    cn_sqlite_link *link = (cn_sqlite_link *)opened;
    return sqlite3_get_autocommit(link->db) != 0 ? CN_LINK_IDLE : CN_LINK_OPEN;
}

/* The library that this was compiled with; cn_link.version_text is the one that runs. */
static const char *library(void)
{
    return "SQLite " SQLITE_VERSION;
}

/* ---- transactions ---------------------------------------------------------------------------- */

bool cn_sqlite_run_held(cn_sqlite_link *link, cn_sqlite_held which, cn_error *error)
{
    sqlite3_stmt **held = &link->held[which];
    bool           good = true;
    int            code = SQLITE_OK;
    if (*held == NULL)
        code = sqlite3_prepare_v3(link->db, link->held_text[which], -1, SQLITE_PREPARE_PERSISTENT,
                                  held, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(*held);
    if (code != SQLITE_DONE)
        good = cn_sqlite_fail(link, code, CN_SQLITE_RUNNING, error);
    (void)sqlite3_reset(*held);
    return good;
}

/* What held for the transaction only. */
static void end_transaction(cn_sqlite_link *link)
{
    link->read_only_transaction = false;
    if (link->read_uncommitted)
        link->read_uncommitted = sqlite3_exec(link->db, "PRAGMA read_uncommitted = 0", NULL, NULL,
                                              NULL) != SQLITE_OK;
}

static bool begin(cn_link *opened, cn_isolation isolation, bool read_only, cn_error *error)
{
    cn_sqlite_link *link = (cn_sqlite_link *)opened;
    cn_sqlite_enter(link);
    if (link->was_open)
        return cn_error_set(error, CN_CAUSE_MISUSE, "a transaction is already open");
    end_transaction(link); /* of one that a COMMIT as plain SQL has ended */
    if (isolation == CN_READ_COMMITTED || isolation == CN_REPEATABLE_READ)
        return cn_error_set(error, CN_CAUSE_UNSUPPORTED,
                            "SQLite has the isolation levels SERIALIZABLE, which is the default, "
                            "and READ UNCOMMITTED, not %s",
                            isolation == CN_READ_COMMITTED ? "READ COMMITTED" : "REPEATABLE READ");
    if (isolation == CN_READ_UNCOMMITTED) {
        if (!set_pragma(link, "read_uncommitted", "1", NULL, error))
            return false;
        link->read_uncommitted = true;
    }
    if (!cn_sqlite_run_held(link, read_only ? CN_SQLITE_BEGIN_READING : CN_SQLITE_BEGIN, error)) {
        end_transaction(link);
        return false;
    }
    link->read_only_transaction = read_only;
    return true;
}

static bool commit(cn_link *opened, cn_error *error)
{
    cn_sqlite_link *link = (cn_sqlite_link *)opened;
    cn_sqlite_enter(link);
    if (!link->was_open) {
        /* Not a success: what was done in it is not saved. */
        (void)cn_error_set(error, CN_CAUSE_MISUSE,
                           "no transaction is open; if one was, SQLite has rolled it back");
        if (error != NULL)
            error->ended = true;
        return false;
    }
    if (!cn_sqlite_run_held(link, CN_SQLITE_COMMIT, error))
        return false;
    end_transaction(link);
    return true;
}

static bool rollback(cn_link *opened, cn_error *error)
{
    cn_sqlite_link *link = (cn_sqlite_link *)opened;
    cn_sqlite_enter(link);
    if (link->was_open && !cn_sqlite_run_held(link, CN_SQLITE_ROLLBACK, error))
        return false;
    end_transaction(link);
    return true;
}

/* SQLite commits each statement by itself when no transaction is open: nothing is to be said. */
static bool autocommit(cn_link *opened, bool on, cn_error *error)
{
    if (on && state(opened) != CN_LINK_IDLE)
        return cn_error_set(error, CN_CAUSE_MISUSE,
                            "autocommit cannot be turned on while a transaction is open");
    return true;
}

/* ---- from text to statements ----------------------------------------------------------------- */

bool cn_sqlite_text_ok(const char *sql, size_t size, cn_error *error)
{
    const char *nul = memchr(sql, '\0', size);
    if (nul != NULL)
        return cn_error_set(error, CN_CAUSE_SYNTAX, "the SQL text has a NUL byte at offset %zu",
                            (size_t)(nul - sql));
    if (size >= INT_MAX)
        return cn_error_set(error, CN_CAUSE_DATA, "the SQL text is too long for SQLite");
    return true;
}

bool cn_sqlite_compile(cn_sqlite_link *link, const char **at, const char *end, unsigned flags,
                       sqlite3_stmt **statement, const char **rest, cn_error *error)
{
    *statement = NULL;
    for (*rest = *at; *statement == NULL && *rest < end;) {
        *at      = *rest;
        int code = sqlite3_prepare_v3(link->db, *at, (int)(end - *at), flags, statement, rest);
        if (code != SQLITE_OK)
            return cn_sqlite_fail(link, code, CN_SQLITE_COMPILING, error);
    }
    return true;
}

bool cn_sqlite_more(cn_sqlite_link *link, const char *at, const char *end)
{
    const char   *rest;
    sqlite3_stmt *statement;
    while (at < end && strchr(" \t\r\n;", *at) != NULL)
        at++;
    bool more = !cn_sqlite_compile(link, &at, end, 0, &statement, &rest, NULL) || statement != NULL;
    (void)sqlite3_finalize(statement);
    return more;
}

bool cn_sqlite_may_write(const cn_sqlite_link *link, sqlite3_stmt *statement, cn_error *error)
{
    if (sqlite3_stmt_readonly(statement) != 0)
        return true;
    (void)cn_error_set(error, CN_CAUSE_READ_ONLY,
                       "the %s is read-only, and this statement would write",
                       link->read_only ? "connection" : "transaction");
    cn_error_server(error, "", SQLITE_READONLY);
    return false;
}

static bool run_statement(cn_sqlite_link *link, sqlite3_stmt *statement, cn_error *error)
{
    int code = SQLITE_ROW;
    if (sqlite3_bind_parameter_count(statement) > 0)
        return cn_error_set(error, CN_CAUSE_PARAMETER,
                            "a statement that is run without values has parameters");
    if (!cn_sqlite_may_run(link, statement, error))
        return false;
    while (code == SQLITE_ROW)
        code = sqlite3_step(statement);
    return code == SQLITE_DONE || cn_sqlite_fail(link, code, CN_SQLITE_RUNNING, error);
}

bool cn_sqlite_run(cn_link *opened, const char *sql, size_t size, cn_error *error)
{
    cn_sqlite_link *link = (cn_sqlite_link *)opened;
    const char     *at = sql, *end = sql + size, *rest;
    bool            good = true;
    cn_sqlite_enter(link);
    if (!cn_sqlite_text_ok(sql, size, error))
        return false;
    do {
        sqlite3_stmt *statement;
        if (!cn_sqlite_compile(link, &at, end, 0, &statement, &rest, error))
            return false;
        if (!link->multi_statements && cn_sqlite_more(link, rest, end))
            good = cn_error_several_statements(error);
        else if (statement != NULL)
            good = run_statement(link, statement, error);
        (void)sqlite3_finalize(statement);
        at = rest;
    } while (good && at < end);
    return good;
}

/* ---- the table ------------------------------------------------------------------------------- */

static void use_allocator(const cn_allocator *allocator)
{
    (void)cn_set_allocator(allocator);
}

const cn_driver cn_driver_sqlite = {
    .size                = sizeof(cn_driver),
    .name                = "sqlite",
    .dialect             = "sqlite",
    .numbered_parameters = false,
    .options             = option_names,
    .library             = library,
    .open                = open_link,
    .close               = close_link,
    .ping                = ping,
    .state               = state,
    .begin               = begin,
    .commit              = commit,
    .rollback            = rollback,
    .autocommit          = autocommit,
    .run                 = cn_sqlite_run,
    .prepare             = cn_sqlite_prepare,
    .release             = cn_sqlite_release,
    .execute             = cn_sqlite_execute,
    .execute_many        = cn_sqlite_execute_many,
    .step                = cn_sqlite_step,
    .read                = cn_sqlite_read,
    .decode              = cn_sqlite_decode,
    .reset               = cn_sqlite_reset,
    .use_allocator       = use_allocator,
};
