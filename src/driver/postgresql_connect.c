/*
 * driver/postgresql_connect.c: from the parts of a URL to an open connection, and what to say if
 * there is none. Called by the driver's table. It must never let a password out to a server that
 * has not shown who it is.
 *
 * Encryption. To a host that is not local the default is sslmode=verify-full, against the system's
 * certificate authorities unless the user has named others; only an explicit sslmode turns that
 * down. To a local host it is "allow": nobody sits between two processes of one machine, so plain
 * text comes first, which is faster, and TLS is used where the server insists on it.
 *
 * Passwords. libpq 15 answers whatever a server asks for, a password in clear text included. So
 * while a server without TLS authenticates us, libpq does not see the socket but one end of a pair,
 * and each message of the server is read here first and handed on whole. A request for clear
 * text, and an iteration count that would keep this machine computing for seconds, end the
 * connection instead. Behind verified TLS the server is who it should be, and libpq has the socket
 * itself; behind TLS that the user chose not to verify (sslmode=require) there is no such guard.
 *
 * Time. The connect time-out covers everything but the look-up of the host's name, which is the
 * system's and has limits of its own; it is one for all the addresses of a name.
 */
#define _POSIX_C_SOURCE 200809L

#include "driver/postgresql.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/number.h"

/* ---- options -------------------------------------------------------------------------------- */

/* What this file does itself; the rest goes to libpq as it is. */
#define CLEARTEXT CN_POSTGRESQL_CLEARTEXT

const char *const cn_postgresql_options[] = {"sslmode",
                                             "sslrootcert",
                                             "sslcert",
                                             "sslkey",
                                             "sslpassword",
                                             "sslcrl",
                                             "sslcrldir",
                                             "sslsni",
                                             "ssl_min_protocol_version",
                                             "ssl_max_protocol_version",
                                             "channel_binding",
                                             "gssencmode",
                                             "krbsrvname",
                                             "connect_timeout",
                                             "application_name",
                                             "options",
                                             "keepalives",
                                             "keepalives_idle",
                                             "keepalives_interval",
                                             "keepalives_count",
                                             "tcp_user_timeout",
                                             "host",
                                             "port",
                                             "passfile",
                                             "requirepeer",
                                             "target_session_attrs",
                                             "client_encoding",
                                             CLEARTEXT,
                                             NULL};

#define OPTION_COUNT (sizeof cn_postgresql_options / sizeof *cn_postgresql_options)

/* Options that take one of a few words, or a number: checked here, so that a message names it. */
static const struct {
    const char *name;
    const char *words; /* NULL: a number */
} checked[] = {
    {"sslmode", " disable allow prefer require verify-ca verify-full "},
    {"channel_binding", " disable prefer require "},
    {"gssencmode", " disable prefer require "},
    {"target_session_attrs", " any read-write read-only primary standby prefer-standby "},
    {"client_encoding", " utf8 UTF8 utf-8 UTF-8 unicode UNICODE "},
    {CLEARTEXT, " true false 1 0 on off yes no "},
    {"connect_timeout", NULL},
    {"keepalives", NULL},
    {"keepalives_idle", NULL},
    {"keepalives_interval", NULL},
    {"keepalives_count", NULL},
    {"tcp_user_timeout", NULL},
    {"sslsni", NULL},
};

static bool is_word_of(const char *words, const char *value)
{
    size_t size = strlen(value);
    for (const char *at = words; size > 0 && (at = strstr(at, value)) != NULL; at++) {
        if (at[-1] == ' ' && at[size] == ' ')
            return true;
    }
    return false;
}

static bool unknown_option(const char *name, cn_error *error)
{
    (void)cn_error_set(error, CN_CAUSE_URL,
                       "PostgreSQL connections have no option \"%s\"; those they have:", name);
    for (size_t i = 0; cn_postgresql_options[i] != NULL; i++)
        cn_error_append(error, "%s %s", i > 0 ? "," : "", cn_postgresql_options[i]);
    return false;
}

static bool check_option(const cn_url_option *option, cn_error *error)
{
    int64_t number;
    size_t  known = 0;
    while (cn_postgresql_options[known] != NULL &&
           strcmp(cn_postgresql_options[known], option->name) != 0)
        known++;
    if (cn_postgresql_options[known] == NULL)
        return unknown_option(option->name, error);
    for (size_t i = 0; i < sizeof checked / sizeof *checked; i++) {
        if (strcmp(option->name, checked[i].name) != 0)
            continue;
        if (checked[i].words == NULL
                ? cn_number_parse_int(option->value, strlen(option->value), &number) &&
                      number >= 0 && number <= INT32_MAX
                : is_word_of(checked[i].words, option->value))
            return true;
        return cn_error_set(error, CN_CAUSE_URL, "the option %s cannot be \"%s\": it takes%s%s",
                            option->name, option->value,
                            checked[i].words != NULL ? " one of" : " a number",
                            checked[i].words != NULL ? checked[i].words : "");
    }
    return true;
}

/* Everything about one attempt to connect. */
typedef struct attempt {
    const cn_link_parameters *parameters;
    const char               *host; /* NULL: libpq's own default, a socket of this machine */
    char                      port[8];
    const char               *shown_port;
    const char               *sslmode;
    char                      root[512];
    cn_buffer                 settings; /* sent with the first packet */
    bool                      with_settings;
    bool                      cleartext; /* the user allows it */
    int64_t                   deadline;
    ConnStatusType            stage; /* the last one that was reached */
    const char               *keywords[OPTION_COUNT + 16];
    const char               *values[OPTION_COUNT + 16];
    size_t                    count;
} attempt;

static const char *option_of(const cn_link_parameters *parameters, const char *name)
{
    for (size_t i = 0; i < parameters->option_count; i++) {
        if (strcmp(parameters->options[i].name, name) == 0)
            return parameters->options[i].value;
    }
    return NULL;
}

static void put(attempt *try, const char *keyword, const char *value)
{
    try->keywords[try->count] = keyword;
    try->values[try->count]   = value;
    try->count += value != NULL;
    try->keywords[try->count] = NULL;
    try->values[try->count]   = NULL;
}

/* The engine judged the URL's host. A host that came by option or environment is judged here. */
static bool is_local(const attempt *try)
{
    if (getenv("PGHOSTADDR") != NULL)
        return false;
    if (try->host == NULL)
        return true;
    if (try->host == try->parameters->host)
        return try->parameters->host_is_local;
    return try->host[0] == '/' || try->host[0] == '@' || strcmp(try->host, "localhost") == 0 ||
           strcmp(try->host, "127.0.0.1") == 0 || strcmp(try->host, "::1") == 0;
}

static bool readable(const char *path)
{
    return access(path, R_OK) == 0;
}

/* Where the authorities are that the system trusts: libpq 15 does not look there by itself. */
static const char *find_root(attempt *try)
{
    static const char *const bundles[] = {
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem", "/usr/local/share/certs/ca-root-nss.crt"};
    const char *given = option_of(try->parameters, "sslrootcert");
    const char *home  = getenv("HOME");
    if (given != NULL && strcmp(given, "system") != 0)
        return given;
    if (given == NULL) {
        if (getenv("PGSSLROOTCERT") != NULL || strncmp(try->sslmode, "verify-", 7) != 0)
            return NULL; /* libpq's own rules */
        snprintf(try->root, sizeof try->root, "%s/.postgresql/root.crt", home != NULL ? home : "");
        if (readable(try->root))
            return NULL;
    }
    for (size_t i = 0; i < sizeof bundles / sizeof *bundles; i++) {
        if (readable(bundles[i]))
            return bundles[i];
    }
    return NULL;
}

/*
 * What this driver's reading of values rests on. In the first packet they cost nothing and survive
 * a RESET ALL. The session's time zone stays the user's: every instant travels with its offset.
 */
static const struct {
    const char *name;
    const char *value;
} settings[] = {{"DateStyle", "ISO"},
                {"IntervalStyle", "iso_8601"},
                {"bytea_output", "hex"},
                {"extra_float_digits", "1"},
                {"standard_conforming_strings", "on"},
                {"default_transaction_read_only", "on"}};

static size_t setting_count(const cn_link_parameters *parameters)
{
    return sizeof settings / sizeof *settings - !parameters->read_only;
}

static void put_settings(attempt *try)
{
    const char *users = option_of(try->parameters, "options");
    cn_buffer_reset(&try->settings);
    cn_buffer_text(&try->settings, users != NULL ? users : "");
    for (size_t i = 0; try->with_settings && i < setting_count(try->parameters); i++)
        cn_buffer_format(&try->settings, " -c %s=%s", settings[i].name, settings[i].value);
    put(try, "options", cn_buffer_get(&try->settings));
}

static bool is_handled_here(const char *name)
{
    static const char names[] = " host port options connect_timeout sslmode sslrootcert "
                                "client_encoding gssencmode " CLEARTEXT " ";
    return is_word_of(names, name);
}

static bool prepare_attempt(attempt *try, cn_error *error)
{
    const cn_link_parameters *parameters = try->parameters;
    const char               *gssencmode = option_of(parameters, "gssencmode");
    const char               *cleartext  = option_of(parameters, CLEARTEXT);
    for (size_t i = 0; i < parameters->option_count; i++) {
        if (!check_option(&parameters->options[i], error))
            return false;
    }
    if (try->shown_port == NULL && parameters->port != 0) {
        snprintf(try->port, sizeof try->port, "%u", (unsigned)parameters->port);
        try->shown_port = try->port;
    }
    try->cleartext = cleartext != NULL && is_word_of(" true 1 on yes ", cleartext);
    try->sslmode   = option_of(parameters, "sslmode");
    if (try->sslmode == NULL)
        try->sslmode = is_local(try) ? "allow" : "verify-full";

    try->count = 0;
    put(try, "host", try->host);
    put(try, "port", try->shown_port);
    put(try, "user", parameters->user);
    put(try, "password", parameters->password);
    put(try, "dbname", parameters->database);
    put(try, "client_encoding", "UTF8");
    put(try, "fallback_application_name", "cinnabar");
    put(try, "sslmode", try->sslmode);
    put(try, "sslrootcert", find_root(try));
    put(try, "gssencmode", gssencmode != NULL ? gssencmode : "disable");
    put_settings(try);
    for (size_t i = 0; i < parameters->option_count && try->count < OPTION_COUNT + 12; i++) {
        if (!is_handled_here(parameters->options[i].name))
            put(try, parameters->options[i].name, parameters->options[i].value);
    }
    return !try->settings.failed || cn_error_no_memory(error);
}

/* ---- what to say ---------------------------------------------------------------------------- */

static const struct {
    cn_cause    cause;
    const char *advice;
} advices[] = {
    {CN_CAUSE_AUTHENTICATION, "check the user and the password of the URL, and the server's "
                              "pg_hba.conf"},
    {CN_CAUSE_NO_DATABASE, "create it, or correct its name in the URL"},
    {CN_CAUSE_CONNECT, "check that the server runs there and that host and port are right"},
    {CN_CAUSE_TLS, "see that the server's certificate has not expired, name the authority that "
                   "signed it with sslrootcert=FILE, or turn the check down with sslmode=require "
                   "(encrypted, not verified) or sslmode=disable"},
    {CN_CAUSE_PERMISSION, "grant the user CONNECT on the database"},
    {CN_CAUSE_URL, "correct the options of the URL"},
};

static const char *advice_for(cn_cause cause)
{
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++) {
        if (advices[i].cause == cause)
            return advices[i].advice;
    }
    return NULL;
}

/* One sentence: who wanted to go where, why not, and what to do. */
static bool refuse(const attempt *try, cn_cause cause, const char *why, size_t size,
                   const char *advice, cn_error *error)
{
    const cn_link_parameters *parameters = try->parameters;
    char                      reason[400];
    snprintf(reason, sizeof reason, "%.*s", size < 399 ? (int)size : 399, why);
    (void)cn_error_set(error, cause,
                       "cannot connect to the PostgreSQL database \"%s\" at %s, port %s, as user "
                       "\"%s\": %s",
                       parameters->database != NULL ? parameters->database : "(default)",
                       try->host != NULL ? try->host : "the local socket",
                       try->shown_port != NULL ? try->shown_port : "5432",
                       parameters->user != NULL ? parameters->user : "(default)", reason);
    if (advice != NULL)
        cn_error_append(error, "; %s", advice);
    return false;
}

/* "FATAL:  28P01: password ...": what PQERRORS_VERBOSE makes of the server's own words. */
static const char *find_sqlstate(const char *message)
{
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (const char *at = message; (at = strstr(at, ":  ")) != NULL; at++) {
        if (strspn(at + 3, letters) == 5 && strncmp(at + 8, ": ", 2) == 0)
            return at + 3;
    }
    return NULL;
}

static cn_cause cause_of_refusal(const char *sqlstate)
{
    static const struct {
        const char *sqlstate;
        cn_cause    cause;
    } others[] = {{"57P", CN_CAUSE_CONNECT}, {"08", CN_CAUSE_CONNECT}, {"22023", CN_CAUSE_URL},
                  {"42704", CN_CAUSE_URL},   {"42601", CN_CAUSE_URL},  {"53", CN_CAUSE_CONNECT}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strncmp(sqlstate, others[i].sqlstate, strlen(others[i].sqlstate)) == 0)
            return others[i].cause;
    }
    return cn_postgresql_cause_of(sqlstate)->cause;
}

/* The last line that says something: libpq tells of each address that it tried ("connection to
   ... failed: why"), with advice on lines of their own, and where in its source a server was. */
static const char *last_line(const char *message, size_t *size)
{
    static const char prefix_end[] = " failed: ";
    const char       *line         = "no reason given";
    bool              prefixed     = false;
    *size                          = strlen(line);
    while (*message != '\0') {
        size_t      length = strcspn(message, "\n");
        const char *why    = strstr(message, prefix_end);
        if (why != NULL && why < message + length) {
            prefixed = true;
            line     = why + sizeof prefix_end - 1;
            *size    = (size_t)(message + length - line);
        } else if (!prefixed && length > 0 && message[0] != '\t' &&
                   strncmp(message, "LOCATION:", 9) != 0) {
            line  = message;
            *size = length;
        }
        message += length + (message[length] == '\n');
    }
    return line;
}

static bool explain(const attempt *try, PGconn *pg, cn_error *error)
{
    size_t      size;
    const char *message  = PQerrorMessage(pg);
    const char *sqlstate = find_sqlstate(message);
    if (sqlstate != NULL) {
        char code[6] = "";
        memcpy(code, sqlstate, 5);
        cn_cause cause = cause_of_refusal(code);
        (void)refuse(try, cause, sqlstate + 7, strcspn(sqlstate + 7, "\n"), advice_for(cause),
                     error);
        cn_error_server(error, code, 0);
        error->retryable = cause == CN_CAUSE_CONNECT;
        return false;
    }
    const char *why = last_line(message, &size);
    if (PQconnectionNeedsPassword(pg)) {
        why  = "the server asks for a password, and the URL has none";
        size = strlen(why);
    }
    cn_cause cause = try->stage == CONNECTION_SSL_STARTUP ? CN_CAUSE_TLS : CN_CAUSE_CONNECT;
    if (PQconnectionNeedsPassword(pg) || strstr(message, "channel binding") != NULL)
        cause = CN_CAUSE_AUTHENTICATION;
    (void)refuse(try, cause, why, size, advice_for(cause), error);
    /* A server that is not there may come; a name that nobody knows will not be known. */
    error->retryable = cause == CN_CAUSE_CONNECT && strstr(message, "translate host") == NULL;
    return false;
}

static bool too_late(const attempt *try, cn_error *error)
{
    static const char why[] = "it did not answer within the connect time-out";
    (void)refuse(try, CN_CAUSE_CONNECT, why, sizeof why - 1, advice_for(CN_CAUSE_CONNECT), error);
    error->retryable = true;
    return false;
}

/* ---- connecting ----------------------------------------------------------------------------- */

static void ignore_notice(void *context, const PGresult *notice)
{
    (void)context;
    (void)notice;
}

/* One step of libpq's, when its socket is ready for it. */
static bool await_step(attempt *try, PGconn *pg, PostgresPollingStatusType wanted,
                       cn_postgresql_guard *guard, cn_error *error)
{
    cn_error why = {0};
    if (cn_postgresql_guard_is_wanted(pg)) {
        bool ok = cn_postgresql_guard_raise(guard, pg) &&
                  cn_postgresql_guard_pass(guard, try->cleartext, try->deadline, &why);
        if (why.cause != CN_CAUSE_NONE) {
            const char *text = why.message != NULL ? why.message : why.brief;
            (void)refuse(try, why.cause, text, strlen(text), NULL, error);
            cn_error_clear(&why);
        } else if (!ok) {
            (void)too_late(try, error);
        }
        return ok;
    }
    if (!cn_postgresql_guard_lower(guard, pg))
        return cn_error_set(error, CN_CAUSE_CONNECT, "the socket could not be duplicated");
    struct pollfd waiting = {.fd     = PQsocket(pg),
                             .events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT};
    return cn_postgresql_poll(&waiting, 1, try->deadline) > 0 || too_late(try, error);
}

static bool connect_now(attempt *try, PGconn *pg, cn_error *error)
{
    PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
    bool                      ok     = true;
    cn_postgresql_guard      *guard  = cn_postgresql_guard_new();
    if (guard == NULL)
        return cn_error_no_memory(error);
    while (ok && wanted != PGRES_POLLING_OK) {
        ok = await_step(try, pg, wanted, guard, error);
        if (!ok)
            break;
        try->stage = PQstatus(pg);
        wanted     = PQconnectPoll(pg);
        if (wanted == PGRES_POLLING_FAILED)
            ok = explain(try, pg, error);
    }
    if (!cn_postgresql_guard_lower(guard, pg) && ok)
        ok = cn_error_set(error, CN_CAUSE_CONNECT, "the socket could not be duplicated");
    cn_release(guard);
    return ok;
}

/* libpq has promised it; nothing depends on the promise alone. */
static bool check_encryption(const attempt *try, PGconn *pg, cn_error *error)
{
    static const char why[]     = "the connection is not encrypted though it had to be";
    const char       *host      = PQhost(pg);
    bool              by_socket = host != NULL && (host[0] == '/' || host[0] == '@');
    bool demanded = strcmp(try->sslmode, "require") == 0 || strncmp(try->sslmode, "verify", 6) == 0;
    if (!demanded || by_socket || PQsslInUse(pg) || PQgssEncInUse(pg))
        return true;
    return refuse(try, CN_CAUSE_TLS, why, sizeof why - 1, advice_for(CN_CAUSE_TLS), error);
}

static bool start(attempt *try, PGconn **pg, cn_error *error)
{
    if (!prepare_attempt(try, error))
        return false;
    try->stage = CONNECTION_NEEDED;
    *pg        = PQconnectStartParams(try->keywords, try->values, 0);
    if (*pg == NULL)
        return cn_error_no_memory(error);
    (void)PQsetErrorVerbosity(*pg, PQERRORS_VERBOSE);
    (void)PQsetNoticeReceiver(*pg, ignore_notice, NULL);
    if (PQstatus(*pg) == CONNECTION_BAD)
        return explain(try, *pg, error);
    if (!connect_now(try, *pg, error) || !check_encryption(try, *pg, error))
        return false;
    (void)PQsetErrorVerbosity(*pg, PQERRORS_DEFAULT);
    if (PQsetnonblocking(*pg, 1) != 0 || PQenterPipelineMode(*pg) == 0)
        return explain(try, *pg, error);
    return true;
}

/* A pooler takes no settings with the first packet: then they are statements. */
static bool apply_settings(cn_postgresql *link, const cn_link_parameters *parameters,
                           cn_error *error)
{
    char sql[96];
    for (size_t i = 0; i < setting_count(parameters); i++) {
        snprintf(sql, sizeof sql, "SET %s TO '%s'", settings[i].name, settings[i].value);
        if (!cn_postgresql_run(link, sql, NULL, error))
            return false;
    }
    return true;
}

/* No two clients of a pooler may name a statement alike. */
static void make_prefix(cn_postgresql *link)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t hash = cn_hash_mix((uint64_t)now.tv_sec, (uint64_t)now.tv_nsec);
    hash          = cn_hash_mix(cn_hash_mix(hash, (uint64_t)getpid()), (uint64_t)(uintptr_t)link);
    snprintf(link->prefix, sizeof link->prefix, "cn_%08x_", (unsigned)(hash ^ hash >> 32));
}

static void fill_head(cn_postgresql *link)
{
    const char *text    = PQparameterStatus(link->pg, "server_version");
    int         version = PQserverVersion(link->pg);
    link->head.product  = CN_PRODUCT_POSTGRESQL;
    link->head.version  = version >= 100000 /* since 10 there are two parts, 150004 */
                              ? (unsigned)(version / 10000 * 10000 + version % 10000 * 100)
                              : (unsigned)version;
    snprintf(link->head.version_text, sizeof link->head.version_text, "%s",
             text != NULL ? text : "");
    link->head.batch_form       = CN_BATCH_ARRAYS;
    link->head.insert_returning = true;
    link->head.encrypted        = PQsslInUse(link->pg) || PQgssEncInUse(link->pg);
}

static const char *host_of(const cn_link_parameters *parameters)
{
    const char *option = option_of(parameters, "host");
    if (option != NULL && option[0] != '\0')
        return option;
    if (parameters->host != NULL && parameters->host[0] != '\0')
        return parameters->host;
    return getenv("PGHOST");
}

static int64_t deadline_of(const cn_link_parameters *parameters)
{
    const char *seconds = option_of(parameters, "connect_timeout");
    int64_t     limit   = parameters->connect_timeout_ms;
    int64_t     number;
    if (seconds != NULL && cn_number_parse_int(seconds, strlen(seconds), &number) && number >= 0 &&
        number <= INT32_MAX)
        limit = number * 1000;
    return limit != 0 ? cn_postgresql_clock() + limit : 0;
}

cn_link *cn_postgresql_open(const cn_link_parameters *parameters, cn_error *error)
{
    cn_postgresql *link = cn_allocate_zero(1, sizeof *link);
    attempt        try  = {.parameters = parameters, .with_settings = true};
    bool           ok   = false;
    if (link == NULL) {
        (void)cn_error_no_memory(error);
        return NULL;
    }
    try.host               = host_of(parameters);
    try.shown_port         = option_of(parameters, "port");
    try.deadline           = deadline_of(parameters);
    link->head.driver      = &cn_driver_postgresql;
    link->read_timeout_ms  = parameters->read_timeout_ms;
    link->write_timeout_ms = parameters->write_timeout_ms;
    link->multi_statements = parameters->multi_statements;
    make_prefix(link);

    ok = start(&try, &link->pg, error);
    if (!ok && strstr(PQerrorMessage(link->pg), "unsupported startup parameter") != NULL) {
        PQfinish(link->pg);
        link->pg = NULL;
        cn_error_clear(error);
        try.with_settings = false;
        ok = start(&try, &link->pg, error) && apply_settings(link, parameters, error);
    }
    if (ok) {
        fill_head(link);
    } else {
        PQfinish(link->pg);
        cn_release(link);
        link = NULL;
    }
    cn_buffer_free(&try.settings);
    return (cn_link *)link;
}
