/*
 * bench [-r ROUNDS] [-c PART] URL...: runs each case whose name contains PART on each database,
 * the two sides by turns in this one process, and prints their times and ratios. The status is 1
 * if a ratio or a number of allocations is beyond what is promised. docs/performance.md tells how
 * to read the figures; bench/run starts servers and runs everything.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cinnabar/cinnabar.h>

#include "bench.h"

#define WARM_UP 3
#define ROUNDS_MOST 1000

void bench_fail(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(2);
}

/* ---- memory of the hand-written side --------------------------------------------------------- */

#define ARENA_SIZE ((size_t)8 * 1024 * 1024)

void *bench_take(bench_arena *arena, size_t size)
{
    if (arena->memory == NULL) {
        arena->memory = malloc(ARENA_SIZE);
        arena->size   = arena->memory == NULL ? 0 : ARENA_SIZE;
    }
    if (arena->size - arena->used < size)
        bench_fail("the benchmark", "no memory");
    arena->used += size;
    return arena->memory + arena->used - size;
}

char *bench_copy(bench_arena *arena, const char *text, size_t size)
{
    char *copy = bench_take(arena, size + 1);
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

/* ---- counting allocations -------------------------------------------------------------------- */

static size_t allocations;

static void *counted_allocate(void *context, size_t size)
{
    (void)context;
    allocations++;
    return malloc(size);
}

static void *counted_reallocate(void *context, void *block, size_t size)
{
    (void)context;
    allocations++;
    return realloc(block, size);
}

static void *counted_allocate_aligned(void *context, size_t alignment, size_t size)
{
    (void)context;
    allocations++;
    return aligned_alloc(alignment, size);
}

static void release(void *context, void *block)
{
    (void)context;
    free(block);
}

/* ---- measuring ------------------------------------------------------------------------------- */

typedef struct figures {
    size_t rounds;
    double one[ROUNDS_MOST]; /* nanoseconds a unit */
    double other[ROUNDS_MOST];
    double ratios[ROUNDS_MOST];
    size_t allocations; /* the most in a round */
} figures;

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

static double sample(bench *b, const bench_case *c, bench_side *side, uint64_t *sum)
{
    if (c->before != NULL)
        c->before(b);
    double start = now();
    *sum         = side(b);
    return (now() - start) / (double)c->units;
}

static double sample_other(bench *b, const bench_case *c, uint64_t *sum, size_t *most)
{
    if (c->before != NULL)
        c->before(b);
    size_t before = allocations;
    double start  = now();
    *sum          = c->other(b);
    double taken  = (now() - start) / (double)c->units;
    size_t made   = allocations - before;
    *most         = made > *most ? made : *most;
    return taken;
}

/* One of each, in turns first. */
static void round_of(bench *b, const bench_case *c, bool other_first, double *one, double *other,
                     size_t *made)
{
    uint64_t sum_one, sum_other;
    if (other_first)
        *other = sample_other(b, c, &sum_other, made);
    *one = sample(b, c, c->one, &sum_one);
    if (!other_first)
        *other = sample_other(b, c, &sum_other, made);
    if (sum_one != sum_other)
        bench_fail(c->name, "the two sides came to different results");
}

/* Both sides must have left the same rows behind. */
static void compare_inserts(bench *b, const bench_case *c)
{
    c->before(b);
    c->one(b);
    c->other(b);
    if (!bench_same_rows(b))
        bench_fail(c->name, "the two sides inserted different rows");
}

static void measure(bench *b, const bench_case *c, figures *f)
{
    double one, other;
    size_t ignored = 0;
    if (c->inserts)
        compare_inserts(b, c);
    for (int i = 0; i < WARM_UP; i++)
        round_of(b, c, i % 2 != 0, &one, &other, &ignored);
    f->allocations = 0;
    for (size_t i = 0; i < f->rounds; i++) {
        round_of(b, c, i % 2 != 0, &f->one[i], &f->other[i], &f->allocations);
        f->ratios[i] = f->other[i] / f->one[i];
    }
    bench_settle(b);
}

/* ---- printing -------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Returns whether everything is as promised. */
static bool print(const bench_case *c, figures *f)
{
    size_t middle = f->rounds / 2;
    qsort(f->one, f->rounds, sizeof *f->one, ascending);
    qsort(f->other, f->rounds, sizeof *f->other, ascending);
    qsort(f->ratios, f->rounds, sizeof *f->ratios, ascending);
    bool fast = f->ratios[middle] <= c->most;
    bool lean = f->allocations <= c->allocations;
    printf("%-38s %9.1f %9.1f %6.2f   %9.1f %9.1f %6.2f %7zu%s%s\n", c->name, f->one[0],
           f->other[0], f->other[0] / f->one[0], f->one[middle], f->other[middle],
           f->ratios[middle], f->allocations, fast ? "" : "  SLOW", lean ? "" : "  ALLOCATES");
    fflush(stdout);
    return fast && lean;
}

static bool run_url(const char *url, const char *part, size_t rounds)
{
    static figures f;
    bench         *b    = bench_open(url);
    bool           good = true;
    printf("\n%s\n%-38s %29s   %39s\n%-38s %9s %9s %6s   %9s %9s %6s %7s\n", bench_server(b), "",
           "minimum, ns a unit", "median, ns a unit", "", "by hand", "Cinnabar", "ratio", "by hand",
           "Cinnabar", "ratio", "allocs");
    for (size_t i = 0; i < bench_case_count; i++) {
        const bench_case *c = &bench_cases[i];
        if (part != NULL && strstr(c->name, part) == NULL)
            continue;
        f.rounds = rounds;
        measure(b, c, &f);
        good = print(c, &f) && good;
    }
    bench_close(b);
    return good;
}

int main(int argc, char **argv)
{
    static const cn_allocator counted = {sizeof(cn_allocator),     NULL,
                                         counted_allocate,         counted_reallocate,
                                         counted_allocate_aligned, release};
    const char               *part    = NULL;
    size_t                    rounds  = 31;
    bool                      good    = true;
    int                       at      = 1;
    cn_set_allocator(&counted);
    for (; at + 1 < argc && argv[at][0] == '-'; at += 2) {
        if (strcmp(argv[at], "-r") == 0)
            rounds = strtoul(argv[at + 1], NULL, 10);
        else if (strcmp(argv[at], "-c") == 0)
            part = argv[at + 1];
    }
    if (rounds == 0 || rounds > ROUNDS_MOST)
        bench_fail("-r", "from 1 to 1000 rounds");
    if (at == argc)
        good = run_url("sqlite://", part, rounds);
    for (; at < argc; at++)
        good = run_url(argv[at], part, rounds) && good;
    return good ? 0 : 1;
}
