/* part.c - see part.h. */
#include "message/part.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "mail/encoding.h"
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

static bool contains(const Part *part, const char *boundary)
{
    if (part->text != NULL)
        return memmem(part->text, part->length, boundary, strlen(boundary)) !=
               NULL;
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
        g_snprintf(boundary, BOUNDARY_BYTES, BOUNDARY_PREFIX "%.*s",
                   BOUNDARY_DIGITS, digest);
    } while (contains(part, boundary));
}

static void append_leaf(Writer *writer, const Part *part)
{
    Encoding encoding = encoding_choose(part->text, part->length);
    g_autoptr(GString) type = g_string_new(part->type);
    header_parameter(type, "charset", "UTF-8");
    header_token(writer->out, "Content-Type", type->str);
    header_token(writer->out, "Content-Transfer-Encoding",
                 encoding_name(encoding));
    g_string_append(writer->out, "\r\n");
    encoding_append(writer->out, encoding, part->text, part->length);
}

static void append_part(Writer *writer, const Part *part, int depth)
{
    assert(depth <= PART_DEPTH_MAX);
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
        g_string_append_printf(writer->out, "\r\n--%s\r\n", boundary);
        append_part(writer, &part->children[i], depth + 1);
    }
    g_string_append_printf(writer->out, "\r\n--%s--\r\n", boundary);
}

void part_append(GString *out, const Part *part, const char *seed)
{
    Writer writer = {.out = out, .seed = seed};
    append_part(&writer, part, 1);
}
