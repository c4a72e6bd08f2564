/* markdown_cost.c - a look at the source before the parser sees it. */
#include "document/markdown_cost.h"

#include <string.h>

#include "document/document.h"

/* Sum of squares of the images in one paragraph: cmark's work on `![[]()`. */
#define IMAGES_COST_MAX 50000000L
/* Bytes of the longest definition times the references. */
#define REFERENCES_COST_MAX ((size_t)256 * 1024 * 1024)

static bool is_blank_line(const char *text, size_t length)
{
    return strspn(text, " \t>") >= length;
}

static size_t count_images(const char *text, size_t length)
{
    size_t count = 0;
    const char *end = text + length;

    while ((text = memmem(text, (size_t)(end - text), "![", 2))) {
        count++;
        text += 2;
    }
    return count;
}

/* How many quotes and lists may begin at the start of the line. */
static int count_markers(const char *text, size_t length)
{
    int count = 0;
    size_t i = 0;

    while (i < length) {
        if (text[i] == '>' ||
            (strchr("-+*", text[i]) && i + 1 < length && text[i + 1] == ' '))
            count++;
        else if (!strchr(" \t0123456789.)", text[i]))
            break;
        i++;
    }
    return count;
}

static bool check_lines(const Lines *lines, const char *file, GError **error)
{
    long cost = 0;
    long images = 0;
    int i;

    for (i = 0; i < lines_count(lines); i++) {
        size_t length;
        const char *text = lines_at(lines, i, &length);
        Place place = {file, lines_number(lines, i), 0};
        long here = (long)count_images(text, length);
        if (is_blank_line(text, length))
            images = 0;
        /* (a + b)^2 = a^2 + 2ab + b^2 */
        cost += 2 * images * here + here * here;
        images += here;
        if (cost > IMAGES_COST_MAX) {
            error_set_at(error, ERROR_INPUT, place,
                         "too many images in one paragraph");
            return false;
        }
        if (count_markers(text, length) > DOCUMENT_DEPTH_MAX) {
            error_set_at(error, ERROR_INPUT, place,
                         "quotes and lists are nested more than %d deep",
                         DOCUMENT_DEPTH_MAX);
            return false;
        }
    }
    return true;
}

/* The longest stretch from `]:` to a line that could be the next definition
 * or to the end of the paragraph. */
static size_t longest_definition(const Lines *lines)
{
    size_t longest = 0;
    size_t current = 0; /* 0: not in a definition */
    int i;

    for (i = 0; i < lines_count(lines); i++) {
        size_t length;
        const char *text = lines_at(lines, i, &length);
        const char *colon = memmem(text, length, "]:", 2);
        if (is_blank_line(text, length))
            current = 0;
        else if (colon)
            current = (size_t)(text + length - colon);
        else if (current > 0)
            current += length + 1;
        longest = MAX(longest, current);
    }
    return longest;
}

static bool check_references(const Lines *lines, const char *file,
                             GError **error)
{
    size_t longest = longest_definition(lines);
    size_t references = 0;
    const char *at;
    Place place = {file, 0, 0};

    for (at = lines->text->str; longest > 0 && (at = strchr(at, ']')); at++)
        references++;
    if (longest == 0 || references <= REFERENCES_COST_MAX / longest)
        return true;
    error_set_at(error, ERROR_INPUT, place,
                 "link definitions of %zu bytes are used too often", longest);
    return false;
}

bool markdown_check_cost(const Lines *lines, const char *file, GError **error)
{
    return check_lines(lines, file, error) &&
           check_references(lines, file, error);
}
