#include "letter/html_target.h"

#include <string.h>

#include "letter/escape.h"

/* Where a section began, to be compared with where it goes on and ends. */
typedef struct Edge {
    HtmlState state;
    unsigned serial;
} Edge;

static HtmlTarget *html(Target *target)
{
    return (HtmlTarget *)target;
}

static bool write_literal(Target *target, const char *text, size_t length,
                          GError **error)
{
    (void)error;
    html_place_feed(&html(target)->place, text, length);
    g_string_append_len(target->out, text, (gssize)length);
    return true;
}

/* Escaped text changes no state; only the value grows. */
static void count_value(HtmlTarget *target, size_t length)
{
    if (target->place.state == HTML_QUOTED)
        target->place.value_length += length;
}

static bool refuse(Place place, const char *name, const char *where,
                   GError **error)
{
    error_set_at(error, ERROR_INPUT, place, "`%s` may not stand %s", name,
                 where);
    return false;
}

/* True where text may stand that is not ours: in text and between quotes. */
static bool check_state(const HtmlPlace *at, Place place, const char *name,
                        GError **error)
{
    switch (at->state) {
    case HTML_DATA:
    case HTML_TITLE:
    case HTML_COMMENT:
        return true;
    case HTML_QUOTED:
        if (g_str_has_prefix(at->attribute, "on"))
            return refuse(place, name, "in a script", error);
        return true;
    case HTML_RAW:
        return refuse(place, name, "in <style> or <script>", error);
    case HTML_BARE:
    case HTML_EQUALS:
        return refuse(place, name,
                      "in a value without quotes; put quotes around it", error);
    case HTML_TAG_OPEN:
    case HTML_TAG_NAME:
    case HTML_TAG:
    case HTML_ATTRIBUTE:
    case HTML_MARKUP:
        return refuse(place, name, "inside a tag, but in a quoted value",
                      error);
    }
    g_assert_not_reached();
}

static bool write_url(HtmlTarget *target, const char *text,
                      const Expression *from, GError **error)
{
    bool starts = target->place.value_length == 0;
    bool gap_first = starts && slots_find(target->base.slots, text) == text;

    if (expression_has(from, FILTER_URL)) {
        escape_html(target->base.out, text);
        return true;
    }
    if (!starts || gap_first) {
        escape_url_part(target->base.out, text);
        return true;
    }
    if (escape_url_whole(target->base.out, text, true))
        return true;
    error_set_at(error, ERROR_INPUT, from->place,
                 "`%s` is no https, http or mailto address: `%s`", from->name,
                 text);
    return false;
}

/* The lines of an address stay lines. */
static void write_lines(GString *out, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (int i = 0; lines[i] != NULL; i++) {
        if (i > 0)
            g_string_append(out, "<br>");
        escape_html(out, lines[i]);
    }
}

static bool write_value(Target *base, const char *text, const Expression *from,
                        GError **error)
{
    HtmlTarget *target = html(base);
    gsize before = base->out->len;

    if (!check_state(&target->place, from->place, from->name, error))
        return false;
    if (html_place_is_url(&target->place)) {
        if (!write_url(target, text, from, error))
            return false;
    } else if (target->place.state == HTML_DATA) {
        write_lines(base->out, text);
    } else {
        escape_html(base->out, text);
    }
    count_value(target, base->out->len - before);
    return true;
}

static void write_comment(Target *base, int slot)
{
    g_string_append(base->out, "<!--");
    gap_append(base->out, base->slots->prefix, GAP_TEXT, slot);
    g_string_append(base->out, "-->");
}

static bool write_style(HtmlTarget *target, const char *text, Place place,
                        GError **error)
{
    if (target->place.state != HTML_RAW ||
        strcmp(target->place.tag, "style") != 0)
        return refuse(place, "style", "outside of <style>", error);
    if (text == NULL)
        return true;
    if (strstr(text, "</") != NULL)
        return refuse(place, "</", "in a theme", error);
    g_string_append(target->base.out, text);
    return true;
}

static bool write_own(Target *base, int slot, const char *text, Place place,
                      GError **error)
{
    if (slot < 0)
        return write_style(html(base), text, place, error);
    if (html(base)->place.state != HTML_DATA)
        return refuse(place, "content", "inside a tag, a title or a comment",
                      error);
    write_comment(base, slot);
    return true;
}

static bool write_field(HtmlTarget *target, int index, GError **error)
{
    static const char *const refused[] = {"style",      "srcset",  "background",
                                          "cite",       "action",  "poster",
                                          "formaction", "longdesc"};
    const Slot *slot = slots_at(target->base.slots, index);
    const HtmlPlace *at = &target->place;
    gsize before = target->base.out->len;

    if (!check_state(at, slot->place, slot->expression.name, error))
        return false;
    for (size_t i = 0; at->state == HTML_QUOTED && i < G_N_ELEMENTS(refused);
         i++) {
        if (strcmp(at->attribute, refused[i]) == 0) {
            g_autofree char *where = g_strdup_printf("in the attribute `%s`",
                                                     refused[i]);
            return refuse(slot->place, slot->expression.name, where, error);
        }
    }
    gap_append(target->base.out, target->base.slots->prefix, GAP_TEXT, index);
    count_value(target, target->base.out->len - before);
    return true;
}

static bool check_edge(HtmlTarget *target, const Slot *slot, GError **error)
{
    const HtmlPlace *at = &target->place;
    Edge edge = {at->state, at->state != HTML_DATA ? at->serial : 0};

    if (slot->kind == SLOT_IF || slot->kind == SLOT_UNLESS) {
        g_array_append_val(target->open, edge);
        if (html_place_is_url(at) && at->value_length == 0)
            return refuse(slot->place, "{{#…}}",
                          "at the start of an address; put the section "
                          "around the element",
                          error);
        return check_state(at, slot->place, "{{#…}}", error);
    }
    const Edge *begun = &g_array_index(target->open, Edge,
                                       target->open->len - 1);
    if (begun->state != edge.state || begun->serial != edge.serial) {
        error_set_at(error, ERROR_INPUT, slot->place,
                     "this section must end where it began: both in text, "
                     "or both in one quoted value");
        return false;
    }
    if (slot->kind == SLOT_END)
        g_array_set_size(target->open, target->open->len - 1);
    return true;
}

static bool write_slot(Target *base, int index, GError **error)
{
    HtmlTarget *target = html(base);
    const Slot *slot = slots_at(base->slots, index);

    if (slot->kind == SLOT_FIELD)
        return write_field(target, index, error);
    if (!check_edge(target, slot, error))
        return false;
    if (target->place.state == HTML_DATA)
        write_comment(base, index);
    else
        gap_append(base->out, base->slots->prefix, GAP_TEXT, index);
    return true;
}

void html_target_init(HtmlTarget *target, const Slots *slots, GString *out)
{
    *target = (HtmlTarget){.base = {.out = out,
                                    .slots = slots,
                                    .literal = write_literal,
                                    .value = write_value,
                                    .own = write_own,
                                    .slot = write_slot}};
    target->open = g_array_new(FALSE, FALSE, sizeof(Edge));
}

void html_target_clear(HtmlTarget *target)
{
    g_clear_pointer(&target->open, g_array_unref);
}
