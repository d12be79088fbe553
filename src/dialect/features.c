/*
 * What which database has, from which version on. Called by whoever writes data definition, before
 * anything is sent.
 */
#include "dialect/spelling.h"

#define NEVER UINT32_MAX
#define PRODUCTS (CN_PRODUCT_POSTGRESQL + 1)

static const struct {
    const char *words;
    unsigned    since[PRODUCTS]; /* 0: each that Cinnabar knows */
} features[CN_DDL_COUNT] = {
    [CN_DDL_CHECK]              = {"a check constraint", {0, 80016, 100201, 0}},
    [CN_DDL_COMPUTED]           = {"a computed column", {33100, 50700, 50200, 120000}},
    [CN_DDL_COMPUTED_STORED]    = {"a stored computed column", {33100, 50700, 100201, 120000}},
    [CN_DDL_COMPUTED_VIRTUAL]   = {"a virtual computed column", {33100, 50700, 50200, 180000}},
    [CN_DDL_IDENTITY]           = {"an identity that is no single integer key, or that counts so",
                                   {NEVER, NEVER, NEVER, 100000}},
    [CN_DDL_SEQUENCE]           = {"a sequence", {NEVER, NEVER, 100300, 0}},
    [CN_DDL_DEFERRABLE_KEY]     = {"a deferrable foreign key", {0, NEVER, NEVER, 0}},
    [CN_DDL_DEFERRABLE_UNIQUE]  = {"a deferrable unique constraint", {NEVER, NEVER, NEVER, 0}},
    [CN_DDL_MATCH]              = {"a foreign key that says MATCH", {NEVER, NEVER, NEVER, 0}},
    [CN_DDL_NOT_VALID]          = {"a foreign key that is NOT VALID", {NEVER, NEVER, NEVER, 0}},
    [CN_DDL_NULLS_NOT_DISTINCT] = {"NULLS NOT DISTINCT", {NEVER, NEVER, NEVER, 150000}},
    [CN_DDL_PARTIAL_INDEX] = {"a unique index over a part of the rows", {30800, NEVER, NEVER, 0}},
    [CN_DDL_EXPRESSION_INDEX] = {"an index on an expression", {30900, 80013, NEVER, 0}},
    [CN_DDL_NULLS_ORDER] = {"an index that says NULLS FIRST or LAST", {NEVER, NEVER, NEVER, 0}},
    [CN_DDL_EXPRESSION_DEFAULT] = {"a default that is an expression", {0, 80013, 100201, 0}},
    [CN_DDL_ON_CONFLICT] = {"a unique constraint with ON CONFLICT", {0, NEVER, NEVER, NEVER}},
    [CN_DDL_ON_UPDATE]   = {"a value that the server makes at each UPDATE", {NEVER, 0, 0, NEVER}},
    [CN_DDL_STRICT]      = {"a strict table", {33700, NEVER, NEVER, NEVER}},
    [CN_DDL_SCHEMA]      = {"CREATE SCHEMA", {NEVER, 0, 0, 0}},
    [CN_DDL_ARRAY]       = {"an array", {NEVER, NEVER, NEVER, 0}},
    [CN_DDL_SET]         = {"a SET", {NEVER, 0, 0, NEVER}},
    [CN_DDL_BIT]         = {"a BIT", {NEVER, 0, 0, 0}},
    [CN_DDL_VIEW_OR_REPLACE]    = {"CREATE OR REPLACE VIEW", {NEVER, 0, 0, 0}},
    [CN_DDL_VIEW_IF_NOT_EXISTS] = {"CREATE VIEW IF NOT EXISTS", {0, 90100, 100103, NEVER}},
    [CN_DDL_VIEW_MATERIALIZED]  = {"a materialized view", {NEVER, NEVER, NEVER, 0}},
    [CN_DDL_ALTER_CONSTRAINT]   = {"ALTER TABLE ... ADD or DROP CONSTRAINT", {NEVER, 0, 0, 0}},
};

static const char *const products[PRODUCTS] = {"SQLite", "MySQL", "MariaDB", "PostgreSQL"};

/* What is neither of the two but speaks their protocol is taken for MySQL. */
static cn_product product_of(const cn_ddl *ddl)
{
    if (ddl->server != NULL && ddl->server->product != CN_PRODUCT_OTHER)
        return ddl->server->product;
    if (ddl->dialect == &cn_dialect_sqlite)
        return CN_PRODUCT_SQLITE;
    return ddl->dialect == &cn_dialect_mysql ? CN_PRODUCT_MYSQL : CN_PRODUCT_POSTGRESQL;
}

bool cn_ddl_has(const cn_ddl *ddl, cn_ddl_feature feature)
{
    unsigned since = features[feature].since[product_of(ddl)];
    return since != NEVER &&
           (ddl->server == NULL || ddl->server->version == 0 || ddl->server->version >= since);
}

bool cn_ddl_needs(const cn_ddl *ddl, cn_ddl_feature feature, const char *title)
{
    if (cn_ddl_has(ddl, feature))
        return true;
    const char *version = ddl->server != NULL ? ddl->server->version_text : "";
    return cn_error_set(ddl->error, CN_CAUSE_UNSUPPORTED, "%s: %s has no form on %s%s%s", title,
                        features[feature].words, products[product_of(ddl)],
                        version[0] != '\0' ? " " : "", version);
}
