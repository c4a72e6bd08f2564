/* trace.c - see trace.h. */
#include "feedback/trace.h"

#include <string.h>

#include "feedback/people.h"

struct Tracer {
    TracerSource source;
    GPtrArray *campaigns; /* of Campaign *, newest first */
    People *people;       /* opened by the first question; NULL */
};

static const char *const by_names[] = {"nothing", "token", "link",
                                       "message-id"};

const char *trace_by_name(TraceBy by)
{
    return by_names[by];
}

void trace_clear(Trace *trace)
{
    address_clear(&trace->address);
    g_free(trace->campaign);
    *trace = (Trace){0};
}

Tracer *tracer_open(const TracerSource *source, GError **error)
{
    g_autoptr(Tracer) tracer = g_new0(Tracer, 1);
    tracer->source = *source;
    if (source->journal != NULL) {
        tracer->campaigns = journal_list_campaigns(source->journal, error);
        if (tracer->campaigns == NULL)
            return NULL;
    }
    return g_steal_pointer(&tracer);
}

void tracer_close(Tracer *tracer)
{
    if (tracer == NULL)
        return;
    if (tracer->campaigns != NULL)
        g_ptr_array_unref(tracer->campaigns);
    people_close(tracer->people);
    g_free(tracer);
}

/* --- what a mail says of itself --- */

/* Whom the report and the header that came back name: where to look first. */
static GPtrArray *find_candidates(const Bounce *bounce)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < bounce->recipients->len; i++) {
        const BounceRecipient *recipient = bounce->recipients->pdata[i];
        if (recipient->address != NULL)
            g_ptr_array_add(found, g_strdup(recipient->address));
        if (recipient->final != NULL)
            g_ptr_array_add(found, g_strdup(recipient->final));
    }
    const char *to = bounce->returned != NULL
                         ? field_group_get(bounce->returned, "To")
                         : NULL;
    field_find_addresses(to != NULL ? to : "", found);
    return found;
}

static void find_in_group(const FieldGroup *group, GPtrArray *addresses)
{
    for (size_t i = 0; i < field_group_count(group); i++)
        field_find_addresses(field_group_value(group, i), addresses);
}

/* Every address of the mail, those of the envelope first. */
static GPtrArray *find_addresses(const Mail *mail, const Bounce *bounce)
{
    GPtrArray *found = mail_recipients(mail);
    if (bounce->returned != NULL)
        find_in_group(bounce->returned, found);
    const MailPart *report = mail_find_report(mail);
    for (guint i = 0; report != NULL && i < report->groups->len; i++)
        find_in_group(report->groups->pdata[i], found);
    return found;
}

/* --- who a token is for --- */

static bool set_address(Trace *trace, const char *text)
{
    return address_parse(text, strlen(text), &trace->address, NULL) ==
           ADDRESS_OK;
}

static bool is_candidate(const Tracer *tracer, const KeyringMatch *match,
                         const GPtrArray *candidates, Trace *trace)
{
    for (guint i = 0; i < candidates->len; i++) {
        if (!set_address(trace, candidates->pdata[i]))
            continue;
        if (keyring_is_for(tracer->source.keyring, match, trace->address.key))
            return true;
        address_clear(&trace->address);
    }
    return false;
}

/* Only of the lists: the journal is searched here, by campaign. */
static bool open_people(Tracer *tracer, GError **error)
{
    const Config *config = tracer->source.config;
    if (tracer->people != NULL)
        return true;
    PeopleSource source = {
        .lists = (const char *const *)config->lists,
        .keyring = tracer->source.keyring,
        .clock = tracer->source.clock,
    };
    tracer->people = people_open(&source, error);
    return tracer->people != NULL;
}

typedef struct OwnerSearch {
    const Keyring *keyring;
    const KeyringMatch *match;
    char *address; /* NULL */
} OwnerSearch;

static void compare_owner(void *data, const Entry *entry)
{
    OwnerSearch *search = data;
    if (search->address != NULL)
        return;
    g_autofree char *key = g_ascii_strdown(entry->address, -1);
    if (keyring_is_for(search->keyring, search->match, key))
        search->address = g_strdup(entry->address);
}

/* Somebody who was taken off the list since, or never stood on it. */
static bool search_journal(const Tracer *tracer, const KeyringMatch *match,
                           const char *only, char **address, GError **error)
{
    OwnerSearch search = {tracer->source.keyring, match, NULL};
    bool ok = true;
    for (guint i = 0; ok && search.address == NULL &&
                      tracer->campaigns != NULL && i < tracer->campaigns->len;
         i++) {
        const Campaign *campaign = tracer->campaigns->pdata[i];
        if (only == NULL || strcmp(only, campaign->id) == 0)
            ok = journal_visit(tracer->source.journal, campaign->id,
                               compare_owner, &search, error);
    }
    *address = search.address;
    return ok;
}

static bool find_owner(Tracer *tracer, const KeyringMatch *match,
                       const GPtrArray *candidates, Trace *trace,
                       GError **error)
{
    g_autofree char *address = NULL;
    if (is_candidate(tracer, match, candidates, trace))
        return true;
    if (!open_people(tracer, error) ||
        !people_find(tracer->people, match, &address, error))
        return false;
    if (address == NULL &&
        !search_journal(tracer, match, trace->campaign, &address, error))
        return false;
    if (address == NULL || !set_address(trace, address)) {
        trace->by = TRACE_NOTHING;
        trace->why = "the token is ours, but its owner is on no list and in "
                     "no journal";
    }
    return true;
}

/* --- the envelope's token --- */

static bool check_token(const Tracer *tracer, const char *token,
                        KeyringMatch *match, Trace *trace)
{
    for (guint i = 0; tracer->campaigns != NULL && i < tracer->campaigns->len;
         i++) {
        const Campaign *campaign = tracer->campaigns->pdata[i];
        const KeyringScope scope = {
            KEYRING_BOUNCE, tracer->source.config->list.id, campaign->id};
        if (!keyring_check(tracer->source.keyring, &scope, token, match))
            continue;
        trace->by = TRACE_TOKEN;
        trace->campaign = g_strdup(campaign->id);
        return true;
    }
    trace->why = "the token is not one of ours, or its campaign is in no "
                 "journal";
    return false;
}

static bool find_token(const Tracer *tracer, const GPtrArray *addresses,
                       KeyringMatch *match, Trace *trace)
{
    for (guint i = 0; i < addresses->len; i++) {
        char token[KEYRING_TOKEN_LENGTH + 1];
        if (verp_find(&tracer->source.config->sender.bounce,
                      addresses->pdata[i], token) &&
            check_token(tracer, token, match, trace))
            return true;
    }
    return false;
}

/* --- the token of the link to leave, in the header that came back --- */

static bool is_token_letter(char c)
{
    return g_ascii_isalpha(c) || (c >= '2' && c <= '7');
}

static bool find_link(const Tracer *tracer, const Bounce *bounce,
                      KeyringMatch *match, Trace *trace)
{
    const char *at = bounce->returned != NULL
                         ? field_group_get(bounce->returned, "List-Unsubscribe")
                         : NULL;
    const KeyringScope scope = {KEYRING_UNSUBSCRIBE,
                                tracer->source.config->list.id, NULL};
    while (at != NULL && *at != '\0') {
        size_t length = 0;
        while (is_token_letter(at[length]))
            length++;
        if (length == KEYRING_TOKEN_LENGTH) {
            g_autofree char *token = g_strndup(at, length);
            if (keyring_check(tracer->source.keyring, &scope, token, match)) {
                trace->by = TRACE_LINK;
                return true;
            }
        }
        at += MAX(length, 1);
    }
    return false;
}

/* --- the Message-ID --- */

typedef struct IdSearch {
    const char *message_id;
    char *campaign; /* that sent it; NULL */
} IdSearch;

static void compare_entry(void *data, const char *campaign, const Entry *entry)
{
    IdSearch *search = data;
    if (search->campaign == NULL &&
        g_strcmp0(entry->message_id, search->message_id) == 0)
        search->campaign = g_strdup(campaign);
}

static bool find_message_id(Tracer *tracer, const Bounce *bounce,
                            const GPtrArray *candidates, Trace *trace,
                            GError **error)
{
    if (bounce->message_id == NULL || !token_is_proof(bounce->message_id) ||
        tracer->source.journal == NULL)
        return true;
    for (guint i = 0; i < candidates->len; i++) {
        IdSearch search = {.message_id = bounce->message_id};
        Address address = {0};
        const char *text = candidates->pdata[i];
        if (address_parse(text, strlen(text), &address, NULL) != ADDRESS_OK)
            continue;
        bool ok = journal_visit_person(tracer->source.journal, address.key,
                                       compare_entry, &search, error);
        if (ok && search.campaign != NULL) {
            trace->by = TRACE_MESSAGE_ID;
            trace->campaign = search.campaign;
            trace->address = address;
            return true;
        }
        address_clear(&address);
        if (!ok)
            return false;
    }
    return true;
}

/* --- the envelope identifier, where only the person is known --- */

typedef struct CampaignSearch {
    const char *envid;
    char *campaign; /* that wrote to the person; NULL */
} CampaignSearch;

static void compare_campaign(void *data, const char *campaign,
                             const Entry *entry)
{
    CampaignSearch *search = data;
    if (search->campaign == NULL && strcmp(campaign, search->envid) == 0 &&
        entry->message_id != NULL)
        search->campaign = g_strdup(campaign);
}

static bool find_campaign(Tracer *tracer, const Bounce *bounce, Trace *trace,
                          GError **error)
{
    CampaignSearch search = {.envid = bounce->envid};
    if (trace->by != TRACE_LINK || bounce->envid == NULL ||
        tracer->source.journal == NULL)
        return true;
    bool ok = journal_visit_person(tracer->source.journal, trace->address.key,
                                   compare_campaign, &search, error);
    trace->campaign = search.campaign;
    return ok;
}

bool trace_mail(Tracer *tracer, const Mail *mail, const Bounce *bounce,
                Trace *trace, GError **error)
{
    KeyringMatch match;
    trace->why = "nothing in it proves that it is about a mail of ours";
    if (tracer->source.config->list.id == NULL) {
        trace->why = "without list.id no token can be checked";
        return true;
    }
    if (tracer->source.keyring == NULL) {
        trace->why = "without keys nothing can be proven (mirmail keygen)";
        return true;
    }
    g_autoptr(GPtrArray) candidates = find_candidates(bounce);
    g_autoptr(GPtrArray) addresses = find_addresses(mail, bounce);
    if (find_token(tracer, addresses, &match, trace))
        return find_owner(tracer, &match, candidates, trace, error);
    if (!find_message_id(tracer, bounce, candidates, trace, error))
        return false;
    if (trace->by == TRACE_NOTHING && find_link(tracer, bounce, &match, trace))
        return find_owner(tracer, &match, candidates, trace, error) &&
               find_campaign(tracer, bounce, trace, error);
    return true;
}
