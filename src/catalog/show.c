/*
 * Data definition for reading, with no database at hand.
 */
#include <stdio.h>
#include <string.h>

#include "catalog/work.h"

/* Newer than any: what has come so far is there. */
#define NEWEST 990000

static bool find_server(const char *name, unsigned version, cn_link *server, const char **dialect)
{
    static const struct {
        const char *name;
        const char *dialect;
        cn_product  product;
    } known[] = {{"sqlite", "sqlite", CN_PRODUCT_SQLITE},
                 {"mysql", "mysql", CN_PRODUCT_MYSQL},
                 {"mariadb", "mysql", CN_PRODUCT_MARIADB},
                 {"postgresql", "postgresql", CN_PRODUCT_POSTGRESQL}};
    for (size_t i = 0; name != NULL && i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name) != 0)
            continue;
        server->product = known[i].product;
        server->version = version != 0 ? version : NEWEST;
        if (version != 0)
            snprintf(server->version_text, sizeof server->version_text, "%u.%u.%u", version / 10000,
                     version / 100 % 100, version % 100);
        *dialect = known[i].dialect;
        return true;
    }
    return false;
}

/* Whose the text is to be: a plain block, for cn_text_free. */
static char *show(const cn_metadata *metadata, const char *dialect, const cn_ddl_options *options,
                  cn_work_kind kind)
{
    cn_ddl_options read   = {0};
    cn_link        server = {0};
    cn_error       error  = {0};
    cn_buffer      shown  = {0};
    cn_work        work   = {0};
    const char    *name   = NULL;
    if (options != NULL)
        memcpy(&read, options, options->size < sizeof read ? options->size : sizeof read);
    bool done = find_server(dialect, read.version, &server, &name) ||
                cn_error_set(&error, CN_CAUSE_MISUSE,
                             "there is no dialect \"%s\": there are sqlite, mysql, mariadb and "
                             "postgresql",
                             dialect != NULL ? dialect : "");
    if (done) {
        done = cn_work_begin_text(&work, &server, name, &shown, metadata, options, kind) &&
               (kind == CN_WORK_CREATE ? cn_work_create(&work) : cn_work_drop(&work));
        cn_error_move(&error, &work.error);
        cn_work_free(&work);
    }
    if (done)
        cn_buffer_text(&shown, ""); /* a text, though nothing is to be done */
    if (done && shown.failed)
        done = cn_error_no_memory(&error);
    if (!done && read.problem != NULL && read.problem_size != 0)
        snprintf(read.problem, read.problem_size, "%s", cn_error_get_message(&error));
    char *text = done ? cn_buffer_take(&shown) : NULL;
    cn_buffer_free(&shown);
    cn_error_clear(&error);
    return text;
}

char *cn_metadata_create_sql(const cn_metadata *metadata, const char *dialect,
                             const cn_ddl_options *options)
{
    return show(metadata, dialect, options, CN_WORK_CREATE);
}

char *cn_metadata_drop_sql(const cn_metadata *metadata, const char *dialect,
                           const cn_ddl_options *options)
{
    return show(metadata, dialect, options, CN_WORK_DROP);
}
