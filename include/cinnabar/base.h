/*
 * cinnabar/base.h: what every other header needs: the handles' names, the version, and the
 * one door through which the library takes memory.
 *
 * The handles are opaque. Each belongs to whoever opened it and is closed by the function
 * that its own header names; every function that takes one also takes NULL.
 */
#ifndef CINNABAR_BASE_H
#define CINNABAR_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined __GNUC__
#define CN_API __attribute__((visibility("default")))
#define CN_HIDDEN __attribute__((visibility("hidden")))
#define CN_FORMAT_(at, arguments) __attribute__((format(printf, at, arguments)))
#define CN_COLD_ __attribute__((cold)) /* what leads to it is seldom, and is kept out of the way */
#else
#define CN_API
#define CN_HIDDEN
#define CN_FORMAT_(at, arguments)
#define CN_COLD_
#endif

#ifdef __cplusplus
#define CN_BEGIN_DECLARATIONS extern "C" {
#define CN_END_DECLARATIONS }
#else
#define CN_BEGIN_DECLARATIONS
#define CN_END_DECLARATIONS
#endif

CN_BEGIN_DECLARATIONS

/* The version of the header a program was compiled with; cn_version() is the library's. */
#define CN_VERSION "0.1.0"
#define CN_VERSION_NUMBER 100 /* major * 10000 + minor * 100 + patch */

CN_API const char *cn_version(void);
CN_API int         cn_version_number(void);

/* Each is described in the header of its own name. */
typedef struct cn_engine     cn_engine;
typedef struct cn_connection cn_connection;
typedef struct cn_result     cn_result;
typedef struct cn_session    cn_session;
typedef struct cn_model      cn_model;
typedef struct cn_error      cn_error;
typedef struct cn_url        cn_url;
typedef struct cn_schema_map cn_schema_map; /* cinnabar/engine.h */

/*
 * Memory. Everything Cinnabar allocates for itself goes through this table; what a client
 * library allocates does not. The default is the C library's.
 *
 *   allocate          `size` bytes aligned for any object, or NULL
 *   reallocate        as realloc(3); `block` may be NULL
 *   allocate_aligned  `size` bytes at a multiple of `alignment`, a power of two; `size` is a
 *                     multiple of it. Used only for the slabs that hold a session's instances.
 *   release           ends a block that any of the three returned; `block` may be NULL
 *
 * The functions are called from any thread, several at once. Running out of memory is an
 * ordinary error of the call that met it (CN_CAUSE_MEMORY).
 */
typedef struct cn_allocator {
    size_t size; /* sizeof(cn_allocator) */
    void  *context;
    void *(*allocate)(void *context, size_t size);
    void *(*reallocate)(void *context, void *block, size_t size);
    void *(*allocate_aligned)(void *context, size_t alignment, size_t size);
    void (*release)(void *context, void *block);
} cn_allocator;

/*
 * Installs `allocator`, which is copied; NULL restores the default. Call it before any other
 * function of the library: a block must end where it began. False if a function is missing.
 */
CN_API bool cn_set_allocator(const cn_allocator *allocator);

CN_END_DECLARATIONS

/* ---- for the macros of the other headers ------------------------------------------------- */

/* The number of arguments is one, or more: CN_ONE_OR_MORE_(x, y)(F) is F##MORE_. Up to 64. */
#define CN_65TH_(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18,  \
                 a19, a20, a21, a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, a32, a33, a34,   \
                 a35, a36, a37, a38, a39, a40, a41, a42, a43, a44, a45, a46, a47, a48, a49, a50,   \
                 a51, a52, a53, a54, a55, a56, a57, a58, a59, a60, a61, a62, a63, a64, a65, ...)   \
    a65

#define CN_PASTE_(a, b) CN_PASTE2_(a, b)
#define CN_PASTE2_(a, b) a##b

/* 0, as a uint32_t, if `ok`; otherwise the compiler stops and prints `sentence`. `ok` must not
   mention a value that the user wrote: clang 14 refuses a compound literal inside a struct. */
#define CN_SAY_(ok, sentence)                                                                      \
    ((uint32_t)(0 * sizeof(struct {                                                                \
                    _Static_assert(ok, sentence);                                                  \
                    int unused;                                                                    \
                })))

#endif
