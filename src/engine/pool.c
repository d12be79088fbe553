/*
 * The pool of one engine's links. Called by connections, from any thread.
 *
 * A link, and the right to open one, are handed to the first who waits, never put up for grabs, so
 * nobody overtakes. `total` counts every link that exists or is being opened or closed, so it is
 * never more than the limit. Idle links are taken from the end where they are returned: those not
 * needed grow old and are found so at checkout.
 */
#define _GNU_SOURCE /* syscall */
#include "engine/pool.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "base/memory.h"
#include "engine/engine.h"

#define SECOND INT64_C(1000000000)
#define PING_AFTER (SECOND / 2)

typedef struct waiter {
    pthread_cond_t condition;
    struct waiter *next;
    uintptr_t      thread;
    unsigned long  number;
    cn_pooled     *given;
    bool           may_open;
} waiter;

struct cn_pool {
    pthread_mutex_t    lock;
    pthread_condattr_t monotonic;
    cn_pool_options    options;
    cn_pooled         *idle;
    cn_pooled         *out;
    waiter            *first, *last;
    int                limit;
    int                total;
    int                opening; /* of these, being opened, tried or closed now: nobody holds them */
    bool               disposed;
    atomic_uint_fast64_t generation;
    cn_pool_statistics   statistics;
};

uintptr_t cn_thread_self(void)
{
    return (uintptr_t)pthread_self();
}

/* The number that a debugger shows for this thread. */
static unsigned long thread_number(void)
{
#ifdef __linux__
    static _Thread_local unsigned long number;
    if (number == 0)
        number = (unsigned long)syscall(SYS_gettid);
    return number;
#else
    return (unsigned long)cn_thread_self();
#endif
}

cn_pool *cn_pool_new(const cn_pool_options *options)
{
    cn_pool *pool = cn_allocate_zero(1, sizeof *pool);
    if (pool == NULL)
        return NULL;
    if (pthread_condattr_init(&pool->monotonic) != 0)
        goto no_condition;
    if (pthread_condattr_setclock(&pool->monotonic, CLOCK_MONOTONIC) != 0 ||
        pthread_mutex_init(&pool->lock, NULL) != 0)
        goto no_lock;
    pool->options = *options;
    if (options->single) {
        pool->options.size         = 1;
        pool->options.max_overflow = 0;
    }
    int64_t limit                 = (int64_t)pool->options.size + pool->options.max_overflow;
    pool->limit                   = limit < 1 ? 1 : limit < INT_MAX ? (int)limit : INT_MAX;
    pool->statistics.size         = pool->options.size;
    pool->statistics.max_overflow = pool->options.max_overflow;
    return pool;

no_lock:
    pthread_condattr_destroy(&pool->monotonic);
no_condition:
    cn_release(pool);
    return NULL;
}

void cn_pool_free(cn_pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_destroy(&pool->lock);
    pthread_condattr_destroy(&pool->monotonic);
    cn_release(pool);
}

/* ---- the lists, under the lock --------------------------------------------------------------- */

static void put_out(cn_pool *pool, cn_pooled *pooled, const waiter *taker, int64_t now)
{
    atomic_store_explicit(&pooled->holder, taker->thread, memory_order_relaxed);
    pooled->holder_number = taker->number;
    pooled->taken_at      = now;
    pooled->previous      = NULL;
    pooled->next          = pool->out;
    if (pool->out != NULL)
        pool->out->previous = pooled;
    pool->out = pooled;
    pool->statistics.checked_out++;
    pool->statistics.checkouts++;
}

static void take_in(cn_pool *pool, cn_pooled *pooled)
{
    *(pooled->previous != NULL ? &pooled->previous->next : &pool->out) = pooled->next;
    if (pooled->next != NULL)
        pooled->next->previous = pooled->previous;
    pooled->next = pooled->previous = NULL;
    pool->statistics.checked_out--;
}

static waiter *pop_waiter(cn_pool *pool)
{
    waiter *first = pool->first;
    if (first != NULL) {
        pool->first = first->next;
        if (pool->first == NULL)
            pool->last = NULL;
        pool->statistics.waiting--;
    }
    return first;
}

static void remove_waiter(cn_pool *pool, waiter *gone)
{
    waiter *before = NULL;
    waiter *at     = pool->first;
    while (at != gone) {
        before = at;
        at     = at->next;
    }
    *(before != NULL ? &before->next : &pool->first) = gone->next;
    if (pool->last == gone)
        pool->last = before;
    pool->statistics.waiting--;
}

/* A link ended, or was not opened after all: its place is the next one's. */
static void free_place(cn_pool *pool)
{
    waiter *next = pop_waiter(pool);
    if (next == NULL) {
        pool->total--;
        return;
    }
    next->may_open = true;
    pool->opening++;
    pthread_cond_signal(&next->condition);
}

/* ---- opening and closing, outside the lock --------------------------------------------------- */

static uint64_t generation_now(cn_pool *pool)
{
    return atomic_load_explicit(&pool->generation, memory_order_relaxed);
}

static cn_pooled *open_link(cn_pool *pool, cn_error *error)
{
    cn_pooled *pooled = cn_allocate_zero(1, sizeof *pooled);
    if (pooled == NULL) {
        cn_error_no_memory(error);
        return NULL;
    }
    pooled->generation = generation_now(pool);
    pooled->link       = pool->options.driver->open(pool->options.parameters, error);
    if (pooled->link == NULL) {
        cn_release(pooled);
        return NULL;
    }
    pooled->opened_at = pooled->used_at = cn_now();
    atomic_init(&pooled->holder, 0);
    atomic_init(&pooled->begun, false);
    return pooled;
}

static void close_link(cn_pool *pool, cn_pooled *pooled)
{
    if (!pooled->forgotten) {
        cn_statements_clear(&pooled->statements);
        pool->options.driver->close(pooled->link);
    }
    cn_release(pooled);
}

static bool is_outdated(cn_pool *pool, const cn_pooled *pooled)
{
    return !pool->options.single && pooled->generation != generation_now(pool);
}

/* Whether an idle link can be handed out as it is. */
static bool is_good(cn_pool *pool, cn_pooled *pooled, uint64_t *invalidated)
{
    const cn_pool_options *options = &pool->options;
    if (options->single)
        return true;
    if (is_outdated(pool, pooled)) {
        ++*invalidated;
        return false;
    }
    if (options->recycle <= 0 && !options->pre_ping)
        return true;
    int64_t now = cn_now();
    if (options->recycle > 0 && (double)(now - pooled->opened_at) / SECOND > options->recycle)
        return false;
    if (!options->pre_ping || now - pooled->used_at < PING_AFTER)
        return true;
    cn_error error = {0};
    bool     alive = options->driver->ping(pooled->link, &error);
    cn_error_clear(&error);
    if (!alive) {
        cn_pool_lost(pool, pooled);
        ++*invalidated;
    }
    return alive;
}

/* ---- waiting --------------------------------------------------------------------------------- */

static bool is_waiting(const cn_pool *pool, uintptr_t thread)
{
    for (const waiter *at = pool->first; at != NULL; at = at->next) {
        if (at->thread == thread)
            return true;
    }
    return false;
}

static uintptr_t holder_of(const cn_pooled *pooled)
{
    return atomic_load_explicit(&pooled->holder, memory_order_relaxed);
}

/* Every link is held by a thread that itself waits for one, this one included. */
static bool waits_for_ever(const cn_pool *pool, uintptr_t self)
{
    if (pool->opening > 0)
        return false;
    for (const cn_pooled *at = pool->out; at != NULL; at = at->next) {
        if (holder_of(at) != self && !is_waiting(pool, holder_of(at)))
            return false;
    }
    return true;
}

static int held_by(const cn_pool *pool, uintptr_t thread)
{
    int count = 0;
    for (const cn_pooled *at = pool->out; at != NULL; at = at->next)
        count += holder_of(at) == thread;
    return count;
}

bool cn_pool_keep_waiting(void *context)
{
    cn_pool  *pool = context;
    uintptr_t self = cn_thread_self();
    int       own = 0, others = 0;
    pthread_mutex_lock(&pool->lock);
    for (const cn_pooled *at = pool->out; at != NULL; at = at->next) {
        if (atomic_load_explicit(&at->begun, memory_order_relaxed))
            ++*(holder_of(at) == self ? &own : &others);
    }
    pthread_mutex_unlock(&pool->lock);
    return own < 2 || others > 0;
}

static void refuse_for_ever(cn_pool *pool, uintptr_t self, cn_error *error)
{
    if (pool->options.single) {
        cn_error_set(error, CN_CAUSE_POOL,
                     "SQLite in memory is one shared connection, and this thread %s: close it, or "
                     "commit its session, before another is opened",
                     held_by(pool, self) > 0 ? "holds it already" : "would wait for it for ever");
        return;
    }
    cn_error_set(error, CN_CAUSE_POOL,
                 "every connection of the pool (pool_size %d, max_overflow %d) is held by a "
                 "thread that itself waits for one, so none would ever come free; this thread "
                 "holds %d: close a connection, or commit a session, before another is opened",
                 pool->options.size, pool->options.max_overflow, held_by(pool, self));
}

static void refuse_late(cn_pool *pool, uintptr_t self, double seconds, cn_error *error)
{
    const cn_pooled *longest = NULL;
    for (const cn_pooled *at = pool->out; at != NULL; at = at->next) {
        if (longest == NULL || at->taken_at < longest->taken_at)
            longest = at;
    }
    cn_error_set(error, CN_CAUSE_POOL,
                 "no connection came free within %.1f s: pool_size %d, max_overflow %d, all %d "
                 "are out",
                 seconds, pool->options.size, pool->options.max_overflow, pool->total);
    if (longest != NULL)
        cn_error_append(error, "; the longest has been held for %.1f s by thread %lu",
                        (double)(cn_now() - longest->taken_at) / SECOND, longest->holder_number);
    int own = held_by(pool, self);
    if (own > 0)
        cn_error_append(error, "; this thread already holds %d", own);
}

static struct timespec deadline_after(double seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (seconds > 1e9)
        seconds = 1e9;
    double whole = (double)(int64_t)seconds;
    now.tv_sec += (time_t)whole;
    now.tv_nsec += (long)((seconds - whole) * 1e9);
    if (now.tv_nsec >= SECOND) {
        now.tv_sec++;
        now.tv_nsec -= (long)SECOND;
    }
    return now;
}

/* Waits, under the lock, until a link or the right to open one was handed over. */
static bool wait_turn(cn_pool *pool, waiter *self, cn_error *error)
{
    int64_t         started  = cn_now();
    double          timeout  = pool->options.timeout;
    struct timespec deadline = deadline_after(timeout < 0 ? 0 : timeout);
    if (waits_for_ever(pool, self->thread)) {
        refuse_for_ever(pool, self->thread, error);
        return false;
    }
    if (pthread_cond_init(&self->condition, &pool->monotonic) != 0)
        return cn_error_no_memory(error);
    *(pool->last != NULL ? &pool->last->next : &pool->first) = self;
    pool->last                                               = self;
    pool->statistics.waiting++;

    int late = 0;
    while (self->given == NULL && !self->may_open && late == 0) {
        if (timeout < 0)
            pthread_cond_wait(&self->condition, &pool->lock);
        else
            late = pthread_cond_timedwait(&self->condition, &pool->lock, &deadline);
    }
    bool served = self->given != NULL || self->may_open;
    if (!served) {
        remove_waiter(pool, self);
        pool->statistics.timeouts++;
        refuse_late(pool, self->thread, (double)(cn_now() - started) / SECOND, error);
    }
    pthread_cond_destroy(&self->condition);
    return served;
}

/* ---- taking ---------------------------------------------------------------------------------- */

/* A link that was idle, or NULL with `may_open`, or NULL with the error. */
static cn_pooled *take_turn(cn_pool *pool, waiter *self, cn_error *error)
{
    cn_pooled *pooled = NULL;
    int64_t    now    = cn_now();
    pthread_mutex_lock(&pool->lock);
    if (pool->disposed) {
        cn_error_set(error, CN_CAUSE_MISUSE, "the engine has been disposed of");
    } else if (pool->first == NULL && pool->idle != NULL) {
        pooled     = pool->idle;
        pool->idle = pooled->next;
        pool->statistics.idle--;
        put_out(pool, pooled, self, now);
    } else if (pool->first == NULL && pool->total < pool->limit) {
        pool->total++;
        pool->opening++;
        self->may_open = true;
    } else if (wait_turn(pool, self, error)) {
        pooled = self->given;
    }
    pthread_mutex_unlock(&pool->lock);
    return pooled;
}

/* An idle link that is no good gives its place to a new one. */
static void replace_link(cn_pool *pool, cn_pooled *pooled, uint64_t invalidated)
{
    pthread_mutex_lock(&pool->lock);
    take_in(pool, pooled);
    pool->opening++;
    pool->statistics.checkouts--; /* it was none */
    pool->statistics.closed++;
    pool->statistics.invalidated += invalidated;
    pthread_mutex_unlock(&pool->lock);
    close_link(pool, pooled);
}

cn_pooled *cn_pool_take(cn_pool *pool, cn_error *error)
{
    waiter     self        = {.thread = cn_thread_self(), .number = thread_number()};
    uint64_t   invalidated = 0;
    cn_pooled *pooled      = take_turn(pool, &self, error);
    if (pooled != NULL) {
        if (is_good(pool, pooled, &invalidated))
            return pooled;
        replace_link(pool, pooled, invalidated);
    } else if (!self.may_open) {
        return NULL;
    }
    pooled = open_link(pool, error);
    pthread_mutex_lock(&pool->lock);
    pool->opening--;
    if (pooled == NULL) {
        free_place(pool);
    } else {
        pool->statistics.opened++;
        put_out(pool, pooled, &self, pooled->opened_at);
    }
    pthread_mutex_unlock(&pool->lock);
    return pooled;
}

/* ---- giving back ----------------------------------------------------------------------------- */

/* Under the lock: whether the link stays open, and for whom. */
static bool keep_link(cn_pool *pool, cn_pooled *pooled)
{
    if (pool->disposed || pooled->forgotten)
        return false;
    if (pool->options.single)
        return true;
    if (is_outdated(pool, pooled)) {
        pool->statistics.invalidated++;
        return false;
    }
    if (pool->first != NULL)
        return pool->options.size > 0;
    return pool->total <= pool->options.size;
}

void cn_pool_give(cn_pool *pool, cn_pooled *pooled, bool keep)
{
    pooled->used_at = cn_now();
    pthread_mutex_lock(&pool->lock);
    take_in(pool, pooled);
    keep = (keep || pool->options.single) && keep_link(pool, pooled);
    if (keep) {
        waiter *next = pop_waiter(pool);
        if (next != NULL) {
            next->given = pooled;
            put_out(pool, pooled, next, pooled->used_at);
            pthread_cond_signal(&next->condition);
        } else {
            pooled->next = pool->idle;
            pool->idle   = pooled;
            pool->statistics.idle++;
        }
    } else {
        pool->opening++;
        pool->statistics.closed++;
    }
    pthread_mutex_unlock(&pool->lock);
    if (keep)
        return;
    close_link(pool, pooled);
    pthread_mutex_lock(&pool->lock);
    pool->opening--;
    free_place(pool);
    pthread_mutex_unlock(&pool->lock);
}

void cn_pool_lost(cn_pool *pool, cn_pooled *pooled)
{
    /* One that was outdated already says nothing about those opened since. */
    uint_fast64_t seen = pooled->generation;
    atomic_compare_exchange_strong(&pool->generation, &seen, seen + 1);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static cn_pooled *take_idle(cn_pool *pool)
{
    cn_pooled *idle       = pool->idle;
    int        count      = pool->statistics.idle;
    pool->idle            = NULL;
    pool->statistics.idle = 0;
    pool->statistics.closed += (uint64_t)count;
    pool->total -= count;
    return idle;
}

static void close_list(cn_pool *pool, cn_pooled *idle)
{
    while (idle != NULL) {
        cn_pooled *next = idle->next;
        close_link(pool, idle);
        idle = next;
    }
}

void cn_pool_close_idle(cn_pool *pool)
{
    if (pool->options.single)
        return; /* it is the database */
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->generation, 1);
    cn_pooled *idle = take_idle(pool);
    pthread_mutex_unlock(&pool->lock);
    close_list(pool, idle);
}

void cn_pool_dispose(cn_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->disposed  = true;
    cn_pooled *idle = take_idle(pool);
    pthread_mutex_unlock(&pool->lock);
    close_list(pool, idle);
}

/* In a child process, where no other thread runs, whoever held the lock. What the client libraries
   keep for the parent's links is lost: ending it would speak on the parent's wire. */
void cn_pool_forget(cn_pool *pool)
{
    pthread_mutex_init(&pool->lock, NULL);
    atomic_fetch_add(&pool->generation, 1);
    for (cn_pooled *at = pool->idle; at != NULL; at = at->next)
        at->forgotten = true;
    for (cn_pooled *at = pool->out; at != NULL; at = at->next)
        at->forgotten = true;
    pool->first = pool->last = NULL;
    pool->statistics.waiting = 0;
    pool->total              = pool->statistics.checked_out + pool->statistics.idle;
    pool->opening            = 0;
    close_list(pool, take_idle(pool));
}

bool cn_pool_is_single(const cn_pool *pool)
{
    return pool->options.single;
}

size_t cn_pool_out(cn_pool *pool)
{
    return (size_t)cn_pool_read(pool).checked_out;
}

cn_pool_statistics cn_pool_read(cn_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    cn_pool_statistics statistics = pool->statistics;
    pthread_mutex_unlock(&pool->lock);
    return statistics;
}
