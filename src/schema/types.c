/*
 * From the C type of a member to the SQL type of its column: which one follows if the model names
 * none, and which others the member can hold. Called by mapping.c. Must never know how a database
 * spells a type.
 */
#include <string.h>

#include "schema/mapping.h"

#define BIT(kind) (UINT32_C(1) << CN_TYPE_##kind)
#define INTEGERS (BIT(TINYINT) | BIT(SMALLINT) | BIT(INTEGER) | BIT(BIGINT))
#define NUMBERS (INTEGERS | BIT(BOOLEAN) | BIT(NUMERIC) | BIT(ENUM))
#define TEXTS (BIT(STRING) | BIT(TEXT) | BIT(ENUM))

/* What a member of each storage is without a word from the model, and what it can be with one. */
static const struct {
    const char *c_type;
    uint32_t    fits; /* bits of cn_type_kind */
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
    [CN_STORAGE_FLOAT]     = {"float", BIT(REAL) | BIT(DOUBLE), CN_TYPE_REAL, false, false},
    [CN_STORAGE_DOUBLE]    = {"double", BIT(REAL) | BIT(DOUBLE), CN_TYPE_DOUBLE, false, false},
    [CN_STORAGE_TEXT]      = {"const char *", TEXTS, CN_TYPE_TEXT, false, true},
    [CN_STORAGE_CHARS]     = {"char array", TEXTS, CN_TYPE_STRING, false, false},
    [CN_STORAGE_BYTES]     = {"cn_bytes", BIT(BINARY), CN_TYPE_BINARY, false, true},
    [CN_STORAGE_DECIMAL]   = {"cn_decimal", BIT(NUMERIC), CN_TYPE_NUMERIC, false, true},
    [CN_STORAGE_DATE]      = {"cn_date", BIT(DATE), CN_TYPE_DATE, false, false},
    [CN_STORAGE_TIME]      = {"cn_time", BIT(TIME), CN_TYPE_TIME, false, false},
    [CN_STORAGE_DATETIME]  = {"cn_datetime", BIT(DATETIME), CN_TYPE_DATETIME, false, false},
    [CN_STORAGE_TIMESTAMP] = {"cn_timestamp", BIT(TIMESTAMP), CN_TYPE_TIMESTAMP, false, false},
    [CN_STORAGE_INTERVAL]  = {"cn_interval", BIT(INTERVAL), CN_TYPE_INTERVAL, false, false},
    [CN_STORAGE_UUID]      = {"cn_uuid", BIT(UUID), CN_TYPE_UUID, false, false},
    [CN_STORAGE_JSON]      = {"cn_json", BIT(JSON), CN_TYPE_JSON, false, true},
};

static const char *const kind_names[CN_TYPE_COUNT] = {
    [CN_TYPE_NONE] = "no type",           [CN_TYPE_BOOLEAN] = "CN_BOOLEAN",
    [CN_TYPE_TINYINT] = "CN_TINYINT",     [CN_TYPE_SMALLINT] = "CN_SMALLINT",
    [CN_TYPE_INTEGER] = "CN_INTEGER",     [CN_TYPE_BIGINT] = "CN_BIGINT",
    [CN_TYPE_REAL] = "CN_REAL",           [CN_TYPE_DOUBLE] = "CN_DOUBLE",
    [CN_TYPE_STRING] = "CN_STRING",       [CN_TYPE_TEXT] = "CN_TEXT",
    [CN_TYPE_NUMERIC] = "CN_NUMERIC",     [CN_TYPE_DATE] = "CN_DATE",
    [CN_TYPE_TIME] = "CN_TIME",           [CN_TYPE_DATETIME] = "CN_DATETIME",
    [CN_TYPE_TIMESTAMP] = "CN_TIMESTAMP", [CN_TYPE_INTERVAL] = "CN_INTERVAL",
    [CN_TYPE_BINARY] = "CN_BINARY",       [CN_TYPE_UUID] = "CN_UUID",
    [CN_TYPE_JSON] = "CN_JSON",           [CN_TYPE_ENUM] = "CN_ENUM",
};

/* The labels of CN_ENUM stand in the declare function's frame; what they point to are literals. */
static bool keep_labels(cn_mapping *mapping, cn_column *column)
{
    const char *const *labels = column->type.labels;
    size_t             count  = 0;
    while (labels != NULL && labels[count] != NULL)
        count++;
    if (count == 0)
        return cn_mapping_fail(mapping, "%s: CN_ENUM has no labels", column->field.name);
    for (size_t i = 1; i < count; i++) {
        for (size_t before = 0; before < i; before++) {
            if (strcmp(labels[before], labels[i]) == 0)
                return cn_mapping_fail(mapping, "%s: CN_ENUM has the label \"%s\" twice",
                                       column->field.name, labels[i]);
        }
    }
    const char **copy = CN_ARENA_ARRAY(mapping->arena, const char *, count + 1);
    if (copy == NULL)
        return cn_mapping_no_memory(mapping);
    memcpy(copy, labels, count * sizeof *copy);
    column->type.labels = copy;
    bool is_text        = column->field.storage == CN_STORAGE_TEXT ||
                   column->field.storage == CN_STORAGE_CHARS;
    column->field.labels = is_text ? NULL : copy; /* a text member holds the label itself */
    return true;
}

/* What the type says beyond its kind. */
static bool check_details(cn_mapping *mapping, cn_column *column)
{
    const cn_type *type = &column->type;
    switch (type->kind) {
    case CN_TYPE_ENUM:
        return keep_labels(mapping, column);
    case CN_TYPE_NUMERIC:
        if (type->precision == 0 && mapping->model->table != NULL)
            return cn_mapping_fail(mapping,
                                   "%s: say how many digits the decimal has: .type = "
                                   "CN_NUMERIC(12, 2)",
                                   column->field.name);
        if (type->scale > type->precision)
            return cn_mapping_fail(mapping,
                                   "%s: CN_NUMERIC(%u, %u) has more digits behind the point than "
                                   "in all",
                                   column->field.name, type->precision, type->scale);
        return true;
    default:
        return true;
    }
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

bool cn_mapping_type(cn_mapping *mapping, cn_column *column, const cn_type *said)
{
    uint8_t storage = (uint8_t)(column->field.storage & ~(unsigned)CN_STORAGE_OPT);
    if (said->kind >= CN_TYPE_COUNT)
        return cn_mapping_fail(mapping, "%s has an unknown type", column->field.name);
    if (storage == CN_STORAGE_NONE) { /* of a CN_TABLE: there is no member to ask */
        column->type     = *said;
        column->nullable = true;
        if (said->kind == CN_TYPE_NONE)
            return cn_mapping_fail(mapping, "%s needs a type", column->field.name);
        return check_details(mapping, column);
    }
    column->nullable = storages[storage].can_be_null ||
                       (column->field.storage & CN_STORAGE_OPT) != 0;
    if (said->kind != CN_TYPE_NONE)
        column->type = *said;
    else if (!infer(mapping, column))
        return false;
    if ((storages[storage].fits >> column->type.kind & 1) == 0)
        return cn_mapping_fail(mapping, "%s: %s does not fit a member of type %s",
                               column->field.name, kind_names[column->type.kind],
                               storages[storage].c_type);
    column->field.utc = column->type.kind == CN_TYPE_TIMESTAMP;
    if (column->type.kind == CN_TYPE_NUMERIC) {
        column->field.precision = column->type.precision;
        column->field.scale     = column->type.scale;
    }
    if ((INTEGERS >> column->type.kind & 1) != 0 && storages[storage].is_unsigned)
        column->type.is_unsigned = true;
    return check_details(mapping, column);
}
