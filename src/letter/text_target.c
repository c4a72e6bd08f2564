#include "letter/text_target.h"

#include <string.h>

#include "letter/escape.h"

#define ADDRESS_LOOK_BACK 2000 /* bytes */

/* Does the word that ends here look like the start of an address? */
static bool is_in_address(const GString *out)
{
    gsize start = out->len;

    while (start > 0 && out->len - start < ADDRESS_LOOK_BACK &&
           strchr(" \t\n<>(\"", out->str[start - 1]) == NULL)
        start--;
    return strstr(out->str + start, "://") != NULL ||
           g_str_has_prefix(out->str + start, "mailto:");
}

static bool write_literal(Target *target, const char *text, size_t length,
                          GError **error)
{
    (void)error;
    g_string_append_len(target->out, text, (gssize)length);
    return true;
}

static bool write_value(Target *target, const char *text,
                        const Expression *from, GError **error)
{
    (void)error;
    if (is_in_address(target->out) && !expression_has(from, FILTER_URL))
        escape_url_part(target->out, text);
    else if (expression_has(from, FILTER_UNDERLINE))
        escape_text(target->out, text);
    else
        escape_lines(target->out, text);
    return true;
}

static bool write_own(Target *target, int slot, const char *text, Place place,
                      GError **error)
{
    (void)text;
    if (slot < 0) {
        error_set_at(error, ERROR_INPUT, place,
                     "`style` is for HTML templates only");
        return false;
    }
    gap_append(target->out, target->slots->prefix, GAP_TEXT, slot);
    return true;
}

static bool write_slot(Target *target, int slot, GError **error)
{
    bool field = slots_at(target->slots, slot)->kind == SLOT_FIELD;
    bool in_address = field && is_in_address(target->out);

    (void)error;
    gap_append(target->out, target->slots->prefix,
               in_address ? GAP_URL_PART : GAP_TEXT, slot);
    return true;
}

void text_target_init(Target *target, const Slots *slots, GString *out)
{
    *target = (Target){.out = out,
                       .slots = slots,
                       .literal = write_literal,
                       .value = write_value,
                       .own = write_own,
                       .slot = write_slot};
}
