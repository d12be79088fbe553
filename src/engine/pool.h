/*
 * The pool: the links of one engine, handed to one holder each. Shared by threads. Links are
 * opened, pinged and closed outside its lock; who waits is served in order of arrival.
 */
#ifndef CN_ENGINE_POOL_H
#define CN_ENGINE_POOL_H

#include <stdatomic.h>

#include <cinnabar/engine.h>

#include "base/error.h"
#include "engine/statements.h"

typedef struct cn_pool cn_pool;

/* One link and what is kept with it. While it is out, its holder's alone. */
typedef struct cn_pooled {
    cn_link          *link;
    cn_statements     statements;
    uint64_t          generation; /* of the pool, when it was opened */
    int64_t           opened_at;  /* nanoseconds on the monotonic clock */
    int64_t           used_at;    /* when it was last returned */
    int64_t           taken_at;
    atomic_uintptr_t  holder;          /* the thread that uses it */
    unsigned long     holder_number;   /* as the system shows it, when it was taken */
    atomic_bool       begun;           /* a transaction is open on it */
    bool              autocommit;      /* the mode that the link is in */
    bool              lost;            /* nothing is sent on it any more */
    bool              forgotten;       /* a parent process's: not to be touched */
    char              server[96];      /* "PostgreSQL 15.18", when it was asked for */
    struct cn_pooled *next, *previous; /* among the idle, or among those that are out */
} cn_pooled;

/* Everything is borrowed for the pool's life. */
typedef struct cn_pool_options {
    const cn_driver          *driver;
    const cn_link_parameters *parameters;
    int                       size; /* 0: every link is closed on return */
    int                       max_overflow;
    double                    timeout; /* seconds; negative: without limit */
    double                    recycle; /* seconds; 0: never */
    bool                      pre_ping;
    bool                      single; /* one link, never closed before the pool: SQLite in memory */
} cn_pool_options;

cn_pool *cn_pool_new(const cn_pool_options *options); /* NULL: no memory */

/* A link that is this thread's now, or NULL with `error` filled. */
cn_pooled *cn_pool_take(cn_pool *pool, cn_error *error);

/* Gives it back, with no transaction open. `keep` false: it is closed. */
void cn_pool_give(cn_pool *pool, cn_pooled *pooled, bool keep);

/* The link was found lost: every link that was opened before now is closed at its next checkout
   or return. */
void cn_pool_lost(cn_pool *pool, cn_pooled *pooled);

bool   cn_pool_is_single(const cn_pool *pool);
void   cn_pool_close_idle(cn_pool *pool); /* those that are out: on return */
void   cn_pool_forget(cn_pool *pool);
void   cn_pool_dispose(cn_pool *pool); /* closes the idle ones; nothing is taken any more */
size_t cn_pool_out(cn_pool *pool);     /* how many are out */
cn_pool_statistics cn_pool_read(cn_pool *pool);
void               cn_pool_free(cn_pool *pool); /* when none is out */

/* For cn_link_parameters: false if this thread holds another link with a transaction open, and no
   other thread of this pool has one: then the lock that it waits for is its own. */
bool cn_pool_keep_waiting(void *pool);

/* This thread, as cn_pooled.holder holds it. */
uintptr_t cn_thread_self(void);

#endif
