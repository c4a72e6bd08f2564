/* line_offer.c - what the relay's EHLO answer says, see line_private.h. */
#include <string.h>

#include "delivery/line_private.h"

/* Longer lines are not shown to libESMTP, whose line buffer is small. */
#define OFFER_LINE_MAX 200

/* What libESMTP must not see, since it would act on it and get it wrong. */
static const char *const hidden[] = {
    "STARTTLS",            /* done */
    "AUTH",                /* done; it would go on after a failed login */
    "CHUNKING",            /* crashes when the connection drops at RCPT */
    "BINARYMIME",          /* needs CHUNKING */
    "XUSR",                /* a round trip more for nothing */
    "XEXCH50",             /* likewise */
    "ENHANCEDSTATUSCODES", /* drops replies whose lines do not all have one */
    "DELIVERBY",           /* writes the wrong letter */
    "ETRN",                /* not a submission client's business */
};

/* The keyword of an extension's line, and what follows it. "AUTH=LOGIN" is
 * the form of old servers. */
static char *split_keyword(const char *line, const char **parameters)
{
    size_t length = strcspn(line, " \t=");
    *parameters = line + length + strspn(line + length, " \t=");
    return g_ascii_strup(line, (gssize)length);
}

bool offer_has_auth(const Offer *offer, const char *name)
{
    if (offer->auth_names == NULL)
        return false;
    g_auto(GStrv) names = g_strsplit(offer->auth_names, " ", -1);
    for (char **next = names; *next != NULL; next++)
        if (g_ascii_strcasecmp(*next, name) == 0)
            return true;
    return false;
}

/* Old servers say it twice, in both forms. */
static void read_auth(Offer *offer, const char *names)
{
    g_auto(GStrv) list = g_strsplit_set(names, " \t", -1);
    for (char **name = list; *name != NULL; name++) {
        if (**name == '\0' || offer_has_auth(offer, *name))
            continue;
        char *before = offer->auth_names;
        offer->auth_names = before == NULL
                                ? g_strdup(*name)
                                : g_strconcat(before, " ", *name, NULL);
        g_free(before);
    }
}

static void read_extension(Offer *offer, const char *line)
{
    const char *parameters = NULL;
    g_autofree char *keyword = split_keyword(line, &parameters);
    if (strcmp(keyword, "STARTTLS") == 0)
        offer->has_starttls = true;
    else if (strcmp(keyword, "PIPELINING") == 0)
        offer->has_pipelining = true;
    else if (strcmp(keyword, "DSN") == 0)
        offer->has_dsn = true;
    else if (strcmp(keyword, "AUTH") == 0)
        read_auth(offer, parameters);
    else if (strcmp(keyword, "SIZE") == 0)
        offer->size_limit = MAX(0, g_ascii_strtoll(parameters, NULL, 10));
    for (size_t i = 0; i < G_N_ELEMENTS(hidden); i++)
        if (strcmp(keyword, hidden[i]) == 0)
            return;
    /* Whatever follows DSN, libESMTP and we must agree that it is offered. */
    if (strcmp(keyword, "DSN") == 0)
        line = "DSN";
    if (strlen(line) <= OFFER_LINE_MAX)
        g_string_append_printf(offer->answer, "250-%s\r\n", line);
}

void offer_read(Offer *offer, const char *raw, size_t length)
{
    offer_clear(offer);
    offer->answer = g_string_new(NULL);
    g_autofree char *text = g_strndup(raw, length);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
        g_strchomp(lines[i]);
        if (strlen(lines[i]) > 4)
            read_extension(offer, lines[i] + 4);
    }
    g_string_append(offer->answer, "250 HELP\r\n");
    g_string_prepend(offer->answer, "250-relay\r\n");
}

void offer_clear(Offer *offer)
{
    g_free(offer->auth_names);
    if (offer->answer != NULL)
        g_string_free(offer->answer, TRUE);
    *offer = (Offer){0};
}
