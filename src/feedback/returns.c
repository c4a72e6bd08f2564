/* returns.c - see returns.h. */
#include "feedback/returns.h"

#include <string.h>

#include "journal/bounce.h"
#include "list/list.h"

struct Returns {
    ReturnsSource source;
    Keyring *keyring; /* NULL: none */
    Journal *journal; /* NULL: none */
    Tracer *tracer;
    Suppressions *suppressions;
    GHashTable *lists; /* keys of list addresses; NULL: not read yet */
};

static const char *const doings[RETURN_DOINGS] = {
    "ignored",    "unproven",          "shown",        "noted",
    "suppressed", "suppressed before", "known before",
};

const char *return_doing_name(ReturnDoing doing)
{
    return doings[doing];
}

void return_clear(Return *returned)
{
    bounce_free(returned->bounce);
    mail_free(returned->mail);
    trace_clear(&returned->trace);
    *returned = (Return){0};
}

/* --- opening --- */

/* What is not there is no failure: then nothing can be proven. */
static bool is_only_missing(GError *failure, GError **error)
{
    if (failure == NULL)
        return true;
    if (failure->code == ERROR_MISSING) {
        g_error_free(failure);
        return true;
    }
    g_propagate_error(error, failure);
    return false;
}

static bool open_keys(Returns *returns, GError **error)
{
    GError *failure = NULL;
    returns->keyring = keyring_load(returns->source.config->keys, &failure);
    return is_only_missing(failure, error);
}

/* A journal that is not there is not made: nothing was sent yet. */
static bool open_journal(Returns *returns, GError **error)
{
    const char *path = returns->source.config->journal;
    bool writes = !returns->source.dry && g_file_test(path, G_FILE_TEST_EXISTS);
    GError *failure = NULL;
    returns->journal = journal_open(path, writes ? JOURNAL_WRITE : JOURNAL_READ,
                                    returns->source.clock, &failure);
    return is_only_missing(failure, error);
}

Returns *returns_open(const ReturnsSource *source, GError **error)
{
    g_autoptr(Returns) returns = g_new0(Returns, 1);
    returns->source = *source;
    if (!open_keys(returns, error) || !open_journal(returns, error))
        return NULL;
    TracerSource tracer = {
        .config = source->config,
        .keyring = returns->keyring,
        .journal = returns->journal,
        .clock = source->clock,
    };
    returns->tracer = tracer_open(&tracer, error);
    if (returns->tracer == NULL)
        return NULL;
    returns->suppressions = suppressions_open(source->config->suppressions,
                                              source->clock,
                                              source->fill_random, error);
    return returns->suppressions != NULL ? g_steal_pointer(&returns) : NULL;
}

void returns_close(Returns *returns)
{
    if (returns == NULL)
        return;
    tracer_close(returns->tracer);
    journal_close(returns->journal);
    suppressions_close(returns->suppressions);
    keyring_free(returns->keyring);
    if (returns->lists != NULL)
        g_hash_table_unref(returns->lists);
    g_free(returns);
}

/* --- whose failure it is --- */

static bool is_same(const char *a, const char *b)
{
    return a != NULL && b != NULL && g_ascii_strcasecmp(a, b) == 0;
}

/* A copy has one recipient, so a report about it has too, whatever it has
 * become by forwarding. Of several, the one that was written to. */
static const BounceRecipient *choose_recipient(const Bounce *bounce,
                                               const Address *address)
{
    if (bounce->recipients->len == 1)
        return bounce->recipients->pdata[0];
    for (guint i = 0; i < bounce->recipients->len; i++) {
        const BounceRecipient *recipient = bounce->recipients->pdata[i];
        if (is_same(recipient->address, address->text) ||
            is_same(recipient->final, address->text))
            return recipient;
    }
    return NULL;
}

/* The Message-ID of a list's copy stands in its archive, where everybody can
 * read it. */
static bool read_lists(Returns *returns, GError **error)
{
    const char *const *paths = (const char *const *)
                                   returns->source.config->lists;
    returns->lists = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           NULL);
    if (paths == NULL || *paths == NULL)
        return true;
    const ListOptions options = {.paths = paths};
    g_autoptr(List) list = list_open(&options, NULL, error);
    if (list == NULL)
        return false;
    GError *failure = NULL;
    const Subscriber *subscriber;
    while ((subscriber = list_next(list, &failure)) != NULL)
        if (subscriber_is_list(subscriber))
            g_hash_table_add(returns->lists,
                             g_strdup(subscriber_address(subscriber)->key));
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

static bool is_public(Returns *returns, const Trace *trace, bool *is_list,
                      GError **error)
{
    *is_list = false;
    if (trace->by != TRACE_MESSAGE_ID)
        return true;
    if (returns->lists == NULL && !read_lists(returns, error))
        return false;
    *is_list = g_hash_table_contains(returns->lists, trace->address.key);
    return true;
}

/* Why it is about nobody. */
static const char *explain_nobody(const Bounce *bounce)
{
    if (bounce->recipients->len > 0)
        return "it is about several people, and whom we wrote to is not named";
    return bounce->kind == BOUNCE_REPORT
               ? "it tells of no failure"
               : "it says nothing that can be understood";
}

/* --- what is done --- */

/* A mail that is delivered twice has the same Message-ID and other trace
 * fields. */
static char *digest_mail(const Mail *mail, const SourceMail *source)
{
    const char *id = field_group_get(mail->header, "Message-ID");
    return id != NULL && *id != '\0'
               ? token_digest(id, strlen(id))
               : token_digest(source->bytes, source->length);
}

static bool suppress(Returns *returns, Return *returned, const char *reason,
                     GError **error)
{
    const Address *address = &returned->trace.address;
    Suppression before;
    bool found = false;
    if (!suppressions_find(returns->suppressions, address, &found, &before,
                           error))
        return false;
    returned->doing = found ? RETURN_BEFORE : RETURN_SUPPRESSED;
    /* A complaint is said even of somebody who bounced. */
    bool adds = !found || strcmp(reason, SUPPRESSION_COMPLAINED) == 0;
    return !adds || returns->source.dry ||
           suppressions_add(returns->suppressions, address, reason, false,
                            error);
}

static bool act(Returns *returns, Return *returned, const JournalBounce *noted,
                GError **error)
{
    BounceCount count = {0};
    switch (returned->recipient->class) {
    case BOUNCE_HARD:
        return suppress(returns, returned, SUPPRESSION_BOUNCED, error);
    case BOUNCE_COMPLAINT:
        return suppress(returns, returned, SUPPRESSION_COMPLAINED, error);
    case BOUNCE_SOFT:
        returned->doing = RETURN_NOTED;
        if (!journal_count_bounces(returns->journal, noted, &count, error))
            return false;
        returned->campaigns = count.campaigns;
        return count.campaigns < RETURNS_SOFT_CAMPAIGNS ||
               count.newest_us - count.first_us < RETURNS_SPAN_US ||
               suppress(returns, returned, SUPPRESSION_BOUNCED, error);
    case BOUNCE_CONTENT:
        returned->why = "it says something about the mail, not the address";
        return true;
    case BOUNCE_POLICY:
        returned->why = "it says something about sender or server, not the "
                        "address";
        return true;
    case BOUNCE_DELAYED:
        returned->why = "delivery is still being tried";
        return true;
    case BOUNCE_CLASSES:
        break;
    }
    return true;
}

/* Who it is about and what it says is known. */
static bool act_once(Returns *returns, Return *returned,
                     const SourceMail *source, GError **error)
{
    g_autofree char *digest = digest_mail(returned->mail, source);
    const Reply *reply = &returned->recipient->reply;
    g_autofree char *status = g_strdup_printf(
        "%d.%d.%d", reply->enhanced[0], reply->enhanced[1], reply->enhanced[2]);
    const JournalBounce noted = {
        .mail = digest,
        .key = returned->trace.address.key,
        .campaign = returned->trace.campaign,
        .class = bounce_class_name(returned->recipient->class),
        .status = status,
    };
    bool known = false;
    if (!journal_knows_bounce(returns->journal, digest, noted.key, &known,
                              error))
        return false;
    if (known) {
        returned->doing = RETURN_KNOWN;
        return true;
    }
    returned->doing = RETURN_SHOWN;
    return act(returns, returned, &noted, error) &&
           (returns->source.dry ||
            journal_note_bounce(returns->journal, &noted, error));
}

static bool is_bounce(const Bounce *bounce)
{
    return bounce->kind != BOUNCE_OTHER && bounce->kind != BOUNCE_AUTOMATIC;
}

bool returns_take(Returns *returns, const SourceMail *source, Return *returned,
                  GError **error)
{
    returned->mail = mail_parse(source->bytes, source->length);
    returned->bounce = bounce_read(returned->mail);
    returned->doing = RETURN_IGNORED;
    if (!is_bounce(returned->bounce))
        return true;
    Trace *trace = &returned->trace;
    bool is_list = false;
    returned->doing = RETURN_UNPROVEN;
    if (!trace_mail(returns->tracer, returned->mail, returned->bounce, trace,
                    error) ||
        !is_public(returns, trace, &is_list, error))
        return false;
    returned->why = trace->why;
    if (trace->by == TRACE_NOTHING || returns->journal == NULL)
        return true;
    if (is_list) {
        returned->why = "it is about a list's address, whose copy anybody can "
                        "read";
        return true;
    }
    returned->why = NULL;
    returned->doing = RETURN_SHOWN;
    returned->recipient = choose_recipient(returned->bounce, &trace->address);
    if (returned->recipient != NULL)
        return act_once(returns, returned, source, error);
    returned->why = explain_nobody(returned->bounce);
    return true;
}
