/*
 * How the catalogue of MySQL and MariaDB is read: one query over information_schema for each kind
 * of thing. Where the two show the same thing differently, both forms become one. Called by
 * reflect.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "catalog/reflect.h"
#include "dialect/spelling.h"

static bool is_mariadb(const cn_reader *reader)
{
    return reader->into->server.product == CN_PRODUCT_MARIADB;
}

static bool since(const cn_reader *reader, unsigned mysql, unsigned mariadb)
{
    return reader->into->server.version >= (is_mariadb(reader) ? mariadb : mysql);
}

/* ---- schemas and tables ---------------------------------------------------------------------- */

static bool read_schemas(cn_reader *reader)
{
    cn_reader_put(reader, "SELECT schema_name AS name, schema_name = DATABASE() AS usual, "
                          "@@lower_case_table_names AS fold FROM information_schema.schemata WHERE "
                          "schema_name NOT IN ('information_schema', 'mysql', "
                          "'performance_schema', 'sys') ORDER BY schema_name");
    cn_result *result = cn_reader_query(reader, "the schemas");
    while (!reader->no_memory && cn_next(result)) {
        const char *name = cn_reader_keep(reader, cn_text_at(result, 0));
        cn_reader_add(reader, &reader->into->schemas, (void *)name);
        cn_opt_int usual = cn_cell_at(result, CN_OPT(int), 1);
        if (usual.set && usual.value != 0)
            reader->into->default_schema = name;
        reader->fold_names = cn_cell_at(result, int, 2) != 0;
    }
    return cn_reader_done(reader, result);
}

typedef struct table_row {
    const char *schema, *name, *kind, *engine, *charset, *collation, *options, *comment,
        *definition;
} table_row;

/* "row_format=COMPRESSED key_block_size=8 partitioned max_rows=5" */
static void read_options(cn_reader *reader, cn_table_options *options, const char *text)
{
    cn_buffer rest = {0};
    while (*text != '\0') {
        size_t      size   = strcspn(text, " ");
        const char *format = cn_ascii_after(text, "row_format=");
        const char *block  = cn_ascii_after(text, "key_block_size=");
        if (format != NULL) {
            options->mysql_row_format = cn_arena_text_sized(&reader->into->arena, format,
                                                            size - (size_t)(format - text));
            reader->no_memory         = reader->no_memory || options->mysql_row_format == NULL;
        } else if (block != NULL) {
            options->mysql_key_block_size = (uint32_t)strtoul(block, NULL, 10);
        } else if (cn_ascii_after(text, "partitioned") == NULL && size != 0) {
            cn_buffer_text(&rest, rest.size != 0 ? " " : "");
            cn_buffer_add(&rest, text, size);
        }
        text += size + (text[size] == ' ');
    }
    options->mysql_options = cn_reader_said(reader, cn_buffer_get(&rest));
    reader->no_memory      = reader->no_memory || rest.failed;
    cn_buffer_free(&rest);
}

static void add_table(cn_reader *reader, const table_row *row)
{
    bool      is_view = strcmp(row->kind, "VIEW") == 0;
    cn_draft *draft   = cn_reader_table(reader, row->schema, row->name,
                                      is_view ? CN_REFLECTED_VIEW : CN_REFLECTED_TABLE);
    if (draft == NULL)
        return;
    if (is_view) {
        draft->shown.definition = cn_reader_said(reader, row->definition);
        return;
    }
    cn_table_options *options = &draft->shown.options;
    draft->shown.comment      = cn_reader_said(reader, row->comment);
    options->comment          = draft->shown.comment;
    options->mysql_engine     = cn_reader_said(reader, row->engine);
    options->mysql_charset    = cn_reader_said(reader, row->charset);
    options->mysql_collate    = cn_reader_said(reader, row->collation);
    if (row->options != NULL)
        read_options(reader, options, row->options);
}

static bool read_tables(cn_reader *reader)
{
    table_row row;
    cn_reader_put(reader, "SELECT t.table_schema AS `schema`, t.table_name AS name, t.table_type "
                          "AS kind, t.engine AS engine, c.character_set_name AS charset, "
                          "t.table_collation AS collation, t.create_options AS options, "
                          "t.table_comment AS comment, ");
    cn_reader_put(reader, reader->options->views ? "v.view_definition" : "NULL");
    cn_reader_put(reader, " AS definition FROM information_schema.tables AS t LEFT JOIN "
                          "information_schema.collations AS c ON c.collation_name = "
                          "t.table_collation");
    if (reader->options->views)
        cn_reader_put(reader, " LEFT JOIN information_schema.views AS v ON v.table_schema = "
                              "t.table_schema AND v.table_name = t.table_name");
    cn_reader_put(reader, " WHERE t.table_type IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED') AND ");
    cn_reader_where(reader, "t.table_schema", "t.table_name");
    cn_reader_put(reader, " ORDER BY t.table_schema, t.table_name");
    cn_result *result = cn_reader_query(reader, "the tables");
    while (!reader->no_memory && cn_fetch(result, table_row, &row, schema, name, kind, engine,
                                          charset, collation, options, comment, definition))
        add_table(reader, &row);
    return cn_reader_done(reader, result);
}

/* ---- partitions ------------------------------------------------------------------------------ */

typedef struct partition_row {
    const char *schema, *name, *method, *expression, *sub, *partition, *description;
} partition_row;

/* What the rows of one table have come to. */
typedef struct partitions {
    cn_draft *draft;
    cn_buffer text;
    int       count;
    bool      listed; /* each partition is named, with its values */
} partitions;

static void end_partitions(cn_reader *reader, partitions *so_far)
{
    if (so_far->draft != NULL && so_far->text.size != 0) {
        if (so_far->listed)
            cn_buffer_char(&so_far->text, ')');
        else
            cn_buffer_format(&so_far->text, " PARTITIONS %d", so_far->count);
        so_far->draft->shown.options.mysql_partition_by = cn_reader_keep(
            reader, cn_buffer_get(&so_far->text));
    }
    reader->no_memory = reader->no_memory || so_far->text.failed;
    cn_buffer_reset(&so_far->text);
    so_far->count = 0;
}

static void add_partition(partitions *so_far, const partition_row *row)
{
    bool range = strncmp(row->method, "RANGE", 5) == 0, list = strncmp(row->method, "LIST", 4) == 0;
    bool bare = strcmp(row->method, "RANGE") == 0 && row->description != NULL &&
                strcmp(row->description, "MAXVALUE") == 0;
    if (so_far->count++ == 0) {
        so_far->listed = range || list;
        cn_buffer_format(&so_far->text, "%s (%s)%s", row->method,
                         row->expression != NULL ? row->expression : "",
                         so_far->listed ? " (" : "");
    } else if (so_far->listed) {
        cn_buffer_text(&so_far->text, ", ");
    }
    if (!so_far->listed)
        return;
    cn_buffer_text(&so_far->text, "PARTITION ");
    cn_spell_quoted(&so_far->text, row->partition, '`');
    cn_buffer_text(&so_far->text, range ? " VALUES LESS THAN " : " VALUES IN ");
    cn_buffer_format(&so_far->text, bare ? "%s" : "(%s)",
                     row->description != NULL ? row->description : "");
}

static bool read_partitions(cn_reader *reader)
{
    partition_row row;
    partitions    so_far = {0};
    cn_reader_put(reader, "SELECT p.table_schema AS `schema`, p.table_name AS name, "
                          "p.partition_method AS method, p.partition_expression AS expression, "
                          "p.subpartition_method AS sub, p.partition_name AS `partition`, "
                          "p.partition_description AS description FROM "
                          "information_schema.partitions AS p WHERE p.partition_name IS NOT NULL "
                          "AND ");
    cn_reader_where(reader, "p.table_schema", "p.table_name");
    cn_reader_put(reader, " ORDER BY p.table_schema, p.table_name, p.partition_ordinal_position");
    cn_result *result = cn_reader_query(reader, "the partitions");
    while (!reader->no_memory && cn_fetch(result, partition_row, &row, schema, name, method,
                                          expression, sub, partition, description)) {
        cn_draft *draft = cn_reader_find(reader, so_far.draft, row.schema, row.name);
        if (draft != so_far.draft)
            end_partitions(reader, &so_far);
        so_far.draft = draft;
        if (draft != NULL && row.sub == NULL && strcmp(row.method, "SYSTEM_TIME") != 0)
            add_partition(&so_far, &row);
    }
    end_partitions(reader, &so_far);
    cn_buffer_free(&so_far.text);
    return cn_reader_done(reader, result);
}

/* ---- columns --------------------------------------------------------------------------------- */

typedef struct column_row {
    const char *schema, *name, *own, *type, *fallback, *charset, *collation, *extra, *comment,
        *computed;
    bool nullable;
} column_row;

/* MySQL shows quotes in expressions as \'. */
static const char *expression_of(cn_reader *reader, const char *text)
{
    const char *kept = cn_reader_said(reader, text);
    if (kept == NULL || is_mariadb(reader) || reader->no_memory)
        return kept;
    char *to = (char *)kept;
    for (const char *from = kept; *from != '\0'; from++) {
        if (*from == '\\' && from[1] == '\'')
            from++;
        *to++ = *from;
    }
    *to = '\0';
    return kept;
}

/* current_timestamp(6) is CURRENT_TIMESTAMP(6), current_timestamp() CURRENT_TIMESTAMP. */
static const char *moment_of(cn_reader *reader, const char *text)
{
    const char *rest = cn_ascii_after(text, "current_timestamp");
    if (rest == NULL)
        return NULL;
    if (strcmp(rest, "()") == 0 || *rest == '\0')
        return "CURRENT_TIMESTAMP";
    cn_buffer moment = {0};
    cn_buffer_format(&moment, "CURRENT_TIMESTAMP%s", rest);
    const char *kept  = cn_reader_keep(reader, cn_buffer_get(&moment));
    reader->no_memory = reader->no_memory || moment.failed;
    cn_buffer_free(&moment);
    return kept;
}

static const char *quoted(cn_reader *reader, const char *text)
{
    cn_buffer literal = {0};
    cn_spell_escaped(&literal, text, strlen(text));
    const char *kept  = cn_reader_keep(reader, cn_buffer_get(&literal));
    reader->no_memory = reader->no_memory || literal.failed;
    cn_buffer_free(&literal);
    return kept;
}

static bool is_number(const cn_type *type)
{
    return type->kind <= CN_TYPE_DOUBLE || type->kind == CN_TYPE_NUMERIC ||
           type->kind == CN_TYPE_MEDIUMINT || type->kind == CN_TYPE_YEAR ||
           type->kind == CN_TYPE_BIT || type->kind == CN_TYPE_FLOAT;
}

/* MariaDB shows SQL, MySQL the value alone. */
static const char *default_of(cn_reader *reader, const cn_reflected_column *column,
                              const column_row *row)
{
    const char *text = row->fallback;
    if (text == NULL)
        return NULL;
    const char *moment = moment_of(reader, text);
    if (moment != NULL)
        return moment;
    if (is_mariadb(reader) && since(reader, 0, 100207))
        return strcmp(text, "NULL") == 0 ? NULL : cn_reader_keep(reader, text);
    if (cn_ascii_find(row->extra, "default_generated") != NULL)
        return expression_of(reader, text);
    return is_number(&column->type) ? cn_reader_keep(reader, text) : quoted(reader, text);
}

/* nextval(`cinnabar`.`numbers`) */
static void set_sequence(cn_reader *reader, cn_reflected_column *column)
{
    const char *text = column->server_default;
    const char *rest = text != NULL ? cn_ascii_after(text, "nextval(") : NULL;
    if (rest == NULL)
        return;
    cn_arena *arena  = &reader->into->arena;
    cn_tokens tokens = {rest, rest + strlen(rest), CN_TOKENS_MYSQL};
    cn_token  first = cn_token_next(&tokens), dot = cn_token_next(&tokens);
    cn_token  second = cn_token_next(&tokens);
    char     *schema = cn_token_text(arena, &first, CN_TOKENS_MYSQL);
    char     *name   = cn_token_text(arena, &second, CN_TOKENS_MYSQL);
    if (schema == NULL || name == NULL || !cn_token_is_sign(&dot, ".")) {
        reader->no_memory = reader->no_memory || schema == NULL || name == NULL;
        return;
    }
    column->server_default = NULL;
    column->sequence       = cn_reflect_path(arena, cn_reader_schema(reader, schema), name);
    reader->no_memory      = reader->no_memory || column->sequence == NULL;
}

/* What differs from the table's own. */
static void set_collation(cn_reader *reader, const cn_draft *draft, cn_reflected_column *column,
                          const column_row *row)
{
    const cn_table_options *table = &draft->shown.options;
    if (row->collation != NULL &&
        (table->mysql_collate == NULL || strcmp(row->collation, table->mysql_collate) != 0))
        column->type.collation = cn_reader_keep(reader, row->collation);
    if (row->charset != NULL &&
        (table->mysql_charset == NULL || strcmp(row->charset, table->mysql_charset) != 0))
        column->type.charset = cn_reader_keep(reader, row->charset);
}

static void add_column(cn_reader *reader, cn_draft *draft, const column_row *row)
{
    cn_reflected_column *column = cn_reader_new(reader, sizeof *column);
    if (!cn_reader_add(reader, &draft->columns, column))
        return;
    column->name          = cn_reader_keep(reader, row->own);
    column->type_text     = cn_reader_keep(reader, row->type);
    column->nullable      = row->nullable;
    column->comment       = cn_reader_said(reader, row->comment);
    column->autoincrement = cn_ascii_find(row->extra, "auto_increment") != NULL;
    cn_reader_type(reader, column);
    set_collation(reader, draft, column, row);
    const char *update = cn_ascii_find(row->extra, "on update ");
    if (update != NULL)
        column->server_on_update = moment_of(reader, update);
    if (row->computed != NULL && row->computed[0] != '\0') {
        column->computed = expression_of(reader, row->computed);
        bool stored      = cn_ascii_find(row->extra, "stored") != NULL ||
                      cn_ascii_find(row->extra, "persistent") != NULL;
        column->persisted = stored ? CN_STORED : CN_VIRTUAL;
        return;
    }
    column->server_default = default_of(reader, column, row);
    set_sequence(reader, column);
}

static bool read_columns(cn_reader *reader)
{
    column_row row;
    cn_draft  *draft = NULL;
    cn_reader_put(reader, "SELECT c.table_schema AS `schema`, c.table_name AS name, c.column_name "
                          "AS own, c.column_type AS type, c.column_default AS fallback, "
                          "c.character_set_name AS charset, c.collation_name AS collation, c.extra "
                          "AS extra, c.column_comment AS comment, ");
    cn_reader_put(reader, since(reader, 50706, 100205) ? "c.generation_expression" : "NULL");
    cn_reader_put(reader, " AS computed, c.is_nullable = 'YES' AS nullable FROM "
                          "information_schema.columns AS c WHERE ");
    cn_reader_where(reader, "c.table_schema", "c.table_name");
    cn_reader_put(reader, " ORDER BY c.table_schema, c.table_name, c.ordinal_position");
    cn_result *result = cn_reader_query(reader, "the columns");
    while (!reader->no_memory &&
           cn_fetch(result, column_row, &row, schema, name, own, type, fallback, charset, collation,
                    extra, comment, computed, nullable)) {
        draft = cn_reader_find(reader, draft, row.schema, row.name);
        if (draft != NULL)
            add_column(reader, draft, &row);
    }
    return cn_reader_done(reader, result);
}

/* ---- keys and indexes ------------------------------------------------------------------------ */

typedef struct index_row {
    const char *schema, *name, *index, *part, *direction, *kind, *comment, *expression;
    int         position, length;
    bool        is_unique;
} index_row;

static void add_part(cn_reader *reader, const cn_draft *draft, cn_reflected_index *index,
                     const index_row *row)
{
    const cn_reflected_column *column = cn_draft_column(draft, row->part, true);
    cn_reflected_part         *part   = cn_reader_new(reader, sizeof *part);
    if (part == NULL)
        return;
    part->column     = column != NULL ? column->name : NULL;
    part->expression = column != NULL ? NULL : expression_of(reader, row->expression);
    part->descending = row->direction != NULL && row->direction[0] == 'D';
    part->length     = index->kind == NULL && row->length > 0 ? (uint32_t)row->length : 0;
    cn_reader_add_part(reader, index, part);
}

static cn_reflected_index *begin_index(cn_reader *reader, cn_draft *draft, const index_row *row)
{
    bool special = strcmp(row->kind, "FULLTEXT") == 0 || strcmp(row->kind, "SPATIAL") == 0;
    cn_reflected_index *index = cn_reader_new(reader, sizeof *index);
    if (!cn_reader_add(reader, &draft->indexes, index))
        return NULL;
    *index = (cn_reflected_index){.name    = cn_reader_keep(reader, row->index),
                                  .unique  = row->is_unique,
                                  .kind    = special ? cn_reader_keep(reader, row->kind) : NULL,
                                  .method  = strcmp(row->kind, "HASH") == 0 ? "HASH" : NULL,
                                  .comment = cn_reader_said(reader, row->comment)};
    return index;
}

static void add_primary_part(cn_reader *reader, cn_draft *draft, const index_row *row)
{
    if (draft->primary_key == NULL)
        draft->primary_key = cn_reader_new(reader, sizeof *draft->primary_key);
    cn_reflected_column *column = cn_draft_column(draft, row->part, true);
    if (draft->primary_key == NULL || column == NULL)
        return;
    column->primary_key = true;
    cn_reader_add_text(reader, &draft->primary_key->columns, &draft->primary_key->count,
                       column->name);
}

static bool read_indexes(cn_reader *reader)
{
    index_row           row;
    cn_draft           *draft       = NULL;
    cn_reflected_index *index       = NULL;
    bool                expressions = !is_mariadb(reader) && since(reader, 80013, 0);
    cn_reader_put(reader,
                  "SELECT s.table_schema AS `schema`, s.table_name AS name, s.index_name AS "
                  "`index`, s.column_name AS part, s.collation AS direction, s.index_type "
                  "AS kind, s.index_comment AS comment, ");
    cn_reader_put(reader, expressions ? "s.expression" : "NULL");
    cn_reader_put(reader, " AS expression, s.seq_in_index AS position, coalesce(s.sub_part, 0) AS "
                          "length, s.non_unique = 0 AS is_unique FROM "
                          "information_schema.statistics AS s WHERE ");
    cn_reader_where(reader, "s.table_schema", "s.table_name");
    cn_reader_put(reader, " ORDER BY s.table_schema, s.table_name, s.index_name, s.seq_in_index");
    cn_result *result = cn_reader_query(reader, "the indexes");
    while (!reader->no_memory &&
           cn_fetch(result, index_row, &row, schema, name, index, part, direction, kind, comment,
                    expression, position, length, is_unique)) {
        draft = cn_reader_find(reader, draft, row.schema, row.name);
        if (draft == NULL)
            continue;
        if (strcmp(row.index, "PRIMARY") == 0) {
            add_primary_part(reader, draft, &row);
            continue;
        }
        if (row.position == 1)
            index = begin_index(reader, draft, &row);
        if (index != NULL)
            add_part(reader, draft, index, &row);
    }
    return cn_reader_done(reader, result);
}

static bool is_plain(const cn_reflected_index *index)
{
    for (size_t i = 0; i < index->part_count; i++) {
        const cn_reflected_part *part = index->parts[i];
        if (part->column == NULL || part->length != 0 || part->descending)
            return false;
    }
    return index->kind == NULL && index->part_count != 0;
}

/* A unique index over whole columns is a unique constraint: here the two are one. */
static void split_uniques(cn_reader *reader, cn_draft *draft)
{
    size_t kept = 0;
    for (size_t i = 0; i < draft->indexes.count; i++) {
        cn_reflected_index *index = draft->indexes.items[i];
        cn_reflected_key   *key   = NULL;
        if (!index->unique || !is_plain(index) || index->comment != NULL) {
            draft->indexes.items[kept++] = index;
            continue;
        }
        key = cn_reader_new(reader, sizeof *key);
        if (!cn_reader_add(reader, &draft->uniques, key))
            return;
        key->name = index->name;
        for (size_t j = 0; j < index->part_count; j++)
            cn_reader_add_text(reader, &key->columns, &key->count, index->parts[j]->column);
    }
    draft->indexes.count = kept;
    if (draft->indexes.items != NULL)
        draft->indexes.items[kept] = NULL;
}

/* ---- foreign keys ---------------------------------------------------------------------------- */

typedef struct foreign_row {
    const char *schema, *name, *key, *own, *target_schema, *target, *other, *on_update, *on_delete;
} foreign_row;

/* RESTRICT and NO ACTION are one here; the servers differ in which they show for none. */
static const char *action_of(cn_reader *reader, const char *words)
{
    bool none = words == NULL || strcmp(words, "RESTRICT") == 0 || strcmp(words, "NO ACTION") == 0;
    return none ? NULL : cn_reader_keep(reader, words);
}

static cn_reflected_foreign_key *begin_foreign_key(cn_reader *reader, cn_draft *draft,
                                                   const foreign_row *row)
{
    cn_reflected_foreign_key *key = cn_reader_new(reader, sizeof *key);
    if (!cn_reader_add(reader, &draft->foreign_keys, key))
        return NULL;
    key->name           = cn_reader_keep(reader, row->key);
    key->foreign_schema = cn_reader_schema(reader, row->target_schema);
    key->foreign_table  = cn_reader_keep(reader, row->target);
    key->on_delete      = action_of(reader, row->on_delete);
    key->on_update      = action_of(reader, row->on_update);
    return key;
}

static bool read_foreign_keys(cn_reader *reader)
{
    foreign_row               row;
    cn_draft                 *draft = NULL;
    cn_reflected_foreign_key *key   = NULL;
    cn_reader_put(
        reader,
        "SELECT k.table_schema AS `schema`, k.table_name AS name, k.constraint_name AS `key`, "
        "k.column_name AS own, k.referenced_table_schema AS target_schema, "
        "k.referenced_table_name AS target, k.referenced_column_name AS other, r.update_rule AS "
        "on_update, r.delete_rule AS on_delete FROM information_schema.key_column_usage AS k JOIN "
        "information_schema.referential_constraints AS r ON r.constraint_schema = "
        "k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = "
        "k.table_name WHERE k.referenced_table_name IS NOT NULL AND ");
    cn_reader_where(reader, "k.table_schema", "k.table_name");
    cn_reader_put(reader,
                  " ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position");
    cn_result *result = cn_reader_query(reader, "the foreign keys");
    while (!reader->no_memory && cn_fetch(result, foreign_row, &row, schema, name, key, own,
                                          target_schema, target, other, on_update, on_delete)) {
        cn_draft *now = cn_reader_find(reader, draft, row.schema, row.name);
        if (now != draft || key == NULL || strcmp(key->name, row.key) != 0)
            key = now != NULL ? begin_foreign_key(reader, now, &row) : NULL;
        draft                          = now;
        const cn_reflected_column *own = draft != NULL ? cn_draft_column(draft, row.own, true)
                                                       : NULL;
        if (key != NULL && own != NULL)
            cn_reader_add_pair(reader, key, own->name, row.other);
    }
    return cn_reader_done(reader, result);
}

static bool is_over(const cn_reflected_index *index, const cn_reflected_foreign_key *key)
{
    if (index->unique || !is_plain(index) || index->part_count != key->count)
        return false;
    for (size_t i = 0; i < key->count; i++) {
        if (strcmp(index->parts[i]->column, key->columns[i]) != 0)
            return false;
    }
    return strcmp(index->name, key->name) == 0 || strcmp(index->name, key->columns[0]) == 0;
}

static void mark_implied(cn_draft *draft)
{
    for (size_t i = 0; i < draft->indexes.count; i++) {
        cn_reflected_index *index = draft->indexes.items[i];
        for (size_t j = 0; j < draft->foreign_keys.count; j++)
            index->implied = index->implied || is_over(index, draft->foreign_keys.items[j]);
    }
}

/* ---- checks ---------------------------------------------------------------------------------- */

typedef struct check_row {
    const char *schema, *name, *check_name, *clause;
    bool        of_column;
} check_row;

/* MariaDB's JSON is a text with a check. */
static bool is_json(cn_reflected_column *column, const char *clause)
{
    const char *rest = cn_ascii_after(clause, "json_valid(`");
    size_t      size = strlen(column->name);
    if (rest == NULL || strncmp(rest, column->name, size) != 0 || strcmp(rest + size, "`)") != 0 ||
        column->type.kind != CN_TYPE_LONGTEXT)
        return false;
    column->type = (cn_type){.kind = CN_TYPE_JSON};
    return true;
}

static void add_check(cn_reader *reader, cn_draft *draft, const check_row *row)
{
    cn_reflected_column *column = row->of_column ? cn_draft_column(draft, row->check_name, true)
                                                 : NULL;
    if (column != NULL && is_json(column, row->clause))
        return;
    cn_reflected_check *check = cn_reader_new(reader, sizeof *check);
    if (!cn_reader_add(reader, &draft->checks, check))
        return;
    check->column    = column != NULL ? column->name : NULL;
    check->name      = column != NULL ? NULL : cn_reader_keep(reader, row->check_name);
    check->condition = expression_of(reader, row->clause);
}

static bool read_checks(cn_reader *reader)
{
    check_row row;
    cn_draft *draft = NULL;
    if (!since(reader, 80016, 100222))
        return true;
    if (is_mariadb(reader))
        cn_reader_put(reader,
                      "SELECT k.constraint_schema AS `schema`, k.table_name AS name, "
                      "k.constraint_name AS check_name, k.check_clause AS clause, k.level = "
                      "'Column' AS of_column FROM information_schema.check_constraints AS "
                      "k WHERE ");
    else
        cn_reader_put(reader, "SELECT k.constraint_schema AS `schema`, k.table_name AS name, "
                              "k.constraint_name AS check_name, c.check_clause AS clause, 0 AS "
                              "of_column FROM information_schema.table_constraints AS k JOIN "
                              "information_schema.check_constraints AS c ON c.constraint_schema = "
                              "k.constraint_schema AND c.constraint_name = k.constraint_name WHERE "
                              "k.constraint_type = 'CHECK' AND ");
    cn_reader_where(reader, "k.constraint_schema", "k.table_name");
    cn_reader_put(reader, " ORDER BY k.constraint_schema, k.table_name, k.constraint_name");
    cn_result *result = cn_reader_query(reader, "the check constraints");
    while (!reader->no_memory &&
           cn_fetch(result, check_row, &row, schema, name, check_name, clause, of_column)) {
        draft = cn_reader_find(reader, draft, row.schema, row.name);
        if (draft != NULL)
            add_check(reader, draft, &row);
    }
    return cn_reader_done(reader, result);
}

static bool read_details(cn_reader *reader)
{
    if (!read_columns(reader) || !read_indexes(reader) || !read_foreign_keys(reader) ||
        !read_checks(reader) || !read_partitions(reader))
        return false;
    for (size_t i = 0; i < reader->into->tables.count; i++) {
        cn_draft *draft = reader->into->tables.items[i];
        if (draft->round != reader->round)
            continue;
        split_uniques(reader, draft);
        mark_implied(draft);
    }
    return !reader->no_memory || cn_error_no_memory(reader->error);
}

/* ---- sequences ------------------------------------------------------------------------------- */

static bool list_sequences(cn_reader *reader)
{
    cn_reader_put(reader, "SELECT t.table_schema, t.table_name FROM information_schema.tables AS t "
                          "WHERE t.table_type = 'SEQUENCE' AND ");
    cn_reader_in_schemas(reader, "t.table_schema");
    cn_reader_put(reader, " ORDER BY t.table_schema, t.table_name");
    cn_result *result = cn_reader_query(reader, "the sequences");
    while (!reader->no_memory && cn_next(result)) {
        cn_reflected_sequence *sequence = cn_reader_new(reader, sizeof(cn_sequence_draft));
        if (!cn_reader_add(reader, &reader->into->sequences, sequence))
            break;
        *sequence = (cn_reflected_sequence){.schema = cn_reader_keep(reader, cn_text_at(result, 0)),
                                            .name   = cn_reader_keep(reader, cn_text_at(result, 1)),
                                            .options = {.size = sizeof sequence->options}};
    }
    return cn_reader_done(reader, result);
}

typedef struct sequence_row {
    int     place;
    int64_t start, minimum, maximum, increment, cache;
    bool    cycle;
} sequence_row;

static void set_numbers(cn_sequence_options *numbers, const sequence_row *row)
{
    bool up            = row->increment >= 0;
    bool usual_minimum = row->minimum == (up ? 1 : INT64_MIN + 1);
    bool usual_maximum = row->maximum == (up ? INT64_MAX - 1 : -1);
    numbers->minimum   = usual_minimum ? 0 : row->minimum;
    numbers->maximum   = usual_maximum ? 0 : row->maximum;
    numbers->start     = row->start == (up ? row->minimum : row->maximum) ? 0 : row->start;
    numbers->increment = row->increment == 1 ? 0 : row->increment;
    numbers->cache     = row->cache == 1000 ? 0 : row->cache;
    numbers->cycle     = row->cycle;
}

/* A sequence shows its numbers itself; all of them are asked at once. */
static bool read_numbers(cn_reader *reader)
{
    const cn_pointers *list = &reader->into->sequences;
    sequence_row       row;
    for (size_t i = 0; i < list->count; i++) {
        const cn_reflected_sequence *sequence = list->items[i];
        cn_reader_put(reader, i != 0 ? " UNION ALL SELECT " : "SELECT ");
        cn_buffer_format(&reader->sql, "%zu AS place, ", i);
        cn_reader_put(reader, "start_value AS `start`, minimum_value AS `minimum`, maximum_value "
                              "AS `maximum`, `increment` AS `increment`, cache_size AS `cache`, "
                              "cycle_option AS `cycle` FROM ");
        cn_spell_quoted(&reader->sql, sequence->schema, '`');
        cn_reader_put(reader, ".");
        cn_spell_quoted(&reader->sql, sequence->name, '`');
    }
    cn_result *result = cn_reader_query(reader, "the sequences");
    while (!reader->no_memory && cn_fetch(result, sequence_row, &row, place, start, minimum,
                                          maximum, increment, cache, cycle)) {
        cn_reflected_sequence *sequence = list->items[row.place];
        set_numbers(&sequence->options, &row);
    }
    for (size_t i = 0; i < list->count; i++) {
        cn_reflected_sequence *sequence = list->items[i];
        sequence->schema                = cn_reader_schema(reader, sequence->schema);
    }
    return cn_reader_done(reader, result);
}

static bool read_sequences(cn_reader *reader)
{
    if (!is_mariadb(reader) || !since(reader, 0, 100300))
        return true;
    return list_sequences(reader) && (reader->into->sequences.count == 0 || read_numbers(reader));
}

const cn_reflector cn_reflector_mysql = {
    .dialect   = "mysql",
    .style     = CN_TOKENS_MYSQL,
    .schemas   = read_schemas,
    .tables    = read_tables,
    .details   = read_details,
    .sequences = read_sequences,
};
