/*
 * driver/mysql.c: the driver for MySQL and MariaDB over MariaDB Connector/C: opening, closing and
 * transactions, and the table that the engine knows. It knows no SQL but what those need.
 *
 * A session is set up in one round trip: utf8mb4, the time zone UTC (so that a TIMESTAMP never
 * shifts), autocommit off, and the server's own sql_mode, to which STRICT_TRANS_TABLES is added if
 * it is not strict: otherwise a text that is too long would be cut without an error.
 */
#include "driver/mysql.h"

#include <errmsg.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"

static pthread_once_t library_once = PTHREAD_ONCE_INIT;
static bool           library_failed;
static char           library_text[64];

static void start_library(void)
{
    library_failed = mysql_library_init(0, NULL, NULL) != 0 || !cn_mysql_login_register();
    snprintf(library_text, sizeof library_text, "MariaDB Connector/C %s", mysql_get_client_info());
}

static const char *library(void)
{
    pthread_once(&library_once, start_library);
    return library_text;
}

/* A module has a base floor of its own. */
static void use_allocator(const cn_allocator *allocator)
{
    (void)cn_set_allocator(allocator);
}

/* ---- a link ---------------------------------------------------------------------------------- */

/* Closes the socket of a link that is of no more use. Its statements become orphans: releasing
   them sends nothing any more. */
void cn_mysql_lose(cn_mysql_link *link)
{
    if (link->lost)
        return;
    link->lost    = true;
    link->reading = NULL;
    mysql_close(&link->mysql);
    cn_mysql_close_doomed(link);
}

bool cn_mysql_ready(cn_mysql_link *link, cn_error *error)
{
    if (link->lost) {
        cn_error_set(error, CN_CAUSE_LOST, "the connection was lost before");
        error->lost      = true;
        error->retryable = true;
        error->ended     = true;
        return false;
    }
    if (link->reading != NULL)
        return cn_error_set(error, CN_CAUSE_MISUSE,
                            "another result is still being read on this connection");
    if (link->doomed != NULL)
        cn_mysql_close_doomed(link);
    cn_mysql_mark_time(link);
    return true;
}

/* Throws away the rows of all results of a query. */
static bool drain(MYSQL *mysql)
{
    for (;;) {
        MYSQL_RES *result = mysql_use_result(mysql);
        if (result != NULL) {
            while (mysql_fetch_row(result) != NULL) {
            }
            bool failed = mysql_errno(mysql) != 0;
            mysql_free_result(result);
            if (failed)
                return false;
        } else if (mysql_field_count(mysql) != 0) {
            return false;
        }
        int next = mysql_next_result(mysql);
        if (next != 0)
            return next < 0;
    }
}

bool cn_mysql_command(cn_mysql_link *link, const char *sql, size_t size, cn_error *error)
{
    if (mysql_real_query(&link->mysql, sql, size) == 0 && drain(&link->mysql))
        return true;
    cn_mysql_fail(link, error);
    cn_mysql_find_several(sql, size, error);
    return false;
}

static bool command(cn_mysql_link *link, const char *sql, cn_error *error)
{
    return cn_mysql_command(link, sql, strlen(sql), error);
}

/* ---- opening --------------------------------------------------------------------------------- */

static bool connect_by(cn_mysql_link *link, const cn_link_parameters *parameters,
                       const cn_mysql_settings *settings, enum mysql_protocol_type protocol,
                       cn_error *error)
{
    unsigned      by    = protocol;
    unsigned long flags = CLIENT_FOUND_ROWS | CLIENT_REMEMBER_OPTIONS;
    if (parameters->multi_statements)
        flags |= CLIENT_MULTI_STATEMENTS;
    if (mysql_init(&link->mysql) == NULL)
        return cn_error_no_memory(error);
    if (!cn_mysql_settings_apply(&link->mysql, settings) ||
        mysql_optionsv(&link->mysql, MYSQL_OPT_PROTOCOL, &by) != 0) {
        mysql_close(&link->mysql);
        return cn_error_no_memory(error);
    }
    const char *host = protocol == MYSQL_PROTOCOL_SOCKET ? NULL : parameters->host;
    /* A password that is NULL would be taken from the environment. */
    const char *password  = parameters->password != NULL ? parameters->password : "";
    bool        connected = mysql_real_connect(&link->mysql, host, parameters->user, password,
                                               parameters->database, parameters->port,
                                               settings->unix_socket, flags) != NULL;
    /* The library never frees this one; setting it to nothing does. */
    mysql_optionsv(&link->mysql, MYSQL_SERVER_PUBLIC_KEY, NULL);
    if (connected)
        return true;
    cn_mysql_fail_open(&link->mysql, parameters, settings, error);
    mysql_close(&link->mysql);
    return false;
}

/*
 * "localhost" without a port, or no host at all, is the local socket, as for the server's own
 * programs; if there is none, TCP. With a port it is TCP.
 */
static bool connect_link(cn_mysql_link *link, const cn_link_parameters *parameters,
                         const cn_mysql_settings *settings, cn_error *error)
{
    const char *host    = parameters->host;
    bool        nowhere = host == NULL || host[0] == '\0' || strcmp(host, "localhost") == 0;
    if (settings->unix_socket != NULL)
        return connect_by(link, parameters, settings, MYSQL_PROTOCOL_SOCKET, error);
    if (nowhere && parameters->port == 0) {
        if (connect_by(link, parameters, settings, MYSQL_PROTOCOL_SOCKET, error))
            return true;
        if (error->code != CR_CONNECTION_ERROR)
            return false;
        cn_error_clear(error);
    }
    return connect_by(link, parameters, settings, MYSQL_PROTOCOL_TCP, error);
}

static bool check_encryption(cn_mysql_link *link, const cn_link_parameters *parameters,
                             const cn_mysql_settings *settings, cn_error *error)
{
    link->head.encrypted = mysql_get_ssl_cipher(&link->mysql) != NULL;
    if (link->head.encrypted || settings->tls < CN_TLS_REQUIRED)
        return true;
    char whereabouts[900];
    cn_mysql_whereabouts(parameters, settings, whereabouts, sizeof whereabouts);
    return cn_error_set(error, CN_CAUSE_TLS,
                        "cannot connect to %s: the server offers no TLS; ssl_mode=DISABLED goes "
                        "without",
                        whereabouts);
}

/* "5.5.5-10.11.6-MariaDB-log": some servers put a version in front that old replicas accept. */
static void identify(cn_mysql_link *link)
{
    static const char hack[] = "5.5.5-";
    const char       *text   = mysql_get_server_info(&link->mysql);
    if (text == NULL)
        text = "";
    bool maria = strstr(text, "MariaDB") != NULL || strstr(text, "mariadb") != NULL;
    if (maria && strncmp(text, hack, sizeof hack - 1) == 0)
        text += sizeof hack - 1;
    char       *end      = NULL;
    unsigned    parts[3] = {0, 0, 0};
    const char *at       = text;
    for (size_t i = 0; i < 3; i++) {
        parts[i] = (unsigned)strtoul(at, &end, 10) % 100;
        if (*end != '.')
            break;
        at = end + 1;
    }
    link->head.product          = maria ? CN_PRODUCT_MARIADB : CN_PRODUCT_MYSQL;
    link->head.version          = parts[0] * 10000 + parts[1] * 100 + parts[2];
    link->head.insert_returning = maria && link->head.version >= 100500;
    snprintf(link->head.version_text, sizeof link->head.version_text, "%s", text);
    unsigned long capabilities = 0;
    link->bulk                 = maria &&
                 mariadb_get_infov(&link->mysql, MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES,
                                   &capabilities) == 0 &&
                 (capabilities & (unsigned long)(MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32)) != 0;
    link->head.batch_form = link->bulk ? CN_BATCH_ROWS : CN_BATCH_VALUES;
}

/*
 * The modes under which the server reads literals otherwise than by default, as they are now: the
 * server, the URL or its init_command may have set them. Each answer tells of them; only MySQL's
 * own says nothing of ANSI_QUOTES, and is asked.
 */
static bool read_modes(cn_mysql_link *link, cn_error *error)
{
    static const char sql[]      = "SELECT FIND_IN_SET('ANSI_QUOTES', @@sql_mode) > 0";
    unsigned          status     = link->mysql.server_status;
    link->head.plain_backslashes = (status & SERVER_STATUS_NO_BACKSLASH_ESCAPES) != 0;
    link->head.quoted_names      = (status & SERVER_STATUS_ANSI_QUOTES) != 0;
    if (link->head.product == CN_PRODUCT_MARIADB)
        return true;
    MYSQL_RES *result = NULL;
    if (mysql_real_query(&link->mysql, sql, sizeof sql - 1) != 0 ||
        (result = mysql_store_result(&link->mysql)) == NULL)
        return cn_mysql_fail(link, error);
    MYSQL_ROW row           = mysql_fetch_row(result);
    link->head.quoted_names = row != NULL && row[0] != NULL && row[0][0] == '1';
    mysql_free_result(result);
    return true;
}

static bool set_up_session(cn_mysql_link *link, const cn_link_parameters *parameters,
                           const cn_mysql_settings *settings, cn_error *error)
{
    cn_buffer sql  = {0};
    bool      done = false;
    if (settings->init_command != NULL && settings->init_command[0] != '\0' &&
        !command(link, settings->init_command, error)) {
        cn_error_append(error, "; this was the option \"init_command\"");
        goto done;
    }
    const char *mode = settings->sql_mode;
    if (mode != NULL && strpbrk(mode, "'\\") != NULL) {
        cn_error_set(error, CN_CAUSE_URL, "the option \"sql_mode\" is no list of modes: \"%s\"",
                     mode);
        goto done;
    }
    const char *quote = mode != NULL ? "'" : "";
    if (mode == NULL)
        mode = "@@sql_mode";
    cn_buffer_format(&sql,
                     "SET NAMES utf8mb4, autocommit=0, time_zone='+00:00', sql_mode=IF("
                     "FIND_IN_SET('STRICT_TRANS_TABLES', %s%s%s) OR "
                     "FIND_IN_SET('STRICT_ALL_TABLES', %s%s%s), %s%s%s, "
                     "CONCAT_WS(',', NULLIF(%s%s%s, ''), 'STRICT_TRANS_TABLES'))",
                     quote, mode, quote, quote, mode, quote, quote, mode, quote, quote, mode,
                     quote);
    if (sql.failed) {
        cn_error_no_memory(error);
        goto done;
    }
    done = cn_mysql_command(link, cn_buffer_get(&sql), sql.size, error) &&
           read_modes(link, error) &&
           (!parameters->read_only || command(link, "SET SESSION TRANSACTION READ ONLY", error));
done:
    cn_buffer_free(&sql);
    return done;
}

static cn_link *open_link(const cn_link_parameters *parameters, cn_error *error)
{
    cn_mysql_settings settings;
    if (!cn_mysql_settings_read(parameters, &settings, error))
        return NULL;
    pthread_once(&library_once, start_library);
    if (library_failed) {
        cn_error_no_memory(error);
        return NULL;
    }
    cn_mysql_link *link = cn_allocate_zero(1, sizeof *link);
    if (link == NULL) {
        cn_error_no_memory(error);
        return NULL;
    }
    link->head.driver         = &cn_driver_mysql;
    link->rollback_on_timeout = -1;
    link->read_timeout        = settings.read_timeout;
    link->multi_statements    = parameters->multi_statements;
    link->local_infile        = settings.local_infile == CN_YES;
    if (!connect_link(link, parameters, &settings, error)) {
        cn_release(link);
        return NULL;
    }
    cn_mysql_mark_time(link);
    if (check_encryption(link, parameters, &settings, error)) {
        identify(link);
        if (set_up_session(link, parameters, &settings, error))
            return &link->head;
    }
    cn_mysql_lose(link);
    cn_release(link);
    return NULL;
}

static void close_link(cn_link *head)
{
    cn_mysql_link *link = (cn_mysql_link *)head;
    if (link == NULL)
        return;
    cn_mysql_lose(link);
    cn_release(link);
}

static bool ping(cn_link *head, cn_error *error)
{
    cn_mysql_link *link = (cn_mysql_link *)head;
    if (!cn_mysql_ready(link, error))
        return false;
    return mysql_ping(&link->mysql) == 0 || cn_mysql_fail(link, error);
}

static cn_link_state state(cn_link *head)
{
    cn_mysql_link *link = (cn_mysql_link *)head;
    if (link->lost)
        return CN_LINK_LOST;
    if (link->began || (link->dirty && !link->autocommit))
        return CN_LINK_OPEN;
    /* Somebody wrote BEGIN in autocommit mode. */
    bool open = link->autocommit && (link->mysql.server_status & SERVER_STATUS_IN_TRANS) != 0;
    return open ? CN_LINK_OPEN : CN_LINK_IDLE;
}

/* ---- transactions ---------------------------------------------------------------------------- */

/* The characteristics of the next transaction, whichever way it begins. NULL: there are none. */
static const char *characteristics(cn_isolation isolation, bool read_only)
{
    static const char *const texts[][2] = {
        [CN_ISOLATION_DEFAULT] = {NULL, "SET TRANSACTION READ ONLY"},
        [CN_READ_UNCOMMITTED]  = {"SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
                                  "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED, READ ONLY"},
        [CN_READ_COMMITTED]    = {"SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
                                  "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY"},
        [CN_REPEATABLE_READ]   = {"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                                  "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"},
        [CN_SERIALIZABLE]      = {"SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                                  "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY"},
    };
    return texts[isolation][read_only];
}

static bool begin(cn_link *head, cn_isolation isolation, bool read_only, cn_error *error)
{
    cn_mysql_link *link = (cn_mysql_link *)head;
    if (!cn_mysql_ready(link, error))
        return false;
    const char *sql = characteristics(isolation, read_only);
    if (sql != NULL) {
        if (!command(link, sql, error))
            return false;
        link->dirty = true; /* a commit or rollback has to take it back */
    }
    if (link->autocommit && !command(link, "START TRANSACTION", error))
        return false;
    link->dirty = link->dirty || link->autocommit;
    link->began = true;
    return true;
}

/* Nothing is sent if nothing was sent since the last end: there is no transaction then. */
static bool end(cn_mysql_link *link, const char *sql, cn_error *error)
{
    if (!cn_mysql_ready(link, error))
        return false;
    if (link->dirty || (link->mysql.server_status & SERVER_STATUS_IN_TRANS) != 0) {
        if (!command(link, sql, error))
            return false;
    }
    link->dirty = false;
    link->began = false;
    return true;
}

static bool commit(cn_link *head, cn_error *error)
{
    cn_mysql_link *link     = (cn_mysql_link *)head;
    bool           was_lost = link->lost;
    if (end(link, "COMMIT", error))
        return true;
    if (link->lost && !was_lost && error->code != 1047) {
        error->cause     = CN_CAUSE_UNKNOWN_OUTCOME;
        error->retryable = false;
        cn_error_append(error, "; the connection was lost during COMMIT, and whether it happened "
                               "is not known");
    }
    return false;
}

static bool rollback(cn_link *head, cn_error *error)
{
    return end((cn_mysql_link *)head, "ROLLBACK", error);
}

static bool autocommit(cn_link *head, bool on, cn_error *error)
{
    cn_mysql_link *link = (cn_mysql_link *)head;
    if (!cn_mysql_ready(link, error))
        return false;
    if (link->autocommit == on)
        return true;
    if (state(head) != CN_LINK_IDLE)
        return cn_error_set(error, CN_CAUSE_MISUSE,
                            "autocommit cannot change while a transaction is open");
    if (mysql_autocommit(&link->mysql, on) != 0)
        return cn_mysql_fail(link, error);
    link->autocommit = on;
    return true;
}

static bool run(cn_link *head, const char *sql, size_t size, cn_error *error)
{
    cn_mysql_link *link = (cn_mysql_link *)head;
    if (!cn_mysql_ready(link, error))
        return false;
    link->dirty = link->dirty || !link->autocommit || link->began;
    return cn_mysql_command(link, sql, size, error);
}

/* ---- the table ------------------------------------------------------------------------------- */

const cn_driver cn_driver_mysql = {
    .size                = sizeof(cn_driver),
    .name                = "mysql",
    .dialect             = "mysql",
    .numbered_parameters = false,
    .options             = cn_mysql_option_names,
    .library             = library,
    .open                = open_link,
    .close               = close_link,
    .ping                = ping,
    .state               = state,
    .begin               = begin,
    .commit              = commit,
    .rollback            = rollback,
    .autocommit          = autocommit,
    .run                 = run,
    .prepare             = cn_mysql_prepare,
    .release             = cn_mysql_release,
    .execute             = cn_mysql_execute,
    .execute_many        = cn_mysql_execute_many,
    .step                = cn_mysql_step,
    .read                = cn_mysql_read,
    .decode              = cn_mysql_decode,
    .reset               = cn_mysql_reset,
    .use_allocator       = use_allocator,
};
