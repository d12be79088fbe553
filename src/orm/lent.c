/*
 * An aid for programs under development: at flush, text that a plain assignment lent is looked at
 * before it is read. Two mistakes can be told: a pointer into a function that has returned, and one
 * buffer lent by several members, which would all be stored with its last content. Called by a
 * flush, for sessions opened .check_lent and, in a debug build, for all that do not say CN_NONE.
 */
#define _GNU_SOURCE
#include <link.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "orm/session.h"

bool cn_lent_wanted(const cn_session_options *options)
{
#if defined CN_DEBUG || !defined NDEBUG
    return options->check_lent >= 0;
#else
    return options->check_lent > 0;
#endif
}

/* A pointer that a member lends. */
typedef struct cn_lent_text {
    const void *data;
    const char *name; /* "Post.title" */
} cn_lent_text;

/* ---- a frame that has ended ------------------------------------------------------------------ */

/* The lowest address of this thread's stack; everything else is above it if that is not known. */
static const void *stack_low(void)
{
    pthread_attr_t attributes;
    void          *low  = NULL;
    size_t         size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return (const void *)UINTPTR_MAX;
    if (pthread_attr_getstack(&attributes, &low, &size) != 0)
        low = (void *)UINTPTR_MAX;
    pthread_attr_destroy(&attributes);
    return low;
}

/* Stacks grow downwards: what lies below the frame of the flush belongs to functions that have
   returned, for the library lends nothing. */
static bool in_dead_frame(cn_lent *lent, const void *pointer)
{
    if (lent->low == NULL)
        lent->low = stack_low();
    return (const char *)pointer >= (const char *)lent->low &&
           (const char *)pointer < (const char *)lent->frame;
}

/* ---- one flush ------------------------------------------------------------------------------- */

bool cn_lent_look(cn_lent *lent, cn_session *session, cn_slab *slab, uint32_t slot)
{
    const cn_mapper *mapper = slab->mapper;
    const cn_extra  *extra  = slab->records[slot].extra;
    for (size_t i = 0; session->check_lent && i < mapper->text_count; i++) {
        uint32_t         column = mapper->texts[i];
        const cn_decode *field  = &mapper->plan[column];
        const char      *at     = (const char *)cn_slab_struct(slab, slot) + field->offset;
        const char      *known  = (const char *)cn_slab_shadow(slab, slot) + field->offset;
        /* A cn_bytes begins with its pointer, too. */
        const void *now = cn_pointer_at(at, 0);
        if (now == NULL || now == cn_pointer_at(known, 0) ||
            (extra != NULL && extra->texts != NULL && extra->texts[column] == now))
            continue;
        if (in_dead_frame(lent, now))
            return cn_connection_fail(
                session->connection, CN_CAUSE_MISUSE,
                "%s points into a function that has returned: cn_set copies its "
                "text, an assignment does not",
                field->name);
        if (!cn_reserve(&lent->texts, &lent->capacity, lent->count + 1, sizeof *lent->texts))
            return cn_session_no_memory(session);
        lent->texts[lent->count++] = (cn_lent_text){now, field->name};
    }
    return true;
}

/* Text that nobody can write to may be lent as often as one likes. */
static int find_constant(struct dl_phdr_info *object, size_t size, void *pointer)
{
    (void)size;
    ElfW(Addr) address = (ElfW(Addr))(uintptr_t) * (const void **)pointer;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        ElfW(Addr) start          = object->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_W) == 0 && address >= start &&
            address < start + segment->p_memsz)
            return 1;
    }
    return 0;
}

static int by_address(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const cn_lent_text *)a)->data;
    uintptr_t y = (uintptr_t)((const cn_lent_text *)b)->data;
    return x < y ? -1 : x > y;
}

bool cn_lent_end(cn_lent *lent, cn_session *session, bool good)
{
    if (good && lent->count > 1)
        qsort(lent->texts, lent->count, sizeof *lent->texts, by_address);
    for (size_t i = 1; good && i < lent->count; i++) {
        const void *data = lent->texts[i].data;
        if (data == lent->texts[i - 1].data && dl_iterate_phdr(find_constant, &data) == 0)
            good = cn_connection_fail(
                session->connection, CN_CAUSE_MISUSE,
                "%s and %s lend one buffer: cn_set copies its text, an assignment "
                "does not",
                lent->texts[i - 1].name, lent->texts[i].name);
    }
    cn_release(lent->texts);
    *lent = (cn_lent){0};
    return good;
}
