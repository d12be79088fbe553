/*
 * driver/mysql_error.c: what the numbers of MySQL, MariaDB, Galera and the client library mean,
 * as one table, and how they become errors. Called by the other files of the driver.
 */
#include "driver/mysql.h"

#include <ctype.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOST      = 1, /* the connection is gone, or of no further use */
    RETRYABLE = 2, /* the whole transaction may succeed when run again */
    ENDED     = 4  /* the server has ended the transaction */
};

#define GONE (LOST | RETRYABLE | ENDED)
#define ROLLED_BACK (RETRYABLE | ENDED)

typedef struct code_meaning {
    int      code;
    cn_cause cause;
    int      flags;
} code_meaning;

/* In the order of the codes. What is not here is judged by its SQLSTATE. */
static const code_meaning codes[] = {
    {1007, CN_CAUSE_EXISTS, 0},                  /* database exists */
    {1008, CN_CAUSE_NOT_FOUND, 0},               /* no database to drop */
    {1020, CN_CAUSE_SERIALIZATION, ROLLED_BACK}, /* record changed since the snapshot */
    {1022, CN_CAUSE_UNIQUE, 0},
    {1036, CN_CAUSE_READ_ONLY, 0}, /* table is read only */
    {1037, CN_CAUSE_MEMORY, 0},
    {1038, CN_CAUSE_MEMORY, 0},
    {1040, CN_CAUSE_CONNECT, RETRYABLE}, /* too many connections */
    {1041, CN_CAUSE_MEMORY, 0},
    {1044, CN_CAUSE_PERMISSION, 0},
    {1045, CN_CAUSE_AUTHENTICATION, 0},
    {1046, CN_CAUSE_NO_DATABASE, 0}, /* none selected */
    {1047, CN_CAUSE_LOST, GONE},     /* Galera: the node is not part of the cluster */
    {1048, CN_CAUSE_NOT_NULL, 0},
    {1049, CN_CAUSE_NO_DATABASE, 0},
    {1050, CN_CAUSE_EXISTS, 0}, /* table */
    {1051, CN_CAUSE_NOT_FOUND, 0},
    {1053, CN_CAUSE_LOST, GONE}, /* server shuts down */
    {1054, CN_CAUSE_NOT_FOUND, 0},
    {1060, CN_CAUSE_EXISTS, 0}, /* column */
    {1061, CN_CAUSE_EXISTS, 0}, /* index */
    {1062, CN_CAUSE_UNIQUE, 0},
    {1072, CN_CAUSE_NOT_FOUND, 0},
    {1077, CN_CAUSE_LOST, GONE},
    {1078, CN_CAUSE_LOST, GONE},
    {1079, CN_CAUSE_LOST, GONE},
    {1091, CN_CAUSE_NOT_FOUND, 0},      /* nothing to drop */
    {1105, CN_CAUSE_SERVER, ENDED},     /* unknown error; Galera: aborted */
    {1109, CN_CAUSE_NOT_FOUND, 0},      /* table of a column */
    {1118, CN_CAUSE_UNSUPPORTED, 0},    /* row of a table too large */
    {1129, CN_CAUSE_CONNECT, 0},        /* host blocked */
    {1130, CN_CAUSE_AUTHENTICATION, 0}, /* host not allowed */
    {1139, CN_CAUSE_DATA, 0},           /* no regular expression */
    {1142, CN_CAUSE_PERMISSION, 0},
    {1143, CN_CAUSE_PERMISSION, 0},
    {1146, CN_CAUSE_NOT_FOUND, 0},
    {1152, CN_CAUSE_LOST, GONE},
    {1153, CN_CAUSE_DATA, LOST | ENDED}, /* larger than max_allowed_packet */
    {1158, CN_CAUSE_LOST, GONE},
    {1159, CN_CAUSE_LOST, GONE},
    {1160, CN_CAUSE_LOST, GONE},
    {1161, CN_CAUSE_LOST, GONE},
    {1169, CN_CAUSE_UNIQUE, 0},
    {1176, CN_CAUSE_NOT_FOUND, 0},               /* index */
    {1180, CN_CAUSE_SERIALIZATION, ROLLED_BACK}, /* error during COMMIT */
    {1184, CN_CAUSE_LOST, GONE},
    {1193, CN_CAUSE_UNSUPPORTED, 0},     /* unknown system variable */
    {1203, CN_CAUSE_CONNECT, RETRYABLE}, /* too many connections of this user */
    {1205, CN_CAUSE_BUSY, RETRYABLE},    /* lock wait; see timed_out_lock */
    {1206, CN_CAUSE_BUSY, ROLLED_BACK},  /* no room for more locks */
    {1213, CN_CAUSE_DEADLOCK, ROLLED_BACK},
    {1216, CN_CAUSE_FOREIGN_KEY, 0},
    {1217, CN_CAUSE_FOREIGN_KEY, 0},
    {1226, CN_CAUSE_CONNECT, 0}, /* the user's resources are used up */
    {1227, CN_CAUSE_PERMISSION, 0},
    {1235, CN_CAUSE_UNSUPPORTED, 0},
    {1251, CN_CAUSE_AUTHENTICATION, 0},
    {1263, CN_CAUSE_NOT_NULL, 0},
    {1264, CN_CAUSE_DATA, 0},
    {1265, CN_CAUSE_DATA, 0},
    {1286, CN_CAUSE_UNSUPPORTED, 0}, /* unknown storage engine */
    {1289, CN_CAUSE_UNSUPPORTED, 0},
    {1290, CN_CAUSE_READ_ONLY, 0}, /* --read-only and the like */
    {1292, CN_CAUSE_DATA, 0},
    {1295, CN_CAUSE_UNSUPPORTED, 0}, /* cannot be prepared */
    {1300, CN_CAUSE_DATA, 0},        /* malformed text */
    {1304, CN_CAUSE_EXISTS, 0},      /* routine */
    {1305, CN_CAUSE_NOT_FOUND, 0},   /* routine, savepoint */
    {1317, CN_CAUSE_SERVER, 0},      /* the statement was killed */
    {1359, CN_CAUSE_EXISTS, 0},
    {1360, CN_CAUSE_NOT_FOUND, 0},
    {1364, CN_CAUSE_NOT_NULL, 0}, /* no default value */
    {1365, CN_CAUSE_DATA, 0},     /* division by zero */
    {1366, CN_CAUSE_DATA, 0},
    {1367, CN_CAUSE_DATA, 0},
    {1369, CN_CAUSE_CHECK, 0}, /* check option of a view */
    {1370, CN_CAUSE_PERMISSION, 0},
    {1406, CN_CAUSE_DATA, 0}, /* too long */
    {1411, CN_CAUSE_DATA, 0},
    {1416, CN_CAUSE_DATA, 0},
    {1419, CN_CAUSE_PERMISSION, 0},
    {1441, CN_CAUSE_DATA, 0},
    {1451, CN_CAUSE_FOREIGN_KEY, 0},
    {1452, CN_CAUSE_FOREIGN_KEY, 0},
    {1525, CN_CAUSE_DATA, 0},
    {1557, CN_CAUSE_FOREIGN_KEY, 0},
    {1586, CN_CAUSE_UNIQUE, 0},
    {1614, CN_CAUSE_DEADLOCK, ROLLED_BACK}, /* the same in an XA transaction */
    {1690, CN_CAUSE_DATA, 0},               /* out of range in an expression */
    {1698, CN_CAUSE_AUTHENTICATION, 0},
    {1792, CN_CAUSE_READ_ONLY, 0},      /* read-only transaction */
    {1820, CN_CAUSE_AUTHENTICATION, 0}, /* password expired */
    {1826, CN_CAUSE_EXISTS, 0},         /* constraint */
    {1836, CN_CAUSE_READ_ONLY, 0},
    {1859, CN_CAUSE_UNIQUE, 0},
    {1862, CN_CAUSE_AUTHENTICATION, 0},
    {1927, CN_CAUSE_LOST, GONE}, /* MariaDB: killed */
    {1969, CN_CAUSE_TIMEOUT, 0}, /* MariaDB: max_statement_time */
    {2001, CN_CAUSE_CONNECT, RETRYABLE},
    {2002, CN_CAUSE_CONNECT, RETRYABLE},
    {2003, CN_CAUSE_CONNECT, RETRYABLE},
    {2004, CN_CAUSE_CONNECT, RETRYABLE},
    {2005, CN_CAUSE_CONNECT, 0}, /* unknown host */
    {2006, CN_CAUSE_LOST, GONE},
    {2007, CN_CAUSE_CONNECT, 0},           /* another protocol */
    {2008, CN_CAUSE_MEMORY, LOST | ENDED}, /* in the middle of an answer, perhaps */
    {2012, CN_CAUSE_CONNECT, 0},           /* error in the handshake */
    {2013, CN_CAUSE_LOST, GONE},
    {2014, CN_CAUSE_LOST, GONE}, /* out of step with the server */
    {2020, CN_CAUSE_DATA, LOST | ENDED},
    {2026, CN_CAUSE_TLS, 0},
    {2027, CN_CAUSE_LOST, GONE}, /* malformed packet */
    {2045, CN_CAUSE_LOST, GONE},
    {2047, CN_CAUSE_CONNECT, 0},
    {2049, CN_CAUSE_AUTHENTICATION, 0}, /* would need the old method */
    {2055, CN_CAUSE_LOST, GONE},
    {2056, CN_CAUSE_LOST, GONE},        /* the link was closed under a statement */
    {2059, CN_CAUSE_AUTHENTICATION, 0}, /* no such method of logging in */
    {2061, CN_CAUSE_AUTHENTICATION, 0},
    {3024, CN_CAUSE_TIMEOUT, 0},                 /* MySQL: max_execution_time */
    {3058, CN_CAUSE_DEADLOCK, RETRYABLE},        /* of user-level locks */
    {3101, CN_CAUSE_SERIALIZATION, ROLLED_BACK}, /* group replication */
    {3118, CN_CAUSE_AUTHENTICATION, 0},          /* account locked */
    {3140, CN_CAUSE_DATA, 0},                    /* malformed JSON */
    {3141, CN_CAUSE_DATA, 0},
    {3159, CN_CAUSE_TLS, 0},          /* require_secure_transport */
    {3169, CN_CAUSE_LOST, GONE},      /* MySQL: killed */
    {3572, CN_CAUSE_BUSY, RETRYABLE}, /* NOWAIT */
    {3819, CN_CAUSE_CHECK, 0},        /* MySQL */
    {3822, CN_CAUSE_EXISTS, 0},
    {4025, CN_CAUSE_CHECK, 0},          /* MariaDB */
    {4031, CN_CAUSE_LOST, GONE},        /* MySQL: idle for too long */
    {4091, CN_CAUSE_NOT_FOUND, 0},      /* sequence */
    {4151, CN_CAUSE_AUTHENTICATION, 0}, /* MariaDB: account locked */
    {5010, CN_CAUSE_AUTHENTICATION, 0}, /* client: a method that is not allowed */
    {5013, CN_CAUSE_LOST, GONE},        /* client: reading, writing, decompressing */
    {5014, CN_CAUSE_LOST, GONE},
    {5015, CN_CAUSE_LOST, GONE},
};

/* By the first characters of an SQLSTATE; the longer ones first. */
static const struct {
    const char *state;
    cn_cause    cause;
    int         flags;
} states[] = {
    {"42S01", CN_CAUSE_EXISTS, 0},
    {"42S02", CN_CAUSE_NOT_FOUND, 0},
    {"42S22", CN_CAUSE_NOT_FOUND, 0},
    {"08", CN_CAUSE_LOST, GONE},
    {"0A", CN_CAUSE_UNSUPPORTED, 0},
    {"22", CN_CAUSE_DATA, 0},
    {"25006", CN_CAUSE_READ_ONLY, 0},
    {"28", CN_CAUSE_AUTHENTICATION, 0},
    {"40", CN_CAUSE_SERIALIZATION, ROLLED_BACK},
    {"42", CN_CAUSE_SYNTAX, 0},
};

static int compare_codes(const void *a, const void *b)
{
    return ((const code_meaning *)a)->code - ((const code_meaning *)b)->code;
}

static code_meaning meaning_of(int code, const char *sqlstate)
{
    code_meaning        key   = {code, CN_CAUSE_SERVER, 0};
    const code_meaning *found = bsearch(&key, codes, sizeof codes / sizeof *codes, sizeof *codes,
                                        compare_codes);
    if (found != NULL)
        return *found;
    if (code == 0) /* the library failed without saying why */
        return (code_meaning){code, CN_CAUSE_LOST, GONE};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (strncmp(sqlstate, states[i].state, strlen(states[i].state)) == 0)
            return (code_meaning){code, states[i].cause, states[i].flags};
    }
    return key;
}

/* ---- errors of an open link ------------------------------------------------------------------ */

/* With innodb_rollback_on_timeout a lock wait ends the transaction, else its statement only. */
static bool lock_wait_ends_transaction(cn_mysql_link *link)
{
    static const char sql[] = "SELECT @@innodb_rollback_on_timeout";
    if (link->rollback_on_timeout < 0 && mysql_real_query(&link->mysql, sql, sizeof sql - 1) == 0) {
        MYSQL_RES *result = mysql_store_result(&link->mysql);
        MYSQL_ROW  row    = result != NULL ? mysql_fetch_row(result) : NULL;
        if (row != NULL && row[0] != NULL)
            link->rollback_on_timeout = row[0][0] == '1';
        mysql_free_result(result);
    }
    return link->rollback_on_timeout != 0;
}

static bool read_timed_out(const cn_mysql_link *link)
{
    struct timespec now;
    if (link->read_timeout == 0 || clock_gettime(CN_MYSQL_CLOCK, &now) != 0)
        return false;
    double passed = (double)(now.tv_sec - link->sent.tv_sec) +
                    (double)(now.tv_nsec - link->sent.tv_nsec) / 1e9;
    return passed > (double)link->read_timeout - 0.1;
}

static bool fail(cn_mysql_link *link, unsigned number, const char *sqlstate, const char *message,
                 cn_error *error)
{
    int          code    = (int)number;
    code_meaning meaning = meaning_of(code, sqlstate);
    if (meaning.cause == CN_CAUSE_LOST && code == CR_SERVER_LOST && read_timed_out(link))
        cn_error_set(error, CN_CAUSE_TIMEOUT,
                     "the server did not answer within the read time-out of %u s; the connection "
                     "was given up",
                     link->read_timeout);
    else
        cn_error_set(error, meaning.cause, "%s",
                     message[0] != '\0' ? message : "the connection failed without saying why");
    cn_error_server(error, sqlstate, code);
    error->lost = (meaning.flags & LOST) != 0;
    /* What commits by itself may have happened, whoever did not hear of it. */
    bool alone       = link->autocommit && !link->began;
    error->retryable = (meaning.flags & RETRYABLE) != 0 && !(error->lost && alone);
    error->ended     = (meaning.flags & ENDED) != 0;
    if (error->lost)
        cn_mysql_lose(link);
    else if (code == ER_LOCK_WAIT_TIMEOUT && !alone)
        error->ended = lock_wait_ends_transaction(link);
    return false;
}

bool cn_mysql_fail(cn_mysql_link *link, cn_error *error)
{
    return fail(link, mysql_errno(&link->mysql), mysql_sqlstate(&link->mysql),
                mysql_error(&link->mysql), error);
}

bool cn_mysql_fail_statement(cn_mysql_link *link, MYSQL_STMT *stmt, cn_error *error)
{
    if (mysql_stmt_errno(stmt) == 0)
        return cn_mysql_fail(link, error);
    return fail(link, mysql_stmt_errno(stmt), mysql_stmt_sqlstate(stmt), mysql_stmt_error(stmt),
                error);
}

#define LARGE ((size_t)1 << 20) /* MySQL's packets once were no larger by default */

void cn_mysql_suspect_size(size_t size, cn_error *error)
{
    if (error->lost && error->cause == CN_CAUSE_LOST && size > LARGE)
        cn_error_append(error,
                        "; it was being sent %zu MB, and hangs up on more than its "
                        "max_allowed_packet",
                        size >> 20);
}

/* Whether the statement goes on after a ';' where the server says that it understood no more. Of
   what follows there it shows up to 80 characters. */
static bool goes_on(const char *sql, size_t size, const char *near, size_t near_size)
{
    for (size_t at = 1; near_size > 0 && at + near_size <= size; at++) {
        size_t before = at;
        if (memcmp(sql + at, near, near_size) != 0)
            continue;
        while (before > 0 && isspace((unsigned char)sql[before - 1]))
            before--;
        if (before > 0 && sql[before - 1] == ';')
            return true;
    }
    return false;
}

void cn_mysql_find_several(const char *sql, size_t size, cn_error *error)
{
    static const char before[] = " near '", after[] = "' at line ";
    if (error->code != ER_PARSE_ERROR)
        return;
    /* Not by its getter, after which the error counts as read. */
    const char *from = strstr(error->message != NULL ? error->message : error->brief, before);
    const char *to   = NULL;
    for (const char *at = from; at != NULL; at = strstr(at + 1, after))
        to = at;
    if (from == NULL || to <= from)
        return;
    from += sizeof before - 1;
    if (goes_on(sql, size, from, (size_t)(to - from)))
        cn_error_several_statements(error);
}

/* ---- errors of opening ----------------------------------------------------------------------- */

void cn_mysql_whereabouts(const cn_link_parameters *parameters, const cn_mysql_settings *settings,
                          char *text, size_t size)
{
    const char *host = parameters->host != NULL ? parameters->host : "localhost";
    char        place[300];
    if (settings->unix_socket != NULL)
        snprintf(place, sizeof place, "the socket %s", settings->unix_socket);
    else
        snprintf(place, sizeof place, "%s, port %u", host,
                 parameters->port != 0 ? (unsigned)parameters->port : 3306U);
    snprintf(text, size, "the MySQL database \"%s\" at %s, as user \"%s\"",
             parameters->database != NULL ? parameters->database : "(none)", place,
             parameters->user != NULL ? parameters->user : "(default)");
}

/* Wherever a method of logging in gave up without a word, it was for want of a way to keep the
   password secret; and the library names another method than the one that it refused. */
static bool hides_password(unsigned code)
{
    return code == CR_PLUGIN_NOT_ALLOWED || code == CR_UNKNOWN_ERROR;
}

static const char *advice(cn_cause cause, unsigned code)
{
    if (hides_password(code))
        return "use TLS, or give the account another method";
    switch (cause) {
    case CN_CAUSE_AUTHENTICATION:
        return "check the user name and the password";
    case CN_CAUSE_NO_DATABASE:
        return "create the database, or correct its name";
    case CN_CAUSE_TLS:
        return "give the server's authority by ssl_ca, and the host by a name in its certificate; "
               "ssl_mode=REQUIRED leaves out both checks, ssl_mode=DISABLED turns TLS off";
    case CN_CAUSE_PERMISSION:
        return "grant the user what it needs, or correct the database's name";
    case CN_CAUSE_CONNECT:
        return "check that the server runs there and that host and port are right";
    default:
        return "see the server's log";
    }
}

bool cn_mysql_fail_open(MYSQL *mysql, const cn_link_parameters *parameters,
                        const cn_mysql_settings *settings, cn_error *error)
{
    unsigned     code    = mysql_errno(mysql);
    code_meaning meaning = meaning_of((int)code, mysql_sqlstate(mysql));
    char         whereabouts[900];
    const char  *message = mysql_error(mysql);
    if (hides_password(code)) {
        meaning.cause = CN_CAUSE_AUTHENTICATION;
        message       = "the server asked for a way to log in that might show it the password";
    } else if (meaning.cause == CN_CAUSE_LOST || meaning.cause == CN_CAUSE_SERVER) {
        meaning.cause = CN_CAUSE_CONNECT;
    }
    cn_mysql_whereabouts(parameters, settings, whereabouts, sizeof whereabouts);
    cn_error_set(error, meaning.cause, "cannot connect to %s: %s; %s", whereabouts, message,
                 advice(meaning.cause, code));
    cn_error_server(error, mysql_sqlstate(mysql), (int)code);
    error->retryable = meaning.cause == CN_CAUSE_CONNECT && (meaning.flags & RETRYABLE) != 0;
    return false;
}
