/*
 * From a statement to SQL in one dialect, with a plan of how its values are bound and its rows
 * decoded. Runs once per structure and engine; what it makes is immutable.
 *
 * The files: compile.c names, values and the plan; compile_scope.c which tables a name may mean;
 * compile_expression.c, compile_operator.c, compile_function.c and compile_fragment.c expressions;
 * compile_query.c,
 * compile_select.c and compile_write.c statements.
 */
#ifndef CN_SQL_COMPILE_H
#define CN_SQL_COMPILE_H

#include "engine/connection.h"
#include "sql/dialect.h"
#include "sql/node.h"
#include "sql/operators.h"
#include "sql/walk.h"
#include "sql/words.h"

typedef enum cn_conversion_kind {
    CN_CONVERT_LABEL,     /* the label of an enumeration */
    CN_CONVERT_JSON_STEP, /* '$."key"' to 'key', '$[3]' to 3 */
    CN_CONVERT_JSON_PATH, /* '$."key"[3]' to '{"key",3}' */
    CN_CONVERT_JSON_PLAIN /* itself, if no key has a quote in it */
} cn_conversion_kind;

/* A value that is sent in another form. */
typedef struct cn_conversion {
    uint32_t           slot; /* placeholder */
    cn_conversion_kind kind;
    const cn_column   *column; /* of CN_CONVERT_LABEL: whose type says how */
} cn_conversion;

/* False: the error says why the value has no such form. */
bool cn_conversion_apply(const cn_conversion *conversion, cn_value *value, cn_arena *arena,
                         cn_error *error);

/* A model whose instances a row refers to. */
typedef struct cn_plan_entity {
    const cn_table  *table;
    uint32_t         offset; /* of the pointer in the row */
    const cn_decode *decode;
} cn_plan_entity;

typedef struct cn_plan {
    cn_compiled          head;
    const uint32_t      *slots; /* the value of each placeholder; NULL: 0, 1, 2, ... */
    size_t               slot_count;
    const cn_conversion *conversions;
    size_t               conversion_count;
    /* rows */
    const cn_table       *entity; /* they are instances of this table, all its columns; or NULL */
    const char           *struct_name; /* that they fill; NULL: no rows, or whatever comes */
    size_t                struct_size;
    const cn_decode      *decode;
    size_t                decode_count;
    const cn_plan_entity *entities;
    size_t                entity_count;
} cn_plan;

/* A table of the statement at hand. */
typedef struct cn_source {
    const cn_model *model; /* what expressions call it; an alias is a model of its own */
    const cn_table *table;
    const char     *name; /* in the SQL; NULL: the table's own */
} cn_source;

/* NULL stands for a column of no table, or of no type that is known. */
typedef struct cn_column_list {
    const cn_column *const *columns;
    size_t                  count;
} cn_column_list;

/* The tables that an expression may mention: those of its statement, then of those around it. */
typedef struct cn_name_scope {
    cn_source                  *sources;
    size_t                      count, capacity;
    const struct cn_name_scope *outer;
    const cn_items             *labels;      /* the columns of the statement, or ... */
    const cn_table             *label_table; /* ... the table whose they are */
    const cn_hint              *hints;
    bool                        bare;      /* columns without their table's name */
    bool                        returning; /* its columns are those of RETURNING */
    bool                        read;      /* its rows come to the program */
    /* the columns that its rows stand for, as those of an INSERT; and those that the rows of the
       queries do that are written as part of it */
    cn_column_list into, gives;
    bool           members; /* of a compound, while its queries are written */
    bool           first;   /* ... the first of them */
} cn_name_scope;

/* The queries of WITH that can be mentioned here. */
typedef struct cn_with_scope {
    const cn_model             *shape;
    const struct cn_with_scope *outer;
} cn_with_scope;

/* While SQL is written. Other files of this floor write statements of their own with it. */
typedef struct cn_compiler {
    cn_buffer            sql;
    const cn_dialect    *dialect;
    const cn_words      *words;
    const cn_link       *link;    /* the server: product and version */
    const cn_schema_map *schemas; /* that stand for those of models; NULL: none */
    cn_error            *error;
    cn_arena             scratch; /* ends with the compiler */
    cn_name_scope       *scope;   /* NULL: columns have their table's name */
    const cn_with_scope *with;
    const cn_table      *fills; /* the shape that the next query stands for: its columns have the
                                      names of the shape's, AS id; or NULL */
    const char          *part;  /* of the statement, for errors: ".where" */
    const char       *proposed; /* what stands before a column of an upsert's row; NULL: nothing */
    bool              inlined;  /* values as literals */
    bool              stored;   /* the rows stay in the database: they are those of a view */
    uint32_t          next_value; /* where they are written in order, without numbers */
    const cn_numbers *numbers;
    const cn_value   *values; /* those of the first execution: their types are structure */
    const cn_param   *params; /* of it */
    uint32_t         *slots;
    size_t            slot_count, slot_capacity;
    cn_conversion    *conversions;
    size_t            conversion_count, conversion_capacity;
    bool              reordered; /* slots are not 0, 1, 2, ... */
    const char      **names;     /* of aliases that were made */
    size_t            name_count, name_capacity;
} cn_compiler;

/* False: compiler->error is filled. */
bool cn_compiler_begin(cn_compiler *compiler, cn_connection *connection, cn_error *error);
void cn_compiler_begin_for(cn_compiler *compiler, const cn_dialect *dialect, const cn_link *server,
                           cn_error *error);
void cn_compiler_end(cn_compiler *compiler);
/* A plan of `size` bytes (it begins with cn_plan) with the SQL and the slots; NULL: the error is
   filled. */
cn_plan *cn_compiler_finish(cn_compiler *compiler, cn_plan *plan);

/* ---- names and values (compile.c) ------------------------------------------------------------ */

void cn_compiler_text(cn_compiler *compiler, const char *text);
bool cn_compiler_identifier(cn_compiler *compiler, const char *name);
bool cn_compiler_table(cn_compiler *compiler, const cn_table *table);
bool cn_compiler_column(cn_compiler *compiler, const cn_column *column);
/* The column as the program reads it; what its type writes before, or behind, it. */
bool cn_compiler_read_column(cn_compiler *compiler, const cn_column *column);
void cn_compiler_around(cn_compiler *compiler, const cn_column *column, bool behind);
/* A placeholder for the next value; `column` (may be NULL) is what it meets, and the value already
   has the form that it takes. */
bool cn_compiler_value(cn_compiler *compiler, const cn_column *column);
/* A placeholder for a value as the program gave it. */
bool cn_compiler_value_at(cn_compiler *compiler, const cn_column *column, uint32_t value);
/* The same without the SQL of the column's type around it. */
bool cn_compiler_raw_value(cn_compiler *compiler, const cn_column *column, uint32_t value);
/* The same, sent in another form. */
bool cn_compiler_converted(cn_compiler *compiler, cn_conversion_kind kind, uint32_t value);
/* A list of so many columns, each to be set. NULL: no memory. */
const cn_column **cn_compiler_column_list(cn_compiler *compiler, size_t count,
                                          cn_column_list *list);
/* Columns of a table, separated by commas. */
bool cn_compiler_columns(cn_compiler *compiler, const cn_table *table);
/* The decode plan of a whole table, in column order. */
const cn_decode *cn_plan_of_table(cn_arena *arena, const cn_table *table, uint32_t first_column);

bool cn_compiler_no_memory(cn_compiler *compiler);
bool cn_compiler_has(const cn_compiler *compiler, cn_feature feature);
/* The same, or an error that names the construct, the database and its version. */
bool cn_compiler_needs(cn_compiler *compiler, cn_feature feature);
bool cn_compiler_lacks(cn_compiler *compiler, const char *what);

/* ---- scopes (compile_scope.c) ---------------------------------------------------------------- */

/* A table that can be mentioned from now on, under a name of its own if it needs one. NULL: the
   error is filled. */
const cn_source *cn_source_add(cn_compiler *compiler, const cn_model *model);
/* NULL: an error that names the model, and what to do. */
const cn_source *cn_source_find(cn_compiler *compiler, const cn_model *model);
/* The column that a node is about, and where it is from. NULL: the error is filled. */
const cn_column *cn_source_of(cn_compiler *compiler, const cn_node *node, const cn_source **source);
bool             cn_compiler_source_column(cn_compiler *compiler, const cn_source *source,
                                           const cn_column *column);
/* "post", or "employee AS employee_1" */
bool cn_compiler_source(cn_compiler *compiler, const cn_source *source);
/* What the statement says for this database in that place. */
void cn_compiler_hints(cn_compiler *compiler, uint8_t place, const cn_model *table);
/* Whether a shape is a query of WITH here. */
bool cn_source_is_with(const cn_compiler *compiler, const cn_model *shape);

/* ---- expressions (compile_expression.c, _operator.c, _function.c, _fragment.c) --------------- */

/* " \nWHERE ..." unless the condition is empty; `before` is what stands in place of " \nWHERE ". */
bool cn_compiler_where(cn_compiler *compiler, const cn_condition *where, const char *before);
/* Any expression; `meets` (may be NULL) is the column that its value is assigned to. */
bool cn_compiler_expression(cn_compiler *compiler, const cn_expr *value, const cn_column *meets);
/* Terms of ORDER BY. */
bool cn_compiler_order(cn_compiler *compiler, const cn_node *terms, size_t count);
bool cn_compiler_list(cn_compiler *compiler, const cn_node *parts, size_t count);
bool cn_compiler_node(cn_compiler *compiler, const cn_node *node, const cn_column *meets);
bool cn_compiler_within(cn_compiler *compiler, const cn_node *node, cn_binding at_least,
                        const cn_column *meets);
/* `typed`: nothing around the value says its type. */
bool cn_compiler_free_value(cn_compiler *compiler, const cn_node *node, const cn_column *meets,
                            bool typed);
bool cn_compiler_operator(cn_compiler *compiler, const cn_node *node, bool negated);
cn_binding cn_compiler_binding(const cn_compiler *compiler, const cn_node *node, bool negated);
/* Writes a template (words.h) with `write` for each operand: of `number`, marked '^', '#', '*' or,
   0, not at all. */
typedef bool cn_operand_writer(cn_compiler *compiler, const void *context, char mark,
                               uint32_t number);
bool cn_compiler_template(cn_compiler *compiler, const char *words, cn_operand_writer *write,
                          const void *context);
bool cn_compiler_fragment(cn_compiler *compiler, const cn_node *node);
/* A construct of the program's own, in its words for this database. */
bool cn_compiler_spelled(cn_compiler *compiler, const cn_node *node);
/* Whether the database is called so: "mysql", "mariadb". */
bool cn_compiler_is_for(const cn_compiler *compiler, const char *name);
/* A call of a function, with all that may stand around it: FILTER, ORDER BY, WITHIN GROUP. */
bool cn_compiler_call(cn_compiler *compiler, const cn_node *node, const cn_column *meets);
/* The column whose values an expression gives; NULL: there is none. */
const cn_column *cn_compiler_typed(const cn_compiler *compiler, const cn_node *node);
/* What values inside an expression are converted for: that column, or else what the whole meets, if
   it is one that converts; or NULL. */
const cn_column *cn_compiler_converting(const cn_compiler *compiler, const cn_node *node,
                                        const cn_column *meets);
/* The column whose values the column `i` of a query gives; NULL: none. */
const cn_column *cn_compiler_query_column(const cn_compiler *compiler, const cn_statement *query,
                                          size_t i);
/* Whether an expression gives an instant that no column has: the database's clock, a value. */
bool cn_compiler_is_instant(const cn_compiler *compiler, const cn_node *node);
/* Whether a function gives that argument, as coalesce does. */
bool cn_function_gives(const char *name, uint32_t argument);
/* A label: the name of a column of the result. */
bool cn_compiler_label(cn_compiler *compiler, const cn_node *label);

/* Whether values are sent to the column in another form than the program's; it may be NULL. */
static inline bool cn_column_converts(const cn_column *column)
{
    return column != NULL && (column->type.kind == CN_TYPE_ENUM || column->type.user != NULL);
}
bool cn_compiler_over(cn_compiler *compiler, const cn_node *node);
bool cn_compiler_member(cn_compiler *compiler, const cn_node *node);
/* The terms of GROUP BY, the only place of cn_rollup. */
bool cn_compiler_group(cn_compiler *compiler, const cn_node *terms, size_t count);
/* Whether anything of a condition was not left out. */
bool cn_node_chosen(const cn_node *node);
/* An AND or OR of a single condition is that condition. */
const cn_node *cn_node_resolved(const cn_node *node);

/* ---- statements (compile_query.c, compile_select.c, compile_write.c) ------------------------- */

/* The query itself, or the first of a compound. */
const cn_statement *cn_compiler_first_query(const cn_compiler  *compiler,
                                            const cn_statement *statement);
/* A query inside a statement, without parentheses. Its columns fill `plan`; NULL: nobody reads
   them. */
bool cn_compiler_query(cn_compiler *compiler, const cn_statement *statement, cn_plan *plan);
/* In parentheses, as a CN_QUERY_... it is used; it may mention the tables around it. Its columns
   meet these, one each; none: it may have any number. */
bool cn_compiler_sub_query(cn_compiler *compiler, const cn_statement *statement, int used,
                           cn_column_list meets);
/* The same in the place of a table: it fills `shape`; `lateral` lets it mention those before it. */
bool cn_compiler_derived(cn_compiler *compiler, const cn_statement *statement,
                         const cn_model *shape, bool lateral);
bool cn_compiler_with(cn_compiler *compiler, const cn_cte_clause *with);
/* The columns of a result; 0: nobody knows, for they are those of a text. */
size_t cn_plan_width(const cn_plan *plan);
/* What of any query is not told apart: `any_column` if nobody reads its columns. */
bool cn_compiler_select(cn_compiler *compiler, const void *statement, cn_plan *plan,
                        bool any_column);
/* A table, a query of WITH, or a shape that stands for `query`. */
bool cn_compiler_from(cn_compiler *compiler, const cn_source *source, const cn_statement *query,
                      bool lateral);
/* Expressions of a list after `before`, which is left out with them; `ordered` as ORDER BY. */
bool cn_compiler_terms(cn_compiler *compiler, const char *before, const cn_expr *list,
                       bool ordered);
/* Whether the text of a query ends with a table, so that ON behind it would belong to a join. */
bool cn_compiler_ends_with_table(const cn_compiler *compiler, const cn_statement *statement);
/* Columns and the members of a struct that take them. */
bool cn_compiler_result(cn_compiler *compiler, const cn_items *items, cn_plan *plan);
bool cn_compiler_insert(cn_compiler *compiler, const void *statement, cn_plan *plan);
bool cn_compiler_update(cn_compiler *compiler, const void *statement, cn_plan *plan);
bool cn_compiler_delete(cn_compiler *compiler, const void *statement, cn_plan *plan);
/* "\n LIMIT ..."; the places are those of the statement's members. */
bool cn_compiler_limit(cn_compiler *compiler, const int64_t *limit, const int64_t *offset);

/* cn_compile_function for the statements of cinnabar/sql.h; `context` is a cn_compile_request. */
typedef struct cn_compile_request {
    const cn_statement *statement;
    const cn_param     *params;
    bool                describing;
    const void         *key;
    size_t              key_size;
    uint64_t            hash;
} cn_compile_request;
/* Walks and writes a whole statement. */
bool cn_compiler_spell(cn_compiler *compiler, const cn_compile_request *request, cn_plan *plan);
cn_compiled *cn_compile_statement(cn_connection *connection, void *context, cn_error *error);

#endif
