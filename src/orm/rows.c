/*
 * cn_rows: the rows of any statement as structs of the program, which may point to instances, or as
 * instances.
 */
#include "orm/session.h"

#include "base/memory.h"

/* Where rows come from, and how one is decoded. */
typedef struct row_source {
    cn_session        *session;
    cn_statement_slot *rows;
    cn_result         *result;
    const cn_decode   *plan;
    size_t             plan_count;
    cn_mapper         *mapper;   /* of instances; NULL: plain structs */
    cn_load           *entities; /* of the instances that a plain struct points to */
    const cn_plan     *built;
    const char        *struct_name;
    size_t             struct_size;
} row_source;

static cn_step next(row_source *source)
{
    return source->rows != NULL ? cn_connection_step(source->session->connection, source->rows)
                                : cn_result_step(source->result);
}

static bool decode(row_source *source, void *row)
{
    cn_arena *kept = &source->session->kept;
    source->session->statistics.rows++;
    return source->rows != NULL
               ? cn_connection_decode(source->session->connection, source->rows, source->plan,
                                      source->plan_count, row, kept)
               : cn_result_decode(source->result, source->plan, source->plan_count, row, kept);
}

static void finish(row_source *source)
{
    for (size_t i = 0; source->entities != NULL && i < source->built->entity_count; i++) {
        source->entities[i].rows = NULL; /* they end but once */
        cn_load_end(&source->entities[i]);
    }
    if (source->rows != NULL)
        cn_connection_end(source->session->connection, source->rows);
    cn_result_close(source->result);
}

/* The struct that a text fills: its .fields, or those of its .entity's columns. */
static const cn_fields *fields_of(cn_session *session, const cn_text_statement *text,
                                  cn_mapper **mapper)
{
    if (text->entity == NULL) {
        if (text->fields == NULL)
            cn_connection_fail(
                session->connection, CN_CAUSE_MISUSE,
                "the text does not say which members it fills: give it .fields = CN_FIELDS(...) or "
                ".entity = &T_model");
        return text->fields;
    }
    *mapper = cn_session_mapper(session, text->entity);
    if (*mapper == NULL)
        return NULL;
    size_t     count  = (*mapper)->table->column_count;
    cn_fields *fields = CN_ARENA_NEW(&session->kept, cn_fields);
    cn_field  *list   = CN_ARENA_ARRAY(&session->kept, cn_field, count);
    if (fields == NULL || list == NULL) {
        cn_session_no_memory(session);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        const cn_column *column = &(*mapper)->table->columns[i];
        list[i]                 = (cn_field){column->name, column->field.offset, column->field.size,
                                             column->field.storage};
    }
    *fields = (cn_fields){(*mapper)->model->name, (*mapper)->size, list, count};
    return fields;
}

/* The plan by names knows nothing of enumerations: the columns of the model do. */
static const cn_decode *with_labels(cn_session *session, const cn_mapper *mapper,
                                    const cn_decode *plan, size_t count)
{
    cn_decode *made = CN_ARENA_ARRAY(&session->kept, cn_decode, count);
    if (made == NULL) {
        cn_session_no_memory(session);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t         column = plan[i].column;
        const cn_column *mapped = cn_table_at(mapper->table, plan[i].offset);
        made[i]                 = mapped->field;
        made[i].column          = column;
    }
    return made;
}

static bool open_text(row_source *source, const cn_text_statement *statement)
{
    cn_session       *session = source->session;
    cn_text_statement text    = {.head = statement->head};
    memcpy(&text, statement,
           statement->head.size < sizeof text ? statement->head.size : sizeof text);
    const cn_fields *fields = fields_of(session, &text, &source->mapper);
    if (fields == NULL || !cn_session_prepare(session, NULL))
        return false;
    source->result = cn_connection_execute(session->connection, &text.head, NULL);
    source->plan   = source->result != NULL ? cn_result_plan(source->result, fields) : NULL;
    if (source->plan == NULL)
        return false;
    source->plan_count  = fields->count;
    source->struct_name = fields->struct_name;
    source->struct_size = fields->struct_size;
    if (source->mapper != NULL)
        source->plan = with_labels(session, source->mapper, source->plan, fields->count);
    return source->plan != NULL;
}

/* What loads the instances that rows point to. */
static bool open_entities(row_source *source)
{
    const cn_plan *plan    = source->built;
    cn_session    *session = source->session;
    if (plan->entity_count == 0)
        return true;
    source->entities = CN_ARENA_ARRAY(&session->kept, cn_load, plan->entity_count);
    if (source->entities == NULL)
        return cn_session_no_memory(session);
    for (size_t i = 0; i < plan->entity_count; i++) {
        const cn_plan_entity *entity = &plan->entities[i];
        cn_mapper            *mapper = cn_session_mapper(session, entity->table->model);
        if (mapper == NULL || !cn_load_begin(&source->entities[i], session, mapper, entity->decode,
                                             entity->table->column_count))
            return false;
        source->entities[i].rows = source->rows;
    }
    return true;
}

/* The instances of a row; an outer join may have found none. */
static bool load_entities(row_source *source, void *row)
{
    for (size_t i = 0; i < source->built->entity_count; i++) {
        const cn_plan_entity *entity   = &source->built->entities[i];
        void                 *instance = NULL;
        bool                  absent   = false;
        if (!cn_load_is_absent(&source->entities[i], entity->table, &absent))
            return false;
        if (!absent && (instance = cn_load_current(&source->entities[i])) == NULL)
            return false;
        memcpy((char *)row + entity->offset, &instance, sizeof instance);
    }
    return true;
}

static bool open_built(row_source *source, cn_walk *walk, const cn_statement *statement)
{
    cn_session *session = source->session;
    cn_mapper  *reads   = NULL;
    if (statement->kind == CN_STATEMENT_SELECT && statement->size >= sizeof(cn_select_statement) &&
        cn_statement_reads_one((const cn_select_statement *)(const void *)statement))
        reads = cn_session_mapper(session,
                                  ((const cn_select_statement *)(const void *)statement)->from);
    if (!cn_session_prepare(session, reads))
        return false;
    source->rows = cn_sql_run(session->connection, walk, statement, NULL, NULL);
    if (source->rows == NULL)
        return false;
    const cn_plan *plan = cn_plan_of(source->rows);
    if (plan->struct_name == NULL)
        return cn_connection_fail(
            session->connection, CN_CAUSE_MISUSE,
            "the statement returns no rows: give it .returning = CN_INTO(%s, ...)",
            source->struct_name);
    source->plan       = plan->decode;
    source->plan_count = plan->decode_count;
    source->mapper = plan->entity == NULL ? NULL : cn_session_mapper(session, plan->entity->model);
    source->struct_name = plan->struct_name;
    source->struct_size = plan->struct_size;
    source->built       = plan;
    return open_entities(source);
}

static bool same_struct(cn_session *session, const row_source *source, const char *name,
                        size_t size)
{
    return (strcmp(source->struct_name, name) == 0 && source->struct_size == size) ||
           cn_connection_fail(session->connection, CN_CAUSE_MISUSE,
                              "the statement fills the struct %s (%zu bytes), but its rows are "
                              "asked for as %s (%zu bytes)",
                              source->struct_name, source->struct_size, name, size);
}

/* Plain structs, one after the other, and a list of them. */
static const void *plain_list(row_source *source)
{
    static void *const empty[1];
    cn_session        *session = source->session;
    void             **items   = NULL;
    size_t             count = 0, capacity = 0;
    const void        *list = empty;
    while (next(source) == CN_STEP_ROW) {
        void *row = cn_arena_zero(&session->kept, 1, source->struct_size);
        if (row == NULL || !cn_reserve(&items, &capacity, count + 1, sizeof *items)) {
            cn_session_no_memory(session);
            break;
        }
        if (!decode(source, row) || (source->entities != NULL && !load_entities(source, row)))
            break;
        items[count++] = row;
    }
    if (cn_session_well(session)) {
        void **made = CN_ARENA_ARRAY(&session->kept, void *, count + 1);
        if (made == NULL)
            cn_session_no_memory(session);
        else if (count != 0)
            memcpy(made, items, count * sizeof *items);
        list = made != NULL ? made : list;
    }
    cn_release(items);
    return list;
}

static const void *instance_list(row_source *source)
{
    static void *const empty[1];
    cn_load            load;
    if (!cn_load_begin(&load, source->session, source->mapper, source->plan, source->plan_count))
        return empty;
    load.rows        = source->rows;
    load.result      = source->result;
    const void *list = cn_load_kept_list(&load);
    cn_load_end(&load);
    return list;
}

static bool open_rows(row_source *source, cn_walk *walk, const cn_statement *statement)
{
    return statement->kind == CN_STATEMENT_TEXT
               ? open_text(source, (const cn_text_statement *)(const void *)statement)
               : open_built(source, walk, statement);
}

const void *cn_rows_(cn_session *session, const char *struct_name, size_t struct_size,
                     const cn_statement *statement)
{
    static void *const empty[1];
    const void        *list   = empty;
    row_source         source = {.session = session, .struct_name = struct_name};
    cn_walk            walk;
    if (!cn_session_well(session))
        return empty;
    if (statement == NULL) {
        cn_connection_fail(session->connection, CN_CAUSE_MISUSE, "cn_rows: the statement is NULL");
        return empty;
    }
    cn_walk_begin(&walk, NULL);
    if (open_rows(&source, &walk, statement) &&
        same_struct(session, &source, struct_name, struct_size))
        list = source.mapper != NULL ? instance_list(&source) : plain_list(&source);
    finish(&source);
    cn_walk_end(&walk);
    return list;
}
