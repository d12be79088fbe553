/*
 * Queries that a database stores: views, and tables that are filled by one. Each is one statement.
 */
#include "catalog/ddl_parts.h"
#include "catalog/work.h"
#include "engine/options.h"
#include "sql/text.h"

static bool begin(cn_work *work, const char *name, cn_engine *engine,
                  const cn_stored_options *given, cn_stored_options *options)
{
    *options = (cn_stored_options){0};
    if (!cn_work_begin_alone(work, engine) ||
        !cn_options_copy(options, sizeof *options, given, "cn_stored_options", &work->error))
        return false;
    if (options->schemas != NULL)
        work->connection->schemas = options->schemas; /* which outlive it */
    return name != NULL ||
           cn_error_set(&work->error, CN_CAUSE_MISUSE, "the view or table was given no name");
}

/* What a database, or SQL, has no words for. */
static bool check_view(const cn_work *work, const char *name, const cn_stored_options *options)
{
    const cn_ddl *ddl = &work->ddl;
    if (options->materialized && options->or_replace)
        return cn_error_set(ddl->error, CN_CAUSE_MISUSE,
                            "%s: a materialized view is not replaced, but dropped and created",
                            name);
    return (!options->materialized || cn_ddl_needs(ddl, CN_DDL_VIEW_MATERIALIZED, name)) &&
           (!options->or_replace || cn_ddl_needs(ddl, CN_DDL_VIEW_OR_REPLACE, name)) &&
           (!options->if_exists || options->materialized ||
            cn_ddl_needs(ddl, CN_DDL_VIEW_IF_NOT_EXISTS, name));
}

static bool put_query(cn_work *work, const char *name, const cn_statement *query,
                      const cn_stored_options *options)
{
    cn_ddl_put(&work->ddl, options->if_exists ? "IF NOT EXISTS " : "");
    if (!cn_ddl_put_path(&work->ddl, name))
        return false;
    cn_ddl_put(&work->ddl, " AS ");
    return cn_sql_add_stored(work->connection, query, &work->sql, &work->error) &&
           cn_ddl_written(&work->ddl);
}

bool cn_view_create(const char *name, const cn_statement *query, cn_engine *engine,
                    const cn_stored_options *options)
{
    cn_work           work;
    cn_stored_options how;
    bool good = begin(&work, name, engine, options, &how) && check_view(&work, name, &how);
    if (good) {
        cn_ddl_put(&work.ddl, how.or_replace ? "CREATE OR REPLACE " : "CREATE ");
        cn_ddl_put(&work.ddl, how.materialized ? "MATERIALIZED VIEW " : "VIEW ");
        good = cn_work_run(&work, put_query(&work, name, query, &how));
    }
    return cn_work_end(&work, good, "creating");
}

bool cn_view_drop(const char *name, cn_engine *engine, const cn_stored_options *options)
{
    cn_work           work;
    cn_stored_options how;
    bool              good = begin(&work, name, engine, options, &how) &&
                (!how.materialized || cn_ddl_needs(&work.ddl, CN_DDL_VIEW_MATERIALIZED, name));
    if (good) {
        cn_ddl_put(&work.ddl, how.materialized ? "DROP MATERIALIZED VIEW " : "DROP VIEW ");
        cn_ddl_put(&work.ddl, how.if_exists ? "IF EXISTS " : "");
        good = cn_work_run(&work, cn_ddl_put_path(&work.ddl, name) && cn_ddl_written(&work.ddl));
    }
    return cn_work_end(&work, good, "dropping");
}

bool cn_table_create_as(const char *name, const cn_statement *query, cn_engine *engine,
                        const cn_stored_options *options)
{
    cn_work           work;
    cn_stored_options how;
    bool              good = begin(&work, name, engine, options, &how) &&
                ((!how.or_replace && !how.materialized) ||
                 cn_error_set(&work.error, CN_CAUSE_MISUSE,
                              "%s: .or_replace and .materialized are words of a view", name));
    if (good) {
        cn_ddl_put(&work.ddl, "CREATE TABLE ");
        good = cn_work_run(&work, put_query(&work, name, query, &how));
    }
    return cn_work_end(&work, good, "creating");
}
