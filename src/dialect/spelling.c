/*
 * The parts of a column's definition that two or three databases spell alike. Called by the
 * dialects and the catalogue.
 */
#include "dialect/spelling.h"

#include <string.h>

#include "base/ascii.h"

cn_type_kind cn_spell_signed(const cn_type *type)
{
    static const cn_type_kind wider[] = {
        [CN_TYPE_TINYINT]  = CN_TYPE_SMALLINT,
        [CN_TYPE_SMALLINT] = CN_TYPE_INTEGER,
        [CN_TYPE_INTEGER]  = CN_TYPE_BIGINT,
        [CN_TYPE_BIGINT]   = CN_TYPE_BIGINT,
    };
    bool is_integer = type->kind >= CN_TYPE_TINYINT && type->kind <= CN_TYPE_BIGINT;
    return is_integer && type->is_unsigned ? wider[type->kind] : (cn_type_kind)type->kind;
}

void cn_spell_sized(cn_buffer *sql, const char *name, uint32_t length)
{
    cn_buffer_text(sql, name);
    if (length != 0)
        cn_buffer_format(sql, "(%u)", (unsigned)length);
}

void cn_spell_numeric(cn_buffer *sql, const char *name, const cn_type *type)
{
    cn_buffer_text(sql, name);
    if (type->precision != 0)
        cn_buffer_format(sql, "(%u, %u)", type->precision, type->scale);
}

static uint32_t count_characters(const char *text)
{
    uint32_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

uint32_t cn_spell_longest(const cn_type *type)
{
    uint32_t longest = 1;
    for (size_t i = 0; type->labels[i] != NULL; i++) {
        uint32_t size = count_characters(type->labels[i]);
        longest       = size > longest ? size : longest;
    }
    return longest;
}

void cn_spell_type(cn_buffer *sql, const cn_type *type, const char *name)
{
    if (type->kind == CN_TYPE_STRING || type->kind == CN_TYPE_CHAR)
        cn_spell_sized(sql, name, type->length);
    else if (type->kind == CN_TYPE_RAW)
        cn_buffer_text(sql, type->name);
    else if (type->kind == CN_TYPE_ENUM)
        cn_spell_sized(sql, name, cn_spell_longest(type));
    else if (type->kind == CN_TYPE_NUMERIC)
        cn_spell_numeric(sql, name, type);
    else
        cn_buffer_text(sql, name);
}

/* ---- defaults -------------------------------------------------------------------------------- */

static bool is_quoted_literal(const char *text)
{
    if (*text != '\'')
        return false;
    for (text++; *text != '\0'; text++) {
        if (*text != '\'')
            continue;
        if (text[1] != '\'')
            return text[1] == '\0';
        text++;
    }
    return false;
}

static bool is_number(const char *text)
{
    text += *text == '-' || *text == '+';
    return *text >= '0' && *text <= '9' && text[strspn(text, "0123456789.eE")] == '\0';
}

/* What stands behind DEFAULT as it is, on every database. */
static bool is_plain(const char *text)
{
    static const char *const words[] = {"NULL", "TRUE", "FALSE"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (cn_ascii_same(text, words[i]))
            return true;
    }
    return *text == '(' || is_quoted_literal(text) || is_number(text) ||
           cn_ascii_after(text, "CURRENT_") != NULL; /* CURRENT_TIMESTAMP(6), ... ON UPDATE ... */
}

/* "now()", "nextval('numbers')": nothing behind the parenthesis that the first one opens. */
static bool is_call(const char *text)
{
    size_t name  = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.");
    int    depth = 0;
    bool   quoted = false;
    if (name == 0 || text[name] != '(')
        return false;
    for (text += name; *text != '\0'; text++) {
        quoted = quoted != (*text == '\'');
        if (!quoted)
            depth += (*text == '(') - (*text == ')');
        if (depth == 0)
            return text[1] == '\0';
    }
    return false;
}

static void spell_default(cn_buffer *sql, const char *text, cn_default_form form)
{
    bool bare = *text == '(' || (is_plain(text) && form != CN_DEFAULT_WRAPPED) ||
                (form == CN_DEFAULT_CALLS && is_call(text));
    cn_buffer_text(sql, bare ? " DEFAULT " : " DEFAULT (");
    cn_buffer_text(sql, text);
    if (!bare)
        cn_buffer_char(sql, ')');
}

/* "nextval('schema.name')", "nextval(name)" */
static bool spell_next_value(const cn_ddl *ddl, const cn_sequence *sequence, cn_buffer *into)
{
    const cn_definition *definition = ddl->dialect->definition;
    cn_buffer            path       = {0};
    bool                 is_literal = strchr(definition->sequence_value_open, '\'') != NULL;
    cn_buffer_text(into, definition->sequence_value_open);
    bool done = cn_spell_path(ddl->dialect, ddl->server, &path, sequence->name, ddl->error);
    for (const char *at = cn_buffer_get(&path); *at != '\0'; at++) {
        if (is_literal && *at == '\'')
            cn_buffer_char(into, '\'');
        cn_buffer_char(into, *at);
    }
    cn_buffer_text(into, definition->sequence_value_close);
    cn_buffer_free(&path);
    return done;
}

const char *cn_spell_default_text(const cn_ddl *ddl, const cn_column *column, const char *said)
{
    const cn_definition *definition = ddl->dialect->definition;
    if (said == NULL || definition->default_text == NULL)
        return said;
    return definition->default_text(cn_dialect_column_type(ddl->dialect, ddl->server, column),
                                    said);
}

bool cn_spell_default(const cn_ddl *ddl, const cn_column *column, cn_default_form form)
{
    if (column->sequence != NULL && cn_ddl_has(ddl, CN_DDL_SEQUENCE)) {
        cn_buffer value = {0};
        bool      done  = spell_next_value(ddl, column->sequence, &value);
        if (done)
            spell_default(ddl->sql, cn_buffer_get(&value), form);
        ddl->sql->failed = ddl->sql->failed || value.failed;
        cn_buffer_free(&value);
        return done;
    }
    const char *text = cn_spell_default_text(ddl, column, column->server_default);
    if (text == NULL)
        return true;
    if (!is_plain(text) && !cn_ddl_needs(ddl, CN_DDL_EXPRESSION_DEFAULT, column->field.name))
        return false;
    spell_default(ddl->sql, text, form);
    return true;
}

/* ---- generated values ------------------------------------------------------------------------ */

bool cn_spell_computed(const cn_ddl *ddl, const cn_column *column)
{
    static const char *const    words[] = {"", " STORED", " VIRTUAL"};
    static const cn_ddl_feature needs[] = {CN_DDL_COMPUTED, CN_DDL_COMPUTED_STORED,
                                           CN_DDL_COMPUTED_VIRTUAL};
    if (column->computed == NULL)
        return true;
    uint8_t form = column->persisted;
    if (form == CN_PERSISTED_UNSAID && !cn_ddl_has(ddl, CN_DDL_COMPUTED_VIRTUAL))
        form = CN_STORED; /* PostgreSQL before 18 wants the word */
    if (!cn_ddl_needs(ddl, needs[form], column->field.name))
        return false;
    cn_buffer_format(ddl->sql, " GENERATED ALWAYS AS (%s)%s", column->computed, words[form]);
    return true;
}

void cn_spell_numbers(cn_buffer *sql, const cn_sequence_options *numbers)
{
    const struct {
        const char *words;
        int64_t     number;
    } options[] = {
        {" INCREMENT BY ", numbers->increment},
        {" START WITH ", numbers->start},
        {" MINVALUE ", numbers->minimum},
        {" MAXVALUE ", numbers->maximum},
        {" CACHE ", numbers->cache},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (options[i].number != 0)
            cn_buffer_format(sql, "%s%lld", options[i].words, (long long)options[i].number);
    }
    cn_buffer_text(sql, numbers->no_minimum ? " NO MINVALUE" : "");
    cn_buffer_text(sql, numbers->no_maximum ? " NO MAXVALUE" : "");
    cn_buffer_text(sql, numbers->cycle ? " CYCLE" : "");
}

bool cn_spell_check_numbers(const cn_ddl *ddl, const cn_column *column, bool can_start)
{
    const cn_sequence_options *numbers = &column->numbers;
    cn_ddl_feature feature = column->sequence != NULL ? CN_DDL_SEQUENCE : CN_DDL_IDENTITY;
    if (column->identity == CN_IDENTITY_NONE && column->sequence == NULL)
        return true;
    if (!column->generated)
        return cn_ddl_needs(ddl, feature, column->field.name);
    if (column->identity == CN_IDENTITY_NONE)
        return true;
    bool by_one = numbers->increment == 0 || numbers->increment == 1;
    if (by_one && (can_start || numbers->start == 0) && numbers->minimum == 0 &&
        numbers->maximum == 0 && !numbers->cycle)
        return true;
    return cn_ddl_needs(ddl, feature, column->field.name);
}

/* ---- types of columns ------------------------------------------------------------------------ */

const cn_type *cn_dialect_column_type(const cn_dialect *dialect, const cn_link *server,
                                      const cn_column *column)
{
    const cn_variant *variant    = column->variants;
    bool              is_mariadb = server != NULL && server->product == CN_PRODUCT_MARIADB;
    const cn_type    *found      = &column->type;
    for (; variant != NULL && variant->dialect != NULL; variant++) {
        if (is_mariadb && strcmp(variant->dialect, "mariadb") == 0)
            return &variant->type;
        if (strcmp(variant->dialect, dialect->name) == 0)
            found = &variant->type;
    }
    return found;
}

bool cn_spell_column_type(const cn_ddl *ddl, const cn_column *column, const cn_type *type)
{
    const char *title = column->field.name;
    if (column->server_on_update != NULL && !cn_ddl_needs(ddl, CN_DDL_ON_UPDATE, title))
        return false;
    if ((type->kind == CN_TYPE_ARRAY && !cn_ddl_needs(ddl, CN_DDL_ARRAY, title)) ||
        (type->kind == CN_TYPE_SET && !cn_ddl_needs(ddl, CN_DDL_SET, title)) ||
        (type->kind == CN_TYPE_BIT && !cn_ddl_needs(ddl, CN_DDL_BIT, title)))
        return false;
    if (type->kind == CN_TYPE_ENUM && type->name != NULL) { /* a name that nothing can have */
        cn_buffer unused = {0};
        bool      done = cn_spell_path(ddl->dialect, ddl->server, &unused, type->name, ddl->error);
        cn_buffer_free(&unused);
        if (!done)
            return false;
    }
    ddl->dialect->type(ddl->sql, type, ddl->server);
    if (ddl->dialect->quote == '`') { /* MySQL's are words */
        if (type->charset != NULL)
            cn_buffer_format(ddl->sql, " CHARACTER SET %s", type->charset);
        if (type->collation != NULL)
            cn_buffer_format(ddl->sql, " COLLATE %s", type->collation);
        return true;
    }
    if (type->collation == NULL)
        return true;
    cn_buffer_text(ddl->sql, " COLLATE ");
    return cn_dialect_identifier(ddl->dialect, ddl->server, ddl->sql, type->collation, ddl->error);
}

/* ---- enumerations ---------------------------------------------------------------------------- */

bool cn_spell_enum_check(const cn_ddl *ddl, const cn_column *column, const cn_type *type)
{
    if (type->kind != CN_TYPE_ENUM || type->enum_form == CN_ENUM_PLAIN)
        return true;
    cn_buffer_text(ddl->sql, " CHECK (");
    if (!cn_dialect_identifier(ddl->dialect, ddl->server, ddl->sql, column->name, ddl->error))
        return false;
    cn_buffer_text(ddl->sql, " IN (");
    for (size_t i = 0; type->labels[i] != NULL; i++) {
        const char *label = type->labels[i];
        cn_buffer_text(ddl->sql, i != 0 ? ", " : "");
        cn_dialect_literal(ddl->dialect, ddl->sql, label, strlen(label));
    }
    cn_buffer_text(ddl->sql, "))");
    return true;
}

/* ---- names and literals ---------------------------------------------------------------------- */

const char *cn_spell_path_end(const char *path)
{
    const char *dot   = strchr(path, '.');
    const char *quote = path[0] == '"' ? strchr(path + 1, '"') : NULL;
    if (dot == NULL || quote == NULL || quote < dot || (quote[1] != '.' && quote[1] != '\0'))
        return dot != NULL ? dot : path + strlen(path);
    return quote + 1;
}

static bool spell_part(const cn_dialect *dialect, const cn_link *server, cn_buffer *sql,
                       const char *from, const char *to, cn_error *error)
{
    cn_buffer part   = {0};
    bool      quoted = from[0] == '"' && to - from > 2 && to[-1] == '"' &&
                  memchr(from, '.', (size_t)(to - from)) != NULL;
    cn_buffer_add(&part, from + quoted, (size_t)(to - from) - (quoted ? 2 : 0));
    bool done   = !part.failed || cn_error_no_memory(error);
    sql->failed = sql->failed || part.failed;
    done        = done && cn_dialect_identifier(dialect, server, sql, cn_buffer_get(&part), error);
    cn_buffer_free(&part);
    return done;
}

bool cn_spell_path(const cn_dialect *dialect, const cn_link *server, cn_buffer *sql,
                   const char *path, cn_error *error)
{
    const char *end = cn_spell_path_end(path);
    if (!spell_part(dialect, server, sql, path, end, error))
        return false;
    if (*end == '\0')
        return true;
    cn_buffer_char(sql, '.');
    return spell_part(dialect, server, sql, end + 1, end + 1 + strlen(end + 1), error);
}

void cn_spell_quoted(cn_buffer *sql, const char *text, char quote)
{
    cn_buffer_quoted(sql, text, strlen(text), quote, quote);
}

void cn_spell_escaped(cn_buffer *sql, const char *text, size_t size)
{
    cn_buffer_char(sql, '\'');
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\'' || text[i] == '\\')
            cn_buffer_char(sql, text[i]);
        cn_buffer_char(sql, text[i]);
    }
    cn_buffer_char(sql, '\'');
}
