/* import_reason.c - see import_reason.h. */
#include "list/import_reason.h"

#include <string.h>

#include "list/import_moment.h"
#include "list/suppression.h"

static const char *first_field(const ImportPerson *person,
                               const char *const *names)
{
    const char *value = NULL;
    for (; value == NULL && *names != NULL; names++)
        value = import_person_field(person, *names);
    return value;
}

/* A mail that could not be delivered for now, or our own word for somebody
 * who came back. */
static bool is_no_reason(const char *given)
{
    static const char *const words[] = {"soft",      "softbounce", "transient",
                                        "temporary", "deferred",   "delayed",
                                        "allowed"};
    char key[COLUMNS_KEY_MAX + 1];
    columns_make_key(given, key);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i], key) == 0)
            return true;
    return false;
}

/* `5.1.1` */
static bool is_relay_status(const char *text)
{
    size_t parts = 0;
    for (size_t digits; (digits = strspn(text, "0123456789")) > 0; parts++) {
        text += digits;
        if (*text != '.')
            return parts == 2 && *text == '\0';
        text++;
    }
    return false;
}

bool import_reason_spares(const ImportPerson *person)
{
    return columns_may_tell_left(person->columns) &&
           (person->status == NULL || !is_relay_status(person->status));
}

/* A refusal by policy or for the content (X.7) is none of the address. */
static const char *by_relay_status(const char *status)
{
    bool is_final = *status == '5' && !g_str_has_prefix(status, "5.7.");
    return is_final ? SUPPRESSION_BOUNCED : NULL;
}

/* The words of services that send mail for others: `Bounce`, `SpamReport`,
 * `HardBounce`, `ManualSuppression`. */
const char *import_reason(const ImportPerson *person, const char *otherwise)
{
    static const char *const names[] = {"reason", "type", "origin", NULL};
    static const struct {
        const char *part;
        const char *reason;
    } parts[] = {
        {"spam", SUPPRESSION_COMPLAINED},
        {"complain", SUPPRESSION_COMPLAINED},
        {"bounce", SUPPRESSION_BOUNCED},
        {"hard", SUPPRESSION_BOUNCED},
        {"unsub", SUPPRESSION_UNSUBSCRIBED},
    };
    if (person->status != NULL && is_relay_status(person->status))
        return by_relay_status(person->status);
    const char *given = first_field(person, names);
    if (given != NULL && is_no_reason(given))
        return NULL;
    g_autofree char *lower = g_ascii_strdown(given ? given : "", -1);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (strstr(lower, parts[i].part) != NULL)
            return parts[i].reason;
    return otherwise;
}

int64_t import_reason_when(const ImportPerson *person)
{
    static const char *const names[] = {
        "date",           "created", "created_at", "timestamp",
        "lastupdatetime", "time",    "added",      NULL};
    const char *given = first_field(person, names);
    int64_t at_us = 0;
    if (given == NULL || !import_moment(given, &at_us))
        at_us = person->left_us;
    return at_us;
}
