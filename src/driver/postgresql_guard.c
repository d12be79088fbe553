/*
 * driver/postgresql_guard.c: stands between libpq and a server without TLS while the server
 * authenticates us. Called by postgresql_connect.c, which says why.
 *
 * libpq holds one end of a socket pair in place of its socket, under the same descriptor. What it
 * writes goes to the server as it is; what the server says is read message by message, judged, and
 * handed on whole. So there is no moment at which libpq could read more than was judged.
 */
#define _POSIX_C_SOURCE 200809L

#include "driver/postgresql.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

/* libpq itself takes no longer messages while it authenticates. */
#define LONGEST_MESSAGE 30000
/* PBKDF2 rounds: PostgreSQL's default is 4096; a million takes about a second. */
#define MOST_ITERATIONS 1000000

struct cn_postgresql_guard {
    int           server; /* the socket; -1: the guard is down */
    int           inside; /* our end of the pair, whose other end libpq holds as its socket */
    ino_t         pair;   /* tells whether libpq still holds it */
    size_t        size;
    unsigned char message[LONGEST_MESSAGE + 1];
};

bool cn_postgresql_guard_is_wanted(PGconn *pg)
{
    return PQstatus(pg) == CONNECTION_AWAITING_RESPONSE && !PQsslInUse(pg) && !PQgssEncInUse(pg);
}

cn_postgresql_guard *cn_postgresql_guard_new(void)
{
    cn_postgresql_guard *guard = cn_allocate(sizeof *guard);
    if (guard != NULL)
        guard->server = -1;
    return guard;
}

static bool tune(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

static void close_guard(cn_postgresql_guard *guard)
{
    if (guard->server < 0)
        return;
    close(guard->server);
    close(guard->inside);
    guard->server = -1;
}

/* Gives libpq its socket back, unless it has closed it in favour of another. */
bool cn_postgresql_guard_lower(cn_postgresql_guard *guard, PGconn *pg)
{
    struct stat at;
    bool        ok = true;
    int         fd = PQsocket(pg);
    if (guard->server >= 0 && fd >= 0 && fstat(fd, &at) == 0 && at.st_ino == guard->pair)
        ok = dup2(guard->server, fd) >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
    close_guard(guard);
    return ok;
}

bool cn_postgresql_guard_raise(cn_postgresql_guard *guard, PGconn *pg)
{
    int         pair[2];
    int         fd = PQsocket(pg);
    struct stat at = {0};
    if (guard->server >= 0 && fstat(fd, &at) == 0 && at.st_ino == guard->pair)
        return true;
    close_guard(guard);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return false;
    guard->inside = pair[0];
    guard->server = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    guard->size   = 0;
    bool ok = guard->server >= 0 && tune(pair[0]) && tune(pair[1]) && fstat(pair[1], &at) == 0 &&
              dup2(pair[1], fd) >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
    guard->pair = at.st_ino;
    close(pair[1]);
    if (!ok && guard->server < 0)
        close(pair[0]);
    return ok;
}

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* What libpq wrote goes to the server as it is. */
static bool forward(cn_postgresql_guard *guard, int64_t deadline)
{
    char    bytes[4096];
    ssize_t size = recv(guard->inside, bytes, sizeof bytes, 0);
    for (ssize_t sent = 0; sent < size;) {
        ssize_t now = send(guard->server, bytes + sent, (size_t)(size - sent), MSG_NOSIGNAL);
        if (now < 0) {
            struct pollfd waiting = {.fd = guard->server, .events = POLLOUT};
            if (!would_block() || cn_postgresql_poll(&waiting, 1, deadline) <= 0)
                return false;
        } else {
            sent += now;
        }
    }
    return size > 0 || (size < 0 && would_block());
}

static uint32_t number_at(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* How long the message is, its type included; the head alone while that is all there is. */
static size_t message_size(const cn_postgresql_guard *guard)
{
    return guard->size < 5 ? 5 : (size_t)number_at(guard->message + 1) + 1;
}

/* Reads on. 1: a whole message is there, 0: not yet, -1: the server closed, or speaks otherwise. */
static int receive(cn_postgresql_guard *guard)
{
    while (guard->size < 5 || guard->size < message_size(guard)) {
        size_t wanted = message_size(guard);
        if (wanted < 5 || wanted > LONGEST_MESSAGE)
            return -1;
        ssize_t size = recv(guard->server, guard->message + guard->size, wanted - guard->size, 0);
        if (size == 0 || (size < 0 && !would_block()))
            return -1;
        if (size < 0)
            return 0;
        guard->size += (size_t)size;
    }
    return 1;
}

enum { ASKS_CLEAR_TEXT = 3, CONTINUES_SASL = 11 };

static bool judge(cn_postgresql_guard *guard, bool cleartext, cn_error *error)
{
    if (guard->message[0] != 'R' || guard->size < 9)
        return true; /* libpq refuses everything else itself */
    uint32_t request = number_at(guard->message + 5);
    if (request == ASKS_CLEAR_TEXT && !cleartext)
        return cn_error_set(error, CN_CAUSE_AUTHENTICATION,
                            "the server asks for the password in clear text over a connection that "
                            "is not encrypted; it was not sent. Use TLS (sslmode=verify-full) and "
                            "SCRAM, or allow it with " CN_POSTGRESQL_CLEARTEXT "=true");
    guard->message[guard->size] = '\0';
    const char *count           = strstr((const char *)guard->message + 9, ",i=");
    if (request == CONTINUES_SASL && count != NULL &&
        (strspn(count + 3, "0123456789") > 7 || strtol(count + 3, NULL, 10) > MOST_ITERATIONS))
        return cn_error_set(error, CN_CAUSE_AUTHENTICATION,
                            "the server demands more than %d rounds of hashing the password, which "
                            "no honest one does; nothing derived from it was sent",
                            MOST_ITERATIONS);
    return true;
}

bool cn_postgresql_guard_pass(cn_postgresql_guard *guard, bool cleartext, int64_t deadline,
                              cn_error *error)
{
    for (;;) {
        struct pollfd waiting[2] = {{.fd = guard->server, .events = POLLIN},
                                    {.fd = guard->inside, .events = POLLIN}};
        if (cn_postgresql_poll(waiting, 2, deadline) <= 0)
            return false;
        if (waiting[1].revents != 0 && !forward(guard, deadline)) {
            (void)shutdown(guard->inside, SHUT_RDWR); /* libpq says what happened */
            return true;
        }
        if (waiting[0].revents == 0)
            continue;
        int whole = receive(guard);
        if (whole < 0) {
            (void)shutdown(guard->inside, SHUT_WR);
            return true;
        }
        if (whole == 0)
            continue;
        if (!judge(guard, cleartext, error))
            return false;
        ssize_t sent = send(guard->inside, guard->message, guard->size, MSG_NOSIGNAL);
        guard->size  = 0;
        return sent > 0;
    }
}
