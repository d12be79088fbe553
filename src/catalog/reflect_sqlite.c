/*
 * How SQLite's catalogue is read: the pragmas as tables, joined with sqlite_master, for all the
 * tables of a schema at once; what they do not say is read from the SQL of each table. Called by
 * reflect.c.
 */
#include <string.h>

#include "base/ascii.h"
#include "catalog/reflect.h"
#include "catalog/sqlite_ddl.h"
#include "dialect/spelling.h"

/* What the SQL of a table and of its indexes says. */
typedef struct index_sql {
    const char     *name;
    cn_sqlite_index says;
} index_sql;

typedef struct extra {
    cn_sqlite_table says;
    bool           *taken; /* of each constraint: the pragma's side has been found */
    cn_pointers     indexes;
    bool            risky;         /* a view, a virtual table: asking for its columns may fail */
    bool            has_key_index; /* so a single integer key is not the rowid */
} extra;

static extra *extra_of(const cn_draft *draft)
{
    return draft->extra;
}

/* "... FROM "main".sqlite_master AS m" */
static void put_master(cn_reader *reader, const char *select, const char *schema)
{
    cn_reader_put(reader, select);
    cn_reader_put(reader, " FROM ");
    cn_spell_quoted(&reader->sql, schema, '"');
    cn_reader_put(reader, ".sqlite_master AS m");
}

/* " CROSS JOIN pragma_index_list(m.name, 'main') AS l" */
static void put_pragma(cn_reader *reader, const char *pragma, const char *of, const char *schema,
                       const char *alias)
{
    cn_reader_put(reader, " CROSS JOIN ");
    cn_reader_put(reader, pragma);
    cn_reader_put(reader, "(");
    cn_reader_put(reader, of);
    cn_reader_put(reader, ", ");
    cn_reader_literal(reader, schema);
    cn_reader_put(reader, ") AS ");
    cn_reader_put(reader, alias);
}

static void put_where(cn_reader *reader, const cn_wanted *wanted, const char *condition)
{
    cn_reader_put(reader, " WHERE ");
    cn_reader_put(reader, condition);
    cn_reader_put(reader, " AND substr(m.name, 1, 7) <> 'sqlite_' COLLATE NOCASE");
    for (size_t i = 0; !wanted->all && i < wanted->names.count; i++) {
        cn_reader_put(reader, i != 0 ? ", " : " AND m.tbl_name COLLATE NOCASE IN (");
        cn_reader_literal(reader, wanted->names.items[i]);
    }
    cn_reader_put(reader, wanted->all ? "" : ")");
}

/* ---- schemas and tables ---------------------------------------------------------------------- */

static bool read_schemas(cn_reader *reader)
{
    cn_reader_put(reader, "SELECT name FROM pragma_database_list ORDER BY seq");
    cn_result *result = cn_reader_query(reader, "the schemas");
    while (!reader->no_memory && cn_next(result)) {
        const char *name = cn_reader_keep(reader, cn_text_at(result, 0));
        cn_reader_add(reader, &reader->into->schemas, (void *)name);
    }
    reader->into->default_schema = "main";
    return cn_reader_done(reader, result);
}

typedef struct master_row {
    const char *type, *name, *tbl, *sql;
} master_row;

static void add_table(cn_reader *reader, const char *schema, const master_row *row)
{
    bool is_view    = strcmp(row->type, "view") == 0;
    bool is_virtual = !is_view && row->sql != NULL && strncmp(row->sql, "CREATE VIRTUAL", 14) == 0;
    cn_draft *draft = cn_reader_table(reader, schema, row->name,
                                      is_view      ? CN_REFLECTED_VIEW
                                      : is_virtual ? CN_REFLECTED_FOREIGN_TABLE
                                                   : CN_REFLECTED_TABLE);
    extra    *more  = draft != NULL ? cn_reader_new(reader, sizeof *more) : NULL;
    if (more == NULL)
        return;
    draft->extra            = more;
    draft->sql              = cn_reader_keep(reader, row->sql);
    more->risky             = is_view || is_virtual;
    draft->shown.definition = is_view ? draft->sql : NULL;
    if (strcmp(schema, "temp") == 0)
        draft->shown.options.prefix = "TEMPORARY";
}

static void add_index_sql(cn_reader *reader, cn_draft *draft, const master_row *row)
{
    index_sql *index = cn_reader_new(reader, sizeof *index);
    if (index == NULL)
        return;
    index->name = cn_reader_keep(reader, row->name);
    if (!cn_sqlite_read_index(row->sql, strlen(row->sql), &reader->into->arena, &index->says))
        reader->no_memory = true;
    cn_reader_add(reader, &extra_of(draft)->indexes, index);
}

static bool read_master(cn_reader *reader, const cn_wanted *wanted)
{
    const char *schema = wanted->schema;
    master_row  row;
    put_master(reader, "SELECT m.type AS type, m.name AS name, m.tbl_name AS tbl, m.sql AS sql",
               schema);
    put_where(reader, wanted,
              reader->options->names_only
                  ? "m.type IN ('table', 'view')"
                  : "m.type IN ('table', 'view', 'index') AND (m.sql IS NOT NULL OR m.type <> "
                    "'index')");
    cn_reader_put(reader, " ORDER BY m.type = 'index', m.name");
    cn_result *result = cn_reader_query(reader, "the tables");
    while (!reader->no_memory && cn_fetch(result, master_row, &row, type, name, tbl, sql)) {
        cn_draft *draft = NULL;
        if (strcmp(row.type, "index") != 0)
            add_table(reader, schema, &row);
        else
            draft = cn_reader_find(reader, NULL, schema, row.tbl);
        if (draft != NULL)
            add_index_sql(reader, draft, &row);
    }
    return cn_reader_done(reader, result);
}

static bool read_tables(cn_reader *reader)
{
    for (size_t i = 0; i < reader->wanted.count; i++) {
        if (!read_master(reader, reader->wanted.items[i]))
            return false;
    }
    return true;
}

/* ---- columns --------------------------------------------------------------------------------- */

typedef struct column_row {
    const char *tbl, *name, *type, *fallback;
    int         not_null, pk, hidden;
} column_row;

static const cn_sqlite_column *said_of(const extra *more, const char *name)
{
    for (size_t i = 0; i < more->says.column_count; i++) {
        if (cn_ascii_same(more->says.columns[i].name, name))
            return &more->says.columns[i];
    }
    return NULL;
}

static void add_column(cn_reader *reader, cn_draft *draft, const column_row *row)
{
    cn_reflected_column    *column = cn_reader_new(reader, sizeof *column);
    const cn_sqlite_column *says   = said_of(extra_of(draft), row->name);
    if (column == NULL || row->hidden == 1)
        return;
    column->name           = cn_reader_keep(reader, row->name);
    column->type_text      = cn_reader_keep(reader, row->type != NULL ? row->type : "");
    column->nullable       = !row->not_null && row->pk == 0;
    column->primary_key    = row->pk != 0;
    column->server_default = cn_reader_keep(reader, row->fallback);
    cn_reader_type(reader, column);
    if (says != NULL) {
        bool usual = says->collation == NULL || cn_ascii_same(says->collation, "BINARY");
        column->type.collation = usual ? NULL : says->collation;
        column->computed       = says->computed;
    }
    if (row->hidden == 2 || row->hidden == 3) {
        column->persisted = row->hidden == 3 ? CN_STORED : CN_VIRTUAL;
        column->computed  = column->computed != NULL ? column->computed : "NULL";
    }
    cn_reader_add(reader, &draft->columns, column);
    if (row->pk == 0)
        return;
    if (draft->primary_key == NULL)
        draft->primary_key = cn_reader_new(reader, sizeof *draft->primary_key);
    cn_reflected_key *key = draft->primary_key;
    while (key != NULL && key->count < (size_t)row->pk &&
           cn_reader_add_text(reader, &key->columns, &key->count, column->name))
        ; /* those that stand before it in the key come, and take their places */
    if (key != NULL && key->count >= (size_t)row->pk)
        ((const char **)key->columns)[row->pk - 1] = column->name;
}

#define COLUMNS                                                                                    \
    "SELECT m.name AS tbl, x.name AS name, x.type AS type, x.dflt_value AS fallback, "             \
    "x.\"notnull\" AS not_null, x.pk AS pk, x.hidden AS hidden"

static void take_columns(cn_reader *reader, const char *schema, cn_result *result)
{
    column_row row;
    cn_draft  *draft = NULL;
    while (!reader->no_memory &&
           cn_fetch(result, column_row, &row, tbl, name, type, fallback, not_null, pk, hidden)) {
        draft = cn_reader_find(reader, draft, schema, row.tbl);
        if (draft != NULL)
            add_column(reader, draft, &row);
    }
}

static bool read_columns(cn_reader *reader, const cn_wanted *wanted)
{
    put_master(reader, COLUMNS, wanted->schema);
    put_pragma(reader, "pragma_table_xinfo", "m.name", wanted->schema, "x");
    put_where(reader, wanted, "m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%'");
    cn_reader_put(reader, " ORDER BY m.name, x.cid");
    cn_result *result = cn_reader_query(reader, "the columns");
    take_columns(reader, wanted->schema, result);
    return cn_reader_done(reader, result);
}

/* A view whose tables are gone makes the whole query fail: then each is asked by itself. */
static bool read_risky_column(cn_reader *reader, cn_draft *draft)
{
    draft->columns.count = 0;
    cn_reader_put(reader, COLUMNS " FROM (SELECT ");
    cn_reader_literal(reader, draft->shown.name);
    cn_reader_put(reader, " AS name) AS m");
    put_pragma(reader, "pragma_table_xinfo", "m.name", draft->schema, "x");
    cn_reader_put(reader, " ORDER BY x.cid");
    (void)cn_connection_nested_begin(reader->connection);
    cn_result *result = cn_reader_query(reader, "the columns of a view");
    take_columns(reader, draft->schema, result);
    bool done = cn_reader_done(reader, result);
    if (cn_connection_nested_end(reader->connection))
        return done;
    draft->shown.problem = cn_reader_keep(reader, cn_connection_nested_message(reader->connection));
    return !cn_connection_is_failed(reader->connection);
}

static bool read_risky(cn_reader *reader)
{
    for (size_t i = 0; i < reader->into->tables.count; i++) {
        cn_draft *draft = reader->into->tables.items[i];
        if (draft->round == reader->round && extra_of(draft)->risky &&
            !read_risky_column(reader, draft))
            return false;
    }
    return true;
}

static bool has_risky(const cn_reader *reader, const char *schema)
{
    for (size_t i = 0; i < reader->into->tables.count; i++) {
        const cn_draft *draft = reader->into->tables.items[i];
        if (draft->round == reader->round && extra_of(draft)->risky &&
            strcmp(draft->schema, schema) == 0)
            return true;
    }
    return false;
}

/* Of views and virtual tables. */
static bool read_view_columns(cn_reader *reader, const cn_wanted *wanted)
{
    if (!has_risky(reader, wanted->schema))
        return true;
    put_master(reader, COLUMNS, wanted->schema);
    put_pragma(reader, "pragma_table_xinfo", "m.name", wanted->schema, "x");
    put_where(reader, wanted,
              "(m.type = 'view' OR m.type = 'table' AND m.sql LIKE 'CREATE VIRTUAL%')");
    cn_reader_put(reader, " ORDER BY m.name, x.cid");
    (void)cn_connection_nested_begin(reader->connection);
    cn_result *result = cn_reader_query(reader, "the columns of views");
    take_columns(reader, wanted->schema, result);
    bool done = cn_reader_done(reader, result);
    if (cn_connection_nested_end(reader->connection))
        return done;
    return !cn_connection_is_failed(reader->connection) && read_risky(reader);
}

/* ---- keys and constraints -------------------------------------------------------------------- */

static bool same_columns(const cn_sqlite_constraint *says, const char *const *columns, size_t count)
{
    if (says->columns.count != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!cn_ascii_same(says->columns.items[i], columns[i]))
            return false;
    }
    return true;
}

/* What the SQL says of the constraint that a pragma shows; each is found once. */
static const cn_sqlite_constraint *claim(extra *more, cn_sqlite_kind kind,
                                         const char *const *columns, size_t count)
{
    for (size_t i = 0; more->taken != NULL && i < more->says.constraint_count; i++) {
        const cn_sqlite_constraint *says = &more->says.constraints[i];
        if (says->kind == kind && !more->taken[i] && same_columns(says, columns, count)) {
            more->taken[i] = true;
            return says;
        }
    }
    return NULL;
}

static void complete_key(extra *more, cn_sqlite_kind kind, cn_reflected_key *key)
{
    const cn_sqlite_constraint *says = claim(more, kind, key->columns, key->count);
    if (says == NULL)
        return;
    key->name        = says->name;
    key->on_conflict = says->on_conflict;
}

typedef struct foreign_row {
    const char *tbl, *target, *own, *other, *on_update, *on_delete;
    int         id;
} foreign_row;

static const char *action_of(cn_reader *reader, const char *words)
{
    return strcmp(words, "NO ACTION") == 0 ? NULL : cn_reader_keep(reader, words);
}

static bool read_foreign_keys(cn_reader *reader, const cn_wanted *wanted)
{
    foreign_row               row;
    cn_draft                 *draft = NULL;
    cn_reflected_foreign_key *key   = NULL;
    int                       id    = -1;
    put_master(reader,
               "SELECT m.name AS tbl, f.id AS id, f.\"table\" AS target, f.\"from\" AS own, "
               "f.\"to\" AS other, f.on_update AS on_update, f.on_delete AS on_delete",
               wanted->schema);
    put_pragma(reader, "pragma_foreign_key_list", "m.name", wanted->schema, "f");
    put_where(reader, wanted, "m.type = 'table'");
    cn_reader_put(reader, " ORDER BY m.name, f.id DESC, f.seq");
    cn_result *result = cn_reader_query(reader, "the foreign keys");
    while (!reader->no_memory &&
           cn_fetch(result, foreign_row, &row, tbl, id, target, own, other, on_update, on_delete)) {
        cn_draft *now = cn_reader_find(reader, draft, wanted->schema, row.tbl);
        if (now != draft || row.id != id || key == NULL) {
            key   = now != NULL ? cn_reader_new(reader, sizeof *key) : NULL;
            draft = now;
            id    = row.id;
            if (key == NULL || !cn_reader_add(reader, &draft->foreign_keys, key))
                continue;
            key->foreign_schema = draft->shown.schema;
            key->foreign_table  = cn_reader_keep(reader, row.target);
            key->on_delete      = action_of(reader, row.on_delete);
            key->on_update      = action_of(reader, row.on_update);
        }
        const cn_reflected_column *own = cn_draft_column(draft, row.own, true);
        cn_reader_add_pair(reader, key, own != NULL ? own->name : NULL, row.other);
    }
    return cn_reader_done(reader, result);
}

static void complete_foreign_keys(cn_draft *draft)
{
    for (size_t i = 0; i < draft->foreign_keys.count; i++) {
        cn_reflected_foreign_key   *key  = draft->foreign_keys.items[i];
        const cn_sqlite_constraint *says = claim(extra_of(draft), CN_SQLITE_FOREIGN_KEY,
                                                 key->columns, key->count);
        if (says == NULL)
            continue;
        key->name               = says->name;
        key->deferrable         = says->deferrable;
        key->initially_deferred = says->initially_deferred;
    }
}

static void add_checks(cn_reader *reader, cn_draft *draft)
{
    const cn_sqlite_table *table = &extra_of(draft)->says;
    for (size_t i = 0; i < table->constraint_count; i++) {
        const cn_sqlite_constraint *says = &table->constraints[i];
        if (says->kind != CN_SQLITE_CHECK)
            continue;
        cn_reflected_check *check = cn_reader_new(reader, sizeof *check);
        if (!cn_reader_add(reader, &draft->checks, check))
            return;
        *check = (cn_reflected_check){
            .name = says->name, .condition = says->text, .column = says->column};
    }
}

/* ---- indexes --------------------------------------------------------------------------------- */

typedef struct index_row {
    const char *tbl, *name, *origin, *part, *collation;
    int         is_unique, position, cid, descending;
} index_row;

static const cn_sqlite_index *index_said(const cn_draft *draft, const char *name)
{
    const cn_pointers *list = &extra_of(draft)->indexes;
    for (size_t i = 0; i < list->count; i++) {
        const index_sql *index = list->items[i];
        if (strcmp(index->name, name) == 0)
            return &index->says;
    }
    return NULL;
}

static void add_part(cn_reader *reader, const cn_draft *draft, cn_reflected_index *index,
                     const index_row *row)
{
    const cn_reflected_column *column = cn_draft_column(draft, row->part, true);
    cn_reflected_part         *part   = cn_reader_new(reader, sizeof *part);
    const cn_sqlite_index     *says   = index_said(draft, row->name);
    size_t                     at     = (size_t)row->position;
    if (part == NULL)
        return;
    if (column != NULL)
        part->column = column->name;
    else
        part->expression = says != NULL && at < says->parts.count ? says->parts.items[at] : "rowid";
    const char *usual = column != NULL && column->type.collation != NULL ? column->type.collation
                                                                         : "BINARY";
    part->descending  = row->descending != 0;
    if (row->collation != NULL && !cn_ascii_same(row->collation, usual))
        part->collation = cn_reader_keep(reader, row->collation);
    cn_reader_add_part(reader, index, part);
}

static void add_index(cn_reader *reader, cn_draft *draft, const index_row *row)
{
    cn_reflected_index *index = NULL;
    if (row->position == 0) {
        index = cn_reader_new(reader, sizeof *index);
        if (!cn_reader_add(reader, &draft->indexes, index))
            return;
        const cn_sqlite_index *says = index_said(draft, row->name);
        index->name                 = cn_reader_keep(reader, row->name);
        index->unique               = row->is_unique != 0;
        index->where                = says != NULL ? says->where : NULL;
    } else if (draft->indexes.count != 0) {
        index = draft->indexes.items[draft->indexes.count - 1];
    }
    if (index != NULL)
        add_part(reader, draft, index, row);
}

static void add_unique(cn_reader *reader, cn_draft *draft, const index_row *row)
{
    cn_reflected_key *key = NULL;
    if (row->position == 0) {
        key = cn_reader_new(reader, sizeof *key);
        if (!cn_reader_add(reader, &draft->uniques, key))
            return;
    } else if (draft->uniques.count != 0) {
        key = draft->uniques.items[draft->uniques.count - 1];
    }
    const cn_reflected_column *column = cn_draft_column(draft, row->part, true);
    if (key != NULL && column != NULL)
        cn_reader_add_text(reader, &key->columns, &key->count, column->name);
}

static bool read_indexes(cn_reader *reader, const cn_wanted *wanted)
{
    index_row row;
    cn_draft *draft = NULL;
    put_master(reader,
               "SELECT m.name AS tbl, l.name AS name, l.\"unique\" AS is_unique, l.origin AS "
               "origin, x.seqno AS position, x.cid AS cid, x.name AS part, x.\"desc\" AS "
               "descending, x.coll AS collation",
               wanted->schema);
    put_pragma(reader, "pragma_index_list", "m.name", wanted->schema, "l");
    put_pragma(reader, "pragma_index_xinfo", "l.name", wanted->schema, "x");
    put_where(reader, wanted, "m.type = 'table' AND x.\"key\" = 1");
    cn_reader_put(reader, " ORDER BY m.name, l.seq DESC, x.seqno");
    cn_result *result = cn_reader_query(reader, "the indexes");
    while (!reader->no_memory && cn_fetch(result, index_row, &row, tbl, name, is_unique, origin,
                                          position, cid, part, descending, collation)) {
        draft = cn_reader_find(reader, draft, wanted->schema, row.tbl);
        if (draft == NULL)
            continue;
        if (row.origin[0] == 'c')
            add_index(reader, draft, &row);
        else if (row.origin[0] == 'u')
            add_unique(reader, draft, &row);
        else
            extra_of(draft)->has_key_index = true;
    }
    return cn_reader_done(reader, result);
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Only a key spelled INTEGER is the rowid. */
static void settle_rowid(cn_draft *draft)
{
    const cn_reflected_key *key  = draft->primary_key;
    const extra            *more = extra_of(draft);
    if (key == NULL || key->count != 1 || more->has_key_index || more->says.without_rowid)
        return;
    cn_reflected_column *column = cn_draft_column(draft, key->columns[0], false);
    if (column == NULL || !cn_ascii_same(column->type_text, "INTEGER"))
        return;
    column->autoincrement = true;
    column->never_reused  = more->says.autoincrement;
}

static bool complete(cn_reader *reader, cn_draft *draft)
{
    extra *more = extra_of(draft);
    if (draft->primary_key != NULL)
        complete_key(more, CN_SQLITE_PRIMARY_KEY, draft->primary_key);
    for (size_t i = 0; i < draft->uniques.count; i++)
        complete_key(more, CN_SQLITE_UNIQUE, draft->uniques.items[i]);
    complete_foreign_keys(draft);
    add_checks(reader, draft);
    settle_rowid(draft);
    draft->shown.options.sqlite_without_rowid = more->says.without_rowid;
    draft->shown.options.sqlite_strict        = more->says.strict;
    return !reader->no_memory;
}

/* Before the pragmas are asked: what they show is completed by it. */
static bool read_definitions(cn_reader *reader)
{
    cn_arena *arena = &reader->into->arena;
    for (size_t i = 0; i < reader->into->tables.count; i++) {
        cn_draft *draft = reader->into->tables.items[i];
        extra    *more  = extra_of(draft);
        if (draft->round != reader->round || more->risky || draft->sql == NULL)
            continue;
        if (!cn_sqlite_read_table(draft->sql, strlen(draft->sql), arena, &more->says))
            return cn_error_no_memory(reader->error);
        more->taken = CN_ARENA_ARRAY(arena, bool, more->says.constraint_count);
        if (more->taken == NULL)
            return cn_error_no_memory(reader->error);
    }
    return true;
}

static bool read_details(cn_reader *reader)
{
    if (!read_definitions(reader))
        return false;
    for (size_t i = 0; i < reader->wanted.count; i++) {
        const cn_wanted *wanted = reader->wanted.items[i];
        if (!read_columns(reader, wanted) || !read_view_columns(reader, wanted) ||
            !read_foreign_keys(reader, wanted) || !read_indexes(reader, wanted))
            return false;
    }
    for (size_t i = 0; i < reader->into->tables.count; i++) {
        cn_draft *draft = reader->into->tables.items[i];
        if (draft->round == reader->round && !complete(reader, draft))
            return cn_error_no_memory(reader->error);
    }
    return true;
}

const cn_reflector cn_reflector_sqlite = {
    .dialect    = "sqlite",
    .style      = CN_TOKENS_SQLITE,
    .fold_names = true,
    .schemas    = read_schemas,
    .tables     = read_tables,
    .details    = read_details,
};
