/*
 * The fetching verbs: cn_first, cn_all, cn_get, cn_rows, cn_scalar. Each flushes what it reads,
 * runs its statement and makes instances, or plain structs, of the rows.
 */
#include "orm/session.h"

#include "base/memory.h"

/* A query that reads one model looks for changes in that one only. */
static bool prepare(cn_session *session, const cn_mapper *reads)
{
    if (!cn_session_well(session) || !cn_session_scope(session))
        return false;
    cn_flush_reach reach = reads != NULL ? CN_FLUSH_MODEL : CN_FLUSH_ALL;
    return cn_session_autoflush(session, reach, reads) && cn_session_count(session);
}

/* ---- instances ------------------------------------------------------------------------------- */

static bool matches(cn_session *session, const cn_mapper *mapper, const char *name, size_t size)
{
    return mapper->size == size ||
           cn_connection_fail(
               session->connection, CN_CAUSE_MODEL,
               "the struct %s has %zu bytes here, but %zu where its model %s was compiled: two "
               "structs share a name",
               name, size, mapper->size, mapper->model->name);
}

/* Starts a select of instances. False: failure, already reported. */
static bool start(cn_load *load, cn_walk *walk, cn_session *session, size_t size,
                  const cn_select_statement *select)
{
    cn_mapper *mapper = cn_session_mapper(session, select->from);
    if (mapper == NULL || !matches(session, mapper, mapper->model->name, size) ||
        !prepare(session, mapper))
        return false;
    if (select->columns != NULL)
        return cn_connection_fail(
            session->connection, CN_CAUSE_MISUSE,
            "cn_all and cn_first give instances of %s; rows of other columns are read with "
            "cn_rows(session, %s, ...)",
            mapper->model->name, select->columns->struct_name);
    cn_statement_slot *slot = cn_sql_run(session->connection, walk, &select->head, NULL, NULL);
    if (slot == NULL || !cn_load_begin(load, session, mapper, cn_plan_of(slot)->decode,
                                       cn_plan_of(slot)->decode_count))
        return false;
    load->rows = slot;
    return true;
}

/* Whether the condition is `key == value`: then there is one row at most, and no limit is
   needed. */
static bool is_by_key(cn_session *session, const cn_select_statement *select)
{
    const cn_node   *where  = &select->where.node;
    const cn_mapper *mapper = cn_session_mapper(session, select->from);
    return where->kind == CN_NODE_COMPARE && where->op == CN_OPERATOR_(==) && mapper != NULL &&
           where->model == select->from && mapper->table->primary_key_count == 1 &&
           where->offset == mapper->plan[mapper->table->primary_key[0]].offset;
}

void *cn_first_(cn_session *session, size_t size, const cn_select_statement *statement)
{
    if (!cn_session_well(session))
        return NULL;
    cn_select_statement first = {.head = statement->head};
    memcpy(&first, statement,
           statement->head.size < sizeof first ? statement->head.size : sizeof first);
    if (first.limit == 0 && !is_by_key(session, &first))
        first.limit = 1;
    cn_walk walk;
    cn_load load     = {0};
    void   *instance = NULL;
    cn_walk_begin(&walk, NULL);
    if (start(&load, &walk, session, size, &first)) {
        instance = cn_load_next(&load);
        cn_load_end(&load);
    }
    cn_walk_end(&walk);
    return cn_session_well(session) ? instance : NULL;
}

/* A list of instances that lives as long as the session keeps things. */
static const void *list_of(cn_load *load)
{
    static void *const empty[1];
    cn_session        *session = load->session;
    cn_list           *list    = cn_load_list(load);
    void             **items   = NULL;
    if (list == NULL)
        return empty;
    items = CN_ARENA_ARRAY(&session->kept, void *, list->count + 1);
    if (items == NULL)
        cn_session_no_memory(session);
    else
        memcpy(items, list->items, (list->count + 1) * sizeof *items);
    cn_list_free(list);
    return items != NULL ? items : empty;
}

const void *cn_all_(cn_session *session, size_t size, const cn_select_statement *statement)
{
    static void *const empty[1];
    const void        *list = empty;
    cn_walk            walk;
    cn_load            load = {0};
    if (!cn_session_well(session))
        return empty;
    cn_walk_begin(&walk, NULL);
    if (start(&load, &walk, session, size, statement)) {
        list = list_of(&load);
        cn_load_end(&load);
    }
    cn_walk_end(&walk);
    return list;
}

void *cn_get_(cn_session *session, const cn_model *model, size_t size, const cn_value *key,
              size_t count)
{
    if (!cn_session_well(session))
        return NULL;
    cn_mapper *mapper = cn_session_mapper(session, model);
    if (mapper == NULL || !matches(session, mapper, model->name, size))
        return NULL;
    const cn_table *table = mapper->table;
    if (count != table->primary_key_count) {
        cn_connection_fail(session->connection, CN_CAUSE_MISUSE,
                           "cn_get: the primary key of %s has %zu column%s, and %zu value%s given",
                           model->name, table->primary_key_count,
                           table->primary_key_count == 1 ? "" : "s", count,
                           count == 1 ? " was" : "s were");
        return NULL;
    }
    void    *instance = NULL;
    cn_arena scratch  = {0};
    void    *row      = cn_arena_zero(&scratch, 1, mapper->size);
    bool     good     = row != NULL || cn_session_no_memory(session);
    for (size_t i = 0; good && i < count; i++)
        if (!cn_convert_store(&mapper->plan[table->primary_key[i]], &key[i], row, &scratch,
                              cn_connection_error_slot(session->connection)))
            good = cn_connection_fail_filled(session->connection, NULL);
    if (good) {
        cn_slab        *slab;
        uint32_t        slot, hash;
        const cn_shelf *shelf = cn_session_find_shelf(session, mapper);
        instance              = shelf == NULL ? NULL : cn_identity_find(shelf, row, &hash);
        cn_record *record     = instance == NULL ? NULL : cn_record_of(instance, &slab, &slot);
        if (record != NULL && record->flags & CN_RECORD_DELETING)
            instance = NULL;
        else if (record == NULL || cn_record_expired(record))
            instance = cn_session_autoflush(session, CN_FLUSH_ANNOUNCED, NULL)
                           ? cn_load_by_key(session, mapper, row)
                           : NULL;
    }
    cn_arena_free(&scratch);
    return instance;
}

/* ---- rows: plain structs --------------------------------------------------------------------- */

/* Where rows come from, and how one is decoded. */
typedef struct row_source {
    cn_session        *session;
    cn_statement_slot *rows;
    cn_result         *result;
    const cn_decode   *plan;
    size_t             plan_count;
    cn_mapper         *mapper; /* of instances; NULL: plain structs */
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
    if (fields == NULL || !prepare(session, NULL))
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

static bool open_built(row_source *source, cn_walk *walk, const cn_statement *statement)
{
    cn_session *session = source->session;
    cn_mapper  *reads   = NULL;
    if (statement->kind == CN_STATEMENT_SELECT &&
        ((const cn_select_statement *)(const void *)statement)->from != NULL)
        reads = cn_session_mapper(session,
                                  ((const cn_select_statement *)(const void *)statement)->from);
    if (!prepare(session, reads))
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
    return true;
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
        if (!decode(source, row))
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
    const void *list = list_of(&load);
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
    cn_walk_begin(&walk, NULL);
    if (open_rows(&source, &walk, statement) &&
        same_struct(session, &source, struct_name, struct_size))
        list = source.mapper != NULL ? instance_list(&source) : plain_list(&source);
    finish(&source);
    cn_walk_end(&walk);
    return list;
}

/* ---- one value ------------------------------------------------------------------------------- */

void *cn_scalar_(cn_session *session, const cn_statement *statement, uint8_t storage, void *target)
{
    if (!cn_session_well(session) || !prepare(session, NULL))
        return target;
    cn_result *result = cn_connection_execute(session->connection, statement, NULL);
    cn_decode  plan   = {
           .storage = storage, .size = (uint32_t)cn_storage_size(storage), .name = "scalar"};
    if (result != NULL && cn_result_step(result) == CN_STEP_ROW) {
        session->statistics.rows++;
        cn_result_decode(result, &plan, 1, target, &session->kept);
    }
    cn_result_close(result);
    return target;
}
