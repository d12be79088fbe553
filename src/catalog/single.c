/*
 * Single tables, indexes, constraints and schemas.
 */
#include <string.h>

#include "catalog/work.h"

bool cn_create_table(const cn_model *model, cn_engine *engine)
{
    const cn_model *const models[] = {model, NULL};
    const cn_metadata     metadata = {.models = models};
    return cn_metadata_create(
        &metadata, engine,
        &(const cn_ddl_options){.size = sizeof(cn_ddl_options), .unchecked = true});
}

bool cn_drop_table(const cn_model *model, cn_engine *engine)
{
    const cn_model *const models[] = {model, NULL};
    const cn_metadata     metadata = {.models = models};
    return cn_metadata_drop(
        &metadata, engine,
        &(const cn_ddl_options){.size = sizeof(cn_ddl_options), .only = models, .unchecked = true});
}

/* The table of a model where it stands in the database. NULL: failure. */
static const cn_table *find_table(cn_work *work, const cn_model *model)
{
    const cn_table *table = cn_table_of(model, &work->error);
    if (table != NULL && (table = cn_work_moved(work, table)) == NULL)
        cn_error_no_memory(&work->error);
    return table;
}

static bool is_called(const char *given, const char *name)
{
    return given != NULL && strcmp(given, name) == 0;
}

/* By its name, or by the member whose .index it is. */
static const cn_index *find_index(cn_work *work, const cn_model *model, const char *name)
{
    const cn_table *table = find_table(work, model);
    for (size_t i = 0; table != NULL && name != NULL && i < table->index_count; i++) {
        const cn_index *index  = &table->indexes[i];
        uint32_t        column = index->parts[0].column;
        if (is_called(index->name, name) ||
            (index->of_column && is_called(table->columns[column].member, name)))
            return index;
    }
    if (table != NULL)
        cn_error_set(&work->error, CN_CAUSE_MODEL, "%s has no index called %s", model->name,
                     name != NULL ? name : "NULL");
    return NULL;
}

/* Whether what was just added has a comment that stands apart. */
static bool has_comment(const cn_work *work, const char *comment)
{
    return comment != NULL && work->dialect->definition->comments_apart;
}

static bool change_index(const cn_model *model, const char *name, cn_engine *engine,
                         bool (*put)(const cn_ddl *ddl, const cn_index *index), const char *verb)
{
    cn_work         work;
    bool            begun = cn_work_begin_alone(&work, engine);
    const cn_index *index = begun ? find_index(&work, model, name) : NULL;
    if (index != NULL)
        work.at = index->table;
    bool done = index != NULL && cn_work_run(&work, put(&work.ddl, index));
    if (done && put == cn_ddl_create_index && has_comment(&work, index->options.comment))
        done = cn_work_run(&work, cn_ddl_comment_index(&work.ddl, index));
    return cn_work_end(&work, done, verb);
}

bool cn_create_index(const cn_model *model, const char *index, cn_engine *engine)
{
    return change_index(model, index, engine, cn_ddl_create_index, "indexing");
}

bool cn_drop_index(const cn_model *model, const char *index, cn_engine *engine)
{
    return change_index(model, index, engine, cn_ddl_drop_index, "changing");
}

static cn_to_name named(const cn_table *table, const cn_constraint *which, const char **comment)
{
    switch (which->kind) {
    case CN_CONSTRAINT_UNIQUE:
        *comment = table->uniques[which->at].comment;
        return cn_name_unique(table, &table->uniques[which->at]);
    case CN_CONSTRAINT_CHECK:
        *comment = table->checks[which->at].comment;
        return cn_name_check(table, &table->checks[which->at]);
    default:
        *comment = table->foreign_keys[which->at].comment;
        return cn_name_foreign_key(&table->foreign_keys[which->at]);
    }
}

static const cn_constraint *find_constraint(cn_work *work, const cn_model *model, const char *name)
{
    const char     *comment;
    const cn_table *table = find_table(work, model);
    for (size_t i = 0; table != NULL && name != NULL && i < table->constraint_count; i++) {
        if (!is_called(named(table, &table->constraints[i], &comment).given, name))
            continue;
        work->at = table;
        return &table->constraints[i];
    }
    if (table != NULL)
        cn_error_set(&work->error, CN_CAUSE_MODEL,
                     "%s gives no unique, check or foreign key constraint the name %s", model->name,
                     name != NULL ? name : "NULL");
    return NULL;
}

static bool change_constraint(const cn_model *model, const char *name, cn_engine *engine,
                              bool (*put)(const cn_ddl *ddl, const cn_table *table,
                                          const cn_constraint *which))
{
    cn_work              work;
    bool                 begun = cn_work_begin_alone(&work, engine);
    const cn_constraint *which = begun ? find_constraint(&work, model, name) : NULL;
    bool                 done = which != NULL && cn_work_run(&work, put(&work.ddl, work.at, which));
    if (done && put == cn_ddl_add_constraint) {
        const char      *comment = NULL;
        const cn_to_name called  = named(work.at, which, &comment);
        if (has_comment(&work, comment))
            done = cn_work_run(&work, cn_ddl_comment_constraint(&work.ddl, &called, comment));
    }
    return cn_work_end(&work, done, "changing");
}

bool cn_add_constraint(const cn_model *model, const char *constraint, cn_engine *engine)
{
    return change_constraint(model, constraint, engine, cn_ddl_add_constraint);
}

bool cn_drop_constraint(const cn_model *model, const char *constraint, cn_engine *engine)
{
    return change_constraint(model, constraint, engine, cn_ddl_drop_constraint);
}

bool cn_create_schema(const char *name, cn_engine *engine)
{
    cn_work work;
    bool    begun      = cn_work_begin_alone(&work, engine);
    work.ddl.if_exists = true;
    return cn_work_end(&work, begun && cn_work_run(&work, cn_ddl_create_schema(&work.ddl, name)),
                       "creating");
}

bool cn_drop_schema(const char *name, bool cascade, cn_engine *engine)
{
    cn_work work;
    bool    begun      = cn_work_begin_alone(&work, engine);
    work.ddl.if_exists = true;
    return cn_work_end(&work,
                       begun && cn_work_run(&work, cn_ddl_drop_schema(&work.ddl, name, cascade)),
                       "dropping");
}
