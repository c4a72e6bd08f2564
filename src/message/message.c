/* message.c - see message.h. */
#include "message/message.h"

#include <string.h>

#include "message/frame.h"

#define LINE_MAX_BYTES 998 /* RFC 5322 2.1.1, without CRLF */
#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

struct Message {
    const Letter *letter;
    Frame *frame;
};

struct MessageBuffer {
    Filled filled;
};

Message *message_new(const MessageSource *source, GError **error)
{
    FrameSource frame_source = {
        .sender = source->sender,
        .list = source->list,
        .campaign = source->campaign,
        .digest = letter_digest(source->letter),
        .lang = letter_lang(source->letter),
        .archived_at = letter_archived_at(source->letter),
        .key = source->key,
        .test = source->test,
    };
    Frame *frame = frame_new(&frame_source, error);
    if (frame == NULL)
        return NULL;
    Message *message = g_new(Message, 1);
    *message = (Message){.letter = source->letter, .frame = frame};
    return message;
}

void message_free(Message *message)
{
    if (message == NULL)
        return;
    frame_free(message->frame);
    g_free(message);
}

MessageBuffer *message_buffer_new(void)
{
    MessageBuffer *buffer = g_new0(MessageBuffer, 1);
    filled_init(&buffer->filled);
    return buffer;
}

void message_buffer_free(MessageBuffer *buffer)
{
    if (buffer == NULL)
        return;
    filled_clear(&buffer->filled);
    g_free(buffer);
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

bool message_write(const Message *message, const Subscriber *subscriber,
                   int64_t unix_seconds, int offset_minutes,
                   MessageBuffer *buffer, GString *bytes, GError **error)
{
    g_string_truncate(bytes, 0);
    if (!letter_merge(message->letter, subscriber, &buffer->filled, error))
        return false;
    const Filled *filled = &buffer->filled;
    Copy copy = {
        .address = subscriber_address(subscriber),
        .name = subscriber_field(subscriber, "name"),
        .subject = filled->subject->str,
        .text = filled->text,
        .html = filled->html,
        .unix_seconds = unix_seconds,
        .offset_minutes = offset_minutes,
    };
    g_autoptr(GError) fault = NULL;
    if (!frame_write(message->frame, &copy, bytes, &fault))
        return fail_at(subscriber, fault, error);
    return message_gate(bytes->str, bytes->len, error);
}

void message_id_append(const Message *message, const Address *address,
                       GString *out)
{
    frame_append_id(message->frame, address, out);
}

/* --- the gate --- */

/* Nothing below a blank and nothing above `~` in any of eight bytes. */
static bool is_clean(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    uint64_t low = word & EACH_BYTE(0x7f);
    uint64_t control = ~(low + EACH_BYTE(0x60));
    uint64_t delete = low + EACH_BYTE(0x01);
    return ((control | delete | word) & EACH_BYTE(0x80)) == 0;
}

/* What is wrong with a line of `length` bytes without its CRLF. `at` gets the
 * offset of the fault in it. */
static const char *line_fault(const char *line, size_t length, size_t *at)
{
    size_t i = 0;
    for (; i + 8 <= length; i += 8)
        if (!is_clean(line + i))
            break;
    for (; i < length; i++) {
        unsigned char byte = (unsigned char)line[i];
        if (byte >= 0x20 && byte <= 0x7e)
            continue;
        if (byte == '\t')
            continue;
        *at = i;
        return byte == '\r'                  ? "a CR without its LF"
               : byte == 0                   ? "a NUL"
               : byte < 0x20 || byte == 0x7f ? "a control character"
                                             : "a byte that is not ASCII";
    }
    *at = length;
    return length > LINE_MAX_BYTES ? "a line of more than 998 bytes" : NULL;
}

bool message_gate(const char *bytes, size_t length, GError **error)
{
    const char *fault = NULL;
    bool body = false;
    size_t at = 0;
    while (at < length && fault == NULL) {
        const char *lf = memchr(bytes + at, '\n', length - at);
        size_t end = lf != NULL ? (size_t)(lf - bytes) : length;
        bool crlf = lf != NULL && end > at && bytes[end - 1] == '\r';
        size_t line = end - at - (crlf ? 1 : 0);
        size_t where;
        fault = line_fault(bytes + at, line, &where);
        if (fault == NULL && !crlf)
            fault = lf != NULL ? "an LF without its CR" : "no CRLF at the end";
        if (fault == NULL && line == 0 && at == 0)
            fault = "no header";
        if (fault == NULL && line == 0)
            body = true;
        at = fault == NULL ? end + 1 : at + where;
    }
    if (fault == NULL && !body)
        fault = "no blank line after the header";
    if (fault == NULL)
        return true;
    error_set(error, ERROR_SYSTEM,
              "a fault of mirmail: the composed message has %s at byte %zu",
              fault, at);
    return false;
}
