/* message.c - see message.h. */
#include "message/message.h"

#include <string.h>

#include "mail/lang.h"
#include "message/frame.h"
#include "message/list_headers.h"

struct Message {
    const Letter *letter;
    Stencil *text;
    Stencil *html;
    Frame *frame;
    const DkimSigner *signer;
    const MessageAnswers *answers; /* NULL */
    char *digest;
    GPtrArray *translations; /* of Message, owned; most mails have none */
};

struct MessageBuffer {
    OwnLines own;
    DkimScratch dkim;
    GString *reply_to;
    size_t html_length;
    size_t length;
    bool leaves_files;
};

/* Without attachments the mail is the letter. */
static char *make_digest(const MessageSource *source)
{
    const char *letter = letter_digest(source->letter);
    size_t count = attachments_count(source->attachments);
    if (count == 0)
        return g_strdup(letter);
    g_autoptr(GString) all = g_string_new(letter);
    for (size_t i = 0; i < count; i++) {
        const Attachment *attachment = attachments_at(source->attachments, i);
        g_string_append_printf(all, "\n%s %s %s", attachment->digest,
                               attachment->type, attachment->name);
    }
    return token_digest(all->str, all->len);
}

static void free_translation(gpointer data)
{
    message_free(data);
}

Message *message_new(const MessageSource *source, GError **error)
{
    size_t image_count = 0;
    const LetterImage *images = letter_images(source->letter, &image_count);
    g_autofree char *digest = make_digest(source);
    FrameSource frame_source = {
        .sender = source->sender,
        .list = source->list,
        .campaign = source->campaign,
        .digest = digest,
        .lang = letter_lang(source->letter),
        .archived_at = letter_archived_at(source->letter),
        .personal = letter_is_personal(source->letter),
        .may_click = source->signs_list_headers,
        .key = source->key,
        .key_is_secret = source->key_is_secret,
        .images = images,
        .image_count = image_count,
        .attachments = source->attachments,
        .test = source->test,
        .answers = source->answers != NULL,
    };
    Frame *frame = frame_new(&frame_source, error);
    if (frame == NULL)
        return NULL;
    Message *message = g_new(Message, 1);
    size_t text_count;
    size_t html_count;
    const StencilSheet *text = letter_text_sheets(source->letter, &text_count);
    const StencilSheet *html = letter_html_sheets(source->letter, &html_count);
    *message = (Message){
        .letter = source->letter,
        .text = stencil_new(text, text_count),
        .html = stencil_new(html, html_count),
        .frame = frame,
        .signer = source->signer,
        .answers = source->answers,
        .digest = g_steal_pointer(&digest),
        .translations = g_ptr_array_new_with_free_func(free_translation),
    };
    return message;
}

void message_free(Message *message)
{
    if (message == NULL)
        return;
    frame_free(message->frame);
    stencil_free(message->text);
    stencil_free(message->html);
    g_free(message->digest);
    g_ptr_array_unref(message->translations);
    g_free(message);
}

/* --- translations --- */

static const char *lang_of(const Message *message)
{
    const char *lang = letter_lang(message->letter);
    return lang != NULL ? lang : "";
}

bool message_add_translation(Message *message, Message *translation,
                             GError **error)
{
    if (message->translations->len == MESSAGE_TRANSLATIONS_MAX) {
        error_set(error, ERROR_INPUT, "over %d translations",
                  MESSAGE_TRANSLATIONS_MAX);
        return false;
    }
    for (size_t i = 0; i < message_count(message); i++) {
        const char *lang = lang_of(message_at(message, i));
        if (g_ascii_strcasecmp(lang, lang_of(translation)) != 0)
            continue;
        error_set(error, ERROR_INPUT,
                  i == 0 ? "the post itself is written in `%s`"
                         : "there is another one in `%s`",
                  lang);
        return false;
    }
    g_autofree char *all = g_strconcat(message->digest, "\n",
                                       translation->digest, NULL);
    g_free(message->digest);
    message->digest = token_digest(all, strlen(all));
    g_ptr_array_add(message->translations, translation);
    return true;
}

size_t message_count(const Message *message)
{
    return 1 + message->translations->len;
}

const Message *message_at(const Message *message, size_t index)
{
    return index == 0 ? message
                      : g_ptr_array_index(message->translations, index - 1);
}

size_t message_choose(const Message *message, const Subscriber *subscriber)
{
    const char *tags[1 + MESSAGE_TRANSLATIONS_MAX];
    size_t count = message_count(message);
    if (count == 1)
        return 0;
    const char *wanted = subscriber_field(subscriber, "lang");
    for (size_t i = 0; i < count; i++)
        tags[i] = lang_of(message_at(message, i));
    int found = wanted != NULL ? lang_lookup(tags, count, wanted) : -1;
    return found > 0 ? (size_t)found : 0;
}

const Letter *message_letter(const Message *message)
{
    return message->letter;
}

MessageBuffer *message_buffer_new(void)
{
    MessageBuffer *buffer = g_new0(MessageBuffer, 1);
    own_lines_init(&buffer->own);
    dkim_scratch_init(&buffer->dkim);
    buffer->reply_to = g_string_new(NULL);
    return buffer;
}

void message_buffer_free(MessageBuffer *buffer)
{
    if (buffer == NULL)
        return;
    own_lines_clear(&buffer->own);
    dkim_scratch_clear(&buffer->dkim);
    g_string_free(buffer->reply_to, TRUE);
    g_free(buffer);
}

void message_buffer_leave_files(MessageBuffer *buffer)
{
    buffer->leaves_files = true;
}

size_t message_buffer_length(const MessageBuffer *buffer)
{
    return buffer->length;
}

size_t message_buffer_html(const MessageBuffer *buffer)
{
    return buffer->html_length;
}

static bool fail_at(const Subscriber *subscriber, const GError *fault,
                    GError **error)
{
    Place place = {
        .file = subscriber_file(subscriber),
        .line = subscriber_line(subscriber),
    };
    error_set_at(error, ERROR_INPUT, place, "%s", fault->message);
    return false;
}

/* The signatures are made over the finished bytes; nothing is changed after
 * them. What is only counted is not signed: that would be the dearest part of
 * a check. */
static bool sign(const Message *message, int64_t unix_seconds,
                 MessageBuffer *buffer, GString *bytes, GError **error)
{
    if (message->signer == NULL)
        return true;
    if (buffer->leaves_files) {
        buffer->length += dkim_length(message->signer, &buffer->dkim, bytes);
        return true;
    }
    size_t before = bytes->len;
    if (!dkim_sign(message->signer, unix_seconds, &buffer->dkim, bytes, error))
        return false;
    buffer->length += bytes->len - before;
    return true;
}

/* NULL: answers go where the sender says. */
static const char *reply_to(const Message *message, const Address *address,
                            GString *out)
{
    char token[KEYRING_TOKEN_LENGTH + 1];
    if (message->answers == NULL)
        return NULL;
    keyring_series_make(message->answers->series, address->key, token);
    g_string_truncate(out, 0);
    verp_append(message->answers->to, token, out);
    return out->str;
}

/* NOLINTNEXTLINE(readability-function-size): all seven differ per call. */
bool message_write(const Message *message, const Subscriber *subscriber,
                   int64_t unix_seconds, int offset_minutes,
                   MessageBuffer *buffer, GString *bytes, GError **error)
{
    message = message_at(message, message_choose(message, subscriber));
    g_string_truncate(bytes, 0);
    if (!letter_merge_own(message->letter, subscriber, &buffer->own, error))
        return false;
    const OwnLines *own = &buffer->own;
    Copy copy = {
        .address = subscriber_address(subscriber),
        .name = subscriber_field(subscriber, "name"),
        .subject = own->subject->str,
        .reply_to = reply_to(message, subscriber_address(subscriber),
                             buffer->reply_to),
        .ways = &own->ways,
        .text = {message->text, &own->text},
        .html = {message->html, &own->html},
        .unix_seconds = unix_seconds,
        .offset_minutes = offset_minutes,
        .leaves_files = buffer->leaves_files,
    };
    buffer->html_length = stencil_length(&copy.html);
    g_autoptr(GError) fault = NULL;
    if (!frame_write(message->frame, &copy, bytes, &buffer->length, &fault)) {
        g_string_truncate(bytes, 0);
        return fail_at(subscriber, fault, error);
    }
    if (sign(message, unix_seconds, buffer, bytes, error))
        return message_gate(bytes->str, bytes->len, error);
    g_string_truncate(bytes, 0);
    return false;
}

const char *message_digest(const Message *message)
{
    return message->digest;
}

const char *message_domain(const SenderConfig *sender, const ListConfig *list)
{
    return list_headers_domain(sender, list);
}

void message_id_append(const Message *message, const Address *address,
                       GString *out)
{
    frame_append_id(message->frame, address, out);
}
