/*
 * condition_parse.c - a condition's text to its tree; see condition.h.
 *
 *     or   = and {"or" and}
 *     and  = not {"and" not}
 *     not  = "not" not | "(" or ")" | test
 *     test = field operator value
 */
#include <string.h>

#include "base/suggest.h"
#include "list/condition_private.h"

typedef struct Parser {
    const char *text;
    const char *at;
    const char *label;
    const char *const *columns;
    int depth;
    GError **error;
} Parser;

static const struct {
    const char *sign;
    ConditionKind kind;
    bool is_contrary;
} operators[] = {
    /* The longer ones first. */
    {"!=", CONDITION_EQUAL, true},    {"!~", CONDITION_MATCHES, true},
    {"<=", CONDITION_AT_MOST, false}, {">=", CONDITION_AT_LEAST, false},
    {"==", CONDITION_EQUAL, false},   {"=", CONDITION_EQUAL, false},
    {"<", CONDITION_LESS, false},     {">", CONDITION_MORE, false},
    {"~", CONDITION_MATCHES, false},  {"contains", CONDITION_CONTAINS, false},
    {"has", CONDITION_HAS, false},
};

static Condition *fail(const Parser *parser, const char *at, const char *words)
{
    long column = g_utf8_strlen(parser->text, at - parser->text) + 1;
    error_set(parser->error, ERROR_USAGE, "%s `%s`, character %ld: %s",
              parser->label, parser->text, column, words);
    return NULL;
}

static void skip_blanks(Parser *parser)
{
    while (*parser->at == ' ' || *parser->at == '\t')
        parser->at++;
}

static bool ends_word(char byte)
{
    return byte == '\0' || strchr(" \t()'\"=!<>~", byte) != NULL;
}

static bool is_word(const char *at, const char *word)
{
    size_t length = strlen(word);
    return g_ascii_strncasecmp(at, word, length) == 0 && ends_word(at[length]);
}

static bool take_word(Parser *parser, const char *word)
{
    skip_blanks(parser);
    if (!is_word(parser->at, word))
        return false;
    parser->at += strlen(word);
    return true;
}

/* The operator that stands here, or -1. */
static int find_operator(const char *at)
{
    for (size_t i = 0; i < G_N_ELEMENTS(operators); i++) {
        const char *sign = operators[i].sign;
        bool is_here = g_ascii_isalpha(*sign) ? is_word(at, sign)
                                              : g_str_has_prefix(at, sign);
        if (is_here)
            return (int)i;
    }
    return -1;
}

/* --- names and values --- */

/* 'it''s' */
static char *read_quoted(Parser *parser)
{
    GString *out = g_string_new(NULL);
    const char *start = parser->at;
    char quote = *parser->at++;
    for (; *parser->at != '\0'; parser->at++) {
        if (*parser->at == quote && parser->at[1] != quote) {
            parser->at++;
            return g_string_free(out, FALSE);
        }
        parser->at += *parser->at == quote;
        g_string_append_c(out, *parser->at);
    }
    g_string_free(out, TRUE);
    fail(parser, start, "this quote is never closed");
    return NULL;
}

/* Words up to a sign, or to a word of the language. */
static char *read_words(Parser *parser, bool is_field)
{
    const char *start = parser->at;
    const char *end = start;
    for (;;) {
        skip_blanks(parser);
        bool is_over = is_word(parser->at, "and") || is_word(parser->at, "or");
        if (is_field && end > start)
            is_over = is_over || find_operator(parser->at) >= 0;
        if (is_over || ends_word(*parser->at))
            break;
        while (!ends_word(*parser->at))
            parser->at++;
        end = parser->at;
    }
    return end > start ? g_strndup(start, (gsize)(end - start)) : NULL;
}

static char *read_text(Parser *parser, bool is_field, const char *missing)
{
    skip_blanks(parser);
    if (*parser->at == '\'' || *parser->at == '"')
        return read_quoted(parser);
    const char *start = parser->at;
    char *text = read_words(parser, is_field);
    if (text == NULL)
        fail(parser, start, missing);
    return text;
}

static bool check_field(const Parser *parser, const char *at, const char *field)
{
    if (condition_knows_field(field, parser->columns))
        return true;
    g_autofree char *hint = suggest_hint(field, parser->columns);
    g_autofree char *words = g_strdup_printf("no list has a column `%s`%s",
                                             field, hint);
    fail(parser, at, words);
    return false;
}

/* --- tests --- */

/* /expression/i, in which `\\/` stands for a `/`. */
static bool read_regex(Parser *parser, Condition *condition)
{
    skip_blanks(parser);
    const char *start = parser->at;
    if (*start != '/') {
        fail(parser, start,
             "a regular expression stands here, /like this/ or /like this/i");
        return false;
    }
    const char *end = start + 1;
    while (*end != '\0' && *end != '/')
        end += *end == '\\' && end[1] != '\0' ? 2 : 1;
    if (*end == '\0') {
        fail(parser, start, "this expression has no `/` at its end");
        return false;
    }
    g_autofree char *pattern = g_strndup(start + 1, (gsize)(end - start - 1));
    bool any_case = end[1] == 'i';
    parser->at = end + 1 + any_case;
    g_autoptr(GError) problem = NULL;
    condition->regex = g_regex_new(
        pattern, G_REGEX_OPTIMIZE | (any_case ? G_REGEX_CASELESS : 0), 0,
        &problem);
    condition->value = g_strndup(start, (gsize)(parser->at - start));
    if (condition->regex != NULL)
        return true;
    fail(parser, start, problem->message);
    return false;
}

static bool read_value(Parser *parser, Condition *condition)
{
    if (condition->kind == CONDITION_MATCHES)
        return read_regex(parser, condition);
    g_autofree char *text = read_text(
        parser, false, "a value is missing here; '' is the empty one");
    if (text == NULL)
        return false;
    condition->value = g_strstrip(g_utf8_normalize(text, -1, G_NORMALIZE_NFC));
    condition->folded = g_utf8_casefold(condition->value, -1);
    return true;
}

static Condition *make_not(Condition *condition)
{
    Condition *contrary = g_new0(Condition, 1);
    contrary->kind = CONDITION_NOT;
    contrary->left = condition;
    return contrary;
}

static Condition *parse_test(Parser *parser)
{
    skip_blanks(parser);
    const char *start = parser->at;
    g_autofree char *field = read_text(
        parser, true, "a test such as `city = Berlin` is missing here");
    if (field == NULL)
        return NULL;
    skip_blanks(parser);
    int sign = find_operator(parser->at);
    if (sign < 0)
        return fail(parser, parser->at,
                    "one of = != < <= > >= ~ !~ contains has stands here");
    if (!check_field(parser, start, field))
        return NULL;
    parser->at += strlen(operators[sign].sign);
    g_autoptr(Condition) condition = g_new0(Condition, 1);
    condition->kind = operators[sign].kind;
    condition->field = g_steal_pointer(&field);
    if (!read_value(parser, condition))
        return NULL;
    return operators[sign].is_contrary ? make_not(g_steal_pointer(&condition))
                                       : g_steal_pointer(&condition);
}

/* --- what joins them --- */

static Condition *parse_or(Parser *parser);
static Condition *parse_not(Parser *parser);

static Condition *parse_inner(Parser *parser)
{
    if (take_word(parser, "not")) {
        Condition *contrary = parse_not(parser);
        return contrary ? make_not(contrary) : NULL;
    }
    const char *start = parser->at;
    if (*parser->at != '(')
        return parse_test(parser);
    parser->at++;
    g_autoptr(Condition) inner = parse_or(parser);
    if (inner == NULL)
        return NULL;
    skip_blanks(parser);
    if (*parser->at != ')')
        return fail(parser, start, "this parenthesis is never closed");
    parser->at++;
    return g_steal_pointer(&inner);
}

static Condition *parse_not(Parser *parser)
{
    if (parser->depth == CONDITION_DEPTH_MAX)
        return fail(parser, parser->at, "too many conditions within others");
    parser->depth++;
    Condition *condition = parse_inner(parser);
    parser->depth--;
    return condition;
}

static Condition *parse_joined(Parser *parser, const char *word,
                               ConditionKind kind,
                               Condition *(*parse)(Parser *))
{
    g_autoptr(Condition) left = parse(parser);
    while (left != NULL && take_word(parser, word)) {
        Condition *joined = g_new0(Condition, 1);
        joined->kind = kind;
        joined->left = g_steal_pointer(&left);
        joined->right = parse(parser);
        left = joined;
        if (joined->right == NULL)
            return NULL;
    }
    return g_steal_pointer(&left);
}

static Condition *parse_and(Parser *parser)
{
    return parse_joined(parser, "and", CONDITION_AND, parse_not);
}

static Condition *parse_or(Parser *parser)
{
    return parse_joined(parser, "or", CONDITION_OR, parse_and);
}

Condition *condition_parse(const char *text, const char *label,
                           const char *const *columns, GError **error)
{
    Parser parser = {text, text, label, columns, 0, error};
    if (!g_utf8_validate(text, -1, NULL) ||
        strlen(text) > CONDITION_BYTES_MAX) {
        error_set(error, ERROR_USAGE, "%s `%.60s` is %s", label, text,
                  strlen(text) > CONDITION_BYTES_MAX ? "too long"
                                                     : "not UTF-8");
        return NULL;
    }
    g_autoptr(Condition) condition = parse_or(&parser);
    if (condition == NULL)
        return NULL;
    skip_blanks(&parser);
    if (*parser.at != '\0')
        return fail(&parser, parser.at,
                    "`and`, `or` or the end stands here; a value with signs in "
                    "it stands in 'quotes'");
    return g_steal_pointer(&condition);
}
