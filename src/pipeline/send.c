/* send.c - journal and delivery; see pipeline.h. */
#include <string.h>

#include "delivery/pace.h"
#include "pipeline/private.h"

/* Recipients of the list who have no final outcome in the journal. */
static bool count_remaining(Pipeline *pipeline, Journal *journal,
                            int64_t *remaining, GError **error)
{
    GError *failure = NULL;
    const Subscriber *subscriber;
    while ((subscriber = list_next(pipeline->list, &failure)) != NULL) {
        Entry entry = {0};
        if (!journal_lookup(journal, subscriber_address(subscriber), &entry,
                            error))
            return false;
        if (entry.outcome == OUTCOME_NONE || entry.outcome == OUTCOME_DEFERRED)
            ++*remaining;
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
        message_free(pipeline->message);
        pipeline->message = NULL;
        return pipeline_compose_messages(pipeline, error);
    }
    error_set(error, ERROR_INPUT, "too many test copies of `%s`", stem);
    return false;
}

bool pipeline_plan(Pipeline *pipeline, Journal *journal, bool revise,
                   PipelinePlan *plan, GError **error)
{
    *plan = (PipelinePlan){.to_send = pipeline->summary.counts.given};
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
        plan->to_send = 0;
        if (!check_unchanged(pipeline, campaign, revise, error) ||
            !journal_take(journal, pipeline->campaign, &plan->recovered,
                          error) ||
            !count_remaining(pipeline, journal, &plan->to_send, error))
            return false;
        memcpy(plan->done, campaign->counts, sizeof plan->done);
        plan->done[OUTCOME_UNKNOWN] += plan->recovered;
    }
    const SendingConfig *sending = &pipeline->config->sending;
    plan->estimate_ns = pace_estimate(sending->rates, sending->rate_count,
                                      plan->to_send);
    return true;
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
    return journal_create_campaign(journal, &campaign, error) &&
           journal_take(journal, pipeline->campaign, &recovered, error);
}

static const char *hello_name(const Config *config)
{
    if (config->relay.hello != NULL)
        return config->relay.hello;
    return config->sender.from.address.domain;
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
    DeliveryPlan delivery = {
        .list = pipeline->list,
        .total = send->plan->to_send,
        .message = pipeline->message,
        .journal = journal,
        .relay = &config->relay,
        .sending = &config->sending,
        .reverse_path = config->sender.bounce.text
                            ? config->sender.bounce.text
                            : config->sender.from.address.text,
        .hello = hello_name(config),
        .password = send->password,
        .clock = send->clock,
        .date_seconds = pipeline->options->date_seconds,
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
