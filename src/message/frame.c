/* frame.c - see frame.h. */
#include "message/frame.h"

#include <string.h>

#include "base/units.h"
#include "mail/header.h"
#include "message/enclosure.h"
#include "message/list_headers.h"
#include "message/message.h"
#include "message/part.h"

#define CAMPAIGN_MAX 40
#define LANG_MAX 35
#define SUBJECT_MAX 1000 /* bytes */
#define NAME_MAX_BYTES 4000
#define ID_LINE_MAX 78

struct Frame {
    char *from;     /* From: … */
    char *reply_to; /* Reply-To: …, or "" */
    char *list;     /* List-Id, and the way to leave that is everybody's */
    char *fixed;    /* List-Help to MIME-Version */
    char *id_start; /* of a Message-ID, with its dot */
    char *domain;
    TokenSeries *series;
    bool personal;
    bool may_click;
    GPtrArray *images;     /* of GString, parts */
    size_t enclosed_bytes; /* images and attachments */
    const Attachments *attachments;
};

/* --- once --- */

static bool check_campaign(const char *campaign, GError **error)
{
    size_t length = strspn(campaign, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (length > 0 && length <= CAMPAIGN_MAX && campaign[length] == '\0')
        return true;
    error_set(error, ERROR_INPUT,
              "`%.100s` is not a campaign's name: up to %d of a-z, 0-9 and -",
              campaign, CAMPAIGN_MAX);
    return false;
}

/* RFC 5646 2.1, as far as the letters go. */
static bool check_lang(const char *lang, GError **error)
{
    size_t length = strlen(lang);
    size_t run = 0;
    bool good = length <= LANG_MAX && g_ascii_isalpha(*lang);
    for (const char *at = lang; good && *at != '\0'; at++) {
        run = *at == '-' ? 0 : run + 1;
        good = (g_ascii_isalnum(*at) && run <= 8) ||
               (*at == '-' && at[1] != '-' && at[1] != '\0');
    }
    if (!good)
        error_set(error, ERROR_INPUT,
                  "`%.60s` is not a language: en, de-CH, zh-Hant", lang);
    return good;
}

static bool append_mailbox(GString *out, const char *field, const char *what,
                           const Mailbox *mailbox, GError **error)
{
    g_autoptr(GError) fault = NULL;
    if (mailbox->name != NULL && !header_check(mailbox->name, &fault)) {
        error_set(error, ERROR_CONFIG, "%s: %s", what, fault->message);
        return false;
    }
    header_mailbox(out, field, mailbox->name, mailbox->address.text);
    return true;
}

static bool write_sender(Frame *frame, const SenderConfig *sender,
                         GError **error)
{
    g_autoptr(GString) from = g_string_new(NULL);
    g_autoptr(GString) reply_to = g_string_new(NULL);
    if (sender->from.address.text == NULL) {
        error_set(error, ERROR_CONFIG,
                  "sender.from is missing: who writes this mail?");
        return false;
    }
    if (!append_mailbox(from, "From", "sender.from", &sender->from, error))
        return false;
    if (sender->reply_to.address.text != NULL &&
        !append_mailbox(reply_to, "Reply-To", "sender.reply_to",
                        &sender->reply_to, error))
        return false;
    frame->from = g_strdup(from->str);
    frame->reply_to = g_strdup(reply_to->str);
    return true;
}

static bool write_fixed(Frame *frame, const FrameSource *source, GError **error)
{
    g_autoptr(GString) list = g_string_new(NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    ListHeaders headers = {
        .sender = source->sender,
        .list = source->list,
        .campaign = source->campaign,
        .archived_at = source->archived_at,
        .personal = source->personal,
    };
    if (!list_headers_begin(list, &headers, error) ||
        !list_headers_finish(out, &headers, error))
        return false;
    if (source->lang != NULL) {
        if (!check_lang(source->lang, error))
            return false;
        header_token(out, "Content-Language", source->lang);
    }
    if (source->answers)
        header_token(out, "Auto-Submitted", "auto-replied");
    header_token(out, "MIME-Version", "1.0");
    frame->list = g_strdup(list->str);
    frame->fixed = g_strdup(out->str);
    return true;
}

/* The campaign's name begins the Message-ID for people who read logs; the
 * token alone makes it unique. So the name is cut where the line, which
 * cannot be folded, would pass 78 columns. */
static void begin_id(Frame *frame, const FrameSource *source)
{
    const char *list_id = source->list->id != NULL ? source->list->id : "";
    frame->domain = g_ascii_strdown(
        list_headers_domain(source->sender, source->list), -1);
    const char *mark = source->key_is_secret ? TOKEN_PROOF : "";
    size_t taken = strlen("Message-ID: <.@>") + strlen(mark) + TOKEN_LENGTH +
                   strlen(frame->domain);
    size_t room = taken < ID_LINE_MAX ? ID_LINE_MAX - taken : 0;
    g_autofree char *start = g_strndup(source->campaign, room);
    frame->id_start = g_strconcat(start, *start != '\0' ? "." : "", mark, NULL);
    const char *parts[] = {
        "mid",
        list_id,
        source->campaign,
        source->digest,
        source->test ? "test" : "real",
        NULL,
    };
    frame->series = token_begin(source->key, parts);
}

static void free_part(void *part)
{
    g_string_free(part, TRUE);
}

static bool fail_size(size_t bytes, GError **error)
{
    g_autofree char *size = size_to_text((int64_t)bytes);
    g_autofree char *limit = size_to_text(MESSAGE_BYTES_MAX);
    error_set(error, ERROR_INPUT, "the message has %s, more than %s", size,
              limit);
    return false;
}

/* A size that is too large for everybody is said once, here. */
static bool write_images(Frame *frame, const FrameSource *source,
                         GError **error)
{
    for (size_t i = 0; i < source->image_count; i++) {
        const LetterImage *image = &source->images[i];
        Enclosure enclosure = {image->type, image->name, image->content_id,
                               image->bytes};
        GString *part = enclosure_write(&enclosure);
        g_ptr_array_add(frame->images, part);
        frame->enclosed_bytes += part->len;
    }
    for (size_t i = 0; i < attachments_count(frame->attachments); i++)
        frame->enclosed_bytes +=
            attachments_at(frame->attachments, i)->part->len;
    return frame->enclosed_bytes <= MESSAGE_BYTES_MAX ||
           fail_size(frame->enclosed_bytes, error);
}

Frame *frame_new(const FrameSource *source, GError **error)
{
    if (!check_campaign(source->campaign, error))
        return NULL;
    Frame *frame = g_new0(Frame, 1);
    frame->attachments = source->attachments;
    frame->personal = source->personal;
    frame->may_click = source->may_click;
    frame->images = g_ptr_array_new_with_free_func(free_part);
    if (!write_sender(frame, source->sender, error) ||
        !write_fixed(frame, source, error) ||
        !write_images(frame, source, error)) {
        frame_free(frame);
        return NULL;
    }
    begin_id(frame, source);
    return frame;
}

void frame_free(Frame *frame)
{
    if (frame == NULL)
        return;
    g_free(frame->from);
    g_free(frame->reply_to);
    g_free(frame->list);
    g_free(frame->fixed);
    g_free(frame->id_start);
    g_free(frame->domain);
    token_series_free(frame->series);
    if (frame->images != NULL)
        g_ptr_array_unref(frame->images);
    g_free(frame);
}

/* --- for each recipient --- */

void frame_append_id(const Frame *frame, const Address *address, GString *out)
{
    char token[TOKEN_LENGTH + 1];
    token_finish(frame->series, address->key, token);
    g_string_append(out, frame->id_start);
    g_string_append(out, token);
    g_string_append_c(out, '@');
    g_string_append(out, frame->domain);
}

static bool check_value(const char *what, const char *value, size_t limit,
                        GError **error)
{
    g_autoptr(GError) fault = NULL;
    if (strnlen(value, limit + 1) > limit) {
        error_set(error, ERROR_INPUT, "the %s is longer than %zu bytes", what,
                  limit);
        return false;
    }
    if (header_check(value, &fault))
        return true;
    error_set(error, ERROR_INPUT, "the %s: %s", what, fault->message);
    return false;
}

static bool check_copy(const Copy *copy, GError **error)
{
    if (*copy->subject == '\0') {
        error_set(error, ERROR_INPUT, "the subject is empty");
        return false;
    }
    return check_value("subject", copy->subject, SUBJECT_MAX, error) &&
           (copy->name == NULL ||
            check_value("name", copy->name, NAME_MAX_BYTES, error));
}

/* Exports often repeat the address where a name is missing. */
static const char *display_name(const Copy *copy)
{
    if (copy->name == NULL ||
        g_ascii_strcasecmp(copy->name, copy->address->text) == 0)
        return NULL;
    return copy->name;
}

/* Bytes that were written once, or none where they are only counted. */
static Part enclosed(const Copy *copy, const GString *part)
{
    static char nothing[] = "";
    static const GString none = {nothing, 0, 1};
    return (Part){.ready = copy->leaves_files ? &none : part};
}

/* The HTML part, with its images in one multipart. `children` has room for
 * all of them. */
static Part html_part(const Frame *frame, const Copy *copy, Part *children)
{
    Part html = {
        .type = "text/html",
        .text = &copy->html,
    };
    if (frame->images->len == 0)
        return html;
    children[0] = html;
    for (guint i = 0; i < frame->images->len; i++)
        children[i + 1] = enclosed(copy, frame->images->pdata[i]);
    return (Part){
        .type = "multipart/related; type=\"text/html\"",
        .children = children,
        .count = frame->images->len + 1,
    };
}

/* `body` and the attachments behind it. */
static void append_mixed(GString *out, const Frame *frame, const Copy *copy,
                         const Part *body, const char *id)
{
    size_t count = attachments_count(frame->attachments);
    if (count == 0) {
        part_append(out, body, id);
        return;
    }
    g_autofree Part *children = g_new0(Part, count + 1);
    children[0] = *body;
    for (size_t i = 0; i < count; i++)
        children[i + 1] = enclosed(copy,
                                   attachments_at(frame->attachments, i)->part);
    Part mixed = {
        .type = "multipart/mixed",
        .children = children,
        .count = count + 1,
    };
    part_append(out, &mixed, id);
}

static void append_body(GString *out, const Frame *frame, const Copy *copy,
                        const char *id)
{
    g_autofree Part *related = frame->images->len > 0
                                   ? g_new0(Part, frame->images->len + 1)
                                   : NULL;
    Part parts[] = {
        {
            .type = "text/plain",
            .text = &copy->text,
        },
        html_part(frame, copy, related),
    };
    Part alternative = {
        .type = "multipart/alternative",
        .children = parts,
        .count = G_N_ELEMENTS(parts),
    };
    append_mixed(out, frame, copy,
                 stencil_length(&copy->html) > 0 ? &alternative : &parts[0],
                 id);
}

bool frame_write(const Frame *frame, const Copy *copy, GString *out,
                 size_t *length, GError **error)
{
    if (!check_copy(copy, error))
        return false;
    size_t start = out->len;
    g_autoptr(GString) id = g_string_sized_new(ID_LINE_MAX);
    frame_append_id(frame, copy->address, id);
    header_date(out, "Date", copy->unix_seconds, copy->offset_minutes);
    g_string_append(out, frame->from);
    header_mailbox(out, "To", display_name(copy), copy->address->text);
    if (copy->reply_to != NULL)
        header_mailbox(out, "Reply-To", NULL, copy->reply_to);
    else
        g_string_append(out, frame->reply_to);
    header_message_id(out, "Message-ID", id->str);
    header_unstructured(out, "Subject", copy->subject);
    g_string_append(out, frame->list);
    if (frame->personal)
        list_headers_append_ways(out, copy->ways,
                                 frame->may_click && copy->ways->one_click);
    g_string_append(out, frame->fixed);
    append_body(out, frame, copy, id->str);
    *length = out->len - start +
              (copy->leaves_files ? frame->enclosed_bytes : 0);
    return *length <= MESSAGE_BYTES_MAX || fail_size(*length, error);
}
