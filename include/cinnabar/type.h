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
 *
 * (1) VARCHAR(255) and VARBINARY(255) in a key, a unique constraint or an index, which need a
 *     length there. A CN_STRING(n) with n above 16383 is TEXT(n).
 * (2) In UTC. MySQL's own TIMESTAMP ends in January 2038.
 * (3) UUID from MariaDB 10.7.
 * (4) A column called JSON would take the document 1.0 for the number 1.
 * (5) As long as the longest label, with a CHECK.
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
    CN_TYPE_COUNT
} cn_type_kind;

typedef struct cn_type {
    uint8_t  kind; /* cn_type_kind */
    bool     is_unsigned;
    uint8_t  precision;
    uint8_t  scale;
    uint32_t length; /* characters of a string, bytes of a binary; 0: without limit */
    /* of an enumeration, NULL-ended, in the order of the C enum from 0; borrowed */
    const char *const *labels;
} cn_type;

CN_END_DECLARATIONS

#ifndef __cplusplus
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
/* The labels must be string literals: they are kept by address. */
#define CN_ENUM(...)                                                                               \
    ((cn_type){.kind = CN_TYPE_ENUM, .labels = (const char *const[]){__VA_ARGS__, NULL}})
#endif

#endif
