/*
 * Fragments to SQL: text of the program's own, whose parameters are found as those of any text, and
 * constructs of its own with a text for each database. See compile.h.
 */
#include <string.h>

#include "engine/statement_text.h"
#include "sql/compile.h"

/* A parameter of a fragment: where its values begin, and how many there are. */
typedef struct fragment_param {
    const cn_param *param;
    uint32_t        first;
    bool            used;
} fragment_param;

static uint32_t count_of(const cn_param *param)
{
    return param->value.kind == CN_KIND_LIST ? (uint32_t)param->value.as.list.count : 1;
}

/* The parameters in the order of their values; none may be there twice. */
static fragment_param *fragment_params(cn_compiler *compiler, const cn_node *node)
{
    const cn_param *params = node->value.as.list.items;
    fragment_param *list   = CN_ARENA_ARRAY(&compiler->scratch, fragment_param, node->count + 1);
    if (list == NULL)
        cn_error_no_memory(compiler->error);
    for (uint32_t i = 0; list != NULL && i < node->count; i++) {
        list[i] = (fragment_param){.param = &params[i],
                                   .first = cn_numbers_get(compiler->numbers, &params[i])};
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(params[i].name, params[j].name) == 0) {
                cn_error_set(compiler->error, CN_CAUSE_PARAMETER,
                             "the parameter '%s' of the fragment \"%s\" is given twice",
                             params[i].name, (const char *)node->parts);
                return NULL;
            }
    }
    return list;
}

static fragment_param *fragment_named(cn_compiler *compiler, const cn_node *node,
                                      fragment_param *list, const cn_text_name *name)
{
    for (uint32_t i = 0; i < node->count; i++)
        if (strlen(list[i].param->name) == name->size &&
            memcmp(list[i].param->name, name->text, name->size) == 0) {
            list[i].used = true;
            return &list[i];
        }
    cn_error_set(compiler->error, CN_CAUSE_PARAMETER,
                 "the fragment \"%s\" has no value for its parameter '%.*s'",
                 (const char *)node->parts, (int)name->size, name->text);
    return NULL;
}

/* A list in place of its mark; `at` is where the text goes on. */
static bool fragment_list(cn_compiler *compiler, const cn_text_compiled *text,
                          const cn_text_mark *mark, const fragment_param *from, size_t *at)
{
    uint32_t count = count_of(from->param);
    if (mark->place == CN_TEXT_PLAIN || (mark->place == CN_TEXT_IN_PARENTHESES && count == 0))
        return cn_error_set(
            compiler->error, CN_CAUSE_PARAMETER,
            "the parameter '%s' of a fragment is a list, which only stands after IN, and an empty "
            "one there alone: write IN :%s",
            from->param->name, from->param->name);
    if (count == 0) {
        cn_buffer_add(&compiler->sql, text->text + *at, mark->in_from - *at);
        cn_compiler_text(compiler,
                         mark->negated ? text->rules->not_in_nothing : text->rules->in_nothing);
        *at = mark->place == CN_TEXT_IN ? mark->to : mark->in_to;
        return true;
    }
    cn_buffer_add(&compiler->sql, text->text + *at, mark->from - *at);
    *at = mark->to;
    cn_compiler_text(compiler, mark->place == CN_TEXT_IN ? "(" : "");
    for (uint32_t i = 0; i < count; i++) {
        cn_compiler_text(compiler, i == 0 ? "" : ", ");
        if (!cn_compiler_value_at(compiler, NULL, from->first + i))
            return false;
    }
    cn_compiler_text(compiler, mark->place == CN_TEXT_IN ? ")" : "");
    return true;
}

static bool fragment_mark(cn_compiler *compiler, const cn_text_compiled *text,
                          const cn_text_mark *mark, const fragment_param *from, size_t *at)
{
    if (from->param->value.kind == CN_KIND_LIST)
        return fragment_list(compiler, text, mark, from, at);
    if (mark->place == CN_TEXT_IN)
        return cn_error_set(
            compiler->error, CN_CAUSE_PARAMETER,
            "the parameter '%s' of a fragment stands after IN and is not a list: give it as "
            "cn_list(items, count), or write IN (:%s)",
            from->param->name, from->param->name);
    cn_buffer_add(&compiler->sql, text->text + *at, mark->from - *at);
    *at = mark->to;
    return cn_compiler_value_at(compiler, NULL, from->first);
}

bool cn_compiler_fragment(cn_compiler *compiler, const cn_node *node)
{
    const char             *sql  = node->parts;
    fragment_param         *list = fragment_params(compiler, node);
    const cn_text_compiled *text = NULL;
    size_t                  at   = 0;
    if (list != NULL)
        text = (const cn_text_compiled *)(const void *)cn_text_compile(
            cn_text_rules_of_link(compiler->link), sql, strlen(sql), sql, strlen(sql), 0,
            compiler->error);
    bool good = text != NULL;
    for (size_t i = 0; good && i < text->mark_count; i++) {
        const cn_text_mark *mark = &text->marks[i];
        fragment_param     *from = fragment_named(compiler, node, list, &text->names[mark->name]);
        good                     = from != NULL && fragment_mark(compiler, text, mark, from, &at);
    }
    if (good)
        cn_buffer_add(&compiler->sql, text->text + at, text->text_size - at);
    for (uint32_t i = 0; good && i < node->count; i++)
        good = list[i].used ||
               cn_error_set(compiler->error, CN_CAUSE_PARAMETER,
                            "the fragment \"%s\" has no parameter '%s'", sql, list[i].param->name);
    cn_compiled_release((cn_compiled *)(uintptr_t)text);
    return good;
}

/* ---- constructs with a spelling for each database -------------------------------------------- */

/* MariaDB's goes before MySQL's, and either before that of all others. NULL: there is none. */
static const cn_spelling *spelling_for(const cn_compiler *compiler, const cn_spelling *list)
{
    const cn_spelling *found = NULL;
    for (; list->dialect != NULL; list++) {
        bool others = *list->dialect == '\0';
        bool exact  = strcmp(list->dialect, "mariadb") == 0;
        if (others ? found == NULL
                   : cn_compiler_is_for(compiler, list->dialect) &&
                         (exact || found == NULL || *found->dialect == '\0'))
            found = list;
    }
    return found;
}

static bool write_operand(cn_compiler *compiler, const void *context, char mark, uint32_t number)
{
    const cn_node *node = context;
    if (mark == '*') { /* which says nothing here */
        cn_compiler_text(compiler, "@*");
        return true;
    }
    if (number >= node->count)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "a spelling mentions @%u, and cn_spelled was given %u operand%s",
                            number, node->count, node->count == 1 ? "" : "s");
    const cn_node *operand = cn_node_part(node, number);
    return operand->kind == CN_NODE_VALUE
               ? cn_compiler_free_value(compiler, operand, NULL, true)
               : cn_compiler_within(compiler, operand, CN_BIND_ATOM, NULL);
}

bool cn_compiler_spelled(cn_compiler *compiler, const cn_node *node)
{
    const cn_spelling *spelling = spelling_for(compiler, node->value.as.list.items);
    return spelling == NULL || spelling->sql == NULL
               ? cn_compiler_lacks(compiler, "spelling of this cn_spelled")
               : cn_compiler_template(compiler, spelling->sql, write_operand, node);
}
