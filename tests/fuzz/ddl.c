/*
 * Fuzz target: texts of catalogues. The first byte says which database wrote it. The tokens stand
 * in the text, one behind the other; an expression has a common form, is the same as itself, and
 * has a portable one;
 * what SQLite keeps of a table, an index or a type is read whatever it is.
 */
#include <stdlib.h>
#include <string.h>

#include "catalog/expression.h"
#include "catalog/portable.h"
#include "catalog/sqlite_ddl.h"
#include "catalog/type_text.h"
#include "fuzz/fuzz.h"

static void check_tokens(const char *text, size_t size, cn_token_style style)
{
    cn_tokens   tokens = {text, text + size, style};
    cn_arena    arena  = {0};
    const char *before = text;
    cn_token    token;
    while ((token = cn_token_next(&tokens)).kind != CN_TOKEN_END) {
        fuzz_require(token.size > 0 && token.from >= before &&
                         token.size <= (size_t)(text + size - token.from),
                     "%s", text);
        before = token.from + token.size;
        fuzz_require(cn_token_text(&arena, &token, style) != NULL, "%s", text);
    }
    fuzz_require(cn_token_next(&tokens).kind == CN_TOKEN_END, "%s", text);
    cn_arena_free(&arena);
}

static void check_expression(const char *text, cn_token_style style)
{
    cn_buffer once = {0}, twice = {0};
    cn_arena  arena     = {0};
    bool      no_memory = false;
    cn_expression_normal(style, text, &once);
    fuzz_require(!once.failed, "%s", text);
    cn_expression_normal(style, cn_buffer_get(&once), &twice);
    fuzz_require(!twice.failed, "%s", text);
    fuzz_require(cn_expression_same(style, text, text, &no_memory) && !no_memory, "%s", text);
    fuzz_require(cn_expression_portable(style, text, &arena, &no_memory) != NULL && !no_memory,
                 "%s", text);
    cn_buffer_free(&once);
    cn_buffer_free(&twice);
    cn_arena_free(&arena);
}

static void check_definitions(const char *text, size_t size, cn_token_style style)
{
    cn_arena        arena = {0};
    cn_sqlite_table table = {0};
    cn_sqlite_index index = {0};
    cn_type         type  = {0};
    bool            serial;
    fuzz_require(cn_type_read(style, text, &arena, &type, &serial), "%s", text);
    fuzz_require(type.kind < CN_TYPE_COUNT, "%s", text);
    fuzz_require(cn_sqlite_read_table(text, size, &arena, &table), "%s", text);
    for (size_t i = 0; i < table.column_count; i++)
        fuzz_require(table.columns[i].name != NULL, "%s", text);
    fuzz_require(cn_sqlite_read_index(text, size, &arena, &index), "%s", text);
    cn_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    cn_token_style style  = (cn_token_style)(data[0] % 3);
    char          *text   = fuzz_text(data + 1, size - 1);
    size_t         length = strlen(text);
    check_tokens(text, length, style);
    check_expression(text, style);
    check_definitions(text, length, style);
    free(text);
    return 0;
}

int main(int argc, char **argv)
{
    return fuzz_replay("ddl", argc, argv);
}
