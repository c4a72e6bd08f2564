#include "letter/expression.h"

#include <string.h>

typedef struct Reader {
    const char *at;
    const char *end;
    Place place;
} Reader;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(Reader *reader)
{
    while (reader->at < reader->end && is_blank(*reader->at))
        reader->at++;
}

static bool is_name_character(gunichar c)
{
    return c == '_' || c == '-' || c == '.' || c == ' ' ||
           g_unichar_isalnum(c) || g_unichar_ismark(c);
}

static void set_bad_name(const char *name, Place place, GError **error)
{
    if (name[0] == '\0')
        error_set_at(error, ERROR_INPUT, place, "a name is missing here");
    else if (name[0] == '.')
        error_set_at(error, ERROR_INPUT, place,
                     "`%s`: a name does not begin with a dot; a field is "
                     "written {{name}}",
                     name);
    else
        error_set_at(error, ERROR_INPUT, place,
                     "`%s` is no name: letters, digits, `_`, `-`, `.` and "
                     "single blanks make one",
                     name);
}

static bool is_name(const char *name)
{
    gunichar previous = '.';

    if (strcmp(name, ".") == 0)
        return true;
    for (const char *p = name; *p != '\0';
         p += g_utf8_skip[(unsigned char)*p]) {
        gunichar c = g_utf8_get_char(p);
        bool joint = c == '.' || c == ' ';
        if (!is_name_character(c))
            return false;
        if (joint && (previous == '.' || previous == ' '))
            return false;
        previous = c;
    }
    return previous != '.' && previous != ' ';
}

char *expression_parse_name(const char *text, size_t length, Place place,
                            GError **error)
{
    g_autofree char *name = g_strndup(text, length);

    g_strstrip(name);
    if (strlen(name) > EXPRESSION_NAME_MAX) {
        error_set_at(error, ERROR_INPUT, place, "a name has at most %d bytes",
                     EXPRESSION_NAME_MAX);
        return NULL;
    }
    for (char *p = name; *p != '\0'; p++) {
        if (is_blank(*p))
            *p = ' ';
    }
    if (!is_name(name)) {
        set_bad_name(name, place, error);
        return NULL;
    }
    return g_steal_pointer(&name);
}

static bool read_quoted(Reader *reader, GString *argument, GError **error)
{
    char quote = *reader->at++;

    while (reader->at < reader->end && *reader->at != quote) {
        if (*reader->at == '\\' && reader->at + 1 < reader->end)
            reader->at++;
        g_string_append_c(argument, *reader->at++);
    }
    if (reader->at == reader->end) {
        error_set_at(error, ERROR_INPUT, reader->place,
                     "a quoted text is never closed in this tag");
        return false;
    }
    reader->at++;
    if (argument->len > FILTER_ARGUMENT_MAX) {
        error_set_at(error, ERROR_INPUT, reader->place,
                     "a quoted text has at most %d bytes", FILTER_ARGUMENT_MAX);
        return false;
    }
    return true;
}

/* Up to nine digits; more are left to be an error behind the number. */
static void read_number(Reader *reader, FilterCall *call)
{
    call->has_number = true;
    for (int digits = 0;
         digits < 9 && reader->at < reader->end && g_ascii_isdigit(*reader->at);
         digits++)
        call->number = call->number * 10 + (*reader->at++ - '0');
}

static bool read_argument(Reader *reader, FilterCall *call, GString *argument,
                          GError **error)
{
    skip_blanks(reader);
    if (reader->at < reader->end && g_ascii_isdigit(*reader->at)) {
        read_number(reader, call);
        return true;
    }
    if (reader->at < reader->end &&
        (*reader->at == '"' || *reader->at == '\'')) {
        call->text = argument->str;
        if (!read_quoted(reader, argument, error))
            return false;
        call->text = argument->str;
        return true;
    }
    error_set_at(error, ERROR_INPUT, reader->place,
                 "`%s` needs a number or a text in straight quotes: "
                 "`%s: \"…\"`",
                 call->name, call->name);
    return false;
}

static bool read_filter(Reader *reader, Filter *filter, GError **error)
{
    FilterCall call = {0};
    g_autoptr(GString) argument = g_string_new(NULL);
    const char *start;
    bool parenthesis;

    skip_blanks(reader);
    start = reader->at;
    while (reader->at < reader->end &&
           (g_ascii_isalnum(*reader->at) || *reader->at == '_'))
        reader->at++;
    g_autofree char *name = g_strndup(start, (gsize)(reader->at - start));
    if (name[0] == '\0') {
        error_set_at(error, ERROR_INPUT, reader->place,
                     "a filter is missing behind `|`");
        return false;
    }
    call.name = name;
    skip_blanks(reader);
    parenthesis = reader->at < reader->end && *reader->at == '(';
    if (parenthesis || (reader->at < reader->end && *reader->at == ':')) {
        reader->at++;
        if (!read_argument(reader, &call, argument, error))
            return false;
    }
    skip_blanks(reader);
    if (parenthesis && (reader->at == reader->end || *reader->at++ != ')')) {
        error_set_at(error, ERROR_INPUT, reader->place, "`%s(` is never closed",
                     name);
        return false;
    }
    return filter_make(&call, reader->place, filter, error);
}

static bool read_filters(Reader *reader, GArray *filters, GError **error)
{
    skip_blanks(reader);
    while (reader->at < reader->end) {
        Filter filter = {0};
        if (*reader->at != '|') {
            g_autofree char *rest = g_strndup(
                reader->at, (gsize)(reader->end - reader->at));
            error_set_at(error, ERROR_INPUT, reader->place,
                         "`%s` is not understood here; filters are parted "
                         "by `|`",
                         g_strchomp(rest));
            return false;
        }
        reader->at++;
        if (filters->len == EXPRESSION_FILTERS_MAX) {
            error_set_at(error, ERROR_INPUT, reader->place,
                         "more than %d filters", EXPRESSION_FILTERS_MAX);
            return false;
        }
        if (!read_filter(reader, &filter, error))
            return false;
        g_array_append_val(filters, filter);
        skip_blanks(reader);
        if (filter.kind == FILTER_UNDERLINE && reader->at < reader->end) {
            error_set_at(error, ERROR_INPUT, reader->place,
                         "`underline` must be the last filter");
            return false;
        }
    }
    return true;
}

static void clear_filter(void *filter)
{
    filter_clear(filter);
}

static GArray *new_filters(void)
{
    GArray *filters = g_array_new(FALSE, TRUE, sizeof(Filter));

    g_array_set_clear_func(filters, clear_filter);
    return filters;
}

bool expression_parse(const char *text, size_t length, Place place,
                      Expression *expression, GError **error)
{
    const char *bar = memchr(text, '|', length);
    size_t name_length = bar != NULL ? (size_t)(bar - text) : length;
    Reader reader = {text + name_length, text + length, place};
    g_autofree char *name = expression_parse_name(text, name_length, place,
                                                  error);

    if (name == NULL)
        return false;
    g_autoptr(GArray) filters = new_filters();
    if (!read_filters(&reader, filters, error))
        return false;
    expression->name = g_steal_pointer(&name);
    expression->place = place;
    expression->filters = filters->len > 0 ? g_steal_pointer(&filters) : NULL;
    return true;
}

void expression_copy(Expression *to, const Expression *from)
{
    to->name = g_strdup(from->name);
    to->place = from->place;
    to->filters = NULL;
    if (from->filters == NULL)
        return;
    to->filters = new_filters();
    for (unsigned i = 0; i < from->filters->len; i++) {
        Filter filter = *expression_filter(from, i);
        filter.text = g_strdup(filter.text);
        g_array_append_val(to->filters, filter);
    }
}

void expression_clear(Expression *expression)
{
    g_clear_pointer(&expression->name, g_free);
    g_clear_pointer(&expression->filters, g_array_unref);
}

unsigned expression_filter_count(const Expression *expression)
{
    return expression->filters != NULL ? expression->filters->len : 0;
}

const Filter *expression_filter(const Expression *expression, unsigned index)
{
    return &g_array_index(expression->filters, Filter, index);
}

bool expression_has(const Expression *expression, FilterKind kind)
{
    for (unsigned i = 0; i < expression_filter_count(expression); i++) {
        if (expression_filter(expression, i)->kind == kind)
            return true;
    }
    return false;
}

const char *expression_find_close(const char *text, size_t length,
                                  const char *close)
{
    size_t close_length = strlen(close);
    const char *end = text + length;
    char quote = '\0';
    bool in_filters = false; /* an apostrophe in a name quotes nothing */

    for (const char *p = text; p + close_length <= end; p++) {
        if (quote == '\0' && memcmp(p, close, close_length) == 0)
            return p;
        in_filters = in_filters || *p == '|' || *p == '(';
        if (in_filters && quote == '\0' && (*p == '"' || *p == '\''))
            quote = *p;
        else if (quote != '\0' && *p == '\\')
            p++;
        else if (*p == quote)
            quote = '\0';
    }
    return NULL;
}
