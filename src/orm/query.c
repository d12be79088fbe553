/*
 * The fetching verbs for instances, cn_first, cn_all, cn_get, and cn_scalar. Each flushes what it
 * reads and runs its statement. Rows that are other structs are in rows.c.
 */
#include "orm/session.h"

#include "base/memory.h"

bool cn_session_prepare(cn_session *session, const cn_mapper *reads)
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
static bool start(cn_load *load, cn_walk *walk, cn_session *session, cn_mapper *mapper, size_t size,
                  const cn_select_statement *select, bool reads_one)
{
    if (mapper == NULL || !matches(session, mapper, mapper->model->name, size) ||
        !cn_session_prepare(session, reads_one ? mapper : NULL))
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
static bool is_by_key(const cn_mapper *mapper, const cn_select_statement *select)
{
    const cn_node *where = &select->where.node;
    return where->kind == CN_NODE_OPERATOR && where->op == CN_OP_EQUAL &&
           (where->flags & CN_NODE_FLAT) && where->count == 0 && mapper != NULL &&
           where->value.kind != CN_KIND_MEMBER_ && where->model == select->from &&
           select->join == NULL && select->also == NULL && select->with == NULL &&
           select->columns == NULL && select->having.node.kind == CN_NODE_NONE &&
           mapper->table->primary_key_count == 1 &&
           where->offset == mapper->plan[mapper->table->primary_key[0]].offset;
}

static const cn_select_statement *with_limit(cn_select_statement       *limited,
                                             const cn_select_statement *statement)
{
    *limited = (cn_select_statement){.head = statement->head};
    memcpy(limited, statement,
           statement->head.size < sizeof *limited ? statement->head.size : sizeof *limited);
    if (limited->limit == 0)
        limited->limit = 1;
    limited->head.size = sizeof *limited;
    return limited;
}

/* Rows of a query are no instances. */
static bool is_shape(const cn_model *model)
{
    return model != NULL && (model->alias_of != NULL ? model->alias_of : model)->is_shape;
}

void *cn_first_(cn_session *session, size_t size, const cn_select_statement *statement)
{
    if (!cn_session_well(session))
        return NULL;
    cn_select_statement        limited;
    const cn_select_statement *first = statement;
    if (is_shape(statement->from))
        return *(void *const *)cn_rows_(session, statement->from->name, size,
                                        &with_limit(&limited, statement)->head);
    cn_mapper *mapper = cn_session_mapper(session, statement->from);
    bool       whole  = first->head.size >= sizeof limited;
    bool       by_key = whole && is_by_key(mapper, first);
    if (!whole || (first->limit == 0 && !by_key))
        first = with_limit(&limited, statement);
    cn_walk walk;
    cn_load load;
    void   *instance  = NULL;
    bool    reads_one = (by_key && first->order_by == NULL) || cn_statement_reads_one(first);
    cn_walk_begin(&walk, NULL);
    if (start(&load, &walk, session, mapper, size, first, reads_one)) {
        instance = cn_load_next(&load);
        cn_load_end(&load);
    }
    cn_walk_end(&walk);
    return cn_session_well(session) ? instance : NULL;
}

const void *cn_load_kept_list(cn_load *load)
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
    if (is_shape(statement->from))
        return cn_rows_(session, statement->from->name, size, &statement->head);
    cn_walk_begin(&walk, NULL);
    if (start(&load, &walk, session, cn_session_mapper(session, statement->from), size, statement,
              cn_statement_reads_one(statement))) {
        list = cn_load_kept_list(&load);
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
        if (!cn_convert_assign(&mapper->plan[table->primary_key[i]], &key[i], row, &scratch,
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

/* ---- one value ------------------------------------------------------------------------------- */

void *cn_scalar_(cn_session *session, const cn_statement *statement, uint8_t storage, void *target)
{
    if (!cn_session_well(session) || !cn_session_prepare(session, NULL))
        return target;
    cn_result *result = cn_connection_execute(session->connection, statement, NULL);
    cn_decode  plan   = {
           .storage = storage, .size = (uint32_t)cn_storage_size(storage), .name = "scalar"};
    if (result != NULL && cn_result_step(result) == CN_STEP_ROW) {
        session->statistics.rows++;
        cn_result_type(result, &plan);
        cn_result_decode(result, &plan, 1, target, &session->kept);
    }
    cn_result_close(result);
    return target;
}
