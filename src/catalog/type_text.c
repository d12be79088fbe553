/*
 * Types read back from text. Called by the reflectors and by compare.c. Must never fail on a text
 * that it does not know: that is a type of its own.
 */
#include "catalog/type_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buffer.h"

/* What stands in parentheses behind a type, and what it means if nothing does. */
typedef enum arguments {
    NOTHING,    /* none may stand there */
    WIDTH,      /* of a display: it says nothing */
    LENGTH,     /* may be left out: 0 */
    LENGTH_ONE, /* 1 if left out */
    DIGITS,     /* precision and scale */
    DIGITS_TEN, /* 10 and 0 if left out */
    SECONDS,    /* digits of the second; left out: the type says none */
    SECONDS_0,  /* 0 if left out */
    FLOAT_BITS, /* of a float: up to 24 it is a REAL */
    LABELS
} arguments;

typedef struct name {
    const char *words;
    uint8_t     kind;
    uint8_t     arguments;
    bool        serial;
    bool        with_zone;
} name;

static const name sqlite_names[] = {
    {"boolean", CN_TYPE_BOOLEAN, NOTHING, false, false},
    {"bool", CN_TYPE_BOOLEAN, NOTHING, false, false},
    {"tinyint", CN_TYPE_TINYINT, NOTHING, false, false},
    {"smallint", CN_TYPE_SMALLINT, NOTHING, false, false},
    {"mediumint", CN_TYPE_MEDIUMINT, NOTHING, false, false},
    {"integer", CN_TYPE_INTEGER, NOTHING, false, false},
    {"int", CN_TYPE_INTEGER, NOTHING, false, false},
    {"bigint", CN_TYPE_BIGINT, NOTHING, false, false},
    {"float", CN_TYPE_REAL, NOTHING, false, false},
    {"real", CN_TYPE_DOUBLE, NOTHING, false, false},
    {"double", CN_TYPE_DOUBLE, NOTHING, false, false},
    {"double precision", CN_TYPE_DOUBLE, NOTHING, false, false},
    {"varchar", CN_TYPE_STRING, LENGTH, false, false},
    {"char", CN_TYPE_CHAR, LENGTH_ONE, false, false},
    {"text", CN_TYPE_TEXT, NOTHING, false, false},
    {"clob", CN_TYPE_TEXT, NOTHING, false, false},
    {"numeric", CN_TYPE_NUMERIC, DIGITS, false, false},
    {"decimal", CN_TYPE_NUMERIC, DIGITS, false, false},
    {"date", CN_TYPE_DATE, NOTHING, false, false},
    {"time", CN_TYPE_TIME, NOTHING, false, false},
    {"datetime", CN_TYPE_DATETIME, NOTHING, false, false},
    {"blob", CN_TYPE_BINARY, NOTHING, false, false},
    {NULL, 0, 0, false, false},
};

static const name mysql_names[] = {
    {"bool", CN_TYPE_BOOLEAN, NOTHING, false, false},
    {"boolean", CN_TYPE_BOOLEAN, NOTHING, false, false},
    {"tinyint", CN_TYPE_TINYINT, WIDTH, false, false},
    {"smallint", CN_TYPE_SMALLINT, WIDTH, false, false},
    {"mediumint", CN_TYPE_MEDIUMINT, WIDTH, false, false},
    {"int", CN_TYPE_INTEGER, WIDTH, false, false},
    {"integer", CN_TYPE_INTEGER, WIDTH, false, false},
    {"bigint", CN_TYPE_BIGINT, WIDTH, false, false},
    {"float", CN_TYPE_REAL, FLOAT_BITS, false, false},
    {"double", CN_TYPE_DOUBLE, NOTHING, false, false},
    {"double precision", CN_TYPE_DOUBLE, NOTHING, false, false},
    {"real", CN_TYPE_DOUBLE, NOTHING, false, false},
    {"decimal", CN_TYPE_NUMERIC, DIGITS_TEN, false, false},
    {"numeric", CN_TYPE_NUMERIC, DIGITS_TEN, false, false},
    {"char", CN_TYPE_CHAR, LENGTH_ONE, false, false},
    {"varchar", CN_TYPE_STRING, LENGTH, false, false},
    {"tinytext", CN_TYPE_TINYTEXT, NOTHING, false, false},
    {"text", CN_TYPE_TEXT, LENGTH, false, false},
    {"mediumtext", CN_TYPE_MEDIUMTEXT, NOTHING, false, false},
    {"longtext", CN_TYPE_LONGTEXT, NOTHING, false, false},
    {"binary", CN_TYPE_FIXED_BINARY, LENGTH_ONE, false, false},
    {"varbinary", CN_TYPE_BINARY, LENGTH, false, false},
    {"tinyblob", CN_TYPE_TINYBLOB, NOTHING, false, false},
    {"blob", CN_TYPE_BLOB, NOTHING, false, false},
    {"mediumblob", CN_TYPE_MEDIUMBLOB, NOTHING, false, false},
    {"longblob", CN_TYPE_BINARY, NOTHING, false, false},
    {"date", CN_TYPE_DATE, NOTHING, false, false},
    {"time", CN_TYPE_TIME, SECONDS_0, false, false},
    {"datetime", CN_TYPE_DATETIME, SECONDS_0, false, false},
    {"year", CN_TYPE_YEAR, WIDTH, false, false},
    {"bit", CN_TYPE_BIT, LENGTH_ONE, false, false},
    {"enum", CN_TYPE_ENUM, LABELS, false, false},
    {"set", CN_TYPE_SET, LABELS, false, false},
    {"json", CN_TYPE_JSON, NOTHING, false, false},
    {"uuid", CN_TYPE_UUID, NOTHING, false, false},
    {NULL, 0, 0, false, false},
};

static const name postgresql_names[] = {
    {"boolean", CN_TYPE_BOOLEAN, NOTHING, false, false},
    {"smallint", CN_TYPE_SMALLINT, NOTHING, false, false},
    {"integer", CN_TYPE_INTEGER, NOTHING, false, false},
    {"bigint", CN_TYPE_BIGINT, NOTHING, false, false},
    {"smallserial", CN_TYPE_SMALLINT, NOTHING, true, false},
    {"serial", CN_TYPE_INTEGER, NOTHING, true, false},
    {"bigserial", CN_TYPE_BIGINT, NOTHING, true, false},
    {"real", CN_TYPE_REAL, NOTHING, false, false},
    {"float", CN_TYPE_DOUBLE, FLOAT_BITS, false, false},
    {"double precision", CN_TYPE_DOUBLE, NOTHING, false, false},
    {"character varying", CN_TYPE_STRING, LENGTH, false, false},
    {"varchar", CN_TYPE_STRING, LENGTH, false, false},
    {"character", CN_TYPE_CHAR, LENGTH_ONE, false, false},
    {"char", CN_TYPE_CHAR, LENGTH_ONE, false, false},
    {"text", CN_TYPE_TEXT, NOTHING, false, false},
    {"numeric", CN_TYPE_NUMERIC, DIGITS, false, false},
    {"decimal", CN_TYPE_NUMERIC, DIGITS, false, false},
    {"date", CN_TYPE_DATE, NOTHING, false, false},
    {"time", CN_TYPE_TIME, SECONDS, false, false},
    {"time without time zone", CN_TYPE_TIME, SECONDS, false, false},
    {"time with time zone", CN_TYPE_TIME, SECONDS, false, true},
    {"timestamp", CN_TYPE_DATETIME, SECONDS, false, false},
    {"timestamp without time zone", CN_TYPE_DATETIME, SECONDS, false, false},
    {"timestamp with time zone", CN_TYPE_TIMESTAMP, SECONDS, false, false},
    {"timestamptz", CN_TYPE_TIMESTAMP, SECONDS, false, false},
    {"interval", CN_TYPE_INTERVAL, NOTHING, false, false},
    {"bytea", CN_TYPE_BINARY, NOTHING, false, false},
    {"uuid", CN_TYPE_UUID, NOTHING, false, false},
    {"json", CN_TYPE_JSON, NOTHING, false, false},
    {"jsonb", CN_TYPE_JSONB, NOTHING, false, false},
    {"bit", CN_TYPE_BIT, LENGTH_ONE, false, false},
    {NULL, 0, 0, false, false},
};

static const name *const names[] = {
    [CN_TOKENS_SQLITE]     = sqlite_names,
    [CN_TOKENS_MYSQL]      = mysql_names,
    [CN_TOKENS_POSTGRESQL] = postgresql_names,
};

/* ---- taking the text apart ------------------------------------------------------------------- */

#define ARGUMENTS_MOST 2

/* "int(10) unsigned": words "int", one number; is_unsigned */
typedef struct parts {
    char        words[48]; /* in lower case, a blank between them */
    unsigned    numbers[ARGUMENTS_MOST];
    size_t      number_count;
    const char *labels; /* from the parenthesis on */
    unsigned    dimensions;
    bool        has_arguments;
    bool        is_unsigned;
    bool        zerofill;
    bool        odd; /* there is more to it than a type of ours has */
    char       *collation;
    char       *charset;
} parts;

static void add_word(parts *into, const cn_token *token)
{
    size_t size = strlen(into->words), blank = size != 0;
    if (token->size + size + blank >= sizeof into->words) {
        into->odd = true;
        return;
    }
    if (blank)
        into->words[size++] = ' ';
    for (size_t i = 0; i < token->size; i++)
        into->words[size + i] = cn_ascii_lower(token->from[i]);
    into->words[size + token->size] = '\0';
}

static void add_number(parts *into, const cn_token *token)
{
    bool whole = token->size <= 9;
    for (size_t i = 0; i < token->size; i++)
        whole = whole && token->from[i] >= '0' && token->from[i] <= '9';
    if (!whole || into->number_count == ARGUMENTS_MOST) {
        into->odd = true;
        return;
    }
    into->numbers[into->number_count++] = (unsigned)strtoul(token->from, NULL, 10);
}

/* What stands in parentheses: numbers, or labels, which are read later. */
static void take_arguments(cn_tokens *tokens, parts *into)
{
    into->odd           = into->odd || into->has_arguments || into->words[0] == '\0';
    into->has_arguments = true;
    if (cn_token_peek(tokens).kind == CN_TOKEN_STRING) {
        into->labels = tokens->at;
        (void)cn_token_close(tokens);
        return;
    }
    for (;;) {
        cn_token token = cn_token_next(tokens);
        if (token.kind == CN_TOKEN_END || cn_token_is_sign(&token, ")"))
            return;
        if (token.kind == CN_TOKEN_NUMBER)
            add_number(into, &token);
        else if (!cn_token_is_sign(&token, ","))
            into->odd = true;
    }
}

/* The words that say more than the type's name; false: no memory. */
static bool take_attribute(cn_tokens *tokens, const cn_token *token, cn_arena *arena, parts *into,
                           bool *taken)
{
    *taken       = true;
    bool charset = cn_token_is(token, "charset");
    if (cn_token_is(token, "unsigned") && tokens->style == CN_TOKENS_MYSQL) {
        into->is_unsigned = true;
    } else if (cn_token_is(token, "zerofill") && tokens->style == CN_TOKENS_MYSQL) {
        into->zerofill = true;
    } else if (cn_token_is(token, "collate") || charset) {
        cn_token word      = cn_token_next(tokens);
        char   **into_text = charset ? &into->charset : &into->collation;
        *into_text         = cn_token_text(arena, &word, tokens->style);
        return *into_text != NULL;
    } else if (cn_token_is(token, "character")) {
        cn_token set = cn_token_peek(tokens);
        *taken       = cn_token_is(&set, "set");
        if (*taken) {
            (void)cn_token_next(tokens);
            cn_token word = cn_token_next(tokens);
            into->charset = cn_token_text(arena, &word, tokens->style);
            return into->charset != NULL;
        }
    } else {
        *taken = false;
    }
    return true;
}

static bool take_apart(cn_tokens *tokens, cn_arena *arena, parts *into)
{
    for (;;) {
        cn_token token = cn_token_next(tokens);
        bool     taken = false;
        if (token.kind == CN_TOKEN_END)
            return true;
        if (!take_attribute(tokens, &token, arena, into, &taken))
            return false;
        if (taken)
            continue;
        if (token.kind == CN_TOKEN_WORD) {
            add_word(into, &token);
        } else if (cn_token_is_sign(&token, "(")) {
            take_arguments(tokens, into);
        } else if (cn_token_is_sign(&token, "[")) {
            token     = cn_token_next(tokens);
            into->odd = into->odd || !cn_token_is_sign(&token, "]");
            into->dimensions++;
        } else {
            into->odd = true;
        }
    }
}

/* ---- putting the type together --------------------------------------------------------------- */

static bool read_labels(cn_token_style style, const parts *from, const char *end, cn_arena *arena,
                        cn_type *type)
{
    cn_tokens tokens = {from->labels, end, style};
    size_t    count  = 0;
    for (cn_token token = cn_token_next(&tokens); token.kind == CN_TOKEN_STRING; count++) {
        (void)cn_token_next(&tokens);
        token = cn_token_next(&tokens);
    }
    const char **labels = CN_ARENA_ARRAY(arena, const char *, count + 1);
    if (labels == NULL)
        return false;
    tokens.at = from->labels;
    for (size_t i = 0; i < count; i++) {
        cn_token token = cn_token_next(&tokens);
        labels[i]      = cn_token_text(arena, &token, style);
        if (labels[i] == NULL)
            return false;
        (void)cn_token_next(&tokens);
    }
    type->labels = labels;
    return true;
}

static bool set_seconds(cn_type *type, const parts *from)
{
    if (from->number_count == 1)
        type->precision = (uint8_t)(from->numbers[0] + 1);
    return from->number_count <= 1 && from->numbers[0] <= 6;
}

static bool set_digits(cn_type *type, const parts *from)
{
    if (from->number_count != 0) {
        type->precision = (uint8_t)from->numbers[0];
        type->scale     = (uint8_t)from->numbers[1];
    }
    return from->numbers[0] <= UINT8_MAX && from->numbers[1] <= from->numbers[0];
}

static bool set_float(cn_type *type, const parts *from)
{
    if (from->number_count == 1)
        type->kind = from->numbers[0] <= 24 ? CN_TYPE_REAL : CN_TYPE_DOUBLE;
    return from->number_count <= 1;
}

/* False: the arguments do not fit the type. */
static bool set_arguments(const name *found, const parts *from, cn_type *type)
{
    switch ((arguments)found->arguments) {
    case NOTHING:
        return !from->has_arguments;
    case WIDTH:
        if (found->kind == CN_TYPE_TINYINT && from->number_count == 1 && from->numbers[0] == 1 &&
            !from->is_unsigned)
            type->kind = CN_TYPE_BOOLEAN;
        return from->labels == NULL;
    case LENGTH:
        type->length = from->numbers[0];
        return from->number_count == from->has_arguments;
    case LENGTH_ONE:
        type->length = from->number_count != 0 ? from->numbers[0] : 1;
        return from->number_count == from->has_arguments;
    case DIGITS_TEN:
        type->precision = 10;
        return set_digits(type, from);
    case DIGITS:
        return set_digits(type, from);
    case SECONDS_0:
        type->precision = 1;
        return set_seconds(type, from);
    case SECONDS:
        return set_seconds(type, from);
    case FLOAT_BITS:
        return set_float(type, from);
    case LABELS:
        return from->labels != NULL;
    }
    return false;
}

/* TEXT(n) is the smallest TEXT that holds as many characters of four bytes. */
static void settle_text(cn_type *type)
{
    if (type->kind != CN_TYPE_TEXT || type->length == 0)
        return;
    type->kind   = type->length <= UINT8_MAX / 4    ? CN_TYPE_TINYTEXT
                   : type->length <= UINT16_MAX / 4 ? CN_TYPE_TEXT
                                                    : CN_TYPE_MEDIUMTEXT;
    type->length = 0;
}

static bool has_sign(cn_type_kind kind)
{
    return (kind >= CN_TYPE_TINYINT && kind <= CN_TYPE_BIGINT) || kind == CN_TYPE_MEDIUMINT;
}

static const name *find(cn_token_style style, const char *words)
{
    for (const name *found = names[style]; found->words != NULL; found++) {
        if (strcmp(found->words, words) == 0)
            return found;
    }
    return NULL;
}

static bool raw(const char *text, const parts *from, cn_arena *arena, cn_type *type)
{
    *type = (cn_type){.kind      = CN_TYPE_RAW,
                      .name      = cn_arena_text(arena, text),
                      .collation = from->collation,
                      .charset   = from->charset};
    return type->name != NULL;
}

bool cn_type_read(cn_token_style style, const char *text, cn_arena *arena, cn_type *type,
                  bool *serial)
{
    const char *end    = text + strlen(text);
    cn_tokens   tokens = {text, end, style};
    parts       from   = {0};
    if (!take_apart(&tokens, arena, &from))
        return false;
    const name *found = from.odd ? NULL : find(style, from.words);
    *type             = (cn_type){.collation = from.collation, .charset = from.charset};
    if (found != NULL) {
        type->kind        = found->kind;
        type->with_zone   = found->with_zone;
        type->is_unsigned = from.is_unsigned || from.zerofill;
        type->zerofill    = from.zerofill;
        if (!set_arguments(found, &from, type) || (type->is_unsigned && !has_sign(found->kind)))
            found = NULL;
    }
    if (found == NULL)
        return raw(text, &from, arena, type);
    if (found->arguments == LABELS && !read_labels(style, &from, end, arena, type))
        return false;
    if (style == CN_TOKENS_MYSQL)
        settle_text(type);
    if (from.dimensions != 0) {
        type->element    = type->kind;
        type->kind       = CN_TYPE_ARRAY;
        type->dimensions = (uint8_t)(from.dimensions < UINT8_MAX ? from.dimensions : UINT8_MAX);
    }
    if (serial != NULL)
        *serial = found->serial;
    return true;
}

/* ---- comparing ------------------------------------------------------------------------------- */

static bool same_labels(const char *const *a, const char *const *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    for (; *a != NULL && *b != NULL; a++, b++) {
        if (strcmp(*a, *b) != 0)
            return false;
    }
    return *a == *b;
}

/* In any case, blanks apart. */
static bool same_words(const char *a, const char *b)
{
    for (;;) {
        while (*a == ' ')
            a++;
        while (*b == ' ')
            b++;
        if (*a == '\0' || cn_ascii_lower(*a) != cn_ascii_lower(*b))
            return *a == *b;
        a++;
        b++;
    }
}

bool cn_type_same(const cn_type *declared, const cn_type *found)
{
    if (declared->collation != NULL &&
        (found->collation == NULL || !same_words(declared->collation, found->collation)))
        return false;
    if (declared->charset != NULL && found->charset != NULL &&
        !same_words(declared->charset, found->charset))
        return false;
    if (declared->kind != found->kind)
        return false;
    if (declared->kind == CN_TYPE_RAW)
        return same_words(declared->name, found->name);
    return declared->is_unsigned == found->is_unsigned && declared->zerofill == found->zerofill &&
           declared->precision == found->precision && declared->scale == found->scale &&
           declared->length == found->length && declared->with_zone == found->with_zone &&
           declared->element == found->element &&
           /* PostgreSQL keeps no number of dimensions */
           (declared->dimensions != 0) == (found->dimensions != 0) &&
           same_labels(declared->labels, found->labels);
}

/* ---- for other databases --------------------------------------------------------------------- */

/* What has no type of ours, but a near one. */
static const struct {
    const char *words;
    cn_type     type;
} near[] = {
    {"timestamp", {.kind = CN_TYPE_TIMESTAMP}},
    {"money", {.kind = CN_TYPE_NUMERIC, .precision = 19, .scale = 2}},
    {"json", {.kind = CN_TYPE_JSON}},
    {"uuid", {.kind = CN_TYPE_UUID}},
    {"inet", {.kind = CN_TYPE_STRING, .length = 43}},
    {"inet4", {.kind = CN_TYPE_STRING, .length = 15}},
    {"inet6", {.kind = CN_TYPE_STRING, .length = 45}},
    {"cidr", {.kind = CN_TYPE_STRING, .length = 43}},
    {"macaddr", {.kind = CN_TYPE_STRING, .length = 17}},
    {"nvarchar", {.kind = CN_TYPE_STRING}},
    {"float", {.kind = CN_TYPE_DOUBLE}},
    {"double", {.kind = CN_TYPE_DOUBLE}},
    {"decimal", {.kind = CN_TYPE_NUMERIC, .precision = 38, .scale = 10}},
};

static cn_type near_raw(const cn_type *type, cn_token_style style)
{
    cn_tokens tokens = {type->name, type->name + strlen(type->name), style};
    cn_token  first  = cn_token_next(&tokens);
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        if (cn_token_is(&first, near[i].words))
            return near[i].type;
    }
    return (cn_type){.kind = CN_TYPE_TEXT};
}

cn_type cn_type_portable(const cn_type *type, cn_token_style style)
{
    static const uint8_t nearest[CN_TYPE_COUNT] = {
        [CN_TYPE_TINYTEXT] = CN_TYPE_TEXT,     [CN_TYPE_MEDIUMTEXT] = CN_TYPE_TEXT,
        [CN_TYPE_LONGTEXT] = CN_TYPE_TEXT,     [CN_TYPE_TINYBLOB] = CN_TYPE_BINARY,
        [CN_TYPE_BLOB] = CN_TYPE_BINARY,       [CN_TYPE_MEDIUMBLOB] = CN_TYPE_BINARY,
        [CN_TYPE_MEDIUMINT] = CN_TYPE_INTEGER, [CN_TYPE_FLOAT] = CN_TYPE_DOUBLE,
        [CN_TYPE_YEAR] = CN_TYPE_SMALLINT,     [CN_TYPE_BIT] = CN_TYPE_BINARY,
        [CN_TYPE_SET] = CN_TYPE_TEXT,          [CN_TYPE_JSONB] = CN_TYPE_JSON,
        [CN_TYPE_ARRAY] = CN_TYPE_JSON,        [CN_TYPE_FIXED_BINARY] = CN_TYPE_BINARY,
    };
    if (type->kind == CN_TYPE_RAW)
        return near_raw(type, style);
    cn_type portable   = *type;
    portable.collation = NULL;
    portable.charset   = NULL;
    portable.zerofill  = false;
    portable.with_zone = false;
    portable.enum_form = CN_ENUM_USUAL;
    if (type->kind == CN_TYPE_ENUM)
        portable.name = NULL;
    if (type->kind == CN_TYPE_NUMERIC && type->precision == 0) {
        portable.precision = 38; /* without digits MySQL would round to whole numbers */
        portable.scale     = 10;
    }
    if (nearest[type->kind] == 0)
        return portable;
    return (cn_type){.kind = nearest[type->kind], .is_unsigned = type->is_unsigned};
}
