/* compose.c - from the post's file to messages; see private.h. */
#include <string.h>

#include "base/file.h"
#include "config/presets.h"
#include "mail/lang.h"
#include "pipeline/private.h"
#include "post/translations.h"

/* --- letter, attachments, message --- */

static bool compose_letter(Pipeline *pipeline, const Ways *ways,
                           Findings *findings, GError **error)
{
    const Config *config = pipeline->config;
    LetterSource source = {
        .post = pipeline->post,
        .sender = &config->sender,
        .list = &config->list,
        .text = &config->text,
        .ways = ways,
        .base_url = config->base_url,
        .cid_domain = message_domain(&config->sender, &config->list),
        .template_dir = config->template,
    };
    pipeline->letter = letter_compose(&source, findings, error);
    return pipeline->letter != NULL;
}

/* The post's own, then those of the command line. */
static bool read_attachments(Pipeline *pipeline, Findings *findings,
                             GError **error)
{
    const Post *post = pipeline->post;
    g_autofree char *folder = file_folder(post->file);
    pipeline->attachments = attachments_new();
    for (guint i = 0; i < post->attachments->len; i++) {
        const PostAttachment *wanted = &g_array_index(post->attachments,
                                                      PostAttachment, i);
        AttachmentSource source = {wanted->file, folder, wanted->name,
                                   wanted->place};
        if (!attachments_add(pipeline->attachments, &source, findings, error))
            return false;
    }
    const char *const *path = pipeline->options->attach;
    for (; path != NULL && *path != NULL; path++) {
        AttachmentSource source = {.path = *path};
        if (!attachments_add(pipeline->attachments, &source, findings, error))
            return false;
    }
    size_t count = attachments_count(pipeline->attachments);
    pipeline->attachment_names = g_new0(const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        pipeline->attachment_names[i] =
            attachments_at(pipeline->attachments, i)->name;
    return true;
}

/* Of the post and its translations. A campaign that began without keys goes on
 * without them. */
static bool choose_id_key(Pipeline *pipeline)
{
    const char *list_id = pipeline->config->list.id;
    bool is_secret = pipeline->keyring != NULL && !pipeline->has_open_ids;
    if (is_secret)
        keyring_derive(pipeline->keyring, MESSAGE_ID_KEY, &pipeline->key);
    else
        token_key_from_text(&pipeline->key, list_id != NULL ? list_id : "");
    return is_secret;
}

/* The message of the post or of one of its translations. */
static bool compose_message(const Pipeline *whole, Pipeline *part,
                            bool key_is_secret, GError **error)
{
    const Config *config = whole->config;
    MessageSource source = {
        .letter = part->letter,
        .sender = &config->sender,
        .list = &config->list,
        .campaign = whole->campaign,
        .key = &whole->key,
        .key_is_secret = key_is_secret,
        .attachments = part->attachments,
        .signer = whole->signer,
        .signs_list_headers = whole->signer != NULL,
        .answers = whole->series != NULL ? &whole->answers : NULL,
        .test = whole->options->test != NULL,
    };
    part->message = message_new(&source, error);
    return part->message != NULL;
}

bool pipeline_compose_messages(Pipeline *pipeline, GError **error)
{
    bool is_secret = choose_id_key(pipeline);
    if (!compose_message(pipeline, pipeline, is_secret, error))
        return false;
    for (guint i = 0; i < pipeline->translations->len; i++) {
        Pipeline *added = g_ptr_array_index(pipeline->translations, i);
        g_autoptr(GError) reason = NULL;
        if (!compose_message(pipeline, added, is_secret, error))
            return false;
        if (!message_add_translation(pipeline->message, added->message,
                                     &reason)) {
            error_set_at(error, ERROR_INPUT, (Place){added->post->file, 0, 0},
                         "nobody would get this translation: %s; `lang:` in "
                         "the front matter says what a post is written in",
                         reason->message);
            return false;
        }
        added->message = NULL;
    }
    return true;
}

/* What a relay writes anew would break the signature there. */
static void leave_rewritten(Pipeline *pipeline)
{
    const Config *config = pipeline->config;
    for (size_t i = 0;
         pipeline->signer != NULL && i < config_relay_count(config); i++) {
        const RelayConfig *relay = config_relay_at(config, i);
        const Preset *preset = preset_find(relay->preset);
        if (preset == NULL)
            preset = preset_for_host(relay->host);
        if (preset == NULL || preset->rewrites == NULL)
            continue;
        g_auto(GStrv) fields = g_strsplit(preset->rewrites, ",", -1);
        for (char **field = fields; *field != NULL; field++)
            dkim_signer_leave(pipeline->signer, *field);
    }
}

/* Who only looks may do so where the key is not, as in a CI job. */
static bool load_signer(Pipeline *pipeline, Findings *findings, GError **error)
{
    GError *fault = NULL;
    pipeline->signer = dkim_signer_load(&pipeline->config->dkim, findings,
                                        &fault);
    if (fault == NULL) {
        leave_rewritten(pipeline);
        return true;
    }
    if (pipeline->options->may_lack_key && fault->code == ERROR_MISSING) {
        findings_add(findings, SEVERITY_WARNING, "dkim",
                     (Place){pipeline->config->path, 0, 0},
                     "the mail is shown without its DKIM signature: %s",
                     fault->message);
        g_error_free(fault);
        return true;
    }
    g_propagate_error(error, fault);
    return false;
}

/* The first setting that needs keys, or NULL. */
static const char *find_token_setting(const Config *config)
{
    const char *url = config->list.unsubscribe_url;
    if (config->sender.bounce.before != NULL)
        return "sender.bounce";
    if (!ways_are_personal(&config->list))
        return NULL;
    return url != NULL && strstr(url, KEYRING_MARK) != NULL
               ? "list.unsubscribe_url"
               : "list.unsubscribe_mail";
}

/* The keys, where there are any. Who only looks needs none: an example stands
 * in the links then. */
static bool load_keyring(Pipeline *pipeline, Findings *findings, GError **error)
{
    const Config *config = pipeline->config;
    const char *setting = find_token_setting(config);
    bool may_lack = pipeline->options->may_lack_key;
    g_autoptr(GError) fault = NULL;
    pipeline->keyring = keyring_load(config->keys, &fault);
    if (fault == NULL)
        return true;
    if (fault->code != ERROR_MISSING) {
        g_propagate_error(error, g_steal_pointer(&fault));
        return false;
    }
    if (setting != NULL && !may_lack) {
        error_set_at(error, ERROR_CONFIG, (Place){config->path, 0, 0},
                     "`%s` has " KEYRING_MARK ", which needs keys: %s", setting,
                     fault->message);
        return false;
    }
    if (ways_are_personal(&config->list))
        findings_add(findings, SEVERITY_WARNING, "keys",
                     (Place){config->path, 0, 0},
                     "the links to leave are shown with an example in place "
                     "of each recipient's token: %s",
                     fault->message);
    return true;
}

static bool make_ways(Pipeline *pipeline, GError **error)
{
    const Config *config = pipeline->config;
    if (!ways_are_personal(&config->list))
        return true;
    pipeline->ways = ways_new(&config->sender, &config->list, pipeline->keyring,
                              error);
    return pipeline->ways != NULL;
}

static bool make_answers(Pipeline *pipeline, GError **error)
{
    const Config *config = pipeline->config;
    const KeyringScope scope = {KEYRING_SUBSCRIBE, config->list.id,
                                pipeline->options->confirm};
    if (scope.campaign == NULL)
        return true;
    if (pipeline->keyring == NULL) {
        error_set(error, ERROR_CONFIG,
                  "nobody can confirm without keys; `mirmail keygen` makes "
                  "them");
        return false;
    }
    pipeline->series = keyring_begin(pipeline->keyring, &scope);
    pipeline->answers = (MessageAnswers){&config->list.subscribe_mail,
                                         pipeline->series};
    return true;
}

static bool compose_parts(Pipeline *pipeline, const Ways *ways,
                          Findings *findings, GError **error)
{
    return compose_letter(pipeline, ways, findings, error) &&
           read_attachments(pipeline, findings, error);
}

bool pipeline_compose_all(Pipeline *pipeline, Findings *findings,
                          GError **error)
{
    if (!load_signer(pipeline, findings, error) ||
        !load_keyring(pipeline, findings, error) ||
        !make_ways(pipeline, error) || !make_answers(pipeline, error) ||
        !compose_parts(pipeline, pipeline->ways, findings, error))
        return false;
    for (guint i = 0; i < pipeline->translations->len; i++)
        if (!compose_parts(g_ptr_array_index(pipeline->translations, i),
                           pipeline->ways, findings, error))
            return false;
    return pipeline_compose_messages(pipeline, error);
}

/* --- translations --- */

static void free_pipeline(void *pipeline)
{
    pipeline_free(pipeline);
}

static bool refuse_lang(const Pipeline *pipeline, const GArray *translations,
                        GError **error)
{
    GString *known = g_string_new(NULL);
    for (guint i = 0; i < translations->len; i++)
        g_string_append_printf(
            known, "%s`%s`", i > 0 ? ", " : "; there is ",
            g_array_index(translations, Translation, i).lang);
    error_set_at(error, ERROR_INPUT, (Place){pipeline->options->post, 0, 0},
                 "there is no translation for --lang %s beside it%s",
                 pipeline->options->lang, known->str);
    g_string_free(known, TRUE);
    return false;
}

static Post *read_translation(const Pipeline *pipeline,
                              const Translation *translation,
                              const char *subject, Findings *findings,
                              GError **error)
{
    PostOptions options = {pipeline->options->input, subject};
    Post *post = post_read(translation->path, &options, findings, error);
    if (post != NULL)
        translation_complete(post, translation->lang, pipeline->post, findings);
    return post;
}

/* --lang: the translation becomes the post, the only one. */
static bool force_lang(Pipeline *pipeline, GArray *translations,
                       Findings *findings, GError **error)
{
    const char *tags[1 + TRANSLATIONS_MAX];
    const char *const unsaid[] = {"en"};
    bool is_unsaid = pipeline->post->lang == NULL ||
                     pipeline->post->lang[0] == '\0';
    tags[0] = is_unsaid ? "" : pipeline->post->lang;
    for (guint i = 0; i < translations->len; i++)
        tags[i + 1] = g_array_index(translations, Translation, i).lang;
    int found = lang_lookup(tags, 1 + translations->len,
                            pipeline->options->lang);
    /* A post that says nothing is sent as an English one (letter/compose.h). */
    if (found < 0 && is_unsaid &&
        lang_lookup(unsaid, 1, pipeline->options->lang) == 0)
        found = 0;
    if (found < 0)
        return refuse_lang(pipeline, translations, error);
    if (found > 0) {
        const Translation *chosen = &g_array_index(translations, Translation,
                                                   (guint)found - 1);
        Post *post = read_translation(
            pipeline, chosen, pipeline->options->subject, findings, error);
        if (post == NULL)
            return false;
        post_free(pipeline->post);
        pipeline->post = post;
    }
    g_array_set_size(translations, 0);
    return true;
}

/* A translation has the options and the campaign of its post. */
static bool add_translation(Pipeline *pipeline, const Translation *translation,
                            Findings *findings, GError **error)
{
    Pipeline *added = g_new0(Pipeline, 1);
    g_ptr_array_add(pipeline->translations, added);
    added->config = pipeline->config;
    added->options = pipeline->options;
    added->post = read_translation(pipeline, translation, NULL, findings,
                                   error);
    return added->post != NULL;
}

bool pipeline_find_translations(Pipeline *pipeline, Findings *findings,
                                GError **error)
{
    const PipelineOptions *options = pipeline->options;
    pipeline->translations = g_ptr_array_new_with_free_func(free_pipeline);
    if (options->confirm != NULL)
        return true;
    g_autoptr(GArray) found = translations_find(options->post, error);
    if (found == NULL ||
        (options->lang && !force_lang(pipeline, found, findings, error)))
        return false;
    for (guint i = 0; i < found->len; i++)
        if (!add_translation(pipeline, &g_array_index(found, Translation, i),
                             findings, error))
            return false;
    if (found->len > 0 && options->subject != NULL)
        findings_add(findings, SEVERITY_WARNING, "lang",
                     (Place){options->post, 0, 0},
                     "--subject holds for this post; its translations keep "
                     "their own");
    return true;
}
