/* source.c - see source.h. */
#include "post/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "post/post.h"

/* --- reading --- */

static bool read_all(int file, GString *bytes)
{
    char buffer[65536];
    while (bytes->len <= (size_t)POST_BYTES_MAX) {
        ssize_t count = read(file, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        if (count == 0)
            return true;
        g_string_append_len(bytes, buffer, count);
    }
    return true;
}

static bool fail_system(const char *path, int number, GError **error)
{
    ErrorCode code = number == ENOENT || number == ENOTDIR ? ERROR_MISSING
                     : number == EACCES                    ? ERROR_PERMISSION
                     : number == EISDIR                    ? ERROR_INPUT
                                                           : ERROR_SYSTEM;
    error_set(error, code, "%s: %s", path, g_strerror(number));
    return false;
}

bool source_read(const char *path, GString *bytes, GError **error)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int file = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail_system(path, errno, error);
    bool ok = read_all(file, bytes);
    int number = errno;
    if (!is_stdin)
        close(file);
    if (!ok)
        return fail_system(is_stdin ? "standard input" : path, number, error);
    return true;
}

/* --- cleaning --- */

static Place place_of(const GString *bytes, const char *at, const char *file)
{
    Place place = {file, 1, 1};
    for (const char *walk = bytes->str; walk < at; walk++) {
        bool is_end = *walk == '\n' ||
                      (*walk == '\r' && (walk + 1 == at || walk[1] != '\n'));
        if (is_end) {
            place.line++;
            place.column = 1;
        } else if (((unsigned char)*walk & 0xC0) != 0x80 && *walk != '\r') {
            place.column++;
        }
    }
    return place;
}

static bool check_encoding(const GString *bytes, const char *file,
                           GError **error)
{
    const char *text = bytes->str;
    size_t length = bytes->len;
    if (length >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 ||
                        memcmp(text, "\xFE\xFF", 2) == 0)) {
        error_set_at(error, ERROR_INPUT, (Place){file, 1, 1},
                     "this is UTF-16, not UTF-8; `iconv -f UTF-16 -t UTF-8 %s` "
                     "writes it anew",
                     file);
        return false;
    }
    const char *nul = memchr(text, 0, length);
    const char *bad = NULL;
    bool valid = g_utf8_validate_len(text, nul ? (size_t)(nul - text) : length,
                                     &bad);
    if (!valid) {
        error_set_at(error, ERROR_INPUT, place_of(bytes, bad, file),
                     "the byte %02X is not UTF-8; if the file is Latin-1, "
                     "`iconv -f ISO-8859-1 -t UTF-8 %s` writes it anew",
                     (unsigned char)*bad, file);
        return false;
    }
    if (nul != NULL)
        error_set_at(error, ERROR_INPUT, place_of(bytes, nul, file),
                     "a NUL byte, which no text holds; delete it");
    return nul == NULL;
}

static bool is_control(char byte)
{
    unsigned char code = (unsigned char)byte;
    return (code < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') ||
           code == 0x7F;
}

/* In place: the text only becomes shorter. */
static void clean_bytes(GString *bytes, const char *file, Findings *findings)
{
    char *to = bytes->str;
    const char *end = bytes->str + bytes->len;
    size_t dropped = 0;
    int line = 1;
    int dropped_line = 0;
    for (const char *from = bytes->str; from < end; from++) {
        if (is_control(*from)) {
            dropped_line = dropped++ == 0 ? line : dropped_line;
            continue;
        }
        bool is_cr = *from == '\r';
        if (is_cr && from + 1 < end && from[1] == '\n')
            from++;
        *to = *from;
        if (is_cr)
            *to = '\n';
        line += *to++ == '\n';
    }
    g_string_truncate(bytes, (gsize)(to - bytes->str));
    if (dropped > 0)
        findings_add(findings, SEVERITY_WARNING, "control",
                     (Place){file, dropped_line, 0},
                     "%zu control character%s left out, the first on this "
                     "line",
                     dropped, dropped == 1 ? "" : "s");
}

bool source_clean(GString *bytes, const char *file, Findings *findings,
                  GError **error)
{
    if (bytes->len > (size_t)POST_BYTES_MAX) {
        error_set_at(error, ERROR_INPUT, (Place){file, 0, 0},
                     "over %d bytes, more than a mail may be", POST_BYTES_MAX);
        return false;
    }
    if (!check_encoding(bytes, file, error))
        return false;
    if (bytes->len >= 3 && memcmp(bytes->str, "\xEF\xBB\xBF", 3) == 0)
        g_string_erase(bytes, 0, 3);
    clean_bytes(bytes, file, findings);
    return true;
}

/* --- lines --- */

static bool set_line(SourceLine *line, const char *start, const char *end,
                     int number)
{
    if (start >= end)
        return false;
    const char *stop = memchr(start, '\n', (size_t)(end - start));
    line->start = start;
    line->length = (size_t)((stop ? stop : end) - start);
    line->next = stop ? stop + 1 : end;
    line->number = number;
    return true;
}

bool source_first_line(const char *text, const char *end, SourceLine *line)
{
    return set_line(line, text, end, 1);
}

bool source_next_line(SourceLine *line, const char *end)
{
    return set_line(line, line->next, end, line->number + 1);
}
