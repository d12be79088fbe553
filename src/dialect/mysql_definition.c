/*
 * How MySQL and MariaDB define tables.
 */
#include <string.h>

#include "base/ascii.h"
#include "dialect/spelling.h"

#define KEY_LENGTH 255 /* of a text or binary key without a length: 1020 bytes fit any index */

/* ---- columns --------------------------------------------------------------------------------- */

static bool is_in(const uint32_t *columns, size_t count, const cn_column *column)
{
    for (size_t i = 0; i < count; i++) {
        if (columns[i] == column->index)
            return true;
    }
    return false;
}

/* An index whose part says how much of the column it takes needs no length, nor do FULLTEXT and
   SPATIAL. */
static bool is_in_index(const cn_index *index, const cn_column *column)
{
    for (size_t i = 0; i < index->part_count && index->options.kind == NULL; i++) {
        if (index->parts[i].column == column->index && index->parts[i].length == 0)
            return true;
    }
    return false;
}

static bool is_in_key(const cn_column *column)
{
    const cn_table *table = column->table;
    if (column->primary_key)
        return true;
    for (size_t i = 0; i < table->unique_count; i++) {
        if (is_in(table->uniques[i].columns, table->uniques[i].count, column))
            return true;
    }
    for (size_t i = 0; i < table->foreign_key_count; i++) {
        if (is_in(table->foreign_keys[i].columns, table->foreign_keys[i].count, column))
            return true;
    }
    for (size_t i = 0; i < table->index_count; i++) {
        if (is_in_index(&table->indexes[i], column))
            return true;
    }
    return false;
}

/* A key of text or bytes needs a length here. */
static cn_type keyed_type(const cn_ddl *ddl, const cn_column *column)
{
    cn_type type = *cn_dialect_column_type(ddl->dialect, ddl->server, column);
    if (type.length != 0 || !is_in_key(column))
        return type;
    if (type.kind == CN_TYPE_TEXT)
        type.kind = CN_TYPE_STRING;
    if (type.kind == CN_TYPE_STRING || type.kind == CN_TYPE_BINARY)
        type.length = KEY_LENGTH;
    return type;
}

static bool put_type(const cn_ddl *ddl, const cn_column *column)
{
    const cn_type type = keyed_type(ddl, column);
    return cn_spell_column_type(ddl, column, &type);
}

/* What has a default only as an expression. */
static bool is_large(const cn_type *type)
{
    switch (type->kind) {
    case CN_TYPE_STRING:
    case CN_TYPE_BINARY:
        return type->length == 0;
    case CN_TYPE_TEXT:
    case CN_TYPE_TINYTEXT:
    case CN_TYPE_MEDIUMTEXT:
    case CN_TYPE_LONGTEXT:
    case CN_TYPE_TINYBLOB:
    case CN_TYPE_BLOB:
    case CN_TYPE_MEDIUMBLOB:
    case CN_TYPE_JSON:
    case CN_TYPE_JSONB:
        return true;
    default:
        return false;
    }
}

/* A comment takes no other literal than a quoted one. A backslash is doubled: a server that takes
   none as an escape shows it twice, which is no harm. */
static void put_comment(cn_buffer *sql, const char *text)
{
    cn_buffer_text(sql, " COMMENT ");
    cn_spell_escaped(sql, text, strlen(text));
}

/* MariaDB takes NOT NULL of no computed column. */
static bool says_not_null(const cn_ddl *ddl, const cn_column *column)
{
    bool is_mysql = ddl->server != NULL && ddl->server->product == CN_PRODUCT_MYSQL;
    return !column->nullable && (column->computed == NULL || is_mysql);
}

/* A moment must have as many digits as its column. */
static const char *default_text(const cn_type *type, const char *said)
{
    static const char *const moments[] = {"CURRENT_TIMESTAMP",    "CURRENT_TIMESTAMP(1)",
                                          "CURRENT_TIMESTAMP(2)", "CURRENT_TIMESTAMP(3)",
                                          "CURRENT_TIMESTAMP(4)", "CURRENT_TIMESTAMP(5)",
                                          "CURRENT_TIMESTAMP(6)"};
    static const char *const bare[]    = {"CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP()", "NOW()",
                                          "LOCALTIMESTAMP", "LOCALTIMESTAMP()"};
    bool                     found     = false;
    for (size_t i = 0; i < sizeof bare / sizeof *bare; i++)
        found = found || cn_ascii_same(said, bare[i]);
    if (!found || (type->kind != CN_TYPE_DATETIME && type->kind != CN_TYPE_TIMESTAMP))
        return said;
    return moments[type->precision == 0 ? 6 : type->precision - 1];
}

static bool put_column(const cn_ddl *ddl, const cn_column *column)
{
    const cn_type type        = keyed_type(ddl, column);
    bool          by_sequence = column->sequence != NULL && cn_ddl_has(ddl, CN_DDL_SEQUENCE);
    if (!cn_spell_column_type(ddl, column, &type) || !cn_spell_computed(ddl, column) ||
        !cn_spell_check_numbers(ddl, column, true))
        return false;
    cn_buffer_text(ddl->sql, says_not_null(ddl, column) ? " NOT NULL" : "");
    if (column->comment != NULL)
        put_comment(ddl->sql, column->comment);
    if (column->generated && !by_sequence)
        cn_buffer_text(ddl->sql, " AUTO_INCREMENT");
    else if (!cn_spell_default(ddl, column,
                               is_large(&type) ? CN_DEFAULT_WRAPPED : CN_DEFAULT_PLAIN))
        return false;
    if (column->server_on_update != NULL)
        cn_buffer_format(ddl->sql, " ON UPDATE %s",
                         cn_spell_default_text(ddl, column, column->server_on_update));
    return type.enum_form != CN_ENUM_CHECKED || cn_spell_enum_check(ddl, column, &type);
}

/* ---- tables ---------------------------------------------------------------------------------- */

/* Where the numbers of the key start: said by the table, or by an identity. */
static uint64_t first_number(const cn_table *table)
{
    if (table->options.mysql_auto_increment != 0 || table->generated == CN_NO_COLUMN)
        return table->options.mysql_auto_increment;
    int64_t start = table->columns[table->generated].numbers.start;
    return start > 0 ? (uint64_t)start : 0;
}

static bool put_options(const cn_ddl *ddl, const cn_table *table)
{
    const cn_table_options *options = &table->options;
    const uint64_t          first   = first_number(table);
    cn_buffer               text    = {0};
    if (options->mysql_engine != NULL)
        cn_buffer_format(&text, " ENGINE=%s", options->mysql_engine);
    if (options->mysql_charset != NULL)
        cn_buffer_format(&text, " CHARSET=%s", options->mysql_charset);
    if (options->mysql_row_format != NULL)
        cn_buffer_format(&text, " ROW_FORMAT=%s", options->mysql_row_format);
    if (options->mysql_key_block_size != 0)
        cn_buffer_format(&text, " KEY_BLOCK_SIZE=%u", (unsigned)options->mysql_key_block_size);
    if (first != 0)
        cn_buffer_format(&text, " AUTO_INCREMENT=%llu", (unsigned long long)first);
    if (options->mysql_options != NULL)
        cn_buffer_format(&text, " %s", options->mysql_options);
    if (options->comment != NULL) {
        cn_buffer_text(&text, " COMMENT=");
        cn_spell_escaped(&text, options->comment, strlen(options->comment));
    }
    if (options->mysql_collate != NULL)
        cn_buffer_format(&text, " COLLATE %s", options->mysql_collate);
    if (options->mysql_partition_by != NULL)
        cn_buffer_format(&text, " PARTITION BY %s", options->mysql_partition_by);
    if (text.size != 0)
        cn_buffer_text(ddl->sql, text.text + 1);
    ddl->sql->failed = ddl->sql->failed || text.failed;
    cn_buffer_free(&text);
    return true;
}

/* ---- what is there --------------------------------------------------------------------------- */

static void put_schema(cn_buffer *sql, const char *schema, size_t size)
{
    if (size != 0)
        cn_dialect_literal(&cn_dialect_mysql, sql, schema, size);
    else
        cn_buffer_text(sql, "DATABASE()");
}

/* The names compare as the server's files do. One look-up each: a constant name is found
   without a search. */
static void existing(cn_buffer *sql, const cn_table *const *tables, size_t count,
                     const cn_link *server)
{
    (void)server;
    for (size_t i = 0; i < count; i++) {
        const cn_table *table = tables[i];
        cn_buffer_text(sql, i != 0 ? " UNION ALL SELECT " : "SELECT ");
        cn_dialect_literal(&cn_dialect_mysql, sql, table->model->table,
                           strlen(table->model->table));
        cn_buffer_text(sql, " FROM information_schema.tables WHERE table_schema = ");
        put_schema(sql, table->schema, table->schema != NULL ? strlen(table->schema) : 0);
        cn_buffer_text(sql, " AND table_name = ");
        cn_dialect_literal(&cn_dialect_mysql, sql, table->name, strlen(table->name));
        cn_buffer_text(sql, " AND (@@lower_case_table_names <> 0 OR CAST(table_name AS BINARY) = ");
        cn_dialect_literal(&cn_dialect_mysql, sql, table->name, strlen(table->name));
        cn_buffer_char(sql, ')');
    }
}

/* MariaDB's sequences stand among its tables. */
static void existing_sequences(cn_buffer *sql, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *dot  = strchr(names[i], '.');
        const char *name = dot != NULL ? dot + 1 : names[i];
        cn_buffer_text(sql, i != 0 ? " UNION ALL SELECT " : "SELECT ");
        cn_dialect_literal(&cn_dialect_mysql, sql, names[i], strlen(names[i]));
        cn_buffer_text(sql, " FROM information_schema.tables WHERE table_schema = ");
        put_schema(sql, names[i], dot != NULL ? (size_t)(dot - names[i]) : 0);
        cn_buffer_text(sql, " AND table_type = 'SEQUENCE' AND table_name = ");
        cn_dialect_literal(&cn_dialect_mysql, sql, name, strlen(name));
    }
}

/* Its first column and their number tell a foreign key. */
static void foreign_key_names(cn_buffer *sql, const cn_foreign_key *key)
{
    const cn_table *table  = key->table;
    const char     *column = table->columns[key->columns[0]].name;
    cn_buffer_text(sql, "SELECT constraint_name FROM information_schema.key_column_usage WHERE "
                        "referenced_table_name IS NOT NULL AND table_schema = ");
    put_schema(sql, table->schema, table->schema != NULL ? strlen(table->schema) : 0);
    cn_buffer_text(sql, " AND table_name = ");
    cn_dialect_literal(&cn_dialect_mysql, sql, table->name, strlen(table->name));
    cn_buffer_format(sql,
                     " GROUP BY constraint_name HAVING count(*) = %zu AND "
                     "max(ordinal_position = 1 AND column_name = ",
                     key->count);
    cn_dialect_literal(&cn_dialect_mysql, sql, column, strlen(column));
    cn_buffer_char(sql, ')');
}

const cn_definition cn_definition_mysql = {
    .type                      = put_type,
    .column                    = put_column,
    .default_text              = default_text,
    .options                   = put_options,
    .alter_adds_foreign_keys   = true,
    .alter_drops_foreign_key   = "DROP FOREIGN KEY",
    .alter_drops_unique        = "DROP INDEX",
    .index_of_table            = true,
    .index_has_prefix          = true,
    .expression_in_parentheses = true,
    .comment                   = put_comment,
    .sequence_value_open       = "nextval(",
    .sequence_value_close      = ")",
    .foreign_key_names         = foreign_key_names,
    .existing                  = existing,
    .existing_sequences        = existing_sequences,
};
