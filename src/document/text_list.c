/* text_list.c - bulleted and numbered lists. */
#include <stdlib.h>
#include <string.h>

#include "document/element.h"
#include "document/text_inline.h"

/* An item with more lines of its own than this sets the list apart. */
#define TIGHT_LINES_MAX 3
/* Numbers beyond this are no list. */
#define NUMBER_MAX 999999999
#define ROMAN_MAX 3999

typedef struct List {
    bool is_ordered;
    char type;        /* '1', 'a', 'A', 'i', 'I' */
    int number;       /* of the next item */
    int marker_width; /* without the blank behind it */
    char bullet;
} List;

static int parse_number(const char *text, int otherwise)
{
    gint64 value;

    if (!text || !g_ascii_string_to_signed(text, 10, -NUMBER_MAX, NUMBER_MAX,
                                           &value, NULL))
        return otherwise;
    return (int)value;
}

static char *letters_of(int number, char first)
{
    GString *text = g_string_new(NULL);

    for (; number > 0; number = (number - 1) / 26)
        g_string_prepend_c(text, (char)(first + (number - 1) % 26));
    return g_string_free(text, FALSE);
}

static char *roman_of(int number)
{
    static const struct {
        int value;
        const char *text;
    } digits[] = {{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"},
                  {90, "xc"},  {50, "l"},   {40, "xl"}, {10, "x"},   {9, "ix"},
                  {5, "v"},    {4, "iv"},   {1, "i"}};
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(digits); i++)
        for (; number >= digits[i].value; number -= digits[i].value)
            g_string_append(text, digits[i].text);
    return g_string_free(text, FALSE);
}

static char *number_text(const List *list, int number)
{
    g_autofree char *roman = NULL;

    if (number < 1 || list->type == '1')
        return g_strdup_printf("%d.", number);
    if (list->type == 'a' || list->type == 'A') {
        g_autofree char *letters = letters_of(number, list->type);
        return g_strconcat(letters, ".", NULL);
    }
    if (number > ROMAN_MAX)
        return g_strdup_printf("%d.", number);
    roman = roman_of(number);
    if (list->type == 'I') {
        g_autofree char *upper = g_ascii_strup(roman, -1);
        return g_strconcat(upper, ".", NULL);
    }
    return g_strconcat(roman, ".", NULL);
}

static int item_number(const List *list, const Node *item)
{
    return parse_number(node_attribute(item, "value"), list->number);
}

/* The widest number decides the column of the text: the fourth or later. */
static void measure_markers(List *list, const Node *node)
{
    List counting = *list;

    list->marker_width = 3;
    if (!list->is_ordered)
        return;
    for (const Node *item = node->first_child; item; item = item->next) {
        g_autofree char *text = NULL;
        int width;
        if (!node_is(item, "li"))
            continue;
        counting.number = item_number(&counting, item);
        text = number_text(list, counting.number);
        width = (int)strlen(text);
        if (width > list->marker_width)
            list->marker_width = width;
        counting.number++;
    }
}

static List list_of(const TextWriter *writer, const Node *node)
{
    static const char bullets[] = "*-+";
    const char *type = node_attribute(node, "type");
    List list = {.is_ordered = node_is(node, "ol"),
                 .type = '1',
                 .bullet = bullets[writer->list_depth % 3]};

    if (type && *type && !type[1] && strchr("aAiI", *type))
        list.type = *type;
    list.number = parse_number(node_attribute(node, "start"), 1);
    measure_markers(&list, node);
    return list;
}

static char *marker_of(List *list, const Node *item)
{
    g_autofree char *text = NULL;

    if (!node_is(item, "li"))
        return g_strnfill((gsize)list->marker_width + 1, ' ');
    if (!list->is_ordered)
        return g_strdup_printf("  %c ", list->bullet);
    list->number = item_number(list, item);
    text = number_text(list, list->number);
    list->number++;
    return g_strdup_printf("%*s ", list->marker_width, text);
}

static bool has_paragraph(const Node *item)
{
    for (const Node *node = item->first_child; node; node = node->next)
        if (node_is(node, "p"))
            return true;
    return false;
}

/* Gives whether the item asks for blank lines around it. */
static bool write_item(TextWriter *writer, List *list, const Node *item,
                       GPtrArray *blanks)
{
    g_autofree char *marker = marker_of(list, item);
    g_autofree char *rest = g_strnfill((gsize)list->marker_width + 1, ' ');
    TextIndent saved = text_out_push(&writer->out, marker, rest);
    TextCount count;

    writer->nesting++;
    writer->list_depth += list->is_ordered ? 0 : 1;
    count = text_write_children(writer, item, blanks);
    writer->list_depth -= list->is_ordered ? 0 : 1;
    writer->nesting--;
    text_out_pop(&writer->out, saved);
    return has_paragraph(item) || count.blocks > 1 || count.has_loose_list ||
           count.own_lines > TIGHT_LINES_MAX;
}

/* `<ul><li>a</li><ul>…</ul></ul>`: set as if the item before held it. */
static bool write_list_beside(TextWriter *writer, const List *list,
                              const Node *inner)
{
    g_autofree char *indent = g_strnfill((gsize)list->marker_width + 1, ' ');
    TextIndent saved = text_out_push(&writer->out, indent, indent);
    bool is_loose;

    writer->nesting++;
    writer->list_depth += list->is_ordered ? 0 : 1;
    is_loose = text_write_list(writer, inner);
    writer->list_depth -= list->is_ordered ? 0 : 1;
    writer->nesting--;
    text_out_pop(&writer->out, saved);
    return is_loose;
}

/* Words that stand in a list without an item around them. */
static void write_stray_text(TextWriter *writer, const Node *node)
{
    g_autoptr(GString) text = g_string_new(NULL);
    TextIndent saved;

    if (element_is_blank_text(node->text))
        return;
    text_inline(writer, node, node->next, INLINE_BODY, text);
    saved = text_out_push(&writer->out, "    ", "    ");
    text_out_paragraph(&writer->out, text->str, "");
    text_out_pop(&writer->out, saved);
}

bool text_write_list(TextWriter *writer, const Node *node)
{
    g_autoptr(GPtrArray) blanks = g_ptr_array_new();
    TextOut *out = &writer->out;
    List list = list_of(writer, node);
    bool is_loose = false;

    for (const Node *item = node->first_child; item; item = item->next) {
        int lines = out->line_count;
        if (item->kind == NODE_TEXT)
            write_stray_text(writer, item);
        else if (element_is_list(item))
            is_loose = write_list_beside(writer, &list, item) || is_loose;
        else if (item->kind == NODE_ELEMENT)
            is_loose = write_item(writer, &list, item, blanks) || is_loose;
        if (out->line_count != lines)
            text_out_separate(out, 1, blanks);
    }
    for (guint i = 0; !is_loose && i < blanks->len; i++) {
        TextPiece *blank = g_ptr_array_index(blanks, i);
        blank->text[0] = '\0';
    }
    /* What follows the list is not the list's affair. */
    out->blank_owner = NULL;
    return is_loose;
}
