/* pipeline.c - see pipeline.h. */
#include "pipeline.h"

#include <string.h>

#include "check/recipients.h"
#include "delivery/pace.h"
#include "letter/letter.h"
#include "message/message.h"
#include "post/post.h"

#define CAMPAIGN_NAME_MAX 40

struct Pipeline {
    const Config *config;
    const PipelineOptions *options;
    Post *post;
    Letter *letter;
    Message *message;
    ListOptions recipients;
    const char **used; /* the list's fields that the letter merges */
    List *list;
    char *campaign;
    TokenKey key;
    RecipientsSummary summary;
};

/* --- composing --- */

/* The last part of the post's address, else of its file name, in the letters
 * that a Message-ID may have. */
static char *name_campaign(const Post *post)
{
    g_autofree char *source = g_strdup(post->url ? post->url : post->file);
    source[strcspn(source, "?#")] = '\0';
    while (g_str_has_suffix(source, "/"))
        source[strlen(source) - 1] = '\0';
    g_autofree char *base = g_path_get_basename(source);
    char *dot = strrchr(base, '.');
    if (dot != NULL && dot != base)
        *dot = '\0';
    GString *name = g_string_new(NULL);
    for (const char *at = base; *at && name->len < CAMPAIGN_NAME_MAX; at++) {
        if (g_ascii_isalnum(*at))
            g_string_append_c(name, g_ascii_tolower(*at));
        else if (name->len > 0 && name->str[name->len - 1] != '-')
            g_string_append_c(name, '-');
    }
    while (name->len > 0 && name->str[name->len - 1] == '-')
        g_string_truncate(name, name->len - 1);
    if (name->len == 0)
        g_string_assign(name, "post");
    return g_string_free(name, FALSE);
}

static bool check_campaign_name(const char *name, GError **error)
{
    size_t length = strlen(name);
    bool ok = length > 0 && length <= CAMPAIGN_NAME_MAX;
    for (const char *at = name; ok && *at; at++)
        ok = g_ascii_islower(*at) || g_ascii_isdigit(*at) ||
             (*at == '-' && at != name);
    if (!ok)
        error_set(error, ERROR_USAGE,
                  "`%s` is no name for a campaign; use up to %d of a-z, 0-9 "
                  "and -",
                  name, CAMPAIGN_NAME_MAX);
    return ok;
}

static bool compose_letter(Pipeline *pipeline, Findings *findings,
                           GError **error)
{
    const Config *config = pipeline->config;
    LetterSource source = {
        .post = pipeline->post,
        .sender = &config->sender,
        .list = &config->list,
        .text = &config->text,
        .base_url = config->base_url,
        .template_dir = config->template,
    };
    pipeline->letter = letter_compose(&source, findings, error);
    return pipeline->letter != NULL;
}

static bool compose_message(Pipeline *pipeline, GError **error)
{
    const Config *config = pipeline->config;
    token_key_from_text(&pipeline->key, config->list.id ? config->list.id : "");
    MessageSource source = {
        .letter = pipeline->letter,
        .sender = &config->sender,
        .list = &config->list,
        .campaign = pipeline->campaign,
        .key = &pipeline->key,
        .test = pipeline->options->test != NULL,
    };
    pipeline->message = message_new(&source, error);
    return pipeline->message != NULL;
}

/* Only what is merged must be fit for merging. */
static bool open_list(Pipeline *pipeline, Findings *findings, GError **error)
{
    size_t count = 0;
    const LetterField *fields = letter_fields(pipeline->letter, &count);
    pipeline->used = g_new0(const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        pipeline->used[i] = fields[i].name;
    pipeline->recipients = pipeline->options->recipients;
    pipeline->recipients.used = pipeline->used;
    pipeline->list = list_open(&pipeline->recipients, findings, error);
    return pipeline->list != NULL;
}

Pipeline *pipeline_compose(const Config *config, const PipelineOptions *options,
                           Findings *findings, GError **error)
{
    g_autoptr(Pipeline) pipeline = g_new0(Pipeline, 1);
    pipeline->config = config;
    pipeline->options = options;
    PostOptions post_options = {options->input, options->subject};
    if (options->campaign != NULL &&
        !check_campaign_name(options->campaign, error))
        return NULL;
    pipeline->post = post_read(options->post, &post_options, findings, error);
    if (pipeline->post == NULL)
        return NULL;
    pipeline->campaign = options->campaign ? g_strdup(options->campaign)
                                           : name_campaign(pipeline->post);
    if (!compose_letter(pipeline, findings, error) ||
        !compose_message(pipeline, error) ||
        !open_list(pipeline, findings, error))
        return NULL;
    return g_steal_pointer(&pipeline);
}

void pipeline_free(Pipeline *pipeline)
{
    if (pipeline == NULL)
        return;
    list_close(pipeline->list);
    g_free((void *)(uintptr_t)pipeline->used);
    message_free(pipeline->message);
    letter_free(pipeline->letter);
    post_free(pipeline->post);
    g_free(pipeline->campaign);
    g_free(pipeline);
}

bool pipeline_check(Pipeline *pipeline, Findings *findings, GError **error)
{
    return check_recipients(pipeline->list, pipeline->letter, pipeline->message,
                            findings, &pipeline->summary, error);
}

PipelineFacts pipeline_facts(const Pipeline *pipeline)
{
    const Post *post = pipeline->post;
    return (PipelineFacts){
        .campaign = pipeline->campaign,
        .subject = post->subject ? post->subject : post->title,
        .format = post->format == POST_HTML ? "HTML" : "Markdown",
        .format_reason = post->format_reason,
        .recipients = pipeline->summary.counts.given,
        .largest_message = pipeline->summary.largest_message,
        .links = letter_link_count(pipeline->letter),
        .counts = &pipeline->summary.counts,
    };
}

/* --- preview --- */

static const Subscriber *find_subscriber(Pipeline *pipeline, const char *as,
                                         GError **error)
{
    Address address = {0};
    if (as != NULL &&
        address_parse(as, strlen(as), &address, error) != ADDRESS_OK)
        return NULL;
    GError *failure = NULL;
    const Subscriber *subscriber;
    while ((subscriber = list_next(pipeline->list, &failure)) != NULL)
        if (as == NULL ||
            strcmp(subscriber_address(subscriber)->key, address.key) == 0)
            break;
    address_clear(&address);
    if (failure != NULL)
        g_propagate_error(error, failure);
    else if (subscriber == NULL)
        error_set(error, ERROR_INPUT,
                  as ? "%s is not among the recipients"
                     : "the list has no recipients%s",
                  as ? as : "");
    return subscriber;
}

/* What a preview shows, and when it would be sent. */
typedef struct View {
    PreviewKind kind;
    int64_t date_seconds;
    int date_offset_minutes;
} View;

static bool append_message(Pipeline *pipeline, const Subscriber *subscriber,
                           const View *view, GString *out, GError **error)
{
    g_autoptr(MessageBuffer) buffer = message_buffer_new();
    return message_write(pipeline->message, subscriber, view->date_seconds,
                         view->date_offset_minutes, buffer, out, error);
}

/* The header as it goes out, with the line ends of a terminal. */
static bool append_header(Pipeline *pipeline, const Subscriber *subscriber,
                          const View *view, GString *out, GError **error)
{
    GString *bytes = g_string_new(NULL);
    bool ok = append_message(pipeline, subscriber, view, bytes, error);
    const char *end = ok ? strstr(bytes->str, "\r\n\r\n") : NULL;
    for (const char *at = bytes->str; ok && at < end + 4; at++)
        if (*at != '\r')
            g_string_append_c(out, *at);
    g_string_free(bytes, TRUE);
    return ok;
}

static bool append_preview(Pipeline *pipeline, const Subscriber *subscriber,
                           const View *view, GString *out, GError **error)
{
    if (view->kind == PREVIEW_MIME)
        return append_message(pipeline, subscriber, view, out, error);
    if (view->kind == PREVIEW_MAIL &&
        !append_header(pipeline, subscriber, view, out, error))
        return false;
    Filled filled;
    filled_init(&filled);
    bool ok = letter_merge(pipeline->letter, subscriber, &filled, error);
    if (ok)
        g_string_append(out, view->kind == PREVIEW_HTML ? filled.html->str
                                                        : filled.text->str);
    filled_clear(&filled);
    return ok;
}

/* NOLINTNEXTLINE(readability-function-size): seven, all of its own kind */
bool pipeline_preview(Pipeline *pipeline, const char *as, PreviewKind kind,
                      const Clock *clock, GString *out, char **shown,
                      GError **error)
{
    View view = {kind, pipeline->options->date_seconds, 0};
    if (view.date_seconds == 0) {
        view.date_seconds = clock->wall_us(clock) / 1000000;
        view.date_offset_minutes = date_local_offset(view.date_seconds);
    }
    const Subscriber *subscriber = find_subscriber(pipeline, as, error);
    if (subscriber == NULL)
        return false;
    if (shown != NULL)
        *shown = g_strdup(subscriber_address(subscriber)->text);
    bool ok = append_preview(pipeline, subscriber, &view, out, error);
    return list_rewind(pipeline->list, ok ? error : NULL) && ok;
}

/* --- sending --- */

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
        strcmp(campaign->digest, letter_digest(pipeline->letter)) == 0)
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
        return compose_message(pipeline, error);
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
    g_autofree char *digest = g_strdup(letter_digest(pipeline->letter));
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

/* NOLINTNEXTLINE(readability-function-size): seven, all of its own kind */
bool pipeline_send(Pipeline *pipeline, Journal *journal,
                   const PipelinePlan *plan, const PipelineSend *send,
                   DeliveryEnd *end, DeliveryProgress *progress, GError **error)
{
    const Config *config = pipeline->config;
    bool begun = plan->known
                     ? journal_set_recipients(journal, pipeline->campaign,
                                              pipeline->summary.counts.given,
                                              error)
                     : begin_campaign(pipeline, journal, send, error);
    if (!begun)
        return false;
    DeliveryPlan delivery = {
        .list = pipeline->list,
        .total = plan->to_send,
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
