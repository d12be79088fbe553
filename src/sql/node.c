/*
 * Making expressions: the functions behind the macros of cinnabar/sql.h. They allocate nothing and
 * know no database; a node with parts remembers a checksum of them, so that whoever walks it can
 * tell whether the block that wrote them is still there.
 */
#include "sql/node.h"

#include <string.h>

/* ---- checksums ------------------------------------------------------------------------------- */

static uint32_t mix(uint32_t sum, uint64_t word)
{
    uint64_t product = (sum ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(product >> 32) ^ (uint32_t)product;
}

static uint32_t sum_value(uint32_t sum, const cn_value *value)
{
    uint64_t words[2];
    memcpy(words, &value->as, sizeof words);
    switch (value->kind) { /* only the bytes that the kind gives a meaning */
    case CN_KIND_NULL:
        return mix(sum, 0);
    case CN_KIND_BOOLEAN:
        return mix(sum, value->as.boolean ? 2 : 1);
    case CN_KIND_DATE:
        return mix(sum, (uint64_t)(uint16_t)value->as.date.year << 16 |
                            (uint64_t)value->as.date.month << 8 | value->as.date.day);
    case CN_KIND_INTEGER:
    case CN_KIND_UNSIGNED:
    case CN_KIND_REAL:
    case CN_KIND_TIME:
    case CN_KIND_DATETIME:
    case CN_KIND_TIMESTAMP:
    case CN_KIND_PARAMS_:
    case CN_KIND_LATER_:
        return mix(mix(sum, value->kind), words[0]);
    default:
        return mix(mix(mix(sum, value->kind), words[0]), words[1]);
    }
}

static uint32_t sum_node(uint32_t sum, const cn_node *node)
{
    sum = mix(sum, (uint64_t)node->kind | (uint64_t)node->op << 8 | (uint64_t)node->storage << 16 |
                       (uint64_t)node->flags << 24 | (uint64_t)node->offset << 32);
    sum = mix(sum, (uint64_t)node->count << 32 | node->check);
    sum = mix(sum, (uint64_t)(uintptr_t)node->model ^ (uint64_t)(uintptr_t)node->parts << 1);
    return sum_value(sum, &node->value);
}

static uint32_t sum_params(const cn_node *node)
{
    const cn_param *params = node->value.as.list.items;
    uint32_t        sum    = 2166136261u;
    for (uint32_t i = 0; i < node->count; i++)
        sum = sum_value(mix(sum, (uint64_t)(uintptr_t)params[i].name), &params[i].value);
    return sum;
}

static uint32_t sum_parts(const cn_node *node)
{
    uint32_t sum = 2166136261u;
    if (node->kind == CN_NODE_FRAGMENT)
        return sum_params(node);
    for (uint32_t i = 0; i < node->count; i++)
        sum = sum_node(sum, cn_node_has_conditions(node)
                                ? &((const cn_condition *)node->parts)[i].node
                                : &((const cn_expr *)node->parts)[i].node);
    return sum;
}

bool cn_node_alive(const cn_node *node)
{
    return node->count == 0 || sum_parts(node) == node->check;
}

/* ---- values ---------------------------------------------------------------------------------- */

cn_expr cn_expr_of_(cn_value value)
{
    return (cn_expr){{.kind = CN_NODE_VALUE, .value = value}};
}

cn_expr cn_expr_self_(cn_expr value)
{
    return value;
}

#define CN_TAKES(name, T, constructor)                                                             \
    cn_expr name(T value)                                                                          \
    {                                                                                              \
        return cn_expr_of_(constructor(value));                                                    \
    }
CN_TAKES(cn_a_bool_member_takes_, bool, cn_value_bool)
CN_TAKES(cn_an_int_member_takes_, int, cn_value_int)
CN_TAKES(cn_an_unsigned_member_takes_, unsigned, cn_value_uint)
CN_TAKES(cn_an_int64_member_takes_, long long, cn_value_int)
CN_TAKES(cn_a_uint64_member_takes_, unsigned long long, cn_value_uint)
CN_TAKES(cn_a_double_member_takes_, double, cn_value_real)
CN_TAKES(cn_a_text_member_takes_, const char *, cn_value_text)
CN_TAKES(cn_a_bytes_member_takes_, cn_bytes, cn_value_bytes)
CN_TAKES(cn_a_decimal_member_takes_, cn_decimal, cn_value_decimal)
CN_TAKES(cn_a_date_member_takes_, cn_date, cn_value_date)
CN_TAKES(cn_a_time_member_takes_, cn_time, cn_value_time)
CN_TAKES(cn_a_datetime_member_takes_, cn_datetime, cn_value_datetime)
CN_TAKES(cn_a_timestamp_member_takes_, cn_timestamp, cn_value_timestamp)
CN_TAKES(cn_an_interval_member_takes_, cn_interval, cn_value_interval)
CN_TAKES(cn_a_uuid_member_takes_, cn_uuid, cn_value_uuid)
CN_TAKES(cn_a_json_member_takes_, cn_json, cn_value_json)

cn_expr cn_later(const char *name)
{
    return cn_expr_of_((cn_value){.kind = CN_KIND_LATER_, .as.text = {name, 0}});
}

cn_expr cn_compute_(int kind, int op, const char *name, const cn_expr *parts, size_t count)
{
    cn_expr made    = {{.kind  = (uint8_t)kind,
                        .op    = (uint8_t)op,
                        .count = (uint32_t)count,
                        .value = {.kind = CN_KIND_LATER_, .as.text = {name, 0}},
                        .parts = parts}};
    made.node.check = sum_parts(&made.node);
    return made;
}

/* An aggregate of one column has no parts: the column stands in the node itself, so the value may
   be stored. Of anything else it is a function call like any other. */
cn_expr cn_aggregate_(const char *name, const cn_expr *of)
{
    if (of->node.kind != CN_NODE_MEMBER)
        return cn_compute_(CN_NODE_CALL, 0, name, of, 1);
    cn_expr made   = *of;
    made.node.kind = CN_NODE_CALL;
    made.node.flags &= CN_NODE_BY_INDEX;
    made.node.value = (cn_value){.kind = CN_KIND_LATER_, .as.text = {name, 0}};
    return made;
}

cn_expr cn_count_all(void)
{
    return (cn_expr){{.kind = CN_NODE_COUNT_ALL}};
}

cn_expr cn_desc(cn_expr value)
{
    value.node.flags |= CN_NODE_DESC;
    return value;
}

cn_expr cn_asc(cn_expr value)
{
    value.node.flags &= (uint8_t)~CN_NODE_DESC;
    return value;
}

cn_expr cn_node_column(const cn_model *model, uint32_t index)
{
    return (cn_expr){
        {.kind = CN_NODE_MEMBER, .flags = CN_NODE_BY_INDEX, .offset = index, .model = model}};
}

/* ---- conditions ------------------------------------------------------------------------------ */

/* What a member meets, in the node itself if it is flat. False: it has parts, which stay where they
   are. */
static bool take_flat(cn_node *node, const cn_expr *value)
{
    const cn_node *other = &value->node;
    if (other->kind == CN_NODE_VALUE) {
        node->value = other->value;
        return true;
    }
    if (other->kind == CN_NODE_MEMBER) {
        node->value.kind          = CN_KIND_MEMBER_;
        node->value.element       = other->flags & CN_NODE_BY_INDEX;
        node->value.as.list.items = other->model;
        node->value.as.list.count = other->offset;
        return true;
    }
    node->count = 1;
    node->parts = value;
    node->check = sum_parts(node);
    return false;
}

cn_condition cn_compare_(const cn_model *model, uint32_t offset, uint8_t storage, int op,
                         const cn_expr *value)
{
    cn_condition made = {{.kind    = CN_NODE_COMPARE,
                          .op      = (uint8_t)op,
                          .storage = storage,
                          .offset  = offset,
                          .model   = model}};
    if (!take_flat(&made.node, value))
        made.node.kind = CN_NODE_COMPARE_PART;
    return made;
}

cn_condition cn_compare_both_(int op, const cn_expr *two)
{
    cn_condition made = {
        {.kind = CN_NODE_COMPARE_BOTH, .op = (uint8_t)op, .count = 2, .parts = two}};
    made.node.check = sum_parts(&made.node);
    return made;
}

cn_condition cn_test_(int kind, const cn_model *model, uint32_t offset, uint8_t storage,
                      const cn_expr *value)
{
    cn_condition made = {
        {.kind = (uint8_t)kind, .storage = storage, .offset = offset, .model = model}};
    bool is_text_only = kind == CN_NODE_CONTAINS || kind == CN_NODE_STARTS_WITH ||
                        kind == CN_NODE_ENDS_WITH;
    if (value != NULL && is_text_only && value->node.kind != CN_NODE_VALUE)
        return cn_condition_broken(CN_BROKEN_MATCH);
    if (value != NULL)
        (void)take_flat(&made.node, value);
    return made;
}

cn_condition cn_connect_(int kind, const cn_condition *parts, size_t count)
{
    cn_condition made = {{.kind = (uint8_t)kind, .count = (uint32_t)count, .parts = parts}};
    made.node.check   = sum_parts(&made.node);
    return made;
}

cn_condition cn_in_(const cn_model *model, uint32_t offset, uint8_t storage, const void *items,
                    size_t count)
{
    uint8_t element = storage & (CN_STORAGE_OPT - 1);
    if (element == CN_STORAGE_CHARS)
        element = CN_STORAGE_TEXT;
    return (cn_condition){{.kind    = CN_NODE_IN,
                           .storage = storage,
                           .offset  = offset,
                           .model   = model,
                           .value   = cn_list_of(items, count, element)}};
}

cn_condition cn_fragment_(const char *sql, const cn_param *params)
{
    cn_condition made             = {{.kind = CN_NODE_FRAGMENT, .parts = sql}};
    made.node.value.kind          = CN_KIND_PARAMS_;
    made.node.value.as.list.items = params;
    while (params != NULL && params[made.node.count].name != NULL)
        made.node.count++;
    made.node.check = sum_parts(&made.node);
    return made;
}

cn_condition cn_node_equals(const cn_model *model, uint32_t index, cn_value value)
{
    return (cn_condition){{.kind   = CN_NODE_COMPARE,
                           .op     = 1,
                           .flags  = CN_NODE_BY_INDEX,
                           .offset = index,
                           .model  = model,
                           .value  = value}};
}

cn_condition cn_node_joins(const cn_model *model, uint32_t index, const cn_model *other,
                           uint32_t other_index)
{
    cn_condition made             = cn_node_equals(model, index, cn_value_null());
    made.node.value.kind          = CN_KIND_MEMBER_;
    made.node.value.element       = CN_NODE_BY_INDEX;
    made.node.value.as.list.items = other;
    made.node.value.as.list.count = other_index;
    return made;
}

/* ---- copies ---------------------------------------------------------------------------------- */

static bool copy_value(cn_value *value, cn_arena *arena)
{
    switch (value->kind) {
    case CN_KIND_TEXT:
    case CN_KIND_DECIMAL:
    case CN_KIND_JSON:
    case CN_KIND_LATER_:
        if (value->as.text.data == NULL)
            return true;
        if (value->kind == CN_KIND_LATER_ || value->as.text.size == CN_TERMINATED)
            value->as.text.data = cn_arena_text(arena, value->as.text.data);
        else
            value->as.text.data = cn_arena_text_sized(arena, value->as.text.data,
                                                      value->as.text.size);
        return value->as.text.data != NULL;
    case CN_KIND_BYTES: {
        void *data = cn_arena_take(arena, value->as.bytes.size + 1, 1);
        if (data != NULL && value->as.bytes.size != 0)
            memcpy(data, value->as.bytes.data, value->as.bytes.size);
        value->as.bytes.data = data;
        return data != NULL;
    }
    case CN_KIND_LIST: {
        size_t size  = cn_storage_size(value->element) * value->as.list.count;
        void  *items = cn_arena_take(arena, size + 1, sizeof(void *));
        if (items == NULL)
            return false;
        if (size != 0)
            memcpy(items, value->as.list.items, size);
        if (value->element == CN_STORAGE_TEXT)
            for (size_t i = 0; i < value->as.list.count; i++) {
                const char **text = (const char **)items + i;
                if (*text != NULL && (*text = cn_arena_text(arena, *text)) == NULL)
                    return false;
            }
        value->as.list.items = items;
        return true;
    }
    default:
        return true;
    }
}

bool cn_params_copy(const cn_param **params, cn_arena *arena)
{
    const cn_param *from  = *params;
    size_t          count = 0;
    if (from == NULL)
        return true;
    while (from[count].name != NULL)
        count++;
    cn_param *to = CN_ARENA_ARRAY(arena, cn_param, count + 1);
    if (to == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        to[i].name  = cn_arena_text(arena, from[i].name);
        to[i].value = from[i].value;
        if (to[i].name == NULL || !copy_value(&to[i].value, arena))
            return false;
    }
    to[count] = (cn_param){0};
    *params   = to;
    return true;
}

static bool break_node(cn_node *node, uint8_t why)
{
    *node = cn_condition_broken(why).node;
    return false;
}

static bool copy_fragment(cn_node *node, cn_arena *arena)
{
    const cn_param *params = node->value.as.list.items;
    node->parts            = cn_arena_text(arena, node->parts);
    if (node->parts == NULL || !cn_params_copy(&params, arena))
        return break_node(node, CN_BROKEN_MEMORY);
    node->value.as.list.items = params;
    node->check               = sum_parts(node);
    return true;
}

static bool copy_node(cn_node *node, cn_arena *arena, unsigned depth);

/* Conditions and expressions are different types for the caller; each is one node. */
_Static_assert(sizeof(cn_condition) == sizeof(cn_node) && sizeof(cn_expr) == sizeof(cn_node),
               "parts are copied as nodes");

static bool copy_parts(cn_node *node, cn_arena *arena, unsigned depth)
{
    cn_node *parts = CN_ARENA_ARRAY(arena, cn_node, node->count);
    if (parts == NULL)
        return break_node(node, CN_BROKEN_MEMORY);
    memcpy(parts, node->parts, node->count * sizeof *parts);
    for (uint32_t i = 0; i < node->count; i++)
        if (!copy_node(&parts[i], arena, depth))
            return break_node(node, parts[i].op);
    node->parts = parts;
    return true;
}

static bool copy_node(cn_node *node, cn_arena *arena, unsigned depth)
{
    if (node->kind == CN_NODE_BROKEN)
        return false;
    if (depth > CN_NODE_DEPTH)
        return break_node(node, CN_BROKEN_DEEP);
    if (!cn_node_alive(node))
        return break_node(node, CN_BROKEN_DEAD);
    if (node->kind == CN_NODE_FRAGMENT)
        return copy_fragment(node, arena);
    if (!copy_value(&node->value, arena))
        return break_node(node, CN_BROKEN_MEMORY);
    if (node->count == 0)
        return true;
    if (!copy_parts(node, arena, depth + 1))
        return false;
    node->check = sum_parts(node);
    return true;
}

bool cn_node_copy(cn_node *node, cn_arena *arena)
{
    return copy_node(node, arena, 0);
}
