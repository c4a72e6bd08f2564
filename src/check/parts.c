/* parts.c - see parts.h. */
#include "check/parts.h"

#include <string.h>

#include "document/document.h"

/* Runs that hold a letter or a digit, which no mark or rule does. */
static size_t count_words(const char *text)
{
    size_t count = 0;
    bool inside = false;
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (g_unichar_isspace(c)) {
            inside = false;
        } else if (!inside && g_unichar_isalnum(c)) {
            inside = true;
            count++;
        }
    }
    return count;
}

static bool is_unseen(const Node *node)
{
    const char *style = node->kind == NODE_ELEMENT
                            ? node_attribute(node, "style")
                            : NULL;
    return node_is(node, "head") || node_is(node, "style") ||
           (style != NULL && strstr(style, "display: none") != NULL) ||
           (style != NULL && strstr(style, "display:none") != NULL);
}

static size_t count_html_words(const Document *page)
{
    const Node *root = document_root_const(page);
    const Node *node = root->first_child;
    size_t count = 0;
    while (node != NULL) {
        if (node->kind == NODE_TEXT)
            count += count_words(node->text);
        node = is_unseen(node) ? node_following_skip(node, root)
                               : node_following(node, root);
    }
    return count;
}

static void compare(const Letter *letter, size_t text, size_t html,
                    Findings *findings)
{
    const char *lang = letter_lang(letter);
    if (text * 100 < html * PARTS_WORDS_PERCENT)
        findings_add(findings, SEVERITY_WARNING, "text", (Place){0},
                     "the text part (%s) has %zu words, the HTML part %zu; "
                     "does mail.txt of the template have `{{{ content }}}`?",
                     lang, text, html);
    if (html * 100 < text * PARTS_WORDS_PERCENT)
        findings_add(findings, SEVERITY_WARNING, "html", (Place){0},
                     "the HTML part (%s) has %zu words, the text part %zu; "
                     "does mail.html of the template have `{{{ content }}}`?",
                     lang, html, text);
}

bool check_parts(const Letter *letter, const Subscriber *subscriber,
                 Findings *findings, GError **error)
{
    Filled filled;
    filled_init(&filled);
    g_autoptr(Document) page = NULL;
    if (letter_merge(letter, subscriber, &filled, error))
        page = document_read_shell(filled.html->str, filled.html->len,
                                   "mail.html", NULL, error);
    if (page != NULL)
        compare(letter, count_words(filled.text->str), count_html_words(page),
                findings);
    filled_clear(&filled);
    return page != NULL;
}
