/*
 * From the C type of a member to the SQL type of its column: which one follows if the model names
 * none, and which others the member can hold. Called by mapping.c. Must never know how a database
 * spells a type.
 */
#include <string.h>

#include "schema/mapping.h"
#include "schema/value.h"

#define BIT(kind) (UINT64_C(1) << CN_TYPE_##kind)
#define INTEGERS (BIT(TINYINT) | BIT(SMALLINT) | BIT(MEDIUMINT) | BIT(INTEGER) | BIT(BIGINT))
#define NUMBERS                                                                                    \
    (INTEGERS | BIT(BOOLEAN) | BIT(NUMERIC) | BIT(ENUM) | BIT(YEAR) | BIT(BIT) | BIT(RAW))
#define LARGE_TEXTS (BIT(TEXT) | BIT(TINYTEXT) | BIT(MEDIUMTEXT) | BIT(LONGTEXT))
#define TEXTS (BIT(STRING) | BIT(CHAR) | LARGE_TEXTS | BIT(ENUM) | BIT(SET) | BIT(ARRAY) | BIT(RAW))
#define BINARIES                                                                                   \
    (BIT(BINARY) | BIT(FIXED_BINARY) | BIT(TINYBLOB) | BIT(BLOB) | BIT(MEDIUMBLOB) | BIT(RAW))
#define REALS (BIT(REAL) | BIT(DOUBLE) | BIT(FLOAT) | BIT(RAW))

/* What a member of each storage is without a word from the model, and what it can be with one. */
static const struct {
    const char *c_type;
    uint64_t    fits; /* bits of cn_type_kind */
    uint8_t     inferred;
    bool        is_unsigned;
    bool        can_be_null;
} storages[CN_STORAGE_COUNT] = {
    [CN_STORAGE_BOOL]      = {"bool", INTEGERS | BIT(BOOLEAN), CN_TYPE_BOOLEAN, false, false},
    [CN_STORAGE_INT8]      = {"int8_t", NUMBERS, CN_TYPE_TINYINT, false, false},
    [CN_STORAGE_UINT8]     = {"uint8_t", NUMBERS, CN_TYPE_TINYINT, true, false},
    [CN_STORAGE_INT16]     = {"int16_t", NUMBERS, CN_TYPE_SMALLINT, false, false},
    [CN_STORAGE_UINT16]    = {"uint16_t", NUMBERS, CN_TYPE_SMALLINT, true, false},
    [CN_STORAGE_INT32]     = {"int", NUMBERS, CN_TYPE_INTEGER, false, false},
    [CN_STORAGE_UINT32]    = {"unsigned", NUMBERS, CN_TYPE_INTEGER, true, false},
    [CN_STORAGE_INT64]     = {"int64_t", NUMBERS, CN_TYPE_BIGINT, false, false},
    [CN_STORAGE_UINT64]    = {"uint64_t", NUMBERS, CN_TYPE_BIGINT, true, false},
    [CN_STORAGE_FLOAT]     = {"float", REALS, CN_TYPE_REAL, false, false},
    [CN_STORAGE_DOUBLE]    = {"double", REALS, CN_TYPE_DOUBLE, false, false},
    [CN_STORAGE_TEXT]      = {"const char *", TEXTS, CN_TYPE_TEXT, false, true},
    [CN_STORAGE_CHARS]     = {"char array", TEXTS, CN_TYPE_STRING, false, false},
    [CN_STORAGE_BYTES]     = {"cn_bytes", BINARIES, CN_TYPE_BINARY, false, true},
    [CN_STORAGE_DECIMAL]   = {"cn_decimal", BIT(NUMERIC) | BIT(RAW), CN_TYPE_NUMERIC, false, true},
    [CN_STORAGE_DATE]      = {"cn_date", BIT(DATE) | BIT(RAW), CN_TYPE_DATE, false, false},
    [CN_STORAGE_TIME]      = {"cn_time", BIT(TIME) | BIT(RAW), CN_TYPE_TIME, false, false},
    [CN_STORAGE_DATETIME]  = {"cn_datetime", BIT(DATETIME) | BIT(RAW), CN_TYPE_DATETIME, false,
                              false},
    [CN_STORAGE_TIMESTAMP] = {"cn_timestamp", BIT(TIMESTAMP) | BIT(RAW), CN_TYPE_TIMESTAMP, false,
                              false},
    [CN_STORAGE_INTERVAL]  = {"cn_interval", BIT(INTERVAL) | BIT(RAW), CN_TYPE_INTERVAL, false,
                              false},
    [CN_STORAGE_UUID]      = {"cn_uuid", BIT(UUID) | BIT(RAW), CN_TYPE_UUID, false, false},
    [CN_STORAGE_JSON] = {"cn_json", BIT(JSON) | BIT(JSONB) | BIT(RAW), CN_TYPE_JSON, false, true},
};

static const char *const kind_names[CN_TYPE_COUNT] = {
    [CN_TYPE_NONE]         = "no type",
    [CN_TYPE_BOOLEAN]      = "CN_BOOLEAN",
    [CN_TYPE_TINYINT]      = "CN_TINYINT",
    [CN_TYPE_SMALLINT]     = "CN_SMALLINT",
    [CN_TYPE_INTEGER]      = "CN_INTEGER",
    [CN_TYPE_BIGINT]       = "CN_BIGINT",
    [CN_TYPE_REAL]         = "CN_REAL",
    [CN_TYPE_DOUBLE]       = "CN_DOUBLE",
    [CN_TYPE_STRING]       = "CN_STRING",
    [CN_TYPE_TEXT]         = "CN_TEXT",
    [CN_TYPE_NUMERIC]      = "CN_NUMERIC",
    [CN_TYPE_DATE]         = "CN_DATE",
    [CN_TYPE_TIME]         = "CN_TIME",
    [CN_TYPE_DATETIME]     = "CN_DATETIME",
    [CN_TYPE_TIMESTAMP]    = "CN_TIMESTAMP",
    [CN_TYPE_INTERVAL]     = "CN_INTERVAL",
    [CN_TYPE_BINARY]       = "CN_BINARY",
    [CN_TYPE_UUID]         = "CN_UUID",
    [CN_TYPE_JSON]         = "CN_JSON",
    [CN_TYPE_ENUM]         = "CN_ENUM",
    [CN_TYPE_CHAR]         = "CN_CHAR",
    [CN_TYPE_TINYTEXT]     = "CN_TINYTEXT",
    [CN_TYPE_MEDIUMTEXT]   = "CN_MEDIUMTEXT",
    [CN_TYPE_LONGTEXT]     = "CN_LONGTEXT",
    [CN_TYPE_TINYBLOB]     = "CN_TINYBLOB",
    [CN_TYPE_BLOB]         = "CN_BLOB",
    [CN_TYPE_MEDIUMBLOB]   = "CN_MEDIUMBLOB",
    [CN_TYPE_FIXED_BINARY] = "CN_FIXED_BINARY",
    [CN_TYPE_MEDIUMINT]    = "CN_MEDIUMINT",
    [CN_TYPE_FLOAT]        = "CN_FLOAT",
    [CN_TYPE_YEAR]         = "CN_YEAR",
    [CN_TYPE_BIT]          = "CN_BIT",
    [CN_TYPE_SET]          = "CN_SET_OF",
    [CN_TYPE_JSONB]        = "CN_JSONB",
    [CN_TYPE_ARRAY]        = "CN_ARRAY",
    [CN_TYPE_RAW]          = "CN_RAW",
};

/* The labels of CN_ENUM stand in the declare function's frame; what they point to are literals. */
static bool keep_labels(cn_mapping *mapping, const char *title, cn_type *type)
{
    const char        *macro  = kind_names[type->kind];
    const char *const *labels = type->labels;
    size_t             count  = 0;
    while (labels != NULL && labels[count] != NULL)
        count++;
    if (count == 0)
        return cn_mapping_fail(mapping, "%s: %s has no labels", title, macro);
    for (size_t i = 1; i < count; i++) {
        for (size_t before = 0; before < i; before++) {
            if (strcmp(labels[before], labels[i]) == 0)
                return cn_mapping_fail(mapping, "%s: %s has the label \"%s\" twice", title, macro,
                                       labels[i]);
        }
    }
    if (type->enum_form == CN_ENUM_NATIVE && (type->name == NULL || type->name[0] == '\0'))
        return cn_mapping_fail(mapping, "%s: CN_ENUM_NATIVE needs a name for its type", title);
    const char **copy = CN_ARENA_ARRAY(mapping->arena, const char *, count + 1);
    if (copy == NULL)
        return cn_mapping_no_memory(mapping);
    memcpy(copy, labels, count * sizeof *copy);
    type->labels = copy;
    return true;
}

static bool check_numeric(cn_mapping *mapping, const char *title, const cn_type *type)
{
    if (type->precision == 0 && mapping->model->table != NULL)
        return cn_mapping_fail(mapping,
                               "%s: say how many digits the decimal has: .type = "
                               "CN_NUMERIC(12, 2)",
                               title);
    if (type->scale > type->precision)
        return cn_mapping_fail(mapping,
                               "%s: CN_NUMERIC(%u, %u) has more digits behind the point than "
                               "in all",
                               title, type->precision, type->scale);
    return true;
}

static bool check_needs_length(cn_mapping *mapping, const char *title, const cn_type *type)
{
    return type->length != 0 ||
           cn_mapping_fail(mapping, "%s: %s needs a length", title, kind_names[type->kind]);
}

/* What the type says beyond its kind. */
static bool check_details(cn_mapping *mapping, const char *title, cn_type *type)
{
    switch (type->kind) {
    case CN_TYPE_ENUM:
    case CN_TYPE_SET:
        return keep_labels(mapping, title, type);
    case CN_TYPE_NUMERIC:
        return check_numeric(mapping, title, type);
    case CN_TYPE_CHAR:
    case CN_TYPE_FIXED_BINARY:
    case CN_TYPE_BIT:
        return check_needs_length(mapping, title, type);
    case CN_TYPE_TIME:
    case CN_TYPE_DATETIME:
    case CN_TYPE_TIMESTAMP:
        return type->precision <= 7 ||
               cn_mapping_fail(mapping, "%s: a second has at most 6 digits", title);
    case CN_TYPE_RAW:
        return (type->name != NULL && type->name[0] != '\0') ||
               cn_mapping_fail(mapping, "%s: CN_RAW has no words", title);
    case CN_TYPE_ARRAY:
        if (type->element == CN_TYPE_ENUM)
            return keep_labels(mapping, title, type);
        return (type->element != CN_TYPE_NONE && type->element != CN_TYPE_ARRAY) ||
               cn_mapping_fail(mapping, "%s: CN_ARRAY has no type of its elements", title);
    default:
        return true;
    }
}

bool cn_mapping_variant(cn_mapping *mapping, const cn_column *column, cn_type *type)
{
    const char *title = column->field.name;
    if (type->kind == CN_TYPE_NONE || type->kind >= CN_TYPE_COUNT || type->user != NULL)
        return cn_mapping_fail(mapping, "%s: a variant needs a type of the database's", title);
    return check_details(mapping, title, type);
}

static bool infer(cn_mapping *mapping, cn_column *column)
{
    uint8_t storage = (uint8_t)(column->field.storage & ~(unsigned)CN_STORAGE_OPT);
    column->type    = (cn_type){.kind = storages[storage].inferred};
    if (storage != CN_STORAGE_CHARS)
        return true;
    if (column->field.size < 2)
        return cn_mapping_fail(mapping, "%s has no room for a text and its NUL",
                               column->field.name);
    column->type.length = column->field.size - 1;
    return true;
}

/* What the rest of the library asks the column's field for. */
static void settle_field(cn_column *column, uint8_t storage)
{
    const cn_type *type = &column->type;
    column->field.utc   = type->kind == CN_TYPE_TIMESTAMP;
    bool is_text        = storage == CN_STORAGE_TEXT || storage == CN_STORAGE_CHARS;
    if (type->kind == CN_TYPE_ENUM && !is_text) /* a text member holds the label itself */
        column->field.labels = type->labels;
    if (type->kind == CN_TYPE_NUMERIC) {
        column->field.precision = type->precision;
        column->field.scale     = type->scale;
    }
    if ((INTEGERS >> type->kind & 1) != 0 && storages[storage].is_unsigned)
        column->type.is_unsigned = true;
}

static bool check_around(cn_mapping *mapping, const cn_column *column, const char *sql,
                         const char *word)
{
    const char *at = sql == NULL ? NULL : cn_user_sql_place(sql, word);
    return sql == NULL || (at != NULL && cn_user_sql_place(at + 1, word) == NULL) ||
           cn_mapping_fail(mapping, "%s: %s must stand once in \"%s\" of its user type",
                           column->field.name, word, sql);
}

/* What a user type says of the SQL around its values, if the program knew that it may. */
static bool read_around(cn_mapping *mapping, cn_column *column, const cn_user_type *user)
{
    if (user->size < sizeof *user)
        return true;
    column->bind_expression   = user->bind_expression;
    column->column_expression = user->column_expression;
    return check_around(mapping, column, user->bind_expression, ":value") &&
           check_around(mapping, column, user->column_expression, ":column");
}

/* The words of CN_TYPE_OF and CN_USER become the type that they stand for. */
static bool read_type(cn_mapping *mapping, cn_column *column, cn_type *said)
{
    if (said->kind >= CN_TYPE_COUNT)
        return cn_mapping_fail(mapping, "%s has an unknown type", column->field.name);
    if (said->user != NULL) {
        const cn_user_type *user = said->user;
        *said                    = user->stored;
        said->user               = user;
        if (user->size == 0)
            return cn_mapping_fail(mapping,
                                   "%s: the user type %s says no .size: give it its sizeof",
                                   column->field.name, user->name != NULL ? user->name : "");
        if (said->kind == CN_TYPE_NONE || said->kind >= CN_TYPE_COUNT)
            return cn_mapping_fail(mapping, "%s: the user type %s stores no type",
                                   column->field.name, user->name);
        if (!read_around(mapping, column, user))
            return false;
    }
    if (said->kind != CN_TYPE_NONE || said->of == NULL)
        return true;
    const cn_column *other = cn_mapping_type_of(mapping, column->field.name, said);
    if (other == NULL)
        return false;
    *said = other->type;
    return said->user == NULL || read_around(mapping, column, said->user);
}

bool cn_mapping_type(cn_mapping *mapping, cn_column *column, const cn_type *type)
{
    uint8_t storage = (uint8_t)(column->field.storage & ~(unsigned)CN_STORAGE_OPT);
    cn_type said    = *type;
    if (!read_type(mapping, column, &said))
        return false;
    if (storage == CN_STORAGE_NONE) { /* of a CN_TABLE: there is no member to ask */
        column->type     = said;
        column->nullable = true;
        if (said.kind == CN_TYPE_NONE)
            return cn_mapping_fail(mapping, "%s needs a type", column->field.name);
        if (!check_details(mapping, column->field.name, &column->type))
            return false;
        column->field.user   = said.user;
        column->field.labels = said.user == NULL ? NULL : cn_no_labels;
        if (said.user == NULL)
            settle_field(column, storage);
        return true;
    }
    column->nullable = storages[storage].can_be_null ||
                       (column->field.storage & CN_STORAGE_OPT) != 0;
    if (said.kind != CN_TYPE_NONE)
        column->type = said;
    else if (!infer(mapping, column))
        return false;
    if (said.user == NULL && (storages[storage].fits >> column->type.kind & 1) == 0)
        return cn_mapping_fail(mapping, "%s: %s does not fit a member of type %s",
                               column->field.name, kind_names[column->type.kind],
                               storages[storage].c_type);
    if (!check_details(mapping, column->field.name, &column->type))
        return false;
    if (said.user == NULL) {
        settle_field(column, storage);
    } else {
        column->field.user   = said.user;
        column->field.labels = cn_no_labels;
    }
    return true;
}
