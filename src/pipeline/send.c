/* send.c - journal and delivery; see pipeline.h. */
#include <string.h>

#include "pipeline/private.h"

/* Recipients of the list who have no final outcome in the journal. On the way
 * it is seen whether the campaign began before there were keys. */
static bool count_remaining(Pipeline *pipeline, Journal *journal,
                            bool with_unknown, int64_t *remaining,
                            GError **error)
{
    GError *failure = NULL;
    const Subscriber *subscriber;
    while ((subscriber = list_next(pipeline->list, &failure)) != NULL) {
        Entry entry = {0};
        if (!journal_lookup(journal, subscriber_address(subscriber), &entry,
                            error))
            return false;
        if (entry.outcome == OUTCOME_NONE ||
            entry.outcome == OUTCOME_DEFERRED ||
            (with_unknown && entry.outcome == OUTCOME_UNKNOWN))
            ++*remaining;
        if (entry.message_id != NULL && !token_is_proof(entry.message_id))
            pipeline->has_open_ids = true;
        entry_clear(&entry);
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    return list_rewind(pipeline->list, error);
}

static bool check_unchanged(const Pipeline *pipeline, const Campaign *campaign,
                            bool revise, GError **error)
{
    if (revise ||
        strcmp(campaign->digest, message_digest(pipeline->message)) == 0)
        return true;
    error_set(error, ERROR_INPUT,
              "%s: the mail is no longer the one that campaign `%s` began "
              "with; use --revise to send this version to those who have not "
              "got it, or --campaign NAME to send it to everybody",
              pipeline->post->file, campaign->id);
    return false;
}

static bool compose_again(Pipeline *pipeline, GError **error)
{
    message_free(pipeline->message);
    pipeline->message = NULL;
    return pipeline_compose_messages(pipeline, error);
}

/* Test copies are campaigns of their own, numbered, so that each is a new
 * mail for the mailbox that gets it. */
static bool name_test(Pipeline *pipeline, Journal *journal, GError **error)
{
    g_autofree char *stem = g_strndup(pipeline->campaign, 30);
    for (int number = 1; number < 10000; number++) {
        g_autofree char *name = g_strdup_printf("%s-test-%d", stem, number);
        GError *failure = NULL;
        g_autoptr(Campaign)
            taken = journal_find_campaign(journal, name, &failure);
        if (failure != NULL) {
            g_propagate_error(error, failure);
            return false;
        }
        if (taken != NULL)
            continue;
        g_free(pipeline->campaign);
        pipeline->campaign = g_steal_pointer(&name);
        return compose_again(pipeline, error);
    }
    error_set(error, ERROR_INPUT, "too many test copies of `%s`", stem);
    return false;
}

static DeliveryRelay *list_relays(const Config *config, char *const *passwords)
{
    size_t count = config_relay_count(config);
    DeliveryRelay *relays = g_new0(DeliveryRelay, count);
    for (size_t i = 0; i < count; i++) {
        relays[i].config = config_relay_at(config, i);
        relays[i].password = passwords != NULL ? passwords[i] : NULL;
    }
    return relays;
}

static bool estimate(const Pipeline *pipeline, Journal *journal,
                     const Clock *clock, PipelinePlan *plan, GError **error)
{
    g_autofree DeliveryRelay *relays = list_relays(pipeline->config, NULL);
    DeliveryPlan delivery = {
        .journal = journal,
        .relays = relays,
        .relay_count = config_relay_count(pipeline->config),
        .clock = clock,
    };
    return delivery_estimate(&delivery, plan->to_send, &plan->estimate_ns,
                             error);
}

/* Takes a campaign that the journal has, and looks at what is done. Its
 * Message-IDs stay what they were, also for those who get the mail again. */
static bool take_up(Pipeline *pipeline, Journal *journal,
                    const PipelinePlanning *how, PipelinePlan *plan,
                    GError **error)
{
    if (!journal_take(journal, pipeline->campaign, &plan->recovered, error))
        return false;
    plan->to_send = 0;
    return count_remaining(pipeline, journal, how->unknown == UNKNOWN_RESEND,
                           &plan->to_send, error) &&
           (!pipeline->has_open_ids || compose_again(pipeline, error));
}

bool pipeline_settle_unknown(Journal *journal, PipelinePlan *plan,
                             GError **error)
{
    if (!plan->known || plan->unknown == UNKNOWN_LEAVE)
        return true;
    Outcome outcome = plan->unknown == UNKNOWN_RESEND ? OUTCOME_NONE
                                                      : OUTCOME_SKIPPED;
    int64_t count = 0;
    if (!journal_resolve_unknown(journal, outcome, &count, error))
        return false;
    plan->done[OUTCOME_UNKNOWN] -= count;
    return true;
}

bool pipeline_plan(Pipeline *pipeline, Journal *journal,
                   const PipelinePlanning *how, PipelinePlan *plan,
                   GError **error)
{
    *plan = (PipelinePlan){
        .unknown = how->unknown,
        .to_send = pipeline->summary.counts.given,
    };
    list_give_newly_suppressed(pipeline->list);
    if (pipeline->options->test != NULL && !name_test(pipeline, journal, error))
        return false;
    GError *failure = NULL;
    g_autoptr(Campaign)
        campaign = journal_find_campaign(journal, pipeline->campaign, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    if (campaign != NULL) {
        plan->known = true;
        plan->created_us = campaign->created_us;
        if (!check_unchanged(pipeline, campaign, how->revise, error) ||
            !take_up(pipeline, journal, how, plan, error))
            return false;
        memcpy(plan->done, campaign->counts, sizeof plan->done);
    }
    return estimate(pipeline, journal, how->clock, plan, error);
}

static bool begin_campaign(Pipeline *pipeline, Journal *journal,
                           const PipelineSend *send, GError **error)
{
    PipelineFacts facts = pipeline_facts(pipeline);
    g_autofree char *digest = g_strdup(message_digest(pipeline->message));
    g_autofree char *subject = g_strdup(facts.subject);
    g_autofree char *arguments = g_strdup(send->arguments);
    g_autofree char *directory = g_strdup(send->directory);
    Campaign campaign = {
        .id = pipeline->campaign,
        .digest = digest,
        .subject = subject,
        .arguments = arguments,
        .directory = directory,
        .created_us = send->clock->wall_us(send->clock),
        .recipients = facts.recipients,
        .test = pipeline->options->test != NULL,
    };
    int64_t recovered = 0;
    g_autoptr(GError) failure = NULL;
    if (journal_create_campaign(journal, &campaign, &failure))
        return journal_take(journal, pipeline->campaign, &recovered, error);
    /* It was not there when the plan was made. */
    if (failure->code == ERROR_INPUT)
        error_set(error, ERROR_RETRY,
                  "another process has begun campaign `%s` at this moment; "
                  "`mirmail status` shows how far it is",
                  pipeline->campaign);
    else
        g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

bool pipeline_end(Pipeline *pipeline, Journal *journal, GError **error)
{
    const char *id = pipeline->campaign;
    g_autoptr(Campaign) campaign = journal_find_campaign(journal, id, error);
    if (campaign == NULL ||
        !journal_set_recipients(journal, id, pipeline->summary.counts.given,
                                error))
        return false;
    return campaign->finished_us > 0 ||
           journal_finish_campaign(journal, id, error);
}

bool pipeline_send(Pipeline *pipeline, Journal *journal,
                   const PipelineSend *send, DeliveryEnd *end,
                   DeliveryProgress *progress, GError **error)
{
    const Config *config = pipeline->config;
    bool begun = send->plan->known
                     ? journal_set_recipients(journal, pipeline->campaign,
                                              pipeline->summary.counts.given,
                                              error)
                     : begin_campaign(pipeline, journal, send, error);
    if (!begun || !pipeline_keep_letter(pipeline, journal, error))
        return false;
    g_autofree DeliveryRelay *relays = list_relays(config, send->passwords);
    const DeliverySender sender = {
        .address = &config->sender.bounce,
        .keyring = pipeline->keyring,
        .list_id = config->list.id,
        .campaign = pipeline->campaign,
    };
    DeliveryPlan delivery = {
        .list = pipeline->list,
        .total = send->plan->to_send,
        .message = pipeline->message,
        .journal = journal,
        .suppressions = pipeline->suppressions,
        .relays = relays,
        .relay_count = config_relay_count(config),
        .sending = &config->sending,
        .sender = &sender,
        .hello = config->sender.from.address.domain,
        .clock = send->clock,
        .date_seconds = pipeline->options->date_seconds,
        .until_us = send->until_us,
        .stop = send->stop,
        .report = send->report,
        .report_data = send->report_data,
    };
    if (!delivery_run(&delivery, end, progress, error))
        return false;
    if (*end == DELIVERY_COMPLETE)
        return journal_finish_campaign(journal, pipeline->campaign, error);
    return true;
}
