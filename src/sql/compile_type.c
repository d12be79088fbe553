/*
 * Expressions whose values are those of a column: a case, an aggregate, a call that gives one of its
 * arguments. What they meet, and what is read of them, has the column's type. See compile.h.
 */
#include <string.h>

#include "sql/compile.h"

/* Functions that give one of their arguments, and which: the others are offsets. */
static const struct {
    const char *name;
    uint32_t    arguments; /* bits */
} givers[] = {{"coalesce", UINT32_MAX},
              {"nullif", UINT32_MAX},
              {"greatest", UINT32_MAX},
              {"least", UINT32_MAX},
              {"min", 1},
              {"max", 1},
              {"first_value", 1},
              {"last_value", 1},
              {"nth_value", 1},
              {"lag", 1 | 1 << 2},
              {"lead", 1 | 1 << 2}};

bool cn_function_gives(const char *name, uint32_t argument)
{
    for (size_t i = 0; name != NULL && i < sizeof givers / sizeof *givers; i++)
        if (strcmp(givers[i].name, name) == 0)
            return (givers[i].arguments >> (argument < 31 ? argument : 31) & 1) != 0;
    return false;
}

static bool gives_part(const cn_node *node, uint32_t part)
{
    switch (node->kind) {
    case CN_NODE_CALL:
        return cn_function_gives(node->value.as.text.data, part);
    case CN_NODE_CASE:
    case CN_NODE_ELSE:
        return true;
    case CN_NODE_THEN:
        return part == 1;
    case CN_NODE_FILTER:
    case CN_NODE_ORDERED:
    case CN_NODE_OVER:
        return part == 0;
    default:
        return false;
    }
}

const cn_column *cn_compiler_typed(cn_compiler *compiler, const cn_node *node)
{
    const cn_source *source;
    const cn_column *found = NULL;
    node                   = cn_node_resolved(node);
    if (node->kind == CN_NODE_MEMBER || node->kind == CN_NODE_NAMED ||
        (node->kind == CN_NODE_CALL && node->model != NULL && gives_part(node, 0)))
        return cn_source_of(compiler, node, &source);
    for (uint32_t i = 0; i < node->count && found == NULL; i++)
        if (gives_part(node, i))
            found = cn_compiler_typed(compiler, cn_node_part(node, i));
    return found;
}

const cn_column *cn_compiler_converting(cn_compiler *compiler, const cn_node *node,
                                        const cn_column *meets)
{
    const cn_column *own = cn_compiler_typed(compiler, node);
    return cn_column_converts(own) ? own : cn_column_converts(meets) ? meets : NULL;
}
