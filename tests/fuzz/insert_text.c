/*
 * Fuzz target: the shape of INSERT that drivers may rewrite. What is found lies in the text, in
 * order, has as many placeholders as it says, and SQLite agrees; put together again from its pieces
 * it is found again, and what is more than the shape is not of it.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/insert_text.h"
#include "fuzz/fuzz.h"

static bool blank(const char *text, size_t from, size_t to)
{
    for (; from < to; from++)
        if (strchr(" \t\r\n\f\v", text[from]) == NULL || text[from] == '\0')
            return false;
    return true;
}

static size_t placeholders(const char *text, size_t from, size_t to)
{
    size_t count = 0;
    for (; from < to; from++)
        count += text[from] == '?' || text[from] == '$';
    return count;
}

/* SQLite finds as many parameters, if it can read the statement as it has the table. */
static void ask_sqlite(const char *sql, size_t count)
{
    static sqlite3 *database;
    sqlite3_stmt   *statement = NULL;
    if (database == NULL) {
        (void)sqlite3_open(":memory:", &database);
        (void)sqlite3_exec(database, "CREATE TABLE t (a, b, \"c\"\"d\")", NULL, NULL, NULL);
    }
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK)
        fuzz_require((size_t)sqlite3_bind_parameter_count(statement) == count, "%s", sql);
    (void)sqlite3_finalize(statement);
}

static void check(const char *text, size_t size, const cn_insert_text *found)
{
    fuzz_require(found->table < found->table_end && found->table_end <= found->columns &&
                     found->columns < found->columns_end && found->columns_end < found->row &&
                     found->row < found->row_end && found->row_end <= size,
                 "%s", text);
    fuzz_require(text[found->columns] == '(' && text[found->columns_end - 1] == ')' &&
                     text[found->row] == '(' && text[found->row_end - 1] == ')',
                 "%s", text);
    fuzz_require(placeholders(text, found->row, found->row_end) == found->count && found->count > 0,
                 "%s", text);
    fuzz_require(blank(text, found->table_end, found->columns), "%s", text);
    ask_sqlite(text, found->count);

    size_t         room  = size * 2 + 64;
    char          *again = malloc(room);
    cn_insert_text other;
    int            made = again == NULL
                              ? 0
                              : snprintf(again, room, "INSERT INTO %.*s %.*s VALUES %.*s",
                                         (int)(found->table_end - found->table), text + found->table,
                                         (int)(found->columns_end - found->columns), text + found->columns,
                                         (int)(found->row_end - found->row), text + found->row);
    fuzz_require(made > 0 && cn_insert_text_read(again, (size_t)made, &other) &&
                     other.count == found->count,
                 "%s", again);
    snprintf(again + made, room - (size_t)made, ", %.*s", (int)(found->row_end - found->row),
             text + found->row);
    fuzz_require(!cn_insert_text_read(again, strlen(again), &other), "%s", again);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char          *text = fuzz_text(data, size);
    cn_insert_text found;
    if (strlen(text) == size && cn_insert_text_read(text, size, &found))
        check(text, size, &found);
    free(text);
    return 0;
}

int main(int argc, char **argv)
{
    return fuzz_replay("insert_text", argc, argv);
}
