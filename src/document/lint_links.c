/* lint_links.c - links that a reader could do without, or not tell apart. */
#include <string.h>

#include "document/lint.h"
#include "document/place.h"

#define LINES_SHOWN 3
#define WORDS_SHOWN 60

/* Links with the same words. */
typedef struct Words {
    char *shown; /* as first written */
    char *address;
    Place place;
    GArray *lines;
    bool differ; /* they lead to different addresses */
} Words;

typedef struct Gathered {
    Place place; /* of the first one */
    GArray *lines;
} Gathered;

typedef struct LinkLint {
    PlaceFinder finder;
    Findings *findings;
    Gathered http;
    Gathered vague;
    GHashTable *by_words; /* folded -> Words, owned by `all` */
    GPtrArray *all;
} LinkLint;

static void words_free(void *data)
{
    Words *words = data;

    g_free(words->shown);
    g_free(words->address);
    g_array_unref(words->lines);
    g_free(words);
}

static void gather(Gathered *gathered, Place place)
{
    if (gathered->lines->len == 0)
        gathered->place = place;
    g_array_append_val(gathered->lines, place.line);
}

char *lint_lines_text(const GArray *lines)
{
    GString *text = g_string_new(NULL);
    guint different = 0;
    guint count = 0;
    int last = 0;
    guint i;

    for (i = 0; i < lines->len; i++) {
        different += g_array_index(lines, int, i) != last;
        last = g_array_index(lines, int, i);
    }
    last = 0;
    for (i = 0; i < lines->len && count < LINES_SHOWN; i++) {
        int line = g_array_index(lines, int, i);
        if (line == last)
            continue;
        last = line;
        if (++count > 1)
            g_string_append(text, count == different ? " and " : ", ");
        g_string_append_printf(text, "%d", line);
    }
    g_string_prepend(text, different == 1 ? "line " : "lines ");
    if (different > count)
        g_string_append_printf(text, " and %u more", different - count);
    return g_string_free(text, FALSE);
}

/* Runs of blanks are one; no blank at the ends. */
static char *collapse(const char *text)
{
    GString *out = g_string_new(NULL);
    const char *at;

    for (at = text; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (!g_unichar_isspace(c))
            g_string_append_unichar(out, c);
        else if (out->len > 0 && out->str[out->len - 1] != ' ')
            g_string_append_c(out, ' ');
    }
    return g_strchomp(g_string_free(out, FALSE));
}

static bool has_letter(const char *text)
{
    for (; *text; text = g_utf8_next_char(text))
        if (g_unichar_isalpha(g_utf8_get_char(text)))
            return true;
    return false;
}

/* Without what makes no other page of it. */
static char *bare_address(const char *address)
{
    const char *rest = strstr(address, "://");
    char *bare = g_strdup(rest ? rest + 3 : address);
    size_t length = strlen(bare);

    if (length > 0 && bare[length - 1] == '/')
        bare[length - 1] = '\0';
    return bare;
}

static bool is_vague(const char *folded)
{
    static const char *const WORDS[] = {
        "here", "click here", "link", "this link", "read more", "more", "hier",
        "mehr", "ici",        "aquí", "qui",       "こちら",    NULL,
    };

    return g_strv_contains(WORDS, folded);
}

static void remember(LinkLint *lint, const char *shown, const char *address,
                     Place place)
{
    g_autofree char *folded = g_utf8_casefold(shown, -1);
    g_autofree char *bare = bare_address(address);
    Words *words = g_hash_table_lookup(lint->by_words, folded);

    if (!words) {
        words = g_new0(Words, 1);
        words->shown = g_strdup(shown);
        words->address = g_steal_pointer(&bare);
        words->place = place;
        words->lines = g_array_new(FALSE, FALSE, sizeof(int));
        g_hash_table_insert(lint->by_words, g_steal_pointer(&folded), words);
        g_ptr_array_add(lint->all, words);
    } else if (strcmp(words->address, bare) != 0) {
        words->differ = true;
    }
    g_array_append_val(words->lines, place.line);
}

static bool holds_image(const Node *link)
{
    const Node *node = link;

    while ((node = node_following(node, link)))
        if (node_is(node, "img"))
            return true;
    return false;
}

static void check_link(LinkLint *lint, const Node *node)
{
    const char *address = node_attribute(node, "href");
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *words = NULL;
    g_autofree char *folded = NULL;
    Place place;

    if (!address || g_strcmp0(node_attribute(node, "rel"), "bookmark") == 0)
        return;
    node_append_text(node, text);
    words = collapse(text->str);
    place = place_find(&lint->finder, node->line, words);
    if (g_str_has_prefix(address, "http:"))
        gather(&lint->http, place);
    if (!has_letter(words) || strcmp(words, address) == 0 || holds_image(node))
        return;
    folded = g_utf8_casefold(words, -1);
    if (is_vague(folded))
        gather(&lint->vague, place);
    remember(lint, words, address, place);
}

static void check_image(LinkLint *lint, const Node *node)
{
    const char *address = node_attribute(node, "src");

    if (address && g_str_has_prefix(address, "http:"))
        gather(&lint->http, place_of_tag(&lint->finder, node));
}

/* --- reports --- */

static void report_http(const LinkLint *lint)
{
    const GArray *lines = lint->http.lines;
    g_autofree char *shown = lint_lines_text(lines);

    if (lines->len == 1)
        findings_add(lint->findings, SEVERITY_WARNING, "http", lint->http.place,
                     "an address begins with http://, which anybody on the "
                     "way can read and change; most sites have https://");
    else if (lines->len > 1)
        findings_add(lint->findings, SEVERITY_WARNING, "http", lint->http.place,
                     "%u addresses begin with http:// (%s), which "
                     "anybody on the way can read and change; most sites "
                     "have https://",
                     lines->len, shown);
}

static void report_vague(const LinkLint *lint)
{
    const GArray *lines = lint->vague.lines;
    g_autofree char *shown = lint_lines_text(lines);

    if (lines->len == 1)
        findings_add(lint->findings, SEVERITY_NOTE, "vague", lint->vague.place,
                     "the words of a link do not say where it leads; some "
                     "readers hear the links alone");
    else if (lines->len > 1)
        findings_add(lint->findings, SEVERITY_NOTE, "vague", lint->vague.place,
                     "the words of %u links do not say where they lead "
                     "(%s); some readers hear the links alone",
                     lines->len, shown);
}

static void report_ambiguous(const LinkLint *lint)
{
    guint i;

    for (i = 0; i < lint->all->len; i++) {
        const Words *words = g_ptr_array_index(lint->all, i);
        g_autofree char *lines = NULL;
        g_autofree char *start = NULL;
        if (!words->differ)
            continue;
        lines = lint_lines_text(words->lines);
        start = g_utf8_substring(
            words->shown, 0, MIN(g_utf8_strlen(words->shown, -1), WORDS_SHOWN));
        findings_add(lint->findings, SEVERITY_NOTE, "ambiguous", words->place,
                     "`%s` leads to different addresses (%s); other words for "
                     "each would tell them apart",
                     start, lines);
    }
}

void lint_links_report(const Document *document, const char *file,
                       Findings *findings)
{
    const Node *root = document_root_const(document);
    g_autoptr(GArray) http = g_array_new(FALSE, FALSE, sizeof(int));
    g_autoptr(GArray) vague = g_array_new(FALSE, FALSE, sizeof(int));
    g_autoptr(GHashTable)
        by_words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(words_free);
    LinkLint lint = {
        .findings = findings,
        .http.lines = http,
        .vague.lines = vague,
        .by_words = by_words,
        .all = all,
    };
    const Node *node;

    place_finder_init(&lint.finder, document, file);
    for (node = root->first_child; node; node = node_following(node, root)) {
        if (node_is(node, "a"))
            check_link(&lint, node);
        else if (node_is(node, "img"))
            check_image(&lint, node);
    }
    report_http(&lint);
    report_ambiguous(&lint);
    report_vague(&lint);
}
