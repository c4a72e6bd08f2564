#include "letter/filter.h"

#include <string.h>

#include "base/suggest.h"
#include "mail/date.h"

typedef enum { ARGUMENT_NONE, ARGUMENT_TEXT, ARGUMENT_NUMBER } ArgumentKind;

static const struct {
    const char *name;
    ArgumentKind argument;
    const char *example;
} filters[] = {
    [FILTER_DEFAULT] = {"default", ARGUMENT_TEXT, "default: \"friend\""},
    [FILTER_UPPER] = {"upper", ARGUMENT_NONE, "upper"},
    [FILTER_LOWER] = {"lower", ARGUMENT_NONE, "lower"},
    [FILTER_DATE] = {"date", ARGUMENT_TEXT, "date: \"%e %B %Y\""},
    [FILTER_JOIN] = {"join", ARGUMENT_TEXT, "join: \", \""},
    [FILTER_URL] = {"url", ARGUMENT_NONE, "url"},
    [FILTER_TRUNCATE] = {"truncate", ARGUMENT_NUMBER, "truncate: 60"},
    [FILTER_STRIP] = {"strip", ARGUMENT_NONE, "strip"},
    [FILTER_UNDERLINE] = {"underline", ARGUMENT_TEXT, "underline: \"=\""},
};

static bool find_kind(const char *name, FilterKind *kind)
{
    for (size_t i = 0; i < G_N_ELEMENTS(filters); i++) {
        if (strcmp(filters[i].name, name) == 0) {
            *kind = (FilterKind)i;
            return true;
        }
    }
    return false;
}

static void set_unknown(const char *name, Place place, GError **error)
{
    const char *names[G_N_ELEMENTS(filters) + 1] = {NULL};
    g_autoptr(GString) all = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(filters); i++) {
        names[i] = filters[i].name;
        g_string_append_printf(all, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    g_autofree char *hint = suggest_hint(name, names);
    if (hint[0] != '\0')
        error_set_at(error, ERROR_INPUT, place, "no filter `%s`%s", name, hint);
    else
        error_set_at(error, ERROR_INPUT, place, "no filter `%s`; there are %s",
                     name, all->str);
}

static bool argument_fits(FilterKind kind, const FilterCall *call)
{
    bool one_printable;

    switch (filters[kind].argument) {
    case ARGUMENT_NONE:
        return call->text == NULL && !call->has_number;
    case ARGUMENT_NUMBER:
        return call->has_number && call->number >= 1 &&
               call->number <= FILTER_TRUNCATE_MAX;
    case ARGUMENT_TEXT:
        break;
    }
    if (call->text == NULL || call->has_number)
        return false;
    one_printable = g_ascii_isgraph(call->text[0]) && call->text[1] == '\0';
    return kind != FILTER_UNDERLINE || one_printable;
}

bool filter_make(const FilterCall *call, Place place, Filter *filter,
                 GError **error)
{
    FilterKind kind = FILTER_DEFAULT;

    if (!find_kind(call->name, &kind)) {
        set_unknown(call->name, place, error);
        return false;
    }
    if (!argument_fits(kind, call)) {
        error_set_at(error, ERROR_INPUT, place,
                     "`%s` is written like this: `| %s`", call->name,
                     filters[kind].example);
        return false;
    }
    filter->kind = kind;
    filter->text = g_strdup(call->text);
    filter->number = call->number;
    return true;
}

void filter_clear(Filter *filter)
{
    g_clear_pointer(&filter->text, g_free);
}

const char *filter_name(FilterKind kind)
{
    return filters[kind].name;
}

static void take(GString *text, char *result)
{
    g_string_assign(text, result);
    g_free(result);
}

static void strip(GString *text)
{
    gsize to = 0;

    for (gsize from = 0; from < text->len; from++) {
        char c = text->str[from];
        bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (blank && (to == 0 || text->str[to - 1] == ' '))
            continue;
        if (blank)
            c = ' ';
        text->str[to++] = c;
    }
    if (to > 0 && text->str[to - 1] == ' ')
        to--;
    g_string_truncate(text, to);
}

/* A mark or a joiner belongs to the letter before it: no cut there. */
static bool continues_cluster(gunichar c)
{
    return g_unichar_ismark(c) || c == 0x200d || (c >= 0xfe00 && c <= 0xfe0f);
}

static void truncate_text(GString *text, int64_t limit)
{
    const char *p = text->str;
    const char *cut;

    if (g_utf8_strlen(text->str, (gssize)text->len) <= limit)
        return;
    p = g_utf8_offset_to_pointer(p, (glong)limit - 1);
    cut = p;
    while (cut > text->str &&
           (continues_cluster(g_utf8_get_char(cut)) ||
            g_utf8_get_char(g_utf8_prev_char(cut)) == 0x200d))
        cut = g_utf8_prev_char(cut);
    while (cut > text->str && cut[-1] == ' ')
        cut--;
    g_string_truncate(text, (gsize)(cut - text->str));
    g_string_append(text, "…");
}

static bool format_date(const Filter *filter, const Words *words, Place place,
                        GString *text, GError **error)
{
    PostDate date;

    if (text->len == 0)
        return true;
    if (!date_parse(text->str, &date)) {
        error_set_at(error, ERROR_INPUT, place,
                     "`%s` is no date that the filter `date` can read",
                     text->str);
        return false;
    }
    take(text, words_date(words, &date, filter->text));
    strip(text);
    return true;
}

bool filter_apply(const Filter *filter, const Words *words, Place place,
                  GString *text, GError **error)
{
    switch (filter->kind) {
    case FILTER_DEFAULT:
        if (text->len == 0)
            g_string_assign(text, filter->text);
        return true;
    case FILTER_UPPER:
        take(text, g_utf8_strup(text->str, (gssize)text->len));
        return true;
    case FILTER_LOWER:
        take(text, g_utf8_strdown(text->str, (gssize)text->len));
        return true;
    case FILTER_DATE:
        return format_date(filter, words, place, text, error);
    case FILTER_URL:
        take(text, g_uri_escape_string(text->str, NULL, FALSE));
        return true;
    case FILTER_TRUNCATE:
        truncate_text(text, filter->number);
        return true;
    case FILTER_STRIP:
        strip(text);
        return true;
    case FILTER_JOIN:
    case FILTER_UNDERLINE:
        return true;
    }
    g_assert_not_reached();
}
