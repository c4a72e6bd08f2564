/* gate.c - what may be transmitted, see message.h. */
#include "message/message.h"

#include <string.h>

#define LINE_MAX_BYTES 998 /* RFC 5322 2.1.1, without CRLF */

/* --- all of it at once --- */

/* Sixteen bytes that the compiler works on together (GCC and Clang have this
 * for every machine). A comparison gives 0xff where it holds. */
typedef uint8_t Bytes __attribute__((vector_size(16)));

static Bytes bytes_at(const char *at)
{
    Bytes bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/* Not 0 where a byte may not stand here, or not behind the one before. */
static Bytes misfits(Bytes bytes, Bytes before)
{
    Bytes odd = (Bytes)(bytes - 0x20 > '~' - 0x20);
    Bytes tab = (Bytes)(bytes == '\t');
    Bytes cr = (Bytes)(bytes == '\r');
    Bytes lf = (Bytes)(bytes == '\n');
    return (odd & ~(tab | cr | lf)) | (lf ^ (Bytes)(before == '\r'));
}

/* Only ASCII, no control character but TAB and CR and LF as pairs. The last
 * sixteen bytes may be looked at twice. */
static bool is_clean(const char *bytes, size_t length)
{
    Bytes found = {0};
    uint64_t words[sizeof found / sizeof(uint64_t)];
    size_t at = 1;
    for (; at + sizeof found <= length; at += sizeof found)
        found |= misfits(bytes_at(bytes + at), bytes_at(bytes + at - 1));
    at = length - sizeof found;
    found |= misfits(bytes_at(bytes + at), bytes_at(bytes + at - 1));
    memcpy(words, &found, sizeof found);
    return (words[0] | words[1]) == 0;
}

/* Both of bytes that are clean and end in an LF. */
static bool has_long_line(const char *bytes, size_t length)
{
    const char *start = bytes;
    const char *end = bytes + length;
    while (end - start > LINE_MAX_BYTES + 2) {
        const char *last = start + LINE_MAX_BYTES + 1;
        while (last > start && *last != '\n')
            last--;
        if (last == start)
            return true;
        start = last + 1;
    }
    return false;
}

static bool has_body(const char *bytes, size_t length)
{
    const char *end = bytes + length;
    const char *lf = memchr(bytes, '\n', length);
    while (lf != NULL && lf + 1 < end && lf[1] != '\r')
        lf = memchr(lf + 1, '\n', (size_t)(end - lf - 1));
    return lf != NULL && lf + 1 < end;
}

/* May say no to what is lawful and very short. */
static bool is_lawful(const char *bytes, size_t length)
{
    return length > sizeof(Bytes) && g_ascii_isgraph(bytes[0]) &&
           bytes[length - 1] == '\n' && is_clean(bytes, length) &&
           !has_long_line(bytes, length) && has_body(bytes, length);
}

/* --- line by line, to say what is wrong --- */

/* What is wrong with a line of `length` bytes without its CRLF. `at` gets the
 * offset of the fault in it. */
static const char *line_fault(const char *line, size_t length, size_t *at)
{
    for (size_t i = 0; i < length; i++) {
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

/* NULL when nothing is: the definition. */
static const char *find_fault(const char *bytes, size_t length, size_t *offset)
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
    *offset = at;
    return fault;
}

bool message_gate(const char *bytes, size_t length, GError **error)
{
    size_t at = 0;
    const char *fault = is_lawful(bytes, length)
                            ? NULL
                            : find_fault(bytes, length, &at);
    if (fault == NULL)
        return true;
    error_set(error, ERROR_SYSTEM,
              "a fault of mirmail: the composed message has %s at byte %zu",
              fault, at);
    return false;
}
