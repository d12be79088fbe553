/*
 * Which tables an expression may mention, and what they are called in the SQL. See compile.h.
 */
#include <string.h>

#include "base/memory.h"
#include "sql/compile.h"

/* Whether a name is that of a table, or of an alias made before. */
static bool is_taken(const cn_compiler *compiler, const char *name)
{
    for (const cn_name_scope *scope = compiler->scope; scope != NULL; scope = scope->outer)
        for (size_t i = 0; i < scope->count; i++)
            if (scope->sources[i].table->name != NULL &&
                strcmp(scope->sources[i].table->name, name) == 0)
                return true;
    for (size_t i = 0; i < compiler->name_count; i++)
        if (strcmp(compiler->names[i], name) == 0)
            return true;
    return false;
}

/* Aliases of the same beginning have the numbers before it: a thousand are not tried one by one. */
static unsigned first_number(const cn_compiler *compiler, const char *begins, size_t size)
{
    unsigned number = 1;
    for (size_t i = 0; i < compiler->name_count; i++) {
        const char *name = compiler->names[i];
        number += strncmp(name, begins, size) == 0 && name[size] == '_' &&
                  name[size + 1 + strspn(name + size + 1, "0123456789")] == '\0';
    }
    return number;
}

/* "employee_1": the table's name and the first number that makes it a new one, cut so that the
   database takes it. NULL: no memory. */
static const char *alias_name(cn_compiler *compiler, const cn_table *table)
{
    size_t limit = compiler->dialect->identifier_limit;
    size_t size  = strlen(table->name);
    char  *name  = cn_arena_take(&compiler->scratch, size + 24, 1);
    if (size > limit - 8)
        size = limit - 8;
    while (size > 0 && ((unsigned char)table->name[size] & 0xc0) == 0x80)
        size--; /* not inside a character */
    if (name == NULL || !cn_reserve(&compiler->names, &compiler->name_capacity,
                                    compiler->name_count + 1, sizeof *compiler->names)) {
        cn_compiler_no_memory(compiler);
        return NULL;
    }
    memcpy(name, table->name, size);
    name[size] = '\0';
    for (unsigned number = first_number(compiler, table->name, size);; number++) {
        cn_buffer digits = {0};
        cn_buffer_format(&digits, "_%u", number);
        if (digits.failed) {
            cn_buffer_free(&digits);
            cn_compiler_no_memory(compiler);
            return NULL;
        }
        memcpy(name + size, digits.text, digits.size + 1);
        cn_buffer_free(&digits);
        if (!is_taken(compiler, name))
            break;
    }
    compiler->names[compiler->name_count++] = name;
    return name;
}

const cn_source *cn_source_add(cn_compiler *compiler, const cn_model *model)
{
    cn_name_scope  *scope = compiler->scope;
    const cn_table *table = cn_table_of(model, compiler->error);
    if (table == NULL)
        return NULL;
    if (table->name == NULL) {
        cn_error_set(compiler->error, CN_CAUSE_MODEL, "%s has no table to select from",
                     model->name);
        return NULL;
    }
    for (size_t i = 0; i < scope->count; i++)
        if (scope->sources[i].model == model) {
            cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                         "the statement uses %s twice: give it a second name with "
                         "CN_ALIAS(%s, Other%s)",
                         model->name, model->name, model->name);
            return NULL;
        }
    if (scope->count == scope->capacity) {
        size_t     capacity = scope->capacity == 0 ? 4 : scope->capacity * 2;
        cn_source *grown    = CN_ARENA_ARRAY(&compiler->scratch, cn_source, capacity);
        if (grown == NULL) {
            cn_compiler_no_memory(compiler);
            return NULL;
        }
        if (scope->count != 0)
            memcpy(grown, scope->sources, scope->count * sizeof *grown);
        scope->sources  = grown;
        scope->capacity = capacity;
    }
    cn_source *source = &scope->sources[scope->count];
    *source           = (cn_source){.model = model, .table = table};
    if (model->alias_of != NULL && (source->name = alias_name(compiler, table)) == NULL)
        return NULL;
    scope->count++;
    return source;
}

static const cn_source *look_up(const cn_name_scope *scope, const cn_model *model)
{
    for (; scope != NULL; scope = scope->outer)
        for (size_t i = 0; i < scope->count; i++)
            if (scope->sources[i].model == model)
                return &scope->sources[i];
    return NULL;
}

const cn_source *cn_source_find(cn_compiler *compiler, const cn_model *model)
{
    const cn_source *found = look_up(compiler->scope, model);
    if (found != NULL || model == NULL)
        return found;
    const cn_name_scope *scope = compiler->scope;
    cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                 "the statement is about %s, but its %s mentions %s: join %s, or name it in .also",
                 scope == NULL || scope->count == 0 ? "nothing" : scope->sources[0].model->name,
                 compiler->part == NULL ? "condition" : compiler->part, model->name, model->name);
    return NULL;
}

const cn_column *cn_source_of(cn_compiler *compiler, const cn_node *node, const cn_source **source)
{
    *source = cn_source_find(compiler, node->model);
    if (*source == NULL)
        return NULL;
    const cn_table  *table = (*source)->table;
    const cn_column *column;
    if (node->kind == CN_NODE_NAMED) {
        const char *name = node->value.as.text.data;
        column           = name == NULL ? NULL : cn_table_named(table, name);
        if (column == NULL)
            cn_error_set(compiler->error, CN_CAUSE_MODEL, "%s has no column \"%s\"",
                         node->model->name, name == NULL ? "" : name);
        return column;
    }
    column = node->flags & CN_NODE_BY_INDEX ? &table->columns[node->offset]
                                            : cn_table_at(table, node->offset);
    if (column == NULL)
        cn_error_set(compiler->error, CN_CAUSE_MODEL,
                     "a member of %s that the statement uses is not mapped to a column: add "
                     "CN_COLUMN for it",
                     node->model->name);
    return column;
}

bool cn_compiler_source_column(cn_compiler *compiler, const cn_source *source,
                               const cn_column *column)
{
    if (!compiler->scope->bare) {
        bool good = source->name != NULL ? cn_compiler_identifier(compiler, source->name)
                                         : cn_compiler_table(compiler, source->table);
        if (!good)
            return false;
        cn_buffer_char(&compiler->sql, '.');
    }
    return cn_compiler_identifier(compiler, column->name);
}

bool cn_compiler_is_for(const cn_compiler *compiler, const char *name)
{
    return strcmp(name, compiler->dialect->name) == 0 ||
           (strcmp(name, "mariadb") == 0 && compiler->link->product == CN_PRODUCT_MARIADB);
}

void cn_compiler_hints(cn_compiler *compiler, uint8_t place, const cn_model *table)
{
    const cn_hint *hints = compiler->scope->hints;
    for (; hints != NULL && hints->dialect != NULL; hints++)
        if (hints->place == place && hints->table == table &&
            cn_compiler_is_for(compiler, hints->dialect))
            cn_buffer_format(&compiler->sql, place == CN_HINT_PREFIX ? "%s " : " %s", hints->text);
}

bool cn_compiler_source(cn_compiler *compiler, const cn_source *source)
{
    if (!cn_compiler_table(compiler, source->table))
        return false;
    cn_compiler_text(compiler, source->name == NULL ? "" : " AS ");
    if (source->name != NULL && !cn_compiler_identifier(compiler, source->name))
        return false;
    cn_compiler_hints(compiler, CN_HINT_TABLE, source->model);
    return true;
}

bool cn_source_is_with(const cn_compiler *compiler, const cn_model *shape)
{
    if (shape->alias_of != NULL)
        shape = shape->alias_of;
    for (const cn_with_scope *with = compiler->with; with != NULL; with = with->outer)
        if (with->shape == shape)
            return true;
    return false;
}
