/*
 * How PostgreSQL's catalogue is read: one query over pg_catalog for each kind of thing. Called by
 * reflect.c.
 */
#include <stdlib.h>
#include <string.h>

#include "catalog/reflect.h"

#define FROM_TABLES                                                                                \
    " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"

/* "WHERE ((n.nspname = 'public')) AND ..." */
static void put_where(cn_reader *reader)
{
    cn_reader_put(reader, " WHERE ");
    cn_reader_where(reader, "n.nspname", "c.relname");
    cn_reader_put(reader, " AND c.relkind IN ('r', 'p', 'v', 'm', 'f')");
}

static bool has_version(const cn_reader *reader, unsigned major)
{
    return reader->into->server.version >= major * 10000;
}

/* ---- schemas and tables ---------------------------------------------------------------------- */

static bool read_schemas(cn_reader *reader)
{
    cn_reader_put(reader, "SELECT n.nspname::text, n.nspname = current_schema() FROM "
                          "pg_catalog.pg_namespace AS n WHERE n.nspname NOT LIKE 'pg\\_%' AND "
                          "n.nspname <> 'information_schema' ORDER BY n.nspname");
    cn_result *result = cn_reader_query(reader, "the schemas");
    while (!reader->no_memory && cn_next(result)) {
        const char *name = cn_reader_keep(reader, cn_text_at(result, 0));
        cn_reader_add(reader, &reader->into->schemas, (void *)name);
        cn_opt_bool usual = cn_cell_at(result, CN_OPT(bool), 1);
        if (usual.set && usual.value)
            reader->into->default_schema = name;
    }
    return cn_reader_done(reader, result);
}

typedef struct table_row {
    int64_t     number;
    const char *schema, *name, *kind, *comment, *with, *tablespace, *method, *partition, *parents,
        *definition;
    bool temporary;
} table_row;

static void add_table(cn_reader *reader, const table_row *row)
{
    static const struct {
        char              letter;
        cn_reflected_kind kind;
    } kinds[]              = {{'r', CN_REFLECTED_TABLE},
                              {'p', CN_REFLECTED_TABLE},
                              {'v', CN_REFLECTED_VIEW},
                              {'m', CN_REFLECTED_MATERIALIZED_VIEW},
                              {'f', CN_REFLECTED_FOREIGN_TABLE}};
    cn_reflected_kind kind = CN_REFLECTED_TABLE;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].letter == row->kind[0])
            kind = kinds[i].kind;
    }
    cn_draft *draft = cn_reader_table(reader, row->schema, row->name, kind);
    if (draft == NULL)
        return;
    cn_table_options *options        = &draft->shown.options;
    draft->number                    = row->number;
    draft->shown.comment             = cn_reader_keep(reader, row->comment);
    draft->shown.definition          = cn_reader_said(reader, row->definition);
    options->comment                 = draft->shown.comment;
    options->postgresql_with         = cn_reader_said(reader, row->with);
    options->postgresql_tablespace   = cn_reader_said(reader, row->tablespace);
    options->postgresql_using        = cn_reader_said(reader, row->method);
    options->postgresql_partition_by = cn_reader_said(reader, row->partition);
    options->postgresql_inherits     = cn_reader_said(reader, row->parents);
    options->prefix                  = row->temporary ? "TEMPORARY" : NULL;
}

static bool read_tables(cn_reader *reader)
{
    table_row row;
    cn_reader_put(
        reader,
        "SELECT c.oid::bigint AS number, n.nspname::text AS schema, c.relname::text AS name, "
        "c.relkind::text AS kind, obj_description(c.oid, 'pg_class') AS comment, "
        "array_to_string(c.reloptions, ', ') AS with, s.spcname::text AS tablespace, CASE WHEN "
        "m.amname <> 'heap' THEN quote_ident(m.amname) END AS method, CASE WHEN c.relkind = 'p' "
        "THEN pg_get_partkeydef(c.oid) END AS partition, CASE WHEN ");
    cn_reader_put(reader, has_version(reader, 10) ? "NOT c.relispartition" : "true");
    cn_reader_put(
        reader,
        " THEN (SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM "
        "pg_catalog.pg_inherits AS i WHERE i.inhrelid = c.oid) END AS parents, CASE WHEN c.relkind "
        "IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition, c.relpersistence = 't' AS "
        "temporary" FROM_TABLES " LEFT JOIN pg_catalog.pg_tablespace AS s ON s.oid = "
        "c.reltablespace LEFT JOIN pg_catalog.pg_am AS m ON m.oid = c.relam");
    put_where(reader);
    cn_reader_put(reader, " ORDER BY c.oid");
    cn_result *result = cn_reader_query(reader, "the tables");
    while (!reader->no_memory &&
           cn_fetch(result, table_row, &row, number, schema, name, kind, comment, with, tablespace,
                    method, partition, parents, definition, temporary))
        add_table(reader, &row);
    return cn_reader_done(reader, result);
}

/* ---- columns --------------------------------------------------------------------------------- */

typedef struct column_row {
    int64_t     number;
    const char *name, *type, *fallback, *identity, *generated, *collation, *comment, *label_schema,
        *label_type, *labels, *sequence_schema, *sequence;
    CN_OPT(int64_t) start;
    CN_OPT(int64_t) increment;
    CN_OPT(int64_t) minimum;
    CN_OPT(int64_t) maximum;
    CN_OPT(int64_t) cache;
    bool            cycle;
    int             dimensions;
    bool            not_null, owned;
} column_row;

/* Labels come as an array of PostgreSQL's: {sad,"very happy"}. */
static void read_labels(cn_reader *reader, cn_type *type, const char *text)
{
    const char *const *labels = NULL;
    size_t             count  = 0;
    cn_buffer          label  = {0};
    for (text += *text == '{'; *text != '\0' && *text != '}'; text += *text == ',') {
        bool quoted = *text == '"';
        cn_buffer_reset(&label);
        for (text += quoted; *text != '\0'; text++) {
            if (quoted ? *text == '"' : *text == ',' || *text == '}')
                break;
            if (*text == '\\' && text[1] != '\0')
                text++;
            cn_buffer_char(&label, *text);
        }
        text += quoted && *text == '"';
        cn_reader_add_text(reader, &labels, &count, cn_reader_keep(reader, cn_buffer_get(&label)));
    }
    reader->no_memory = reader->no_memory || label.failed;
    cn_buffer_free(&label);
    type->labels = labels;
}

/* A native enumeration, or an array of one. */
static void set_enum(cn_reader *reader, cn_type *type, const column_row *row, bool is_array)
{
    const char *schema = cn_reader_schema(reader, row->label_schema);
    if (strchr(row->label_type, '.') != NULL || strchr(row->label_schema, '.') != NULL)
        return; /* it stays raw: "schema.type" could not be told apart */
    *type             = (cn_type){.kind      = is_array ? CN_TYPE_ARRAY : CN_TYPE_ENUM,
                                  .element   = is_array ? CN_TYPE_ENUM : CN_TYPE_NONE,
                                  .enum_form = CN_ENUM_NATIVE};
    type->name        = cn_reflect_path(&reader->into->arena, schema, row->label_type);
    reader->no_memory = reader->no_memory || type->name == NULL;
    read_labels(reader, type, row->labels);
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), rest = strlen(end);
    return size >= rest && strcmp(text + size - rest, end) == 0;
}

/* 'sad'::character varying and '-1'::integer are what is meant, without the cast. */
static const char *default_of(cn_reader *reader, const char *text)
{
    const char *kept = cn_reader_keep(reader, text);
    if (kept == NULL || reader->no_memory)
        return kept;
    cn_tokens tokens  = {kept, kept + strlen(kept), CN_TOKENS_POSTGRESQL};
    cn_token  literal = cn_token_next(&tokens), cast = cn_token_next(&tokens);
    bool      plain = literal.kind == CN_TOKEN_STRING && literal.from[0] == '\'' &&
                 cn_token_is_sign(&cast, "::");
    bool is_null = cn_token_is(&literal, "null") && cn_token_is_sign(&cast, "::");
    for (cn_token token = cn_token_next(&tokens); plain && token.kind != CN_TOKEN_END;
         token          = cn_token_next(&tokens))
        plain = token.kind == CN_TOKEN_WORD || token.kind == CN_TOKEN_NAME ||
                token.kind == CN_TOKEN_NUMBER || cn_token_is_sign(&token, "(") ||
                cn_token_is_sign(&token, ")") || cn_token_is_sign(&token, ",") ||
                cn_token_is_sign(&token, ".") || cn_token_is_sign(&token, "[") ||
                cn_token_is_sign(&token, "]");
    if (is_null)
        return "NULL";
    if (!plain)
        return kept;
    const char *short_text = cn_arena_text_sized(&reader->into->arena, literal.from, literal.size);
    reader->no_memory      = reader->no_memory || short_text == NULL;
    return short_text;
}

static cn_sequence_options numbers_of(const column_row *row)
{
    cn_sequence_options numbers = {.size = sizeof numbers};
    numbers.start               = row->start.set ? row->start.value : 0;
    numbers.increment           = row->increment.set ? row->increment.value : 0;
    numbers.minimum             = row->minimum.set ? row->minimum.value : 0;
    numbers.maximum             = row->maximum.set ? row->maximum.value : 0;
    numbers.cache               = row->cache.set ? row->cache.value : 0;
    numbers.cycle               = row->cycle;
    return numbers;
}

static bool is_largest(int64_t value)
{
    return value == INT16_MAX || value == INT32_MAX || value == INT64_MAX;
}

/* What is as usual is not said. */
static cn_sequence_options without_usual(cn_sequence_options numbers)
{
    bool up = numbers.increment >= 0;
    if (up && numbers.maximum != 0 && is_largest(numbers.maximum))
        numbers.maximum = 0;
    if (up && numbers.start == numbers.minimum && numbers.minimum == 1)
        numbers.start = 0;
    if (up && numbers.minimum == 1)
        numbers.minimum = 0;
    if (!up && numbers.maximum == -1)
        numbers.maximum = 0;
    if (!up && numbers.start == -1)
        numbers.start = 0;
    if (!up && (numbers.minimum == INT16_MIN || numbers.minimum == INT32_MIN ||
                numbers.minimum == INT64_MIN))
        numbers.minimum = 0;
    if (numbers.increment == 1)
        numbers.increment = 0;
    if (numbers.cache == 1)
        numbers.cache = 0;
    return numbers;
}

static bool is_integer(const cn_type *type)
{
    return type->kind == CN_TYPE_SMALLINT || type->kind == CN_TYPE_INTEGER ||
           type->kind == CN_TYPE_BIGINT;
}

/* A default that is the next value of a sequence. */
static void set_sequence(cn_reader *reader, cn_reflected_column *column, const column_row *row)
{
    const char *text = row->fallback;
    if (row->sequence == NULL || text == NULL || strncmp(text, "nextval('", 9) != 0 ||
        !ends_with(text, "'::regclass)") || strchr(text + 9, '(') != NULL)
        return;
    column->server_default = NULL;
    column->autoincrement  = row->owned && is_integer(&column->type);
    column->sequence       = cn_reflect_path(
              &reader->into->arena, cn_reader_schema(reader, row->sequence_schema), row->sequence);
    reader->no_memory = reader->no_memory || column->sequence == NULL;
}

static void add_column(cn_reader *reader, cn_draft *draft, const column_row *row)
{
    cn_reflected_column *column = cn_reader_new(reader, sizeof *column);
    if (!cn_reader_add(reader, &draft->columns, column))
        return;
    column->name      = cn_reader_keep(reader, row->name);
    column->type_text = cn_reader_keep(reader, row->type);
    column->nullable  = !row->not_null;
    column->comment   = cn_reader_keep(reader, row->comment);
    cn_reader_type(reader, column);
    bool is_array = ends_with(row->type, "[]");
    if (row->labels != NULL)
        set_enum(reader, &column->type, row, is_array);
    if (is_array && row->dimensions > 0 && row->dimensions <= UINT8_MAX)
        column->type.dimensions = (uint8_t)row->dimensions;
    column->type.collation = cn_reader_keep(reader, row->collation);
    if (row->generated[0] != '\0') {
        column->computed  = cn_reader_keep(reader, row->fallback);
        column->persisted = row->generated[0] == 's' ? CN_STORED : CN_VIRTUAL;
    } else if (row->identity[0] != '\0') {
        column->identity = row->identity[0] == 'a' ? CN_IDENTITY_ALWAYS : CN_IDENTITY_BY_DEFAULT;
        column->identity_numbers = without_usual(numbers_of(row));
    } else {
        column->server_default = default_of(reader, row->fallback);
        set_sequence(reader, column, row);
    }
}

static void put_columns_query(cn_reader *reader)
{
    bool ten = has_version(reader, 10), twelve = has_version(reader, 12);
    cn_reader_put(
        reader,
        "SELECT a.attrelid::bigint AS number, a.attname::text AS name, format_type(a.atttypid, "
        "a.atttypmod) AS type, a.attnotnull AS not_null, pg_get_expr(d.adbin, d.adrelid) AS "
        "fallback, a.attndims::integer AS dimensions, CASE WHEN a.attcollation <> t.typcollation "
        "THEN l.collname::text END AS collation, col_description(a.attrelid, a.attnum) AS comment, "
        "CASE WHEN e.typtype = 'e' THEN en.nspname::text END AS label_schema, CASE WHEN e.typtype "
        "= 'e' THEN e.typname::text END AS label_type, CASE WHEN e.typtype = 'e' THEN (SELECT "
        "array_agg(g.enumlabel ORDER BY g.enumsortorder) FROM pg_catalog.pg_enum AS g WHERE "
        "g.enumtypid = e.oid)::text END AS labels, sn.nspname::text AS sequence_schema, "
        "s.relname::text AS sequence, coalesce(o.deptype IN ('a', 'i'), false) AS owned, ");
    cn_reader_put(reader, ten ? "a.attidentity::text AS identity, q.seqstart AS start, "
                                "q.seqincrement AS increment, q.seqmin AS minimum, q.seqmax AS "
                                "maximum, q.seqcache AS cache, coalesce(q.seqcycle, false) AS "
                                "cycle, "
                              : "''::text AS identity, NULL::bigint AS start, NULL::bigint AS "
                                "increment, NULL::bigint AS minimum, NULL::bigint AS maximum, "
                                "NULL::bigint AS cache, false AS cycle, ");
    cn_reader_put(reader, twelve ? "a.attgenerated::text AS generated" : "''::text AS generated");
    cn_reader_put(
        reader, FROM_TABLES
        " JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT "
        "a.attisdropped JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid JOIN "
        "pg_catalog.pg_type AS e ON e.oid = CASE WHEN t.typlen = -1 AND t.typelem <> 0 THEN "
        "t.typelem ELSE t.oid END JOIN pg_catalog.pg_namespace AS en ON en.oid = e.typnamespace "
        "LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation LEFT JOIN "
        "pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum LEFT JOIN "
        "pg_catalog.pg_depend AS o ON o.classid = 'pg_class'::regclass AND o.refclassid = "
        "'pg_class'::regclass AND o.refobjid = a.attrelid AND o.refobjsubid = a.attnum AND "
        "o.deptype IN ('a', 'i') AND EXISTS (SELECT 1 FROM pg_catalog.pg_class AS k WHERE k.oid = "
        "o.objid AND k.relkind = 'S') LEFT JOIN pg_catalog.pg_depend AS u ON u.classid = "
        "'pg_attrdef'::regclass AND u.objid = d.oid AND u.refclassid = 'pg_class'::regclass AND "
        "u.refobjid <> a.attrelid AND EXISTS (SELECT 1 FROM pg_catalog.pg_class AS k WHERE k.oid "
        "= u.refobjid AND k.relkind = 'S') LEFT JOIN pg_catalog.pg_class AS s ON s.oid = "
        "coalesce(u.refobjid, o.objid) LEFT JOIN pg_catalog.pg_namespace AS sn ON sn.oid = "
        "s.relnamespace");
    if (ten)
        cn_reader_put(reader, " LEFT JOIN pg_catalog.pg_sequence AS q ON q.seqrelid = s.oid");
    put_where(reader);
    cn_reader_put(reader, " ORDER BY a.attrelid, a.attnum");
}

static bool read_columns(cn_reader *reader)
{
    column_row row;
    cn_draft  *draft = NULL;
    put_columns_query(reader);
    cn_result *result = cn_reader_query(reader, "the columns");
    while (!reader->no_memory &&
           cn_fetch(result, column_row, &row, number, name, type, not_null, fallback, dimensions,
                    collation, comment, label_schema, label_type, labels, sequence_schema, sequence,
                    owned, identity, start, increment, minimum, maximum, cache, cycle, generated)) {
        draft = cn_reader_numbered(reader, draft, row.number);
        if (draft != NULL)
            add_column(reader, draft, &row);
    }
    return cn_reader_done(reader, result);
}

/* ---- constraints ----------------------------------------------------------------------------- */

typedef struct constraint_row {
    int64_t     number, key;
    const char *name, *kind, *own, *other, *target_schema, *target, *on_update, *on_delete, *match,
        *condition, *comment;
    bool deferrable, deferred, valid, nulls_not_distinct;
} constraint_row;

static const char *action_of(const char *letter)
{
    switch (letter[0]) {
    case 'c':
        return "CASCADE";
    case 'n':
        return "SET NULL";
    case 'd':
        return "SET DEFAULT";
    case 'r':
        return "RESTRICT";
    default:
        return NULL;
    }
}

static void *begin_key(cn_reader *reader, cn_draft *draft, const constraint_row *row)
{
    cn_reflected_key *key = cn_reader_new(reader, sizeof *key);
    if (key == NULL)
        return NULL;
    *key = (cn_reflected_key){.name               = cn_reader_keep(reader, row->name),
                              .comment            = cn_reader_keep(reader, row->comment),
                              .deferrable         = row->deferrable,
                              .initially_deferred = row->deferred,
                              .nulls_not_distinct = row->nulls_not_distinct};
    if (row->kind[0] == 'p')
        draft->primary_key = key;
    else
        cn_reader_add(reader, &draft->uniques, key);
    return key;
}

static void *begin_foreign_key(cn_reader *reader, cn_draft *draft, const constraint_row *row)
{
    cn_reflected_foreign_key *key = cn_reader_new(reader, sizeof *key);
    if (!cn_reader_add(reader, &draft->foreign_keys, key))
        return NULL;
    *key = (cn_reflected_foreign_key){
        .name               = cn_reader_keep(reader, row->name),
        .comment            = cn_reader_keep(reader, row->comment),
        .foreign_schema     = cn_reader_schema(reader, row->target_schema),
        .foreign_table      = cn_reader_keep(reader, row->target),
        .on_delete          = action_of(row->on_delete),
        .on_update          = action_of(row->on_update),
        .match              = row->match[0] == 'f'   ? "FULL"
                              : row->match[0] == 'p' ? "PARTIAL"
                                                     : NULL,
        .deferrable         = row->deferrable,
        .initially_deferred = row->deferred,
        .not_valid          = !row->valid};
    return key;
}

static void *begin_check(cn_reader *reader, cn_draft *draft, const constraint_row *row)
{
    cn_reflected_check *check = cn_reader_new(reader, sizeof *check);
    if (!cn_reader_add(reader, &draft->checks, check))
        return NULL;
    *check = (cn_reflected_check){.name      = cn_reader_keep(reader, row->name),
                                  .condition = cn_reader_keep(reader, row->condition),
                                  .comment   = cn_reader_keep(reader, row->comment)};
    return check;
}

/* One row for each column of a constraint. */
static void add_key_column(cn_reader *reader, cn_draft *draft, void *constraint,
                           const constraint_row *row)
{
    cn_reflected_column *own = cn_draft_column(draft, row->own, false);
    if (own == NULL)
        return;
    if (row->kind[0] == 'f') {
        cn_reader_add_pair(reader, constraint, own->name, row->other != NULL ? row->other : "");
    } else if (row->kind[0] != 'c') {
        cn_reflected_key *key = constraint;
        cn_reader_add_text(reader, &key->columns, &key->count, own->name);
        if (row->kind[0] == 'p')
            own->primary_key = true;
    }
}

static void put_constraints_query(cn_reader *reader)
{
    bool fifteen = has_version(reader, 15), eleven = has_version(reader, 11);
    cn_reader_put(
        reader,
        "SELECT k.conrelid::bigint AS number, k.oid::bigint AS key, k.conname::text AS name, "
        "k.contype::text AS kind, a.attname::text AS own, b.attname::text AS other, "
        "fn.nspname::text AS target_schema, f.relname::text AS target, k.confupdtype::text AS "
        "on_update, k.confdeltype::text AS on_delete, k.confmatchtype::text AS match, "
        "k.condeferrable AS deferrable, k.condeferred AS deferred, k.convalidated AS valid, CASE "
        "WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END AS condition, "
        "obj_description(k.oid, 'pg_constraint') AS comment, ");
    cn_reader_put(reader, fifteen ? "coalesce(i.indnullsnotdistinct, false)" : "false");
    cn_reader_put(
        reader,
        " AS nulls_not_distinct" FROM_TABLES
        " JOIN pg_catalog.pg_constraint AS k ON k.conrelid = c.oid AND k.contype IN ('p', 'u', "
        "'f', 'c') LEFT JOIN LATERAL unnest(CASE WHEN k.contype = 'c' THEN NULL ELSE k.conkey END, "
        "k.confkey) WITH ORDINALITY AS x (own, other, place) ON true LEFT JOIN "
        "pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = x.own LEFT JOIN "
        "pg_catalog.pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = x.other LEFT "
        "JOIN pg_catalog.pg_class AS f ON f.oid = k.confrelid LEFT JOIN pg_catalog.pg_namespace "
        "AS fn ON fn.oid = f.relnamespace LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = "
        "k.conindid AND k.contype IN ('p', 'u')");
    put_where(reader);
    /* the copies that a reference to a partitioned table has for each partition */
    cn_reader_put(reader, eleven ? " AND (k.contype <> 'f' OR k.conparentid = 0 OR "
                                   "c.relispartition)"
                                 : "");
    cn_reader_put(reader, " ORDER BY k.conrelid, k.oid, x.place");
}

static bool read_constraints(cn_reader *reader)
{
    constraint_row row;
    cn_draft      *draft      = NULL;
    void          *constraint = NULL;
    int64_t        key        = -1;
    put_constraints_query(reader);
    cn_result *result = cn_reader_query(reader, "the constraints");
    while (!reader->no_memory &&
           cn_fetch(result, constraint_row, &row, number, key, name, kind, own, other,
                    target_schema, target, on_update, on_delete, match, deferrable, deferred, valid,
                    condition, comment, nulls_not_distinct)) {
        draft = cn_reader_numbered(reader, draft, row.number);
        if (draft == NULL)
            continue;
        if (row.key != key)
            constraint = row.kind[0] == 'f'   ? begin_foreign_key(reader, draft, &row)
                         : row.kind[0] == 'c' ? begin_check(reader, draft, &row)
                                              : begin_key(reader, draft, &row);
        key = row.key;
        if (constraint != NULL)
            add_key_column(reader, draft, constraint, &row);
    }
    return cn_reader_done(reader, result);
}

/* ---- indexes --------------------------------------------------------------------------------- */

typedef struct index_row {
    int64_t     number, index;
    const char *name, *method, *condition, *with, *tablespace, *comment, *part, *expression,
        *collation, *op_class;
    int  position, key_count, flags;
    bool is_unique, nulls_not_distinct;
} index_row;

static cn_reflected_index *begin_index(cn_reader *reader, cn_draft *draft, const index_row *row)
{
    cn_reflected_index *index = cn_reader_new(reader, sizeof *index);
    if (!cn_reader_add(reader, &draft->indexes, index))
        return NULL;
    *index = (cn_reflected_index){.name               = cn_reader_keep(reader, row->name),
                                  .unique             = row->is_unique,
                                  .nulls_not_distinct = row->nulls_not_distinct,
                                  .where              = cn_reader_keep(reader, row->condition),
                                  .method             = cn_reader_keep(reader, row->method),
                                  .with               = cn_reader_said(reader, row->with),
                                  .tablespace         = cn_reader_keep(reader, row->tablespace),
                                  .comment            = cn_reader_keep(reader, row->comment)};
    return index;
}

static void add_part(cn_reader *reader, const cn_draft *draft, cn_reflected_index *index,
                     const index_row *row)
{
    const cn_reflected_column *column = cn_draft_column(draft, row->part, false);
    if (row->position > row->key_count) {
        if (column != NULL)
            cn_reader_add_text(reader, &index->include, &index->include_count, column->name);
        return;
    }
    cn_reflected_part *part = cn_reader_new(reader, sizeof *part);
    if (part == NULL)
        return;
    bool descending = (row->flags & 1) != 0, nulls_first = (row->flags & 2) != 0;
    part->column     = column != NULL ? column->name : NULL;
    part->expression = column != NULL ? NULL : cn_reader_keep(reader, row->expression);
    part->descending = descending;
    part->nulls      = nulls_first == descending ? NULL : nulls_first ? "FIRST" : "LAST";
    part->collation  = cn_reader_keep(reader, row->collation);
    part->op_class   = cn_reader_keep(reader, row->op_class);
    cn_reader_add_part(reader, index, part);
}

static void put_indexes_query(cn_reader *reader)
{
    bool fifteen = has_version(reader, 15), eleven = has_version(reader, 11);
    cn_reader_put(
        reader,
        "SELECT i.indrelid::bigint AS number, i.indexrelid::bigint AS index, ic.relname::text AS "
        "name, CASE WHEN m.amname <> 'btree' THEN m.amname::text END AS method, "
        "pg_get_expr(i.indpred, i.indrelid) AS condition, array_to_string(ic.reloptions, ', ') AS "
        "with, s.spcname::text AS tablespace, obj_description(ic.oid, 'pg_class') AS comment, "
        "i.indisunique AS is_unique, x.place AS position, a.attname::text AS part, "
        "CASE WHEN i.indkey[x.place - 1] = 0 THEN pg_get_indexdef(i.indexrelid, x.place, true) END "
        "AS expression, coalesce(i.indoption[x.place - 1], 0)::integer AS flags, CASE WHEN "
        "l.oid <> coalesce(nullif(a.attcollation, 0), 100) THEN l.collname::text END AS collation, "
        "CASE WHEN NOT oc.opcdefault THEN oc.opcname::text END AS op_class, ");
    cn_reader_put(reader, eleven ? "i.indnkeyatts::integer AS key_count, "
                                 : "i.indnatts::integer AS key_count, ");
    cn_reader_put(reader, fifteen ? "i.indnullsnotdistinct" : "false");
    cn_reader_put(
        reader,
        " AS nulls_not_distinct" FROM_TABLES
        " JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid JOIN pg_catalog.pg_class AS ic ON "
        "ic.oid = i.indexrelid JOIN pg_catalog.pg_am AS m ON m.oid = ic.relam LEFT JOIN "
        "pg_catalog.pg_tablespace AS s ON s.oid = ic.reltablespace CROSS JOIN LATERAL "
        "generate_series(1, i.indnatts::integer) AS x (place) LEFT JOIN pg_catalog.pg_attribute AS "
        "a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[x.place - 1] AND a.attnum <> 0 LEFT "
        "JOIN pg_catalog.pg_collation AS l ON l.oid = i.indcollation[x.place - 1] LEFT JOIN "
        "pg_catalog.pg_opclass AS oc ON oc.oid = i.indclass[x.place - 1]");
    put_where(reader);
    cn_reader_put(reader, " AND NOT i.indisprimary AND NOT EXISTS (SELECT 1 FROM "
                          "pg_catalog.pg_constraint AS k WHERE k.conindid = i.indexrelid AND "
                          "k.contype IN ('p', 'u', 'x')) ORDER BY i.indrelid, i.indexrelid, "
                          "x.place");
}

static bool read_indexes(cn_reader *reader)
{
    index_row           row;
    cn_draft           *draft  = NULL;
    cn_reflected_index *index  = NULL;
    int64_t             number = -1;
    put_indexes_query(reader);
    cn_result *result = cn_reader_query(reader, "the indexes");
    while (!reader->no_memory &&
           cn_fetch(result, index_row, &row, number, index, name, method, condition, with,
                    tablespace, comment, is_unique, position, part, expression, flags, collation,
                    op_class, key_count, nulls_not_distinct)) {
        draft = cn_reader_numbered(reader, draft, row.number);
        if (draft == NULL)
            continue;
        if (row.index != number)
            index = begin_index(reader, draft, &row);
        number = row.index;
        if (index != NULL)
            add_part(reader, draft, index, &row);
    }
    return cn_reader_done(reader, result);
}

static bool read_details(cn_reader *reader)
{
    return read_columns(reader) && read_constraints(reader) && read_indexes(reader);
}

/* ---- sequences ------------------------------------------------------------------------------- */

typedef struct sequence_row {
    const char     *schema, *name, *owner;
    CN_OPT(int64_t) start;
    CN_OPT(int64_t) increment;
    CN_OPT(int64_t) minimum;
    CN_OPT(int64_t) maximum;
    CN_OPT(int64_t) cache;
    bool            cycle;
} sequence_row;

static void add_sequence(cn_reader *reader, const sequence_row *row)
{
    const column_row       numbers  = {.start     = row->start,
                                       .increment = row->increment,
                                       .minimum   = row->minimum,
                                       .maximum   = row->maximum,
                                       .cache     = row->cache,
                                       .cycle     = row->cycle};
    cn_reflected_sequence *sequence = cn_reader_new(reader, sizeof(cn_sequence_draft));
    if (!cn_reader_add(reader, &reader->into->sequences, sequence))
        return;
    *sequence = (cn_reflected_sequence){.schema  = cn_reader_schema(reader, row->schema),
                                        .name    = cn_reader_keep(reader, row->name),
                                        .options = without_usual(numbers_of(&numbers)),
                                        .owner   = cn_reader_keep(reader, row->owner)};
}

static bool read_sequences(cn_reader *reader)
{
    sequence_row row;
    bool         ten = has_version(reader, 10);
    cn_reader_put(
        reader,
        "SELECT n.nspname::text AS schema, c.relname::text AS name, (SELECT t.relname || '.' || "
        "a.attname FROM pg_catalog.pg_depend AS o JOIN pg_catalog.pg_class AS t ON t.oid = "
        "o.refobjid JOIN pg_catalog.pg_attribute AS a ON a.attrelid = o.refobjid AND a.attnum = "
        "o.refobjsubid WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND "
        "o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i') LIMIT 1) AS owner, ");
    cn_reader_put(reader, ten ? "q.seqstart AS start, q.seqincrement AS increment, q.seqmin AS "
                                "minimum, q.seqmax AS maximum, q.seqcache AS cache, q.seqcycle AS "
                                "cycle" FROM_TABLES
                                " JOIN pg_catalog.pg_sequence AS q ON q.seqrelid = c.oid"
                              : "NULL::bigint AS start, NULL::bigint AS increment, NULL::bigint AS "
                                "minimum, NULL::bigint AS maximum, NULL::bigint AS cache, false AS "
                                "cycle" FROM_TABLES);
    cn_reader_put(reader, " WHERE c.relkind = 'S' AND ");
    cn_reader_in_schemas(reader, "n.nspname");
    cn_result *result = cn_reader_query(reader, "the sequences");
    while (!reader->no_memory && cn_fetch(result, sequence_row, &row, schema, name, owner, start,
                                          increment, minimum, maximum, cache, cycle))
        add_sequence(reader, &row);
    return cn_reader_done(reader, result);
}

const cn_reflector cn_reflector_postgresql = {
    .dialect   = "postgresql",
    .style     = CN_TOKENS_POSTGRESQL,
    .schemas   = read_schemas,
    .tables    = read_tables,
    .details   = read_details,
    .sequences = read_sequences,
};
