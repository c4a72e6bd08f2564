/* text_link.c - link numbers, addresses and their list. */
#include "document/text_link.h"

#include <string.h>

static bool has_scheme(const char *href, const char *scheme)
{
    return g_ascii_strncasecmp(href, scheme, strlen(scheme)) == 0;
}

/* An address as it is printed: gaps marked, nothing in it that could end the
 * line or drive a terminal. */
static char *printable_address(const TextWriter *writer, const char *href)
{
    g_autofree char *marked = gap_mark_url(href, writer->gap_prefix);
    GString *out = g_string_sized_new(strlen(marked));

    for (const char *at = marked; *at; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte == ' ')
            g_string_append(out, "%20");
        else if (byte > ' ' && byte != 0x7F)
            g_string_append_c(out, *at);
    }
    return g_string_free(out, FALSE);
}

/* What is left of an address, or of a text, when all is taken away in which
 * people spell the same address differently. */
static char *bare_address(const char *text)
{
    g_autofree char *copy = g_strdup(text);
    char *from = g_strstrip(copy);
    char *decoded;
    size_t length;

    if (has_scheme(from, "https://"))
        from += strlen("https://");
    else if (has_scheme(from, "http://"))
        from += strlen("http://");
    length = strlen(from);
    if (length > 0 && from[length - 1] == '/')
        from[length - 1] = '\0';
    decoded = g_uri_unescape_string(from, NULL);
    return decoded ? decoded : g_strdup(from);
}

static bool is_same_address(const char *href, const char *text)
{
    g_autofree char *address = bare_address(href);
    g_autofree char *shown = bare_address(text);

    return strcmp(address, shown) == 0;
}

char *text_link_mail(const char *href)
{
    const char *from = href + strlen("mailto:");
    g_autofree char *address = g_strndup(from, strcspn(from, "?"));
    char *decoded = g_uri_unescape_string(address, NULL);

    return decoded ? decoded : g_strdup(address);
}

/* Only the digits of a telephone number. */
static char *digits_of(const char *text)
{
    GString *digits = g_string_new(NULL);

    for (; *text; text++)
        if (g_ascii_isdigit(*text))
            g_string_append_c(digits, *text);
    return g_string_free(digits, FALSE);
}

bool text_link_is_inside(const Node *link)
{
    const char *rel = node_attribute(link, "rel");

    return rel && strcmp(rel, "bookmark") == 0;
}

LinkKind text_link_kind(const TextWriter *writer, const char *href,
                        const char *text)
{
    if (has_scheme(href, "mailto:"))
        return strlen(href) > strlen("mailto:") && href[7] != '?' ? LINK_MAIL
                                                                  : LINK_NUMBER;
    if (has_scheme(href, "tel:")) {
        g_autofree char *number = digits_of(href);
        g_autofree char *shown = digits_of(text);
        return strcmp(number, shown) == 0 ? LINK_SPOKEN : LINK_NUMBER;
    }
    if (!has_scheme(href, "https://") && !has_scheme(href, "http://") &&
        !gap_match(href, writer->gap_prefix, NULL, NULL))
        return LINK_NONE;
    return is_same_address(href, text) ? LINK_ITSELF : LINK_NUMBER;
}

static int number_of(TextWriter *writer, const char *address)
{
    gpointer found = g_hash_table_lookup(writer->numbers, address);
    char *copy;

    if (found)
        return GPOINTER_TO_INT(found);
    copy = g_strdup(address);
    g_ptr_array_add(writer->addresses, copy);
    g_hash_table_insert(writer->numbers, copy,
                        GINT_TO_POINTER((int)writer->addresses->len));
    return (int)writer->addresses->len;
}

void text_link_append_reference(TextWriter *writer, const char *href,
                                GString *out)
{
    g_autofree char *address = NULL;
    int number;

    if (writer->style->links == TEXT_LINKS_NONE)
        return;
    if (writer->style->links == TEXT_LINKS_INLINE) {
        g_string_append_c(out, ' ');
        text_link_append_address(writer, href, out);
        return;
    }
    address = printable_address(writer, href);
    number = number_of(writer, address);
    g_string_append_printf(out, WRAP_GLUE "[%d]", number);
    if (writer->style->links == TEXT_LINKS_SECTION)
        g_array_append_val(writer->section_links, number);
}

void text_link_append_address(const TextWriter *writer, const char *href,
                              GString *out)
{
    g_autofree char *address = printable_address(writer, href);

    g_string_append_printf(out, WRAP_WHOLE "<%s>" WRAP_WHOLE, address);
}

/* " [9] address", the numbers as wide as the widest of them. */
static void write_entry(TextWriter *writer, int number, int widest)
{
    const char *address = g_ptr_array_index(writer->addresses,
                                            (guint)number - 1);
    g_autofree char *largest = g_strdup_printf("[%d]", widest);
    g_autofree char *mark = g_strdup_printf("[%d]", number);
    g_autofree char *line = g_strdup_printf("%*s %s", (int)strlen(largest),
                                            mark, address);

    text_out_line(&writer->out, line, strlen(line));
}

static int compare_numbers(const void *a, const void *b)
{
    int left = *(const int *)a;
    int right = *(const int *)b;

    return (left > right) - (left < right);
}

void text_link_write_section(TextWriter *writer)
{
    GArray *numbers = writer->section_links;
    int before = 0;
    int widest;

    if (numbers->len == 0)
        return;
    g_array_sort(numbers, compare_numbers);
    widest = g_array_index(numbers, int, numbers->len - 1);
    text_out_separate(&writer->out, 1, NULL);
    for (guint i = 0; i < numbers->len; i++) {
        int number = g_array_index(numbers, int, i);
        if (number != before)
            write_entry(writer, number, widest);
        before = number;
    }
    g_array_set_size(numbers, 0);
    text_out_separate(&writer->out, 1, NULL);
}

void text_link_write_list(TextWriter *writer)
{
    int count = (int)writer->addresses->len;

    if (count == 0 || writer->style->links != TEXT_LINKS_END)
        return;
    text_write_title(writer, writer->words->links);
    text_out_separate(&writer->out, 1, NULL);
    for (int number = 1; number <= count; number++)
        write_entry(writer, number, count);
}
