/*
 * A model while it is being resolved: what the functions behind CN_COLUMN, CN_RELATIONSHIP, ...
 * write into. Made and read by model.c; filled by mapping.c; types.c works out the SQL types.
 */
#ifndef CN_SCHEMA_MAPPING_H
#define CN_SCHEMA_MAPPING_H

#include "schema/table.h"

/* A constraint or an index as the model says it: members by their names. The options that the
   kind has are whole, the rest is zero. */
typedef enum cn_said_kind {
    CN_SAID_UNIQUE,
    CN_SAID_CHECK,
    CN_SAID_PRIMARY_KEY,
    CN_SAID_FOREIGN_KEY,
    CN_SAID_INDEX,
    CN_SAID_COUNT
} cn_said_kind;

typedef struct cn_said {
    cn_said_kind           kind;
    const char *const     *members; /* NULL-ended, in the arena, as the lists below */
    const char            *text;    /* of a check; the table of a foreign key */
    const char *const     *columns; /* of a foreign key, in that table */
    cn_unique_options      unique;
    cn_primary_key_options primary_key;
    cn_check_options       check;
    cn_foreign_key_options foreign_key;
    cn_index_options       index;
} cn_said;

struct cn_mapping {
    const cn_model *model;
    /* the model that asks for the type of a column of this one, or NULL: see CN_TYPE_OF */
    const cn_mapping *asked_by;
    cn_arena         *arena; /* what stays */
    cn_error         *error;
    bool              failed; /* everything after the first error is ignored */

    cn_column            *columns; /* grown here, moved to the arena at the end */
    size_t                column_count;
    size_t                column_capacity;
    cn_column_options    *column_said; /* of each column */
    size_t                column_said_capacity;
    cn_relationship_text *relationships;
    size_t                relationship_count;
    size_t                relationship_capacity;
    cn_said              *said;
    size_t                said_count;
    size_t                said_capacity;
    cn_table_options      options;
    bool                  has_options;
};

/* The first failure of a mapping, CN_CAUSE_MODEL; returns false. */
bool cn_mapping_fail(cn_mapping *mapping, const char *format, ...) CN_FORMAT_(2, 3);
bool cn_mapping_no_memory(cn_mapping *mapping);

/* Frees what is not in the arena. */
void cn_mapping_free(cn_mapping *mapping);

/* The options as this library knows them: a program may have been compiled with fewer or more. */
bool cn_mapping_options(cn_mapping *mapping, const char *member, void *into, size_t room,
                        const void *options);
/* One of the words that go into SQL as they stand, in any case, as the library spells it: into
   `into`; nothing if `said` is NULL. `title` and `option` are for the error. */
typedef enum cn_words {
    CN_WORDS_ACTION,
    CN_WORDS_MATCH,
    CN_WORDS_INITIALLY,
    CN_WORDS_CONFLICT
} cn_words;
bool cn_mapping_word(cn_mapping *mapping, const char *title, const char *option, cn_words words,
                     const char *said, const char **into);

/* Keys, constraints and indexes of a table whose columns are known. */
bool cn_mapping_settle(cn_mapping *mapping, cn_table *table);

/* The column whose type CN_TYPE_OF names; NULL: the mapping has failed. */
const cn_column *cn_mapping_type_of(cn_mapping *mapping, const char *title, const cn_type *said);

/* Works out column->type from what the model says and from the member's storage, checks that they
   fit, and sets column->nullable to whether the C type can hold NULL. */
bool cn_mapping_type(cn_mapping *mapping, cn_column *column, const cn_type *said);
/* Checks the type of a variant, whose labels are copied into the arena. */
bool cn_mapping_variant(cn_mapping *mapping, const cn_column *column, cn_type *type);

#endif
