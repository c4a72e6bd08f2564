/* message.c - see message.h. */
#include "message/message.h"

#include "message/frame.h"

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

/* NOLINTNEXTLINE(readability-function-size): all seven differ per call. */
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
    if (frame_write(message->frame, &copy, bytes, &fault))
        return message_gate(bytes->str, bytes->len, error);
    g_string_truncate(bytes, 0);
    return fail_at(subscriber, fault, error);
}

void message_id_append(const Message *message, const Address *address,
                       GString *out)
{
    frame_append_id(message->frame, address, out);
}
