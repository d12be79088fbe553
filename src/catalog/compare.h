/*
 * What the files that compare a declared metadata with a reflection share. Inside src/catalog only.
 */
#ifndef CN_CATALOG_COMPARE_H
#define CN_CATALOG_COMPARE_H

#include "catalog/expression.h"
#include "catalog/naming.h"
#include "catalog/reflect.h"

struct cn_comparison {
    cn_arena             arena;
    cn_difference      **differences;
    size_t               count;
    size_t               capacity;
    const cn_metadata   *declared;
    const cn_reflection *found;
    cn_compare_options   options;
    cn_token_style       style;
    cn_ddl               ddl;
    cn_buffer            sql; /* scratch of the ddl */
    cn_error             error;
    bool                 no_memory;

    /* at hand */
    const cn_table           *table;
    const cn_reflected_table *reflected;
};

/* Texts that live as long as the comparison; "" without memory. */
const char *cn_compare_text(cn_comparison *c, const char *format, ...) CN_FORMAT_(2, 3);
/* "(a, b)" */
const char *cn_compare_list(cn_comparison *c, const char *const *names, size_t count);
const char *cn_compare_columns(cn_comparison *c, const uint32_t *columns, size_t count);

/* Adds a difference of the table at hand. `what` is "column", "unique constraint", ...; `aspect` is
   NULL but of CN_CHANGE_ALTER. */
void cn_compare_add(cn_comparison *c, cn_difference_kind kind, cn_change change, const char *aspect,
                    const char *name, const char *declared, const char *found);

/* An alteration if the two texts differ; NULL is nothing. */
void cn_compare_texts(cn_comparison *c, cn_difference_kind kind, const char *aspect,
                      const char *name, const char *declared, const char *found);
void cn_compare_flags(cn_comparison *c, cn_difference_kind kind, const char *aspect,
                      const char *name, bool declared, bool found);
/* The same for expressions. */
bool cn_compare_same(cn_comparison *c, const char *declared, const char *found);
/* In any case. */
bool cn_compare_same_word(const char *a, const char *b);
/* As the database compares names. NULL is the same as NULL only. */
bool cn_compare_same_name(const cn_comparison *c, const char *declared, const char *found);
/* NULL for the default schema. */
const char *cn_compare_schema(const cn_comparison *c, const char *schema);

/* The number of a sequence or identity, compared; one that is not said is as usual. */
bool cn_compare_same_numbers(const cn_sequence_options *declared, const cn_sequence_options *found);

/* False: c->error says what does not work. */
bool cn_compare_table_columns(cn_comparison *c);     /* compare_column.c */
bool cn_compare_table_constraints(cn_comparison *c); /* compare_key.c */
bool cn_compare_table_indexes(cn_comparison *c);     /* compare_index.c */

#endif
