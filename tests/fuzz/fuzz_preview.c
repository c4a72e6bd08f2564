/*
 * fuzz_preview.c - any bytes as a mail: its parts lie within it, the page
 * that shows it has the tags that it always has, and a comparison of two
 * texts says that they are the same only when they are.
 */
#include <stdint.h>
#include <string.h>

#include "preview/diff.h"
#include "preview/mime_tree.h"
#include "preview/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static size_t count(const char *text, const char *part)
{
    size_t found = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        found++;
    return found;
}

static void check_parts(const char *bytes, size_t size)
{
    GArray *parts = mime_tree_read(bytes, size);
    g_assert(parts->len >= 1 && parts->len <= MIME_PARTS_MAX);
    for (guint i = 0; i < parts->len; i++) {
        const MimePart *part = &g_array_index(parts, MimePart, i);
        g_assert(part->depth <= MIME_DEPTH_MAX && part->type != NULL);
        g_assert(part->body <= size && part->size <= size - part->body);
        g_assert(part->decoded <= part->size);
    }
    mime_tree_free(parts);
}

/* Everything that comes from outside is these bytes. */
static void check_page(char *text, const GString *message, bool live)
{
    Mailbox from = {text, {.text = text}};
    const char *lists[] = {text, NULL};
    Filled filled;
    filled_init(&filled);
    g_string_assign(filled.subject, text);
    g_string_assign(filled.text, text);
    g_string_assign(filled.html, text);
    g_autoptr(Findings) findings = findings_new();
    findings_add(findings, SEVERITY_ERROR, "rule", (Place){text, 1, 1}, "%s",
                 text);
    PageSource source = {
        .post = text,
        .format = "HTML",
        .from = &from,
        .lists = lists,
        .shown = text,
        .unsubscribe_url = text,
        .text_width = 72,
        .filled = &filled,
        .message = message,
        .findings = findings,
        .state = live ? text : NULL,
    };
    g_autoptr(GString) out = g_string_new(NULL);
    page_append(out, &source);
    g_assert(g_utf8_validate(out->str, (gssize)out->len, NULL));
    g_assert(count(out->str, "<script") == (live ? 1 : 0));
    g_assert(count(out->str, "<iframe") == (filled.html->len > 0 ? 4 : 0));
    g_assert(count(out->str, "<meta") == (live ? 6 : 5));
    g_assert(count(out->str, "<section") == 7);
    g_assert(count(out->str, "</section>") == 7);
    filled_clear(&filled);
}

static void check_diff(const char *before, const char *after)
{
    g_autoptr(GString) out = g_string_new(NULL);
    DiffText sides[] = {{"old", before}, {"new", after}};
    bool same = diff_append(out, &sides[0], &sides[1]);
    g_assert(same == (out->len == 0));
    g_assert(!same || strcmp(before, after) == 0 ||
             abs((int)strlen(before) - (int)strlen(after)) == 1);
    g_assert(diff_append(out, &sides[0], &sides[0]));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size > 20000)
        return 0;
    g_autoptr(GString)
        message = g_string_new_len((const char *)bytes, (gssize)size);
    g_autofree char *text = g_utf8_make_valid(message->str, -1);
    size_t first = strlen(message->str);
    const char *second = first < size ? message->str + first + 1 : "";
    check_parts(message->str, message->len);
    check_page(text, message, size % 2 == 1);
    check_diff(message->str, second);
    return 0;
}
