/* cluster.c - grapheme clusters and widths, by utf8proc. */
#include "document/cluster.h"

#include <utf8proc.h>

#define REPLACEMENT 0xFFFDU
#define EMOJI_SELECTOR 0xFE0FU

uint32_t cluster_code_point(const char *text, size_t length, size_t *used)
{
    utf8proc_int32_t code_point;
    utf8proc_ssize_t bytes;
    unsigned char byte = (unsigned char)*text;

    if (byte < 0x80) {
        *used = 1;
        return byte;
    }
    bytes = utf8proc_iterate((const utf8proc_uint8_t *)text,
                             length > 4 ? 4 : (utf8proc_ssize_t)length,
                             &code_point);
    if (bytes <= 0) {
        *used = 1;
        return REPLACEMENT;
    }
    *used = (size_t)bytes;
    return (uint32_t)code_point;
}

static bool is_regional_indicator(uint32_t code_point)
{
    return code_point >= 0x1F1E6 && code_point <= 0x1F1FF;
}

static int width_of(uint32_t code_point)
{
    if (code_point < 0x20 || code_point == 0x7F)
        return 0;
    if (code_point < 0x7F)
        return 1;
    return utf8proc_charwidth((utf8proc_int32_t)code_point);
}

Cluster cluster_at(const char *text, size_t length)
{
    utf8proc_int32_t state = 0;
    Cluster cluster;
    uint32_t previous;
    size_t used;

    cluster.first = cluster_code_point(text, length, &used);
    cluster.length = used;
    cluster.width = width_of(cluster.first);
    /* Between two ASCII characters there is always a boundary. */
    if (cluster.first < 0x80 &&
        (used == length || (unsigned char)text[used] < 0x80))
        return cluster;
    previous = cluster.first;
    while (cluster.length < length) {
        uint32_t next = cluster_code_point(text + cluster.length,
                                           length - cluster.length, &used);
        int width = width_of(next);
        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)previous,
                                             (utf8proc_int32_t)next, &state))
            break;
        if ((next == EMOJI_SELECTOR && cluster.first > ' ') ||
            is_regional_indicator(next))
            width = 2;
        if (width > cluster.width)
            cluster.width = width;
        cluster.length += used;
        previous = next;
    }
    return cluster;
}

bool cluster_is_unspaced(uint32_t code_point)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } ranges[] = {
        {0x2E80, 0x2FDF},   /* radicals */
        {0x3000, 0x312F},   /* punctuation, kana, bopomofo */
        {0x31A0, 0x31BF},   /* bopomofo */
        {0x31F0, 0x31FF},   /* small katakana */
        {0x3400, 0x4DBF},   /* ideographs */
        {0x4E00, 0x9FFF},   /* ideographs */
        {0xF900, 0xFAFF},   /* ideographs */
        {0xFE30, 0xFE4F},   /* vertical forms */
        {0xFF01, 0xFF9F},   /* full width forms, half width kana */
        {0x20000, 0x3FFFD}, /* ideographs */
    };

    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code_point >= ranges[i].first && code_point <= ranges[i].last)
            return true;
    return false;
}
