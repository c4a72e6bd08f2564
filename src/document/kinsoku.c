/* kinsoku.c - line breaks between wide characters. */
#include "document/kinsoku.h"

#include <string.h>

#include <glib.h>

static bool is_in(uint32_t code_point, const uint32_t *set, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (set[i] == code_point)
            return true;
    return false;
}

/* Quotes and the marks that text_write sets around words: whether they open
 * or close is not known, so no line ends on either side. */
static bool is_ambiguous_mark(uint32_t code_point)
{
    return code_point < 0x80 && code_point != 0 &&
           strchr("*_`~\"'", (int)code_point) != NULL;
}

/* May not begin a line (JIS X 4051, UAX #14 CL, CP, EX, IS, NS, CJ). */
static bool may_not_begin(uint32_t code_point)
{
    static const uint32_t set[] = {
        0x3001, 0x3002, 0xFF0C, 0xFF0E, 0xFF01, 0xFF1F, 0xFF1A, 0xFF1B, 0x300D,
        0x300F, 0x3011, 0x3015, 0x3017, 0x3019, 0x301B, 0x3009, 0x300B, 0x301F,
        0xFF09, 0xFF3D, 0xFF5D, 0xFF60, 0x30FC, 0xFF70, 0x3005, 0x303B, 0x309D,
        0x309E, 0x30FD, 0x30FE, 0x30FB, 0xFF65, 0x30A0, 0x301C, 0xFF5E, 0x2026,
        0x2025, 0x3041, 0x3043, 0x3045, 0x3047, 0x3049, 0x3063, 0x3083, 0x3085,
        0x3087, 0x308E, 0x3095, 0x3096, 0x30A1, 0x30A3, 0x30A5, 0x30A7, 0x30A9,
        0x30C3, 0x30E3, 0x30E5, 0x30E7, 0x30EE, 0x30F5, 0x30F6, 0x2019, 0x201D,
        0x00BB, 0x203A, 0x00B0, 0x2032, 0x2033, 0x2030, 0x2103, 0xFF05, 0xFF61,
        0xFF63, 0xFF64, 0x203C, 0x2047, 0x2048, 0x2049, 0x3099, 0x309A, 0x309B,
        0x309C, 0x00B7, 0x2010, 0x2013, 0x2014, 0x2060, 0x200D,
    };

    if (code_point < 0x80)
        return code_point != 0 &&
               strchr(")]}>,.:;!?%/-", (int)code_point) != NULL;
    return (code_point >= 0x31F0 && code_point <= 0x31FF) ||
           (code_point >= 0xFF67 && code_point <= 0xFF6F) ||
           is_in(code_point, set, G_N_ELEMENTS(set));
}

/* May not end a line (UAX #14 OP, PR). */
static bool may_not_end(uint32_t code_point)
{
    static const uint32_t set[] = {
        0x3008, 0x300A, 0x300C, 0x300E, 0x3010, 0x3014, 0x3016, 0x3018,
        0x301A, 0x301D, 0xFF08, 0xFF3B, 0xFF5B, 0xFF5F, 0xFF62, 0x2018,
        0x201C, 0x00AB, 0x2039, 0x00A1, 0x00BF, 0x00A3, 0x00A5, 0x20AC,
        0xFF04, 0xFFE1, 0xFFE5, 0x2060, 0x200D,
    };

    if (code_point < 0x80)
        return code_point != 0 && strchr("([{<$#@\\", (int)code_point) != NULL;
    return is_in(code_point, set, G_N_ELEMENTS(set));
}

bool kinsoku_may_break(const Cluster *left, const Cluster *right)
{
    if (left->width < 2 && right->width < 2)
        return false;
    return !is_ambiguous_mark(left->first) &&
           !is_ambiguous_mark(right->first) && !may_not_begin(right->first) &&
           !may_not_end(left->first);
}
