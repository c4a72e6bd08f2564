/* part.c - see part.h. */
#include "message/part.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "mail/header.h"
#include "mail/token.h"

/* `=_` can stand in no quoted-printable and no base64, and 64 bits are enough
 * not to meet one by chance. All boundaries have this length, so none is the
 * beginning of another. (RFC 2046 5.1.1: at most 70.) */
#define BOUNDARY_PREFIX "=_mm_"
#define BOUNDARY_DIGITS 16
#define BOUNDARY_BYTES (sizeof BOUNDARY_PREFIX + BOUNDARY_DIGITS)

/* One message under way: how many boundaries were derived so far. */
typedef struct Writer {
    GString *out;
    const char *seed;
    unsigned boundaries;
} Writer;

/* What is ready need not be searched: base64 has no `_`, and no line of a
 * header begins with `--`. */
static bool contains(const Part *part, const char *boundary)
{
    if (part->ready != NULL)
        return false;
    if (part->text != NULL)
        return stencil_contains(part->text, boundary);
    for (size_t i = 0; i < part->count; i++)
        if (contains(&part->children[i], boundary))
            return true;
    return false;
}

static void derive_boundary(Writer *writer, const Part *part,
                            char boundary[BOUNDARY_BYTES])
{
    do {
        g_autofree char *source = g_strdup_printf("%s/%u", writer->seed,
                                                  writer->boundaries++);
        g_autofree char *digest = token_digest(source, strlen(source));
        g_strlcpy(boundary, BOUNDARY_PREFIX, BOUNDARY_BYTES);
        g_strlcpy(boundary + strlen(BOUNDARY_PREFIX), digest,
                  BOUNDARY_DIGITS + 1);
    } while (contains(part, boundary));
}

static void append_leaf(Writer *writer, const Part *part)
{
    Encoding encoding = stencil_choose(part->text);
    g_autoptr(GString) type = g_string_new(part->type);
    header_parameter(type, "charset", "UTF-8");
    header_token(writer->out, "Content-Type", type->str);
    header_token(writer->out, "Content-Transfer-Encoding",
                 encoding_name(encoding));
    g_string_append(writer->out, "\r\n");
    stencil_append(writer->out, encoding, part->text);
}

static void append_delimiter(GString *out, const char *boundary,
                             const char *after)
{
    g_string_append(out, "\r\n--");
    g_string_append(out, boundary);
    g_string_append(out, after);
}

static void append_part(Writer *writer, const Part *part, int depth)
{
    assert(depth <= PART_DEPTH_MAX);
    if (part->ready != NULL) {
        g_string_append_len(writer->out, part->ready->str,
                            (gssize)part->ready->len);
        return;
    }
    if (part->text != NULL) {
        append_leaf(writer, part);
        return;
    }
    char boundary[BOUNDARY_BYTES];
    derive_boundary(writer, part, boundary);
    g_autoptr(GString) type = g_string_new(part->type);
    header_parameter(type, "boundary", boundary);
    header_token(writer->out, "Content-Type", type->str);
    for (size_t i = 0; i < part->count; i++) {
        append_delimiter(writer->out, boundary, "\r\n");
        append_part(writer, &part->children[i], depth + 1);
    }
    append_delimiter(writer->out, boundary, "--\r\n");
}

void part_append(GString *out, const Part *part, const char *seed)
{
    Writer writer = {.out = out, .seed = seed};
    append_part(&writer, part, 1);
}
