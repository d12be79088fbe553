/*
 * The tokenizer for text statements, and the SQL that is made of what it finds. Called when a
 * text is met for the first time, and when a list in it has a new length.
 */
#include "engine/statement_text.h"

#include <string.h>

#include "base/ascii.h"
#include "base/buffer.h"
#include "base/map.h"
#include "base/memory.h"

/* But for what its modes change. */
#define MYSQL_RULES                                                                                \
    .dialect = "mysql", .backticks = true, .hash_comments = true, .dash_needs_blank = true,        \
    .in_nothing     = "IN (SELECT NULL FROM DUAL WHERE 1 != 1)",                                   \
    .not_in_nothing = "NOT IN (SELECT NULL FROM DUAL WHERE 1 != 1)"

static const cn_text_rules known_rules[] = {
    {.dialect        = "sqlite",
     .backticks      = true,
     .brackets       = true,
     .in_nothing     = "IN (SELECT NULL WHERE 1 != 1)",
     .not_in_nothing = "NOT IN (SELECT NULL WHERE 1 != 1)"},
    {MYSQL_RULES, .backslashes = true},
    /* Not IN (SELECT NULL ...): that would be text, which an integer is not compared with. */
    {.dialect         = "postgresql",
     .numbered        = true,
     .nested_comments = true,
     .dollar_quotes   = true,
     .escape_strings  = true,
     .in_nothing      = "= ANY ('{}')",
     .not_in_nothing  = "<> ALL ('{}')"},
    /* Any other: standard SQL, by the way in which the driver numbers. */
    {.dialect        = "?",
     .in_nothing     = "IN (SELECT NULL WHERE 1 != 1)",
     .not_in_nothing = "NOT IN (SELECT NULL WHERE 1 != 1)"},
    {.dialect        = "$",
     .numbered       = true,
     .in_nothing     = "IN (SELECT NULL WHERE 1 != 1)",
     .not_in_nothing = "NOT IN (SELECT NULL WHERE 1 != 1)"},
};

const cn_text_rules *cn_text_rules_of(const cn_driver *driver)
{
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(known_rules[i].dialect, driver->dialect) == 0 &&
            known_rules[i].numbered == driver->numbered_parameters)
            return &known_rules[i];
    }
    return &known_rules[driver->numbered_parameters ? 4 : 3];
}

/* MySQL under the modes ANSI_QUOTES and NO_BACKSLASH_ESCAPES; with the latter it does not matter
   what a double quote is. */
static const cn_text_rules rules_of_modes[] = {
    {MYSQL_RULES, .backslashes = true, .quoted_names = true},
    {MYSQL_RULES},
};

const cn_text_rules *cn_text_rules_of_link(const cn_link *link)
{
    const cn_text_rules *rules = cn_text_rules_of(link->driver);
    if (!rules->backslashes || (!link->plain_backslashes && !link->quoted_names))
        return rules;
    return &rules_of_modes[link->plain_backslashes];
}

uint64_t cn_text_rules_salt(const cn_link *link)
{
    return (link->plain_backslashes ? 2U : 0U) | (link->quoted_names ? 1U : 0U);
}

/* The last thing that meant something: what makes a mark the place of a list. */
typedef enum token {
    TOKEN_NONE, /* nothing so far but blanks and comments */
    TOKEN_OTHER,
    TOKEN_NOT,
    TOKEN_IN,
    TOKEN_OPEN_IN,
    TOKEN_MARK_ALONE
} token;

typedef struct scanner {
    const cn_text_rules *rules;
    const char          *text;
    size_t               size;
    size_t               at;
    cn_buffer            plain; /* the text without \: */
    cn_text_mark        *marks;
    size_t               mark_count, mark_capacity;
    cn_text_name        *names;
    size_t               name_count, name_capacity;
    cn_map               map; /* names to their place + 1 */
    cn_arena            *arena;
    cn_error            *error;
    token                last;
    size_t               not_from; /* in `plain`, where the last NOT begins */
    size_t               in_from;
    bool                 negated;
    size_t               depth;    /* of parentheses */
    size_t               in_depth; /* of the parenthesis that follows an IN; 0: none is open */
} scanner;

static char char_at(const scanner *s, size_t at)
{
    return at < s->size ? s->text[at] : '\0';
}

/* ---- what is not looked into: where it ends, `from` if it does not begin here ---------------- */

static size_t quoted_end(const scanner *s, size_t from, char quote, bool backslashes)
{
    size_t at = from + 1;
    while (at < s->size) {
        if (backslashes && s->text[at] == '\\') {
            at += 2;
        } else if (s->text[at] != quote) {
            at++;
        } else if (quote != ']' && char_at(s, at + 1) == quote) {
            at += 2;
        } else {
            return at + 1;
        }
    }
    return s->size;
}

static size_t line_end(const scanner *s, size_t from)
{
    const char *end = memchr(s->text + from, '\n', s->size - from);
    return end != NULL ? (size_t)(end - s->text) : s->size;
}

static size_t block_end(const scanner *s, size_t from)
{
    size_t level = 1;
    for (size_t at = from + 2; at + 1 < s->size; at++) {
        if (s->text[at] == '*' && s->text[at + 1] == '/') {
            if (--level == 0)
                return at + 2;
            at++;
        } else if (s->rules->nested_comments && s->text[at] == '/' && s->text[at + 1] == '*') {
            level++;
            at++;
        }
    }
    return s->size;
}

static size_t comment_end(const scanner *s, size_t from)
{
    char c = s->text[from], next = char_at(s, from + 1);
    if (c == '/' && next == '*')
        return block_end(s, from);
    if (c == '#' && s->rules->hash_comments)
        return line_end(s, from);
    if (c == '-' && next == '-') {
        char after = char_at(s, from + 2);
        if (!s->rules->dash_needs_blank || (unsigned char)after <= ' ')
            return line_end(s, from);
    }
    return from;
}

static size_t dollar_end(const scanner *s, size_t from)
{
    size_t tag = from + 1;
    if (cn_ascii_begins_word(char_at(s, tag))) {
        while (cn_ascii_is_word(char_at(s, tag)))
            tag++;
    }
    if (char_at(s, tag) != '$')
        return from;
    size_t length = tag + 1 - from;
    for (size_t at = tag + 1; at + length <= s->size; at++) {
        if (s->text[at] == '$' && memcmp(s->text + at, s->text + from, length) == 0)
            return at + length;
    }
    return s->size;
}

static size_t literal_end(const scanner *s, size_t from)
{
    const cn_text_rules *rules = s->rules;
    switch (s->text[from]) {
    case '\'':
        return quoted_end(s, from, '\'', rules->backslashes);
    case '"':
        return quoted_end(s, from, '"', rules->backslashes && !rules->quoted_names);
    case '`':
        return rules->backticks ? quoted_end(s, from, '`', false) : from;
    case '[':
        return rules->brackets ? quoted_end(s, from, ']', false) : from;
    case '$':
        return rules->dollar_quotes ? dollar_end(s, from) : from;
    default:
        return from;
    }
}

/* ---- marks ----------------------------------------------------------------------------------- */

static void copy_to(scanner *s, size_t end)
{
    cn_buffer_add(&s->plain, s->text + s->at, end - s->at);
    s->at = end;
}

static bool name_place(scanner *s, const char *text, size_t size, uint32_t *place)
{
    uint64_t hash  = cn_hash(text, size);
    size_t   found = (size_t)(uintptr_t)cn_map_get(&s->map, hash, text, size);
    if (found == 0) {
        if (s->name_count == CN_TEXT_NAMES_MOST)
            return cn_error_set(s->error, CN_CAUSE_LIMIT,
                                "the statement has more than %d parameters", CN_TEXT_NAMES_MOST);
        char *copy = cn_arena_text_sized(s->arena, text, size);
        if (copy == NULL ||
            !cn_reserve(&s->names, &s->name_capacity, s->name_count + 1, sizeof *s->names) ||
            !cn_map_put(&s->map, hash, copy, size, (void *)(uintptr_t)(s->name_count + 1)))
            return cn_error_no_memory(s->error);
        s->names[s->name_count] = (cn_text_name){copy, size};
        found                   = ++s->name_count;
    }
    *place = (uint32_t)(found - 1);
    return true;
}

static bool take_mark(scanner *s)
{
    size_t end = s->at + 1;
    while (cn_ascii_is_word(char_at(s, end)))
        end++;
    if (!cn_reserve(&s->marks, &s->mark_capacity, s->mark_count + 1, sizeof *s->marks))
        return cn_error_no_memory(s->error);

    cn_text_mark mark = {.from    = s->plain.size,
                         .to      = s->plain.size + (end - s->at),
                         .in_from = s->in_from,
                         .negated = s->negated};
    if (!name_place(s, s->text + s->at + 1, end - s->at - 1, &mark.name))
        return false;
    if (s->last == TOKEN_IN)
        mark.place = CN_TEXT_IN;
    else if (s->in_depth != 0 && s->in_depth == s->depth)
        mark.place = CN_TEXT_IN_PARENTHESES;
    s->last                   = s->last == TOKEN_OPEN_IN ? TOKEN_MARK_ALONE : TOKEN_OTHER;
    s->marks[s->mark_count++] = mark;
    copy_to(s, end);
    return true;
}

static bool take_colon(scanner *s)
{
    char next       = char_at(s, s->at + 1);
    bool after_word = s->at > 0 && cn_ascii_is_word(s->text[s->at - 1]);
    if (cn_ascii_begins_word(next) && !after_word)
        return take_mark(s);
    s->last = TOKEN_OTHER;
    copy_to(s, s->at + (next == ':' ? 2 : 1));
    return true;
}

/* ---- the rest of the tokens ------------------------------------------------------------------ */

static bool is_keyword(const scanner *s, size_t end, const char *keyword)
{
    return cn_ascii_same_sized(s->text + s->at, end - s->at, keyword);
}

static void take_word(scanner *s)
{
    size_t end = s->at;
    while (cn_ascii_is_word(char_at(s, end)) || char_at(s, end) == '$')
        end++;
    if (s->rules->escape_strings && char_at(s, end) == '\'' && is_keyword(s, end, "e")) {
        s->last = TOKEN_OTHER;
        end     = quoted_end(s, end, '\'', true);
    } else if (is_keyword(s, end, "not")) {
        s->not_from = s->plain.size;
        s->last     = TOKEN_NOT;
    } else if (is_keyword(s, end, "in")) {
        s->negated = s->last == TOKEN_NOT;
        s->in_from = s->negated ? s->not_from : s->plain.size;
        s->last    = TOKEN_IN;
    } else {
        s->last = TOKEN_OTHER;
    }
    copy_to(s, end);
}

static void take_other(scanner *s)
{
    char c = s->text[s->at];
    if (cn_ascii_is_blank(c)) {
        copy_to(s, s->at + 1);
        return;
    }
    token now = TOKEN_OTHER;
    if (c == '(') {
        s->depth++;
        if (s->last == TOKEN_IN) {
            s->in_depth = s->depth;
            now         = TOKEN_OPEN_IN;
        }
    } else if (c == ')') {
        if (s->last == TOKEN_MARK_ALONE) {
            cn_text_mark *mark = &s->marks[s->mark_count - 1];
            mark->place        = CN_TEXT_IN_ALONE;
            mark->in_to        = s->plain.size + 1;
        }
        if (s->in_depth == s->depth)
            s->in_depth = 0;
        s->depth -= s->depth > 0;
    }
    s->last = now;
    copy_to(s, s->at + 1);
}

static bool refuse_placeholder(scanner *s, const char *what)
{
    return cn_error_set(s->error, CN_CAUSE_PARAMETER,
                        "the statement has a '%s' outside of quotes, which %s takes for a "
                        "placeholder of its own: write :name and give the value with "
                        "CN_PARAMS, or use cn_connection_execute_driver_sql",
                        what, s->rules->dialect);
}

static bool take(scanner *s)
{
    char   c   = s->text[s->at];
    size_t end = comment_end(s, s->at);
    if (end > s->at) {
        if (s->last == TOKEN_NONE && (char_at(s, s->at + 2) == '!' || char_at(s, s->at + 3) == '!'))
            s->last = TOKEN_OTHER; /* MySQL runs what a comment with a ! holds */
        copy_to(s, end);
        return true;
    }
    end = literal_end(s, s->at);
    if (end > s->at) {
        s->last = TOKEN_OTHER;
        copy_to(s, end);
        return true;
    }
    char next = char_at(s, s->at + 1);
    if (c == ':')
        return take_colon(s);
    if (c == '?' && !s->rules->numbered)
        return refuse_placeholder(s, "?");
    if (c == '$' && s->rules->numbered && next >= '0' && next <= '9')
        return refuse_placeholder(s, (const char[]){'$', next, '\0'});
    if (c == '\\' && next == ':') {
        s->at++; /* the backslash goes, and the colon is one */
        s->last = TOKEN_OTHER;
        copy_to(s, s->at + 1);
        if (char_at(s, s->at) == ':')
            copy_to(s, s->at + 1);
        return true;
    }
    if (cn_ascii_is_word(c))
        take_word(s);
    else
        take_other(s);
    return true;
}

/* ---- making the SQL -------------------------------------------------------------------------- */

static void put_placeholder(cn_buffer *sql, const cn_text_rules *rules, size_t number)
{
    if (rules->numbered)
        cn_buffer_format(sql, "$%zu", number);
    else
        cn_buffer_char(sql, '?');
}

static bool refuse_list(const cn_text_compiled *text, const cn_text_mark *mark, cn_error *error)
{
    const char *name = text->names[mark->name].text;
    if (mark->place == CN_TEXT_PLAIN)
        return cn_error_set(error, CN_CAUSE_PARAMETER,
                            "parameter '%s' is a list, which only stands after IN: write IN :%s",
                            name, name);
    return cn_error_set(error, CN_CAUSE_PARAMETER,
                        "parameter '%s' is an empty list among other values of an IN: "
                        "an empty list must be the only one, IN :%s",
                        name, name);
}

/* One list in place of its mark; where the text goes on is stored in `at`. */
static bool put_list(cn_buffer *sql, const cn_text_compiled *text, const cn_text_mark *mark,
                     size_t count, size_t number, size_t *at, cn_error *error)
{
    if (mark->place == CN_TEXT_PLAIN || (mark->place == CN_TEXT_IN_PARENTHESES && count == 0))
        return refuse_list(text, mark, error);
    if (count == 0) {
        cn_buffer_add(sql, text->text + *at, mark->in_from - *at);
        cn_buffer_text(sql, mark->negated ? text->rules->not_in_nothing : text->rules->in_nothing);
        *at = mark->place == CN_TEXT_IN ? mark->to : mark->in_to;
        return true;
    }
    cn_buffer_add(sql, text->text + *at, mark->from - *at);
    if (mark->place == CN_TEXT_IN)
        cn_buffer_char(sql, '(');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            cn_buffer_text(sql, ", ");
        put_placeholder(sql, text->rules, number + i);
    }
    if (mark->place == CN_TEXT_IN)
        cn_buffer_char(sql, ')');
    *at = mark->to;
    return true;
}

/* `counts` NULL: no lists. */
static bool render(const cn_text_compiled *text, const uint32_t *counts, cn_arena *arena,
                   const char **sql_out, size_t *size_out, cn_error *error)
{
    cn_buffer sql     = {0};
    bool      done    = false;
    size_t    at      = 0;
    size_t   *numbers = CN_ARENA_ARRAY(arena, size_t, text->name_count + 1);
    if (numbers == NULL)
        goto memory;
    for (size_t i = 0; i < text->name_count; i++)
        numbers[i + 1] = numbers[i] +
                         (counts == NULL || counts[i] == CN_TEXT_SINGLE ? 1 : counts[i]);
    for (size_t i = 0; i < text->mark_count; i++) {
        const cn_text_mark *mark   = &text->marks[i];
        size_t              number = numbers[mark->name] + 1;
        if (counts != NULL && counts[mark->name] != CN_TEXT_SINGLE) {
            if (!put_list(&sql, text, mark, counts[mark->name], number, &at, error))
                goto done;
            continue;
        }
        cn_buffer_add(&sql, text->text + at, mark->from - at);
        put_placeholder(&sql, text->rules, number);
        at = mark->to;
    }
    cn_buffer_add(&sql, text->text + at, text->text_size - at);
    *size_out = sql.size;
    *sql_out  = sql.failed ? NULL : cn_arena_text_sized(arena, cn_buffer_get(&sql), sql.size);
    if (*sql_out != NULL) {
        done = true;
        goto done;
    }
memory:
    cn_error_no_memory(error);
done:
    cn_buffer_free(&sql);
    return done;
}

/* ---- compiling ------------------------------------------------------------------------------- */

static void *keep(cn_arena *arena, const void *items, size_t count, size_t size)
{
    void *copy = cn_arena_zero(arena, count != 0 ? count : 1, size);
    if (copy != NULL && count != 0)
        memcpy(copy, items, count * size);
    return copy;
}

bool cn_text_changes_schema(const char *sql, size_t size)
{
    static const char *const words[] = {"create", "alter", "drop"};
    scanner                  s       = {.rules = &known_rules[0], .text = sql, .size = size};
    while (s.at < size && (cn_ascii_is_blank(sql[s.at]) || comment_end(&s, s.at) > s.at))
        s.at = cn_ascii_is_blank(sql[s.at]) ? s.at + 1 : comment_end(&s, s.at);
    size_t end = s.at;
    while (cn_ascii_is_word(char_at(&s, end)))
        end++;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (is_keyword(&s, end, words[i]))
            return true;
    }
    return false;
}

/* The name of each value that is bound, for echo and errors. */
static bool name_values(cn_compiled *made, const cn_text_compiled *text, const uint32_t *counts)
{
    size_t total = 0;
    for (size_t i = 0; i < text->slot_count; i++)
        total += counts == NULL || counts[text->slots[i]] == CN_TEXT_SINGLE
                     ? 1
                     : counts[text->slots[i]];
    const char **names = CN_ARENA_ARRAY(&made->arena, const char *, total + 1);
    if (names == NULL)
        return false;
    made->names      = names;
    made->name_count = total;
    for (size_t i = 0; i < text->slot_count; i++) {
        uint32_t count = counts == NULL ? CN_TEXT_SINGLE : counts[text->slots[i]];
        for (uint32_t k = 0; k < (count == CN_TEXT_SINGLE ? 1 : count); k++)
            *names++ = text->names[text->slots[i]].text;
    }
    return true;
}

static bool own_names(cn_compiled *made)
{
    const char **names = (const char **)(uintptr_t)made->names;
    const char  *from  = NULL;
    for (size_t i = 0; i < made->name_count; i++) {
        bool again = names[i] == from;
        from       = names[i];
        names[i]   = again ? names[i - 1] : cn_arena_text(&made->arena, from);
        if (names[i] == NULL)
            return false;
    }
    return true;
}

static bool finish(cn_text_compiled *made, scanner *s)
{
    cn_arena *arena    = &made->head.arena;
    bool      numbered = s->rules->numbered;
    made->rules        = s->rules;
    made->text_size    = s->plain.size;
    if (!s->plain.failed)
        made->text = cn_arena_text_sized(arena, cn_buffer_get(&s->plain), s->plain.size);
    made->names          = keep(arena, s->names, s->name_count, sizeof *s->names);
    made->name_count     = s->name_count;
    made->marks          = keep(arena, s->marks, s->mark_count, sizeof *s->marks);
    made->mark_count     = s->mark_count;
    made->slot_count     = numbered ? s->name_count : s->mark_count;
    made->changes_schema = cn_text_changes_schema(s->text, s->size);
    made->blank          = s->last == TOKEN_NONE;
    uint32_t *slots      = CN_ARENA_ARRAY(arena, uint32_t, made->slot_count + 1);
    made->slots          = slots;
    if (made->text == NULL || made->names == NULL || made->marks == NULL || slots == NULL)
        return cn_error_no_memory(s->error);
    for (size_t i = 0; i < made->slot_count; i++)
        slots[i] = numbered ? (uint32_t)i : made->marks[i].name;
    if (!name_values(&made->head, made, NULL))
        return cn_error_no_memory(s->error);
    return render(made, NULL, arena, &made->head.sql, &made->head.sql_size, s->error);
}

cn_compiled *cn_text_compile(const cn_text_rules *rules, const char *text, size_t size,
                             const void *key, size_t key_size, uint64_t hash, cn_error *error)
{
    cn_text_compiled *made = (cn_text_compiled *)(void *)cn_compiled_new(sizeof *made, key,
                                                                         key_size, hash);
    if (made == NULL) {
        cn_error_no_memory(error);
        return NULL;
    }
    scanner s = {
        .rules = rules, .text = text, .size = size, .arena = &made->head.arena, .error = error};
    bool done = true;
    while (done && s.at < s.size)
        done = take(&s);
    done = done && finish(made, &s);
    cn_buffer_free(&s.plain);
    cn_release(s.marks);
    cn_release(s.names);
    cn_map_free(&s.map);
    if (!done) {
        cn_compiled_release(&made->head);
        return NULL;
    }
    return &made->head;
}

cn_compiled *cn_text_expand(const cn_text_compiled *base, const uint32_t *counts, const void *key,
                            size_t key_size, uint64_t hash, cn_error *error)
{
    cn_compiled *made = cn_compiled_new(sizeof *made, key, key_size, hash);
    if (made == NULL) {
        cn_error_no_memory(error);
        return NULL;
    }
    if (render(base, counts, &made->arena, &made->sql, &made->sql_size, error)) {
        /* The names are the base's, which may end first: they are this one's own. */
        if (name_values(made, base, counts) && own_names(made))
            return made;
        cn_error_no_memory(error);
    }
    cn_compiled_release(made);
    return NULL;
}
