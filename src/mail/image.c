/* image.c - see image.h. Formats: PNG (ISO 15948), JPEG (ITU-T T.81 B.1),
 * GIF89a, WebP (RFC 9649), AVIF (ISO 14496-12 4.3), SVG 2. */
#include "mail/image.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

/* What is left to read. */
typedef struct Bytes {
    const uint8_t *at;
    size_t length;
} Bytes;

static bool stands_at(Bytes bytes, size_t offset, const char *text)
{
    size_t length = strlen(text);
    return bytes.length >= offset + length &&
           memcmp(bytes.at + offset, text, length) == 0;
}

static uint32_t big16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t big32(const uint8_t *at)
{
    return big16(at) << 16 | big16(at + 2);
}

static uint32_t little16(const uint8_t *at)
{
    return (uint32_t)at[1] << 8 | at[0];
}

static uint32_t little24(const uint8_t *at)
{
    return (uint32_t)at[2] << 16 | little16(at);
}

static void set_size(ImageFacts *facts, uint32_t width, uint32_t height)
{
    if (width == 0 || height == 0 || width > IMAGE_SIDE_MAX ||
        height > IMAGE_SIDE_MAX)
        return;
    facts->width = (int)width;
    facts->height = (int)height;
}

static void measure_png(Bytes bytes, ImageFacts *facts)
{
    if (bytes.length >= 24 && stands_at(bytes, 12, "IHDR"))
        set_size(facts, big32(bytes.at + 16), big32(bytes.at + 20));
}

static void measure_gif(Bytes bytes, ImageFacts *facts)
{
    if (bytes.length >= 10)
        set_size(facts, little16(bytes.at + 6), little16(bytes.at + 8));
}

/* --- JPEG --- */

/* A frame header: one of SOF0 to SOF15, among which DHT, JPG and DAC have
 * their codes. */
static bool is_frame(uint8_t marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
           marker != 0xc8 && marker != 0xcc;
}

static bool has_no_length(uint8_t marker)
{
    return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

static void measure_jpeg(Bytes bytes, ImageFacts *facts)
{
    size_t at = 2;
    while (at + 2 <= bytes.length && bytes.at[at] == 0xff) {
        uint8_t marker = bytes.at[at + 1];
        if (marker == 0xff) { /* fill */
            at++;
            continue;
        }
        at += 2;
        if (has_no_length(marker))
            continue;
        if (at + 2 > bytes.length || marker == 0xda || marker == 0xd9)
            return;
        size_t length = big16(bytes.at + at);
        if (is_frame(marker)) {
            if (length >= 8 && at + 7 <= bytes.length)
                set_size(facts, big16(bytes.at + at + 5),
                         big16(bytes.at + at + 3));
            return;
        }
        if (length < 2)
            return;
        at += length;
    }
}

/* --- WebP --- */

static void measure_webp(Bytes bytes, ImageFacts *facts)
{
    if (bytes.length < 25)
        return;
    const uint8_t *data = bytes.at + 20; /* of the first chunk */
    if (stands_at(bytes, 12, "VP8X") && bytes.length >= 30) {
        set_size(facts, little24(data + 4) + 1, little24(data + 7) + 1);
    } else if (stands_at(bytes, 12, "VP8L") && data[0] == 0x2f) {
        uint32_t bits = little24(data + 1) | (uint32_t)data[4] << 24;
        set_size(facts, (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
    } else if (stands_at(bytes, 12, "VP8 ") && bytes.length >= 30 &&
               (data[0] & 1) == 0 && stands_at(bytes, 23, "\x9d\x01\x2a")) {
        set_size(facts, little16(data + 6) & 0x3fff,
                 little16(data + 8) & 0x3fff);
    }
}

/* --- AVIF --- */

/* The brands of the file type box: the major one, a version, the others. */
static bool is_avif(Bytes bytes)
{
    if (bytes.length < 16 || !stands_at(bytes, 4, "ftyp"))
        return false;
    size_t end = MIN(big32(bytes.at), bytes.length);
    for (size_t at = 8; at + 4 <= end; at += 4)
        if (at != 12 &&
            (stands_at(bytes, at, "avif") || stands_at(bytes, at, "avis")))
            return true;
    return false;
}

/* --- SVG --- */

static void skip(Bytes *bytes, size_t count)
{
    bytes->at += count;
    bytes->length -= count;
}

/* Up to and with `end`; false when it does not occur. */
static bool skip_to(Bytes *bytes, const char *end)
{
    const uint8_t *found = memmem(bytes->at, bytes->length, end, strlen(end));
    if (found != NULL)
        skip(bytes, (size_t)(found - bytes->at) + strlen(end));
    return found != NULL;
}

/* A doctype may have declarations in brackets. */
static bool skip_doctype(Bytes *bytes)
{
    const uint8_t *end = memchr(bytes->at, '>', bytes->length);
    const uint8_t *bracket = memchr(bytes->at, '[', bytes->length);
    if (bracket != NULL && (end == NULL || bracket < end) &&
        !skip_to(bytes, "]"))
        return false;
    return skip_to(bytes, ">");
}

static bool is_svg(Bytes bytes)
{
    if (stands_at(bytes, 0, "\xef\xbb\xbf"))
        skip(&bytes, 3);
    for (bool more = true; more;) {
        while (bytes.length > 0 && g_ascii_isspace(*bytes.at))
            skip(&bytes, 1);
        if (stands_at(bytes, 0, "<?"))
            more = skip_to(&bytes, "?>");
        else if (stands_at(bytes, 0, "<!--"))
            more = skip_to(&bytes, "-->");
        else if (stands_at(bytes, 0, "<!"))
            more = skip_doctype(&bytes);
        else
            break;
    }
    return stands_at(bytes, 0, "<svg") && bytes.length > 4 &&
           (g_ascii_isspace(bytes.at[4]) || bytes.at[4] == '>' ||
            bytes.at[4] == '/');
}

/* --- all --- */

static ImageFormat find_format(Bytes bytes)
{
    if (stands_at(bytes, 0, "\x89PNG\r\n\x1a\n"))
        return IMAGE_PNG;
    if (stands_at(bytes, 0, "\xff\xd8\xff"))
        return IMAGE_JPEG;
    if (stands_at(bytes, 0, "GIF87a") || stands_at(bytes, 0, "GIF89a"))
        return IMAGE_GIF;
    if (stands_at(bytes, 0, "RIFF") && stands_at(bytes, 8, "WEBP"))
        return IMAGE_WEBP;
    if (is_avif(bytes))
        return IMAGE_AVIF;
    return is_svg(bytes) ? IMAGE_SVG : IMAGE_NONE;
}

ImageFacts image_look(const void *file, size_t length)
{
    Bytes bytes = {file, length};
    ImageFacts facts = {.format = find_format(bytes)};
    if (facts.format == IMAGE_PNG)
        measure_png(bytes, &facts);
    else if (facts.format == IMAGE_JPEG)
        measure_jpeg(bytes, &facts);
    else if (facts.format == IMAGE_GIF)
        measure_gif(bytes, &facts);
    else if (facts.format == IMAGE_WEBP)
        measure_webp(bytes, &facts);
    return facts;
}

static const struct {
    const char *type;
    const char *name;
    const char *suffix;
} formats[] = {
    [IMAGE_NONE] = {NULL, NULL, NULL},
    [IMAGE_PNG] = {"image/png", "PNG", "png"},
    [IMAGE_JPEG] = {"image/jpeg", "JPEG", "jpg"},
    [IMAGE_GIF] = {"image/gif", "GIF", "gif"},
    [IMAGE_WEBP] = {"image/webp", "WebP", "webp"},
    [IMAGE_AVIF] = {"image/avif", "AVIF", "avif"},
    [IMAGE_SVG] = {"image/svg+xml", "SVG", "svg"},
};

const char *image_media_type(ImageFormat format)
{
    return formats[format].type;
}

const char *image_format_name(ImageFormat format)
{
    return formats[format].name;
}

const char *image_suffix(ImageFormat format)
{
    return formats[format].suffix;
}
