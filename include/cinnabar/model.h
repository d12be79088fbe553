/*
 * cinnabar/model.h: how a struct is mapped to a table, and how models are related.
 *
 *     typedef struct Author { int id; const char *name; CN_MANY(Post) posts; } Author;
 *
 *     CN_MODEL(Author, "author")
 *     {
 *         CN_COLUMN(id, .primary_key = true);
 *         CN_COLUMN(name, .type = CN_STRING(30));
 *         CN_RELATIONSHIP(posts, Post, .primaryjoin = "foreign(Post.author_id) == Author.id",
 *                         .back_populates = "author");
 *     }
 *
 *     CN_METADATA(Base, &Author_model, &Post_model);
 *     cn_create_all(&Base, engine);
 *
 * Many to many goes by an association table, which no struct maps:
 *
 *     CN_TABLE(post_tag, "post_tag")
 *     {
 *         CN_TABLE_COLUMN(post_id, CN_INTEGER, .primary_key = true);
 *         CN_TABLE_COLUMN(tag_id, CN_INTEGER, .primary_key = true);
 *     }
 *     CN_RELATIONSHIP(tags, Tag, .secondary = &post_tag,
 *                     .primaryjoin   = "foreign(post_tag.post_id) == Post.id",
 *                     .secondaryjoin = "foreign(post_tag.tag_id) == Tag.id");
 *
 * A model is constant data, usable from any thread, before any engine exists, in any number of
 * metadata. It is resolved once, at first use; what is wrong with it is the error of every call
 * that uses it (CN_CAUSE_MODEL, naming model and member). It is private to its program or shared
 * library. Models used in several files: CN_MODEL_DECLARE(Author); in a header, CN_MODEL in one
 * source file.
 *
 * Members
 *   A column's SQL type and whether it may be NULL follow from the member's C type: a plain number,
 *   date, ... is NOT NULL; CN_OPT(int), const char *, cn_bytes, cn_decimal and cn_json may be NULL
 *   unless .not_null or .primary_key. A `char *` does not map: what a member points to is constant.
 *   Members that are not mapped are the program's: never compared, restored or freed.
 *
 * Relationships
 *   A relationship member is `Target *member` or `CN_MANY(Target) member`. It needs no constraint
 *   in the database: `primaryjoin` says with foreign() which column refers to the other. With
 *   exactly one .foreign_key between the two tables the join can be left out.
 */
#ifndef CINNABAR_MODEL_H
#define CINNABAR_MODEL_H

#include <cinnabar/type.h>

CN_BEGIN_DECLARATIONS

/* What receives the columns and relationships of a model while it is resolved. */
typedef struct cn_mapping cn_mapping;

/* What was worked out of a model at its first use. The library's own. */
typedef struct cn_model_state {
    void *table;
    void *mapper;
    /* the next one in the list of models of which an instance could not be made */
    const struct cn_model *failed;
    /* of a model that was made at run time and may end before the program does: no other has it */
    uint64_t serial;
} cn_model_state;

/* A model, or, with struct_size 0, a table that no struct maps. */
struct cn_model {
    const char *name;  /* of the struct, "Author" */
    const char *table; /* "author", or "schema.author"; NULL: a shape that has no table */
    size_t      struct_size;
    size_t      struct_alignment;
    void (*declare)(cn_mapping *mapping, void *self);
    cn_model_state *state;
    /* zeroed storage of struct_size: what cn_new returns if it cannot make one */
    void *nothing;
    /* this model under another name, for a statement that uses its table twice; NULL: none */
    const cn_model *alias_of;
    /* rows of a query, not of a table: `table` names them inside a statement */
    bool is_shape;
};

/* ---- columns --------------------------------------------------------------------------------- */

typedef enum cn_answer { CN_UNSAID, CN_YES, CN_NO } cn_answer;
typedef enum cn_persisted { CN_PERSISTED_UNSAID, CN_STORED, CN_VIRTUAL } cn_persisted;
typedef enum cn_identity {
    CN_IDENTITY_NONE,
    CN_IDENTITY_ALWAYS,
    CN_IDENTITY_BY_DEFAULT
} cn_identity;

/* Of a sequence or an identity; 0: as the database does it. */
typedef struct cn_sequence_options {
    size_t  size;
    int64_t start;
    int64_t increment;
    int64_t minimum;
    int64_t maximum;
    int64_t cache;
    bool    no_minimum;
    bool    no_maximum;
    bool    cycle;
} cn_sequence_options;

/* CN_SEQUENCE(name, "name" or "schema.name", .option = value, ...) defines one. */
typedef struct cn_sequence {
    const char         *name;
    cn_sequence_options options;
} cn_sequence;

/*
 * A value that the library makes where the member says none: that of `row`, the struct that is
 * written (NULL in a statement), or any other. It replaces `value`, which is NULL; text comes from
 * `memory` or is constant. False: the flush or statement fails with an error that names the column.
 */
typedef bool cn_value_function(const void *row, cn_value *value, cn_type_memory *memory,
                               void *context);

typedef struct cn_column_options {
    size_t      size;
    const char *name;          /* in the database [the member's] */
    cn_type     type;          /* [from the member] */
    bool        primary_key;   /* a single integer key is generated by the database where it is 0 */
    bool        not_generated; /* the key is always the program's: 0 is the value 0 */
    bool        not_null;
    bool        nullable; /* of a CN_TABLE_COLUMN, which is NOT NULL otherwise if a primary key */
    bool        unique;
    bool        index;
    const char *foreign_key; /* "table.column": a constraint */
    /* of it: "CASCADE", "SET NULL", "RESTRICT", "NO ACTION", "SET DEFAULT" */
    const char *on_delete;
    const char *on_update;
    const char *server_default; /* an SQL expression; the member may be NULL: see below */

    const cn_variant
               *variants; /* CN_VARIANTS({"mysql", CN_MEDIUMTEXT}): types of single databases */
    const char *comment;
    const char *check; /* an SQL condition: a constraint */
    const char *check_name;

    /* more of the foreign key; a CN_TABLE_COLUMN may take its type from the column that it refers
       to: CN_TABLE_COLUMN(author_id, CN_TYPE_OF(Author, id), .foreign_key = "author.id") */
    const char *foreign_key_name;
    const char *match;      /* "FULL", "PARTIAL", "SIMPLE" */
    const char *initially;  /* "DEFERRED", "IMMEDIATE" */
    cn_answer   deferrable; /* CN_YES: DEFERRABLE, CN_NO: NOT DEFERRABLE */
    bool        use_alter;  /* added by ALTER TABLE when all tables are there */

    /*
     * Values that nobody assigned. Of a member that may be NULL, NULL counts as none; of a plain
     * member, zero does, but only for insert_value, insert_function and a sequence: a server
     * default is used where a NULL would be written. What the database made is read back.
     */
    cn_value            insert_value;    /* a constant: CN_VALUE(7) */
    cn_value_function  *insert_function; /* called for each row */
    cn_value            update_value;    /* of an UPDATE that does not set the column itself */
    cn_value_function  *update_function;
    void               *value_context;    /* of both functions */
    const char         *server_on_update; /* MySQL: ON UPDATE of the column, an SQL expression */
    const char         *computed;         /* GENERATED ALWAYS AS (this expression) */
    cn_persisted        persisted;
    cn_identity         identity; /* where there is none: AUTO_INCREMENT, the rowid */
    cn_sequence_options identity_numbers;
    const cn_sequence  *sequence;      /* where there are none: the key is generated as usual */
    bool                autoincrement; /* SQLite: a key that was deleted is never given again */
} cn_column_options;

/* ---- constraints, indexes, options of the table ---------------------------------------------- */

/* CN_UNIQUE_WITH((member, member), .name = "uq_post_title") */
typedef struct cn_unique_options {
    size_t      size;
    const char *name;
    const char *initially;
    cn_answer   deferrable;
    bool        nulls_not_distinct; /* PostgreSQL 15 */
    const char *on_conflict;        /* SQLite: "REPLACE", "IGNORE", ... */
    const char *comment;            /* PostgreSQL, as those of the other constraints */
} cn_unique_options;

/* CN_CHECK("price > 0", .name = "ck_price"): an SQL condition over the table's columns */
typedef struct cn_check_options {
    size_t      size;
    const char *name;
    const char *comment;
} cn_check_options;

/* CN_PRIMARY_KEY((left_id, right_id), .name = "pk_link"): order and name of the key. */
typedef struct cn_primary_key_options {
    size_t      size;
    const char *name;
    const char *comment;
} cn_primary_key_options;

/* CN_FOREIGN_KEY((order_id, line), "order_line", (order_id, number), .on_delete = "CASCADE"):
   members of this table, the other table, its columns as they are called in the database */
typedef struct cn_foreign_key_options {
    size_t      size;
    const char *name;
    const char *on_delete;
    const char *on_update;
    const char *match;
    const char *initially;
    cn_answer   deferrable;
    bool        use_alter;
    bool        not_valid; /* PostgreSQL: rows that are there already are not looked at */
    const char *comment;
} cn_foreign_key_options;

/*
 * CN_INDEX((title, created desc, lower(name)), .unique = true, .where = "deleted IS NULL")
 *
 * A part is a member, also with `asc` or `desc` and `nulls first` or `nulls last` behind it, or
 * with the length of a prefix (`note(20)`, MySQL); anything else is an SQL expression.
 */
typedef struct cn_index_options {
    size_t             size;
    const char        *name; /* [by the naming convention] */
    bool               unique;
    const char        *where;              /* PostgreSQL, SQLite: a partial index */
    const char        *method;             /* USING: PostgreSQL's "gin", MySQL's "HASH" */
    const char *const *include;            /* PostgreSQL: CN_MEMBERS(a, b) beside the key */
    const char        *op_class;           /* PostgreSQL: of every part, "text_pattern_ops" */
    const char        *with;               /* PostgreSQL: "fillfactor = 50" */
    const char        *tablespace;         /* PostgreSQL */
    bool               nulls_not_distinct; /* PostgreSQL 15 */
    const char        *kind;               /* MySQL: "FULLTEXT", "SPATIAL" */
    const char        *parser;             /* MySQL: WITH PARSER */
    const char        *comment;            /* MySQL, PostgreSQL */
} cn_index_options;

/* CN_TABLE_OPTIONS(.comment = "...", .mysql_engine = "InnoDB"): each database takes its own. */
typedef struct cn_table_options {
    size_t      size;
    const char *comment;
    const char *prefix; /* behind CREATE: "TEMPORARY" */

    const char *mysql_engine;
    const char *mysql_charset;
    const char *mysql_collate;
    uint64_t    mysql_auto_increment;
    const char *mysql_row_format;
    uint32_t    mysql_key_block_size;
    const char *mysql_options;      /* any others, as they stand */
    const char *mysql_partition_by; /* "HASH(id) PARTITIONS 4" */

    bool sqlite_without_rowid;
    bool sqlite_strict;

    const char *postgresql_with; /* "fillfactor = 50" */
    const char *postgresql_tablespace;
    const char *postgresql_partition_by; /* "RANGE (created)" */
    const char *postgresql_inherits;     /* "parent, other" */
    const char *postgresql_using;        /* an access method */
    const char *postgresql_on_commit;    /* "DROP", "DELETE ROWS", "PRESERVE ROWS" */
} cn_table_options;

/* ---- relationships --------------------------------------------------------------------------- */

/* What happens to the other side: `|` them together. [CN_CASCADE_SAVE_UPDATE | CN_CASCADE_MERGE] */
typedef enum cn_cascade {
    CN_CASCADE_DEFAULT        = 0,
    CN_CASCADE_SAVE_UPDATE    = 1,
    CN_CASCADE_MERGE          = 2,
    CN_CASCADE_DELETE         = 4,
    CN_CASCADE_DELETE_ORPHAN  = 8,
    CN_CASCADE_EXPUNGE        = 16,
    CN_CASCADE_REFRESH_EXPIRE = 32,
    CN_CASCADE_ALL            = 1 | 2 | 4 | 16 | 32,
    CN_CASCADE_NONE           = 64
} cn_cascade;

typedef struct cn_relationship_options {
    size_t size;
    /* "foreign(Post.author_id) == Author.id", several joined with &&. Names are those of the
       structs (or of the secondary) and their members. [worked out from the foreign keys] */
    const char     *primaryjoin;
    const char     *secondaryjoin;  /* of a many-to-many: from the secondary to the target */
    const cn_model *secondary;      /* the association table */
    const char     *back_populates; /* the member of the target that is the other side */
    const char     *order_by;       /* "title", "created desc, id": members of the target */
    int             cascade;        /* cn_cascade */
    bool            view_only;      /* never written */
    /* deleting the owner leaves what is not loaded to the database */
    bool passive_deletes;
    /* self-referential: `foreign()` stands on the other row's side */
    bool remote_is_owner;
} cn_relationship_options;

/* ---- the functions behind the macros: a model at run time is made of the same ones ----------- */

/* `offset` and `size` are those of the member. The texts are borrowed and must live as long as the
   model, as literals do. */
CN_API void cn_map_column(cn_mapping *mapping, const cn_field *member,
                          const cn_column_options *options);
CN_API void cn_map_table_column(cn_mapping *mapping, const char *name, cn_type type,
                                const cn_column_options *options);
CN_API void cn_map_relationship(cn_mapping *mapping, const char *name, size_t offset, bool many,
                                const cn_model *target, const cn_relationship_options *options);
CN_API void cn_map_unique(cn_mapping *mapping, const char *const *members); /* of several columns */
/* Lists of members end with NULL; `options` may be NULL. */
CN_API void cn_map_unique_with(cn_mapping *mapping, const char *const *members,
                               const cn_unique_options *options);
CN_API void cn_map_check(cn_mapping *mapping, const char *condition,
                         const cn_check_options *options);
CN_API void cn_map_primary_key(cn_mapping *mapping, const char *const *members,
                               const cn_primary_key_options *options);
CN_API void cn_map_foreign_key(cn_mapping *mapping, const char *const *members, const char *table,
                               const char *const *columns, const cn_foreign_key_options *options);
CN_API void cn_map_index(cn_mapping *mapping, const char *const *parts,
                         const cn_index_options *options);
CN_API void cn_map_table_options(cn_mapping *mapping, const cn_table_options *options);

/* ---- metadata -------------------------------------------------------------------------------- */

/*
 * How constraints and indexes are called that the model gives no name. NULL: indexes are
 * "ix_%(column_0_label)s", the rest has no name. Tokens: %(table_name)s, %(referred_table_name)s,
 * %(column_0_name)s, %(column_1_name)s, ..., %(column_0_label)s (table_column),
 * %(column_0N_name)s (all columns in a row), %(column_0_N_name)s (all, with _ between), the same
 * with `label`, %(referred_column_0_name)s and its like, %(constraint_name)s (of a CN_CHECK, the
 * name it was given). A name that is too long for the database is cut and ends in a hash of the
 * whole.
 */
typedef struct cn_naming {
    const char *ix;
    const char *uq;
    const char *ck;
    const char *fk;
    const char *pk;
} cn_naming;

/*
 * A statement of the program's own that goes with cn_create_all or cn_drop_all: a view, a trigger,
 * an extension. It is sent as it stands, each time, but not with a part of the tables (.only).
 */
typedef enum cn_ddl_when {
    CN_BEFORE_CREATE,
    CN_AFTER_CREATE,
    CN_BEFORE_DROP,
    CN_AFTER_DROP
} cn_ddl_when;

typedef struct cn_ddl_text {
    cn_ddl_when when;
    const char
        *dialect;    /* "sqlite", "mysql" (both), "mariadb" (alone), "postgresql"; NULL: every */
    const char *sql; /* NULL ends a list */
} cn_ddl_text;

/* A list of models and tables, for create and drop. */
typedef struct cn_metadata {
    const cn_model *const    *models; /* NULL-ended */
    cn_naming                 naming;
    const cn_sequence *const *sequences; /* NULL-ended, or NULL: those that no column names */
    const cn_ddl_text        *texts; /* CN_DDL_TEXTS({CN_AFTER_CREATE, NULL, "CREATE VIEW ..."}) */
} cn_metadata;

/*
 * Creates the tables that do not exist yet, in the order of their foreign keys, each with its
 * indexes, in one transaction where the database can. Looks first, in one query; a table that
 * exists is left as it is. False: the engine's error says why.
 */
CN_API bool cn_create_all(const cn_metadata *metadata, cn_engine *engine);
/* Drops those that exist, in the reverse order. */
CN_API bool cn_drop_all(const cn_metadata *metadata, cn_engine *engine);

CN_END_DECLARATIONS

#ifndef __cplusplus

/* The member that holds the many side of a relationship. Read it through cn_many. */
#define CN_MANY(T) T *const *

/* The pointer of a relationship that has not been loaded: following it faults at once. Read through
   cn_one, which loads. The last page is never mapped in user space (Linux, the BSDs, Windows). */
#define CN_UNLOADED ((void *)(uintptr_t)-4096)

#define CN_MODEL_DECLARE(T) CN_HIDDEN extern const cn_model T##_model

#define CN_MODEL(T, table_name) CN_MODEL_(T, table_name, false)

/*
 * CN_SHAPE(Branch, "branch") { CN_COLUMN(id); CN_COLUMN(depth); }: a struct for the rows of a query
 * that stands in another statement's place of a table: a WITH, a sub-query in FROM, VALUES. In
 * statements it is used as a model is.
 */
#define CN_SHAPE(T, name) CN_MODEL_(T, name, true)

/*
 * CN_ALIAS(Employee, Manager): the model Employee once more, under another type name, for a
 * statement that uses its table twice. In a file, after the struct is known; it costs nothing.
 */
#define CN_ALIAS(T, A)                                                                             \
    typedef T             A;                                                                       \
    static const cn_model A##_model = {.name = #A, .alias_of = &T##_model}

#define CN_MODEL_(T, table_name, is_a_shape)                                                       \
    CN_HIDDEN extern const cn_model T##_model;                                                     \
    static void                     T##_declare_(cn_mapping *cn_mapping_, T *cn_self_);            \
    static void                     T##_declare_any_(cn_mapping *mapping, void *self)              \
    {                                                                                              \
        T##_declare_(mapping, (T *)self);                                                          \
    }                                                                                              \
    static cn_model_state T##_state_;                                                              \
    static T              T##_nothing_;                                                            \
    const cn_model        T##_model = {#T,                                                         \
                                       table_name,                                                 \
                                       sizeof(T),                                                  \
                                       _Alignof(T),                                                \
                                       T##_declare_any_,                                           \
                                       &T##_state_,                                                \
                                       (void *)&T##_nothing_,                                      \
                                       NULL,                                                       \
                                       is_a_shape};                                                \
    static void           T##_declare_(cn_mapping *cn_mapping_, T *cn_self_)

#define CN_TABLE_DECLARE(name) CN_HIDDEN extern const cn_model name

#define CN_TABLE(T, table_name)                                                                    \
    CN_HIDDEN extern const cn_model T;                                                             \
    static void                     T##_declare_(cn_mapping *cn_mapping_, void *cn_self_);         \
    static cn_model_state           T##_state_;                                                    \
    const cn_model T = {#T, table_name, 0, 1, T##_declare_, &T##_state_, NULL, NULL, false};       \
    static void    T##_declare_(cn_mapping *cn_mapping_, void *cn_self_)

/* CN_COLUMN(member, .option = value, ...) */
#define CN_COLUMN(...) CN_COLUMN_(__VA_ARGS__, .size = sizeof(cn_column_options))
#define CN_COLUMN_(m, ...)                                                                         \
    cn_map_column(                                                                                 \
        cn_mapping_,                                                                               \
        &(const cn_field){#m, (uint32_t)((char *)&cn_self_->m - (char *)cn_self_),                 \
                          (uint32_t)sizeof(cn_self_->m),                                           \
                          (uint8_t)(CN_STORAGE_OF_(cn_self_->m) +                                  \
                                    CN_SAY_(CN_STORAGE_OF_(cn_self_->m) != 0,                      \
                                            "cinnabar: " #m " has a type that holds no "           \
                                            "SQL value (char * must be const char *)"))},          \
        &(const cn_column_options){__VA_ARGS__})

/* CN_TABLE_COLUMN(name, type, .option = value, ...), in a CN_TABLE */
#define CN_TABLE_COLUMN(...) CN_TABLE_COLUMN_(__VA_ARGS__, .size = sizeof(cn_column_options))
#define CN_TABLE_COLUMN_(column, column_type, ...)                                                 \
    ((void)cn_self_, cn_map_table_column(cn_mapping_, #column, (column_type),                      \
                                         &(const cn_column_options){__VA_ARGS__}))

/* CN_RELATIONSHIP(member, Target, .option = value, ...) */
typedef struct cn_the_member_is_no_relationship_to_the_target {
    char unused;
} cn_the_member_is_no_relationship_to_the_target;
#define CN_RELATIONSHIP(...) CN_RELATIONSHIP_(__VA_ARGS__, .size = sizeof(cn_relationship_options))
#define CN_RELATIONSHIP_(m, T, ...)                                                                \
    do {                                                                                           \
        extern const cn_model T##_model;                                                           \
        cn_map_relationship(cn_mapping_, #m, (size_t)((char *)&cn_self_->m - (char *)cn_self_),    \
                            CN_IS_MANY_(cn_self_->m, T), &T##_model,                               \
                            &(const cn_relationship_options){__VA_ARGS__});                        \
    } while (0)
#define CN_IS_MANY_(x, T)                                                                          \
    _Generic((x), T *: false, T *const *: true,                                                    \
        default: *(cn_the_member_is_no_relationship_to_the_target *)0)

/* CN_UNIQUE(member, member): a unique constraint over several columns */
#define CN_UNIQUE(...)                                                                             \
    cn_map_unique(cn_mapping_,                                                                     \
                  (const char *const[]){CN_EACH_MEMBER_(CN_NAME_, 0, __VA_ARGS__), NULL})
#define CN_NAME_(unused, m) #m
#define CN_MEMBERS(...) ((const char *const[]){CN_EACH_MEMBER_(CN_NAME_, 0, __VA_ARGS__), NULL})

/* The members stand in parentheses, options behind them. */
#define CN_UNIQUE_WITH(...) CN_UNIQUE_WITH_(__VA_ARGS__, .size = sizeof(cn_unique_options))
#define CN_UNIQUE_WITH_(members, ...)                                                              \
    cn_map_unique_with(cn_mapping_, CN_MEMBERS members, &(const cn_unique_options){__VA_ARGS__})
#define CN_CHECK(...) CN_CHECK_(__VA_ARGS__, .size = sizeof(cn_check_options))
#define CN_CHECK_(condition, ...)                                                                  \
    cn_map_check(cn_mapping_, (condition), &(const cn_check_options){__VA_ARGS__})
#define CN_PRIMARY_KEY(...) CN_PRIMARY_KEY_(__VA_ARGS__, .size = sizeof(cn_primary_key_options))
#define CN_PRIMARY_KEY_(members, ...)                                                              \
    cn_map_primary_key(cn_mapping_, CN_MEMBERS members,                                            \
                       &(const cn_primary_key_options){__VA_ARGS__})
#define CN_FOREIGN_KEY(members, table, ...)                                                        \
    CN_FOREIGN_KEY_(members, table, __VA_ARGS__, .size = sizeof(cn_foreign_key_options))
#define CN_FOREIGN_KEY_(members, table, columns, ...)                                              \
    cn_map_foreign_key(cn_mapping_, CN_MEMBERS members, (table), CN_MEMBERS columns,               \
                       &(const cn_foreign_key_options){__VA_ARGS__})
#define CN_INDEX(...) CN_INDEX_(__VA_ARGS__, .size = sizeof(cn_index_options))
#define CN_INDEX_(parts, ...)                                                                      \
    cn_map_index(cn_mapping_, CN_MEMBERS parts, &(const cn_index_options){__VA_ARGS__})
#define CN_TABLE_OPTIONS(...)                                                                      \
    cn_map_table_options(cn_mapping_,                                                              \
                         &(const cn_table_options){__VA_ARGS__, .size = sizeof(cn_table_options)})

/* CN_SEQUENCE(order_numbers, "order_numbers", .start = 1000); */
#define CN_SEQUENCE(...) CN_SEQUENCE_(__VA_ARGS__, .size = sizeof(cn_sequence_options))
#define CN_SEQUENCE_(variable, sequence_name, ...)                                                 \
    static const cn_sequence variable = {.name = sequence_name, .options = {__VA_ARGS__}}

/* CN_METADATA(Base, &Author_model, &Post_model, &post_tag); */
#define CN_METADATA(...) CN_METADATA_(__VA_ARGS__, NULL)
#define CN_METADATA_(metadata, ...)                                                                \
    static const cn_model *const metadata##_models_[] = {__VA_ARGS__};                             \
    static const cn_metadata     metadata             = {.models = metadata##_models_}

/* CN_METADATA_WITH(Base, CN_MODEL_LIST(&Author_model, &post_tag),
                    .naming = {.uq = "uq_%(table_name)s_%(column_0_name)s"}); */
#define CN_METADATA_WITH(metadata, list, ...)                                                      \
    static const cn_metadata metadata = {.models = list, __VA_ARGS__}
#define CN_MODEL_LIST(...)                                                                         \
    (const cn_model *const[])                                                                      \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define CN_DDL_TEXTS(...)                                                                          \
    (const cn_ddl_text[])                                                                          \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            CN_BEFORE_CREATE, NULL, NULL                                                           \
        }                                                                                          \
    }
#define CN_SEQUENCES(...)                                                                          \
    (const cn_sequence *const[])                                                                   \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

#include <cinnabar/sys/repeat.h>

#endif
#endif
