/* mime_tree.c - see mime_tree.h. */
#include "preview/mime_tree.h"

#include <string.h>

#define BOUNDARY_MAX 70 /* RFC 2046 5.1.1 */
#define FIELD_MAX 8192

typedef struct Range {
    const char *start;
    const char *end;
} Range;

typedef struct Reader {
    const char *bytes;
    GArray *parts;
} Reader;

static size_t range_length(Range range)
{
    return (size_t)(range.end - range.start);
}

/* --- header fields --- */

/* The next line without its end; `at` moves behind that. */
static Range take_line(const char **at, const char *end)
{
    const char *stop = memchr(*at, '\n', (size_t)(end - *at));
    Range line = {*at, stop != NULL ? stop : end};
    *at = stop != NULL ? stop + 1 : end;
    if (line.end > line.start && line.end[-1] == '\r')
        line.end--;
    return line;
}

/* The value of a field, unfolded; NULL when the header has none. */
static char *find_field(Range header, const char *name)
{
    size_t length = strlen(name);
    GString *value = NULL;
    const char *at = header.start;
    while (at < header.end) {
        Range line = take_line(&at, header.end);
        bool folded = range_length(line) > 0 &&
                      (*line.start == ' ' || *line.start == '\t');
        if (!folded && value != NULL)
            break;
        if (!folded &&
            (range_length(line) <= length || line.start[length] != ':' ||
             g_ascii_strncasecmp(line.start, name, length) != 0))
            continue;
        if (folded && value == NULL)
            continue;
        if (value == NULL) {
            value = g_string_new(NULL);
            line.start += length + 1;
        }
        size_t room = FIELD_MAX - MIN(value->len, (size_t)FIELD_MAX);
        g_string_append_len(value, line.start,
                            (gssize)MIN(range_length(line), room));
    }
    return value != NULL ? g_strstrip(g_string_free(value, FALSE)) : NULL;
}

/* A token or a quoted text; `at` moves behind it. */
static char *take_value(const char **at)
{
    GString *value = g_string_new(NULL);
    const char *c = *at;
    if (*c != '"') {
        size_t length = strcspn(c, "; \t");
        g_string_append_len(value, c, (gssize)length);
        *at = c + length;
        return g_string_free(value, FALSE);
    }
    for (c++; *c != '\0' && *c != '"'; c++) {
        if (*c == '\\' && c[1] != '\0')
            c++;
        g_string_append_c(value, *c);
    }
    *at = *c == '"' ? c + 1 : c;
    return g_string_free(value, FALSE);
}

/* One parameter of a field (RFC 2045 5.1), in any case; NULL: not there. */
static char *find_parameter(const char *field, const char *name)
{
    const char *at = field + strcspn(field, ";");
    while (*at == ';') {
        at += 1 + strspn(at + 1, " \t");
        size_t length = strcspn(at, "=; \t");
        const char *key = at;
        at += length;
        if (*at != '=') {
            at += strcspn(at, ";");
            continue;
        }
        at++;
        g_autofree char *value = take_value(&at);
        if (length == strlen(name) &&
            g_ascii_strncasecmp(key, name, length) == 0)
            return g_steal_pointer(&value);
        at += strcspn(at, ";");
    }
    return NULL;
}

static bool append_piece(GString *out, const char *field, const char *key)
{
    g_autofree char *value = find_parameter(field, key);
    if (value != NULL)
        g_string_append(out, value);
    return value != NULL;
}

/* "UTF-8''na%C3%AFve.pdf" as "naïve.pdf"; as it stands when it is not so. */
static char *decode_extended(const char *value)
{
    const char *quote = strchr(value, '\'');
    const char *text = quote != NULL ? strchr(quote + 1, '\'') : NULL;
    if (text == NULL)
        return g_strdup(value);
    char *decoded = g_uri_unescape_string(text + 1, NULL);
    return decoded != NULL ? decoded : g_strdup(value);
}

/* A parameter in one of the forms of RFC 2231: `name`, `name*`, or in pieces
 * `name*0*`, `name*1`, … */
static char *find_extended(const char *field, const char *name)
{
    char *plain = find_parameter(field, name);
    if (plain != NULL)
        return plain;
    g_autoptr(GString) joined = g_string_new(NULL);
    g_autofree char *whole = g_strconcat(name, "*", NULL);
    bool found = append_piece(joined, field, whole);
    for (int i = 0; !found && i < MIME_PARTS_MAX; i++) {
        g_autofree char *encoded = g_strdup_printf("%s*%d*", name, i);
        g_autofree char *bare = g_strdup_printf("%s*%d", name, i);
        if (!append_piece(joined, field, encoded) &&
            !append_piece(joined, field, bare))
            break;
    }
    return joined->len > 0 ? decode_extended(joined->str) : NULL;
}

/* --- sizes --- */

static size_t decode_base64_size(Range body)
{
    size_t digits = 0;
    for (const char *c = body.start; c < body.end && *c != '='; c++)
        digits += g_ascii_isalnum(*c) || *c == '+' || *c == '/';
    return digits * 3 / 4;
}

static size_t decode_quoted_size(Range body)
{
    size_t size = 0;
    for (const char *c = body.start; c < body.end; c++) {
        size_t left = (size_t)(body.end - c);
        if (*c == '=' && left >= 3 && g_ascii_isxdigit(c[1])) {
            size++;
            c += 2;
        } else if (*c == '=' && left >= 3 && c[1] == '\r') {
            c += 2;
        } else if (*c != '\r') {
            size++;
        }
    }
    return size;
}

static size_t decode_size(const char *encoding, Range body)
{
    if (strcmp(encoding, "base64") == 0)
        return decode_base64_size(body);
    if (strcmp(encoding, "quoted-printable") == 0)
        return decode_quoted_size(body);
    size_t size = 0;
    for (const char *c = body.start; c < body.end; c++)
        size += *c != '\r';
    return size;
}

/* --- parts --- */

/* In lower case; takes `text`. */
static char *lower_or(char *text, const char *otherwise)
{
    bool given = text != NULL && *text != '\0';
    char *lower = g_ascii_strdown(given ? text : otherwise, -1);
    g_free(text);
    return lower;
}

static char *take_content_id(Range header)
{
    g_autofree char *field = find_field(header, "Content-ID");
    if (field == NULL)
        return NULL;
    const char *start = field + (*field == '<');
    return g_strndup(start, strcspn(start, ">"));
}

static void describe(MimePart *part, Range header)
{
    g_autofree char *type = find_field(header, "Content-Type");
    g_autofree char *disposition = find_field(header, "Content-Disposition");
    const char *field = type != NULL ? type : "";
    part->type = lower_or(g_strndup(field, strcspn(field, "; \t")),
                          "text/plain");
    part->charset = find_parameter(field, "charset");
    part->encoding = lower_or(find_field(header, "Content-Transfer-Encoding"),
                              "7bit");
    part->content_id = take_content_id(header);
    if (disposition != NULL)
        part->name = find_extended(disposition, "filename");
    if (part->name == NULL)
        part->name = find_extended(field, "name");
}

/* Header and body of an entity; without a blank line all is header. */
static void split(Range entity, Range *header, Range *body)
{
    const char *at = entity.start;
    while (at < entity.end) {
        Range line = take_line(&at, entity.end);
        if (range_length(line) > 0)
            continue;
        *header = (Range){entity.start, line.start};
        *body = (Range){at, entity.end};
        return;
    }
    *header = entity;
    *body = (Range){entity.end, entity.end};
}

typedef enum { NO_DELIMITER, DELIMITER, LAST_DELIMITER } Delimiter;

static Delimiter match_delimiter(Range line, const char *boundary)
{
    size_t length = strlen(boundary);
    if (range_length(line) < length + 2 || line.start[0] != '-' ||
        line.start[1] != '-' || memcmp(line.start + 2, boundary, length) != 0)
        return NO_DELIMITER;
    Range rest = {line.start + 2 + length, line.end};
    bool last = range_length(rest) >= 2 && rest.start[0] == '-' &&
                rest.start[1] == '-';
    rest.start += last ? 2 : 0;
    while (rest.start < rest.end && (*rest.start == ' ' || *rest.start == '\t'))
        rest.start++;
    if (range_length(rest) > 0)
        return NO_DELIMITER;
    return last ? LAST_DELIMITER : DELIMITER;
}

static void read_entity(Reader *reader, Range entity, int depth);

/* The line end before a delimiter belongs to the delimiter. */
static Range without_line_end(const char *start, const char *end)
{
    if (end > start && end[-1] == '\n')
        end--;
    if (end > start && end[-1] == '\r')
        end--;
    return (Range){start, end};
}

static void read_parts(Reader *reader, Range body, const char *boundary,
                       int depth)
{
    const char *start = NULL;
    const char *at = body.start;
    Delimiter found = NO_DELIMITER;
    while (at < body.end && found != LAST_DELIMITER) {
        Range line = take_line(&at, body.end);
        found = match_delimiter(line, boundary);
        if (found == NO_DELIMITER)
            continue;
        if (start != NULL)
            read_entity(reader, without_line_end(start, line.start), depth);
        start = at;
    }
    if (start != NULL && found != LAST_DELIMITER)
        read_entity(reader, (Range){start, body.end}, depth);
}

static void read_entity(Reader *reader, Range entity, int depth)
{
    if (reader->parts->len >= MIME_PARTS_MAX)
        return;
    Range header;
    Range body;
    split(entity, &header, &body);
    MimePart part = {.depth = depth, .size = range_length(body)};
    describe(&part, header);
    part.body = (size_t)(body.start - reader->bytes);
    part.decoded = decode_size(part.encoding, body);
    g_autofree char *boundary = NULL;
    if (g_str_has_prefix(part.type, "multipart/") && depth < MIME_DEPTH_MAX) {
        g_autofree char *field = find_field(header, "Content-Type");
        boundary = find_parameter(field, "boundary");
    }
    size_t length = boundary != NULL ? strlen(boundary) : 0;
    part.multipart = length > 0 && length <= BOUNDARY_MAX;
    g_array_append_val(reader->parts, part);
    if (part.multipart)
        read_parts(reader, body, boundary, depth + 1);
}

GArray *mime_tree_read(const char *bytes, size_t length)
{
    Reader reader = {
        .bytes = bytes,
        .parts = g_array_new(FALSE, TRUE, sizeof(MimePart)),
    };
    read_entity(&reader, (Range){bytes, bytes + length}, 0);
    return reader.parts;
}

void mime_tree_free(GArray *parts)
{
    for (guint i = 0; parts != NULL && i < parts->len; i++) {
        MimePart *part = &g_array_index(parts, MimePart, i);
        g_free(part->type);
        g_free(part->charset);
        g_free(part->encoding);
        g_free(part->name);
        g_free(part->content_id);
    }
    if (parts != NULL)
        g_array_free(parts, TRUE);
}

const MimePart *mime_tree_find(const GArray *parts, const char *content_id)
{
    for (guint i = 0; i < parts->len; i++) {
        const MimePart *part = &g_array_index(parts, MimePart, i);
        if (part->content_id != NULL &&
            strcmp(part->content_id, content_id) == 0)
            return part;
    }
    return NULL;
}
