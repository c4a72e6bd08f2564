#include "letter/slots.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"

static bool occurs(const char *const *texts, const char *prefix)
{
    for (; *texts != NULL; texts++) {
        if (strcasestr(*texts, prefix) != NULL)
            return true;
    }
    return false;
}

/* "QZ" and six letters that count upwards in a scattered order, so that the
 * same post gives the same prefix on every run. */
static void choose_prefix(char *prefix, const char *const *texts)
{
    static const char letters[] = "bcdfghjkmnpqrstvwxyz";
    guint64 state = G_GUINT64_CONSTANT(0x6d69726d61696c);

    do {
        guint64 rest;
        state = state * G_GUINT64_CONSTANT(6364136223846793005) +
                G_GUINT64_CONSTANT(1442695040888963407);
        rest = state >> 20;
        prefix[0] = 'Q';
        prefix[1] = 'Z';
        for (int i = 2; i < GAP_PREFIX_LENGTH; i++) {
            prefix[i] = letters[rest % 20];
            rest /= 20;
        }
        prefix[GAP_PREFIX_LENGTH] = '\0';
    } while (occurs(texts, prefix));
}

void slots_clear_slot(Slot *slot)
{
    expression_clear(&slot->expression);
    g_free(slot->source);
    g_free(slot->problem);
}

static void clear_slot(void *slot)
{
    slots_clear_slot(slot);
}

Slots *slots_new(const char *const *texts)
{
    Slots *slots = g_new0(Slots, 1);

    choose_prefix(slots->prefix, texts);
    slots->table = g_array_new(FALSE, TRUE, sizeof(Slot));
    g_array_set_clear_func(slots->table, clear_slot);
    return slots;
}

void slots_free(Slots *slots)
{
    if (slots == NULL)
        return;
    g_array_unref(slots->table);
    g_free(slots);
}

int slots_add(Slots *slots, Slot *slot, GError **error)
{
    if (slots->table->len == SLOTS_MAX) {
        error_set_at(error, ERROR_INPUT, slot->place,
                     "more than %d fields and sections", SLOTS_MAX);
        slots_clear_slot(slot);
        return -1;
    }
    g_array_append_val(slots->table, *slot);
    return (int)slots->table->len - 1;
}

Slot *slots_at(const Slots *slots, int index)
{
    return &g_array_index(slots->table, Slot, index);
}

Slot *slots_match(const Slots *slots, const char *text, size_t *length,
                  GapPlace *place, int *index)
{
    *length = gap_match(text, slots->prefix, place, index);
    if (*length == 0 || *index < 0 || (guint)*index >= slots->table->len)
        return NULL;
    return slots_at(slots, *index);
}

const char *slots_find(const Slots *slots, const char *text)
{
    size_t length;
    GapPlace place;
    int index;

    for (const char *p = text; (p = strstr(p, slots->prefix)) != NULL; p++) {
        if (slots_match(slots, p, &length, &place, &index) != NULL)
            return p;
    }
    return NULL;
}
