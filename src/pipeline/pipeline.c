/* pipeline.c - see pipeline.h. */
#include "pipeline/pipeline.h"

#include <string.h>

#include "base/builtin.h"
#include "check/front_matter.h"
#include "check/links.h"
#include "check/recipients.h"
#include "check/sender.h"
#include "pipeline/private.h"

#define CAMPAIGN_NAME_MAX 40
#define CONFIRM_TEMPLATE "confirm"

/* --- the campaign's name --- */

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

/* --- the list --- */

static void add_used(GPtrArray *used, const Letter *letter)
{
    size_t count = 0;
    const LetterField *fields = letter_fields(letter, &count);
    for (size_t i = 0; i < count; i++)
        g_ptr_array_add(used, (char *)(uintptr_t)fields[i].name);
}

/* Only what is merged must be fit for merging. */
static bool open_list(Pipeline *pipeline, Findings *findings, GError **error)
{
    GPtrArray *used = g_ptr_array_new();
    add_used(used, pipeline->letter);
    for (guint i = 0; i < pipeline->translations->len; i++) {
        const Pipeline *part = g_ptr_array_index(pipeline->translations, i);
        add_used(used, part->letter);
    }
    g_ptr_array_add(used, NULL);
    pipeline->used = (void *)g_ptr_array_free(used, FALSE);
    pipeline->recipients = pipeline->options->recipients;
    pipeline->recipients.used = pipeline->used;
    pipeline->suppressions = suppressions_open(
        pipeline->config->suppressions, clock_system(), random_system, error);
    if (pipeline->suppressions == NULL)
        return false;
    pipeline->recipients.suppressions = pipeline->suppressions;
    pipeline->list = list_open(&pipeline->recipients, findings, error);
    return pipeline->list != NULL;
}

const Subscriber *pipeline_find_subscriber(Pipeline *pipeline, const char *as,
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

/* --- the whole --- */

#define CONFIRMATION "templates/" CONFIRM_TEMPLATE "/post.md"

/* Somebody who may not be on the list cannot leave it. */
static void prepare_confirming(Pipeline *pipeline, const Config *config)
{
    static char template[] = CONFIRM_TEMPLATE;
    pipeline->confirming = *config;
    pipeline->confirming.template = template;
    pipeline->confirming.list.unsubscribe_url = NULL;
    pipeline->confirming.list.unsubscribe_mail = NULL;
    pipeline->config = &pipeline->confirming;
}

static Post *read_post(const PipelineOptions *options, Findings *findings,
                       GError **error)
{
    PostOptions how = {options->input, options->subject};
    size_t length = 0;
    if (options->confirm == NULL)
        return post_read(options->post, &how, findings, error);
    const char *bytes = builtin_file(CONFIRMATION, &length);
    return post_parse(bytes, length, CONFIRMATION, &how, findings, error);
}

static void list_versions(Pipeline *pipeline)
{
    pipeline->versions = g_array_new(FALSE, FALSE, sizeof(PipelineVersion));
    for (guint i = 0; i <= pipeline->translations->len; i++) {
        const Pipeline *part = i == 0 ? pipeline
                                      : g_ptr_array_index(
                                            pipeline->translations, i - 1);
        PipelineVersion version = {letter_lang(part->letter), part->post->file,
                                   0};
        g_array_append_val(pipeline->versions, version);
    }
}

const PipelineVersion *pipeline_version(const Pipeline *pipeline, size_t which)
{
    return &g_array_index(pipeline->versions, PipelineVersion, (guint)which);
}

Pipeline *pipeline_compose(const Config *config, const PipelineOptions *options,
                           Findings *findings, GError **error)
{
    g_autoptr(Pipeline) pipeline = g_new0(Pipeline, 1);
    pipeline->config = config;
    pipeline->options = options;
    if (options->confirm != NULL)
        prepare_confirming(pipeline, config);
    if (options->campaign != NULL &&
        !check_campaign_name(options->campaign, error))
        return NULL;
    pipeline->post = read_post(options, findings, error);
    if (pipeline->post == NULL)
        return NULL;
    pipeline->campaign = options->campaign ? g_strdup(options->campaign)
                                           : name_campaign(pipeline->post);
    pipeline->letter_name = g_strdup(pipeline->campaign);
    if (!pipeline_find_translations(pipeline, findings, error) ||
        !pipeline_compose_all(pipeline, findings, error) ||
        !open_list(pipeline, findings, error))
        return NULL;
    list_versions(pipeline);
    return g_steal_pointer(&pipeline);
}

void pipeline_free(Pipeline *pipeline)
{
    if (pipeline == NULL)
        return;
    list_close(pipeline->list);
    suppressions_close(pipeline->suppressions);
    g_free((void *)(uintptr_t)pipeline->used);
    message_free(pipeline->message);
    dkim_signer_free(pipeline->signer);
    ways_free(pipeline->ways);
    keyring_series_free(pipeline->series);
    keyring_free(pipeline->keyring);
    g_clear_pointer(&pipeline->translations, g_ptr_array_unref);
    g_clear_pointer(&pipeline->versions, g_array_unref);
    g_free((void *)(uintptr_t)pipeline->attachment_names);
    attachments_free(pipeline->attachments);
    letter_free(pipeline->letter);
    post_free(pipeline->post);
    g_free(pipeline->campaign);
    g_free(pipeline->letter_name);
    g_free(pipeline);
}

/* --- checking --- */

static void count_versions(Pipeline *pipeline, Findings *findings)
{
    const char *const *columns = list_columns(pipeline->list);
    bool has_lang = columns != NULL && g_strv_contains(columns, "lang");
    for (guint i = 0; i < pipeline->versions->len; i++) {
        PipelineVersion *version = &g_array_index(pipeline->versions,
                                                  PipelineVersion, i);
        version->recipients = pipeline->summary.by_version[i];
        if (i > 0 && version->recipients == 0)
            findings_add(findings, has_lang ? SEVERITY_NOTE : SEVERITY_WARNING,
                         "lang", (Place){version->file, 0, 0},
                         has_lang ? "no recipient's `lang` asks for this "
                                    "translation"
                                  : "nobody gets this translation: the list "
                                    "has no column `lang`");
    }
}

bool pipeline_check(Pipeline *pipeline, Findings *findings, GError **error)
{
    RecipientsSource source = {
        .list = pipeline->list,
        .message = pipeline->message,
        .allow_clipping = pipeline->options->allow_clipping,
        .no_list = pipeline->options->no_list,
    };
    check_sender(pipeline->config, findings);
    check_front_matter(pipeline->post, findings);
    for (guint i = 0; i < pipeline->translations->len; i++) {
        const Pipeline *other = g_ptr_array_index(pipeline->translations, i);
        check_front_matter(other->post, findings);
    }
    if (!check_recipients(&source, findings, &pipeline->summary, error))
        return false;
    count_versions(pipeline, findings);
    return true;
}

bool pipeline_check_links(Pipeline *pipeline, Findings *findings,
                          GError **error)
{
    const char *base_url = pipeline->config->base_url;
    if (!check_links(pipeline->post, base_url, findings, error))
        return false;
    for (guint i = 0; i < pipeline->translations->len; i++) {
        const Pipeline *other = g_ptr_array_index(pipeline->translations, i);
        if (!check_links(other->post, base_url, findings, error))
            return false;
    }
    return true;
}

PipelineFacts pipeline_facts(const Pipeline *pipeline)
{
    const Post *post = pipeline->post;
    size_t images = 0;
    letter_images(pipeline->letter, &images);
    return (PipelineFacts){
        .campaign = pipeline->campaign,
        .subject = post->subject ? post->subject : post->title,
        .format = post->format == POST_HTML ? "HTML" : "Markdown",
        .format_reason = post->format_reason,
        .recipients = pipeline->summary.counts.given,
        .largest_message = pipeline->summary.largest_message,
        .links = letter_link_count(pipeline->letter),
        .images = images,
        .attachments = pipeline->attachment_names,
        .attachment_bytes = attachments_size(pipeline->attachments),
        .counts = &pipeline->summary.counts,
        .versions = (const PipelineVersion *)(void *)pipeline->versions->data,
        .version_count = pipeline->versions->len,
    };
}
