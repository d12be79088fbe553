/*
 * cinnabar/type.h: the SQL type of a column. A model needs to name one only where the C type of
 * the member does not say enough: the length of a text, the digits of a decimal.
 *
 *     CN_COLUMN(name, .type = CN_STRING(30));
 *     CN_TABLE_COLUMN(price, CN_NUMERIC(12, 2));
 *
 * | type            | C member                | SQLite       | MySQL, MariaDB | PostgreSQL       |
 * |-----------------|-------------------------|--------------|----------------|------------------|
 * | CN_BOOLEAN      | bool                    | BOOLEAN      | BOOL           | BOOLEAN          |
 * | (inferred)      | int8_t                  | SMALLINT     | TINYINT        | SMALLINT         |
 * | CN_SMALLINT     | int16_t                 | SMALLINT     | SMALLINT       | SMALLINT         |
 * | CN_INTEGER      | int, int32_t            | INTEGER      | INTEGER        | INTEGER          |
 * | CN_BIGINT       | int64_t                 | BIGINT       | BIGINT         | BIGINT           |
 * | CN_REAL         | float                   | FLOAT        | FLOAT          | REAL             |
 * | CN_DOUBLE       | double                  | DOUBLE       | DOUBLE         | DOUBLE PRECISION |
 * | CN_STRING(n)    | const char *, char[n+1] | VARCHAR(n)   | VARCHAR(n)     | VARCHAR(n)       |
 * | CN_TEXT         | const char *            | TEXT         | TEXT (1)       | TEXT             |
 * | CN_NUMERIC(p,s) | cn_decimal              | NUMERIC(p,s) | NUMERIC(p,s)   | NUMERIC(p,s)     |
 * | CN_DATE         | cn_date                 | DATE         | DATE           | DATE             |
 * | CN_TIME         | cn_time                 | TIME         | TIME(6)        | TIME             |
 * | CN_DATETIME     | cn_datetime             | DATETIME     | DATETIME(6)    | TIMESTAMP        |
 * | CN_TIMESTAMP    | cn_timestamp            | DATETIME (2) | DATETIME(6) (2)| TIMESTAMPTZ      |
 * | CN_INTERVAL     | cn_interval             | VARCHAR(64)  | VARCHAR(64)    | INTERVAL         |
 * | CN_BINARY       | cn_bytes                | BLOB         | LONGBLOB (1)   | BYTEA            |
 * | CN_UUID         | cn_uuid                 | CHAR(32)     | CHAR(32) (3)   | UUID             |
 * | CN_JSON         | cn_json                 | TEXT (4)     | JSON           | JSON             |
 * | CN_ENUM("a",..) | an enum, int            | VARCHAR (5)  | ENUM('a', ..)  | VARCHAR (5)      |
 * | CN_CHAR(n)      | const char *, char[n+1] | CHAR(n)      | CHAR(n)        | CHAR(n)          |
 * | CN_MEDIUMTEXT   | const char *            | TEXT         | MEDIUMTEXT (6) | TEXT             |
 * | CN_VARBINARY(n) | cn_bytes                | BLOB         | VARBINARY(n)   | BYTEA            |
 * | CN_MEDIUMBLOB   | cn_bytes                | BLOB         | MEDIUMBLOB (6) | BYTEA            |
 * | CN_MEDIUMINT    | the integers            | INTEGER      | MEDIUMINT      | INTEGER          |
 * | CN_YEAR         | the integers            | SMALLINT     | YEAR           | SMALLINT         |
 * | CN_FLOAT(p)     | float, double           | FLOAT        | FLOAT(p)       | FLOAT(p)         |
 * | CN_JSONB        | cn_json                 | TEXT         | JSON           | JSONB            |
 * | CN_SET_OF("a"..)| const char *            | - (7)        | SET('a',..)    | -                |
 * | CN_ARRAY(type)  | const char * (8)        | -            | -              | type[]           |
 * | CN_RAW("words") | any but bool            | words        | words          | words            |
 * | CN_USER(&type)  | any                     | what `stored` of the cn_user_type says           |
 *
 * CN_TYPE(STRING, .length = 30, .collation = "C") says more of any of them: .charset, .is_unsigned,
 * .zerofill, .with_zone. CN_DATETIME_DIGITS(3) and its like say the digits of the second. A type
 * for one database alone is a variant of the column: .variants = CN_VARIANTS({"mysql", CN_BLOB}).
 *
 * (1) VARCHAR(255) and VARBINARY(255) in a key, a unique constraint or an index, which need a
 *     length there. A CN_STRING(n) with n above 16383 is TEXT(n).
 * (2) In UTC. MySQL's own TIMESTAMP ends in January 2038.
 * (3) UUID from MariaDB 10.7.
 * (4) A column called JSON would take the document 1.0 for the number 1.
 * (5) As long as the longest label, with a CHECK. CN_ENUM_AS chooses another form.
 * (6) There are TINY, MEDIUM and LONG ones, and CN_BLOB.
 * (7) An error when the table is created, unless the column has a variant there.
 * (8) As its text, "{1,2}": see cn_array_make in value.h. Ranges, too: CN_RAW("INT4RANGE").
 *
 * A cn_decimal of a table has no type of its own: say its digits, CN_NUMERIC(12, 2), because
 * MySQL would round to a whole number without them. SQLite keeps 15 digits; more are an error, and
 * zeros at the end are not kept there.
 *
 * Unsigned members: MySQL has unsigned columns; elsewhere the next wider type that holds them all,
 * for uint64_t NUMERIC(20) on PostgreSQL, and BIGINT on SQLite, where a value above INT64_MAX is
 * an error.
 *
 * A generated key is INTEGER on SQLite, whatever its width: only so is it the rowid. It is
 * AUTO_INCREMENT on MySQL, and SMALLSERIAL, SERIAL or BIGSERIAL on PostgreSQL.
 */
#ifndef CINNABAR_TYPE_H
#define CINNABAR_TYPE_H

#include <cinnabar/storage.h>

CN_BEGIN_DECLARATIONS

typedef enum cn_type_kind {
    CN_TYPE_NONE, /* follows from the member */
    CN_TYPE_BOOLEAN,
    CN_TYPE_TINYINT,
    CN_TYPE_SMALLINT,
    CN_TYPE_INTEGER,
    CN_TYPE_BIGINT,
    CN_TYPE_REAL,
    CN_TYPE_DOUBLE,
    CN_TYPE_STRING,
    CN_TYPE_TEXT,
    CN_TYPE_NUMERIC,
    CN_TYPE_DATE,
    CN_TYPE_TIME,
    CN_TYPE_DATETIME,
    CN_TYPE_TIMESTAMP,
    CN_TYPE_INTERVAL,
    CN_TYPE_BINARY,
    CN_TYPE_UUID,
    CN_TYPE_JSON,
    CN_TYPE_ENUM,
    CN_TYPE_CHAR, /* padded to its length */
    CN_TYPE_TINYTEXT,
    CN_TYPE_MEDIUMTEXT,
    CN_TYPE_LONGTEXT,
    CN_TYPE_TINYBLOB,
    CN_TYPE_BLOB,
    CN_TYPE_MEDIUMBLOB,
    CN_TYPE_FIXED_BINARY, /* padded to its length */
    CN_TYPE_MEDIUMINT,
    CN_TYPE_FLOAT, /* of `precision` binary digits */
    CN_TYPE_YEAR,
    CN_TYPE_BIT,
    CN_TYPE_SET,
    CN_TYPE_JSONB,
    CN_TYPE_ARRAY,
    CN_TYPE_RAW, /* by its SQL name */
    CN_TYPE_COUNT
} cn_type_kind;

/* How an enumeration is stored where a database has several ways. */
typedef enum cn_enum_form {
    CN_ENUM_USUAL,   /* ENUM on MySQL, elsewhere VARCHAR with a CHECK */
    CN_ENUM_NATIVE,  /* on PostgreSQL a type of its own, called `name` */
    CN_ENUM_CHECKED, /* VARCHAR with a CHECK everywhere */
    CN_ENUM_PLAIN    /* VARCHAR without */
} cn_enum_form;

typedef struct cn_user_type cn_user_type;

typedef struct cn_type {
    uint8_t kind; /* cn_type_kind */
    bool    is_unsigned;
    uint8_t precision; /* digits of a number; of a time: one more than those of the second */
    uint8_t scale;
    /* characters of a string, bytes of a binary, bits of a BIT; 0: without limit */
    uint32_t length;
    /* of an enumeration or set, NULL-ended, in the order of the C enum from 0; borrowed */
    const char *const *labels;

    const char *collation;  /* COLLATE; borrowed, as the rest is */
    const char *charset;    /* CHARACTER SET, on MySQL */
    const char *name;       /* the words of a CN_TYPE_RAW; the name of a native enumeration */
    uint8_t     enum_form;  /* cn_enum_form */
    uint8_t     element;    /* of an array: the cn_type_kind of its elements; the rest is theirs */
    uint8_t     dimensions; /* of an array */
    bool        zerofill;   /* MySQL */
    bool        with_zone;  /* of a CN_TIME: TIME WITH TIME ZONE on PostgreSQL */
    /* NULL, or what converts between the member and the type that the rest describes */
    const cn_user_type *user;
    const cn_model     *of; /* CN_TYPE_OF: the type is that of the column of the member `name` */
} cn_type;

/* Another type on one database: see .variants of a column. */
typedef struct cn_variant {
    const char *dialect; /* "sqlite", "mysql", "mariadb", "postgresql" */
    cn_type     type;
} cn_variant;

/* Memory for what a user type's functions make; it ends with the statement or the row's batch.
   NULL: there is none left. */
typedef struct cn_type_memory cn_type_memory;
CN_API void                  *cn_type_memory_take(cn_type_memory *memory, size_t size);

/*
 * A type of the program's own: what the member holds and what the database stores are different
 * values, and two functions convert. Constant data that must live as long as the models.
 *
 *     static bool to_cents(const cn_user_type *type, cn_value *value, cn_type_memory *memory,
 *                          char *problem);
 *     static const cn_user_type money = {
 *         .size = sizeof money, .name = "money", .stored = {.kind = CN_TYPE_BIGINT},
 *         .bind = to_cents, .result = from_cents};
 *     CN_COLUMN(price, .type = CN_USER(&money));
 *
 * A function replaces `value` in place; NULL does not reach it. What it points to must be constant
 * or come from `memory`. False: it does not convert; `problem`, which has room for
 * CN_TYPE_PROBLEM_SIZE bytes, says why. NULL for a function: nothing is to be done.
 *
 * SQL of the database's own can stand around what is sent and read:
 *
 *     static const cn_user_type point = {
 *         .size = sizeof point, .name = "point",
 *         .stored = {.kind = CN_TYPE_RAW, .name = "geometry"},
 *         .bind_expression = "ST_GeomFromText(:value)", .column_expression = "ST_AsText(:column)"};
 *
 * bind_expression stands around every value that is written to such a column or compared with it,
 * column_expression around the column where its rows come to the program: not in a condition, nor
 * in a query inside another. `bind` and `result` convert what goes into :value and what comes out
 * of the SQL around :column.
 *
 * A sum, difference or total (cn_plus, cn_minus, cn_sum) of such a column is of its type, and so is
 * what is added; a factor or divisor is a plain number.
 */
#define CN_TYPE_PROBLEM_SIZE 200
struct cn_user_type {
    size_t      size;
    const char *name; /* for messages */
    cn_type     stored;
    uint8_t     kind; /* cn_kind that `result` is given [as the database has it] */
    bool (*bind)(const cn_user_type *type, cn_value *value, cn_type_memory *memory, char *problem);
    bool (*result)(const cn_user_type *type, cn_value *value, cn_type_memory *memory,
                   char *problem);
    const void *context;
    const char *bind_expression;   /* SQL with one :value; NULL: the value alone */
    const char *column_expression; /* SQL with one :column; NULL: the column alone */
};

/* An array of `element`; of an array: of one dimension more. PostgreSQL only. */
static inline cn_type cn_array_of(cn_type element)
{
    cn_type type = element;
    type.kind    = CN_TYPE_ARRAY;
    if (element.kind != CN_TYPE_ARRAY)
        type.element = element.kind;
    type.dimensions++;
    return type;
}

CN_END_DECLARATIONS

#ifndef __cplusplus
/* The type of another model's column, which a foreign key refers to: CN_TYPE_OF(Author, id). */
#define CN_TYPE_OF(T, member) ((cn_type){.kind = CN_TYPE_NONE, .name = #member, .of = &T##_model})
#define CN_TYPE_OF_TABLE(table, column)                                                            \
    ((cn_type){.kind = CN_TYPE_NONE, .name = #column, .of = &(table)})
#define CN_BOOLEAN ((cn_type){.kind = CN_TYPE_BOOLEAN})
#define CN_SMALLINT ((cn_type){.kind = CN_TYPE_SMALLINT})
#define CN_INTEGER ((cn_type){.kind = CN_TYPE_INTEGER})
#define CN_BIGINT ((cn_type){.kind = CN_TYPE_BIGINT})
#define CN_REAL ((cn_type){.kind = CN_TYPE_REAL})
#define CN_DOUBLE ((cn_type){.kind = CN_TYPE_DOUBLE})
#define CN_STRING(n) ((cn_type){.kind = CN_TYPE_STRING, .length = (n)})
#define CN_TEXT ((cn_type){.kind = CN_TYPE_TEXT})
#define CN_NUMERIC(p, s) ((cn_type){.kind = CN_TYPE_NUMERIC, .precision = (p), .scale = (s)})
#define CN_DATE ((cn_type){.kind = CN_TYPE_DATE})
#define CN_TIME ((cn_type){.kind = CN_TYPE_TIME})
#define CN_DATETIME ((cn_type){.kind = CN_TYPE_DATETIME})
#define CN_TIMESTAMP ((cn_type){.kind = CN_TYPE_TIMESTAMP})
#define CN_INTERVAL ((cn_type){.kind = CN_TYPE_INTERVAL})
#define CN_BINARY ((cn_type){.kind = CN_TYPE_BINARY})
#define CN_UUID ((cn_type){.kind = CN_TYPE_UUID})
#define CN_JSON ((cn_type){.kind = CN_TYPE_JSON})
/* The labels must be string literals: they are kept by address. A member that may be NULL is a
   CN_OPT(int). */
#define CN_ENUM(...)                                                                               \
    ((cn_type){.kind = CN_TYPE_ENUM, .labels = (const char *const[]){__VA_ARGS__, NULL}})
/* CN_ENUM_AS(CN_ENUM_NATIVE, "mood", "sad", "happy"): form, name (or NULL), labels */
#define CN_ENUM_AS(form, type_name, ...)                                                           \
    ((cn_type){.kind      = CN_TYPE_ENUM,                                                          \
               .enum_form = (form),                                                                \
               .name      = (type_name),                                                           \
               .labels    = (const char *const[]){__VA_ARGS__, NULL}})
#define CN_SET_OF(...)                                                                             \
    ((cn_type){.kind = CN_TYPE_SET, .labels = (const char *const[]){__VA_ARGS__, NULL}})

/* Any of the above with more said: CN_TYPE(STRING, .length = 30, .collation = "C") */
#define CN_TYPE(type_kind, ...) ((cn_type){.kind = CN_TYPE_##type_kind, __VA_ARGS__})
#define CN_TINYINT ((cn_type){.kind = CN_TYPE_TINYINT})
#define CN_MEDIUMINT ((cn_type){.kind = CN_TYPE_MEDIUMINT})
#define CN_FLOAT(p) ((cn_type){.kind = CN_TYPE_FLOAT, .precision = (p)})
#define CN_CHAR(n) ((cn_type){.kind = CN_TYPE_CHAR, .length = (n)})
#define CN_TINYTEXT ((cn_type){.kind = CN_TYPE_TINYTEXT})
#define CN_MEDIUMTEXT ((cn_type){.kind = CN_TYPE_MEDIUMTEXT})
#define CN_LONGTEXT ((cn_type){.kind = CN_TYPE_LONGTEXT})
#define CN_VARBINARY(n) ((cn_type){.kind = CN_TYPE_BINARY, .length = (n)})
#define CN_FIXED_BINARY(n) ((cn_type){.kind = CN_TYPE_FIXED_BINARY, .length = (n)})
#define CN_TINYBLOB ((cn_type){.kind = CN_TYPE_TINYBLOB})
#define CN_BLOB ((cn_type){.kind = CN_TYPE_BLOB})
#define CN_MEDIUMBLOB ((cn_type){.kind = CN_TYPE_MEDIUMBLOB})
#define CN_YEAR ((cn_type){.kind = CN_TYPE_YEAR})
#define CN_BIT(n) ((cn_type){.kind = CN_TYPE_BIT, .length = (n)})
#define CN_JSONB ((cn_type){.kind = CN_TYPE_JSONB})
/* With n digits of the second, 0 to 6. */
#define CN_TIME_DIGITS(n) ((cn_type){.kind = CN_TYPE_TIME, .precision = (n) + 1})
#define CN_DATETIME_DIGITS(n) ((cn_type){.kind = CN_TYPE_DATETIME, .precision = (n) + 1})
#define CN_TIMESTAMP_DIGITS(n) ((cn_type){.kind = CN_TYPE_TIMESTAMP, .precision = (n) + 1})
#define CN_ARRAY(type) cn_array_of(type)
/* By its SQL name, which is written as it stands: CN_RAW("TSVECTOR"). */
#define CN_RAW(words) ((cn_type){.kind = CN_TYPE_RAW, .name = (words)})
/* The type of the program: see cn_user_type. */
#define CN_USER(user_type) ((cn_type){.kind = (user_type)->stored.kind, .user = (user_type)})
#define CN_VARIANTS(...) ((const cn_variant[]){__VA_ARGS__, {NULL, {0}}})
#endif

#endif
