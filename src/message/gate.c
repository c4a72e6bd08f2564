/* gate.c - what may be transmitted, see message.h. */
#include "message/message.h"

#include <string.h>

#define LINE_MAX_BYTES 998 /* RFC 5322 2.1.1, without CRLF */
#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

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
