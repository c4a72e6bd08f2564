/* fold.c - see fold.h. */
#include "check/fold.h"

#include <stdint.h>

#include "document/lint.h"

/* Findings of one severity, file and rule. */
typedef struct Group {
    guint shown;
    GPtrArray *rest; /* of const Finding, behind those that are shown */
    GArray *rest_lines;
} Group;

/* Those among them with the same words. */
typedef struct Entry {
    const Finding *finding;
    GArray *others; /* the lines of the other ones */
    Group *group;
    guint number; /* within its group, from 1 */
} Entry;

struct Fold {
    GArray *lines; /* of FoldedLine */
};

typedef struct Folding {
    GPtrArray *entries;  /* of Entry, in order */
    GHashTable *by_text; /* key and text -> Entry */
    GHashTable *groups;  /* key -> Group */
    Fold *fold;
} Folding;

static void group_free(void *data)
{
    Group *group = data;
    g_ptr_array_unref(group->rest);
    g_array_unref(group->rest_lines);
    g_free(group);
}

static void entry_free(void *data)
{
    Entry *entry = data;
    g_array_unref(entry->others);
    g_free(entry);
}

static void clear_line(void *data)
{
    g_free(((FoldedLine *)data)->text);
}

/* --- order --- */

static int compare_numbers(int a, int b)
{
    return (a > b) - (a < b);
}

/* g_ptr_array_sort_with_data() is stable: what is equal keeps its order. */
static int compare(const void *one, const void *other, void *data)
{
    const Finding *a = *(const Finding *const *)one;
    const Finding *b = *(const Finding *const *)other;
    (void)data;
    int order = compare_numbers((int)a->severity, (int)b->severity);
    if (order == 0)
        order = g_strcmp0(a->file, b->file);
    if (order == 0)
        order = compare_numbers(a->line, b->line);
    if (order == 0)
        order = compare_numbers(a->column, b->column);
    return order;
}

static GPtrArray *sort(const Findings *findings, Severity least)
{
    GPtrArray *sorted = g_ptr_array_new();
    for (size_t i = 0; i < findings_stored(findings); i++) {
        const Finding *finding = findings_at(findings, i);
        if (finding->severity >= least)
            g_ptr_array_add(sorted, (Finding *)(uintptr_t)finding);
    }
    g_ptr_array_sort_with_data(sorted, compare, NULL);
    return sorted;
}

/* --- gathering --- */

static Group *find_group(Folding *folding, const char *key)
{
    Group *group = g_hash_table_lookup(folding->groups, key);
    if (group != NULL)
        return group;
    group = g_new0(Group, 1);
    group->rest = g_ptr_array_new();
    group->rest_lines = g_array_new(FALSE, FALSE, sizeof(int));
    g_hash_table_insert(folding->groups, g_strdup(key), group);
    return group;
}

static void add_entry(Folding *folding, Group *group, const Finding *finding,
                      char *text_key)
{
    Entry *entry = g_new0(Entry, 1);
    entry->finding = finding;
    entry->group = group;
    entry->number = ++group->shown;
    entry->others = g_array_new(FALSE, FALSE, sizeof(int));
    g_ptr_array_add(folding->entries, entry);
    g_hash_table_insert(folding->by_text, text_key, entry);
}

static void gather(Folding *folding, const Finding *finding)
{
    g_autofree char *key = g_strdup_printf("%d\n%s\n%s", (int)finding->severity,
                                           finding->rule,
                                           finding->file ? finding->file : "");
    g_autofree char *text_key = g_strconcat(key, "\n", finding->text, NULL);
    Group *group = find_group(folding, key);
    Entry *same = g_hash_table_lookup(folding->by_text, text_key);
    if (same != NULL) {
        g_array_append_val(same->others, finding->line);
    } else if (group->shown < FOLD_SHOWN) {
        add_entry(folding, group, finding, g_steal_pointer(&text_key));
    } else {
        g_ptr_array_add(group->rest, (Finding *)(uintptr_t)finding);
        g_array_append_val(group->rest_lines, finding->line);
    }
}

/* --- lines --- */

static void add_line(Folding *folding, const Finding *finding, size_t count,
                     bool rest, char *text)
{
    FoldedLine line = {finding, count, rest, text};
    g_array_append_val(folding->fold->lines, line);
}

static void emit_entry(Folding *folding, const Entry *entry)
{
    guint others = entry->others->len;
    g_autofree char *line = finding_to_line(entry->finding);
    g_autofree char *also = NULL;
    if (others > 0 && entry->finding->line > 0) {
        g_autofree char *lines = lint_lines_text(entry->others);
        also = g_strdup_printf(" (also %s)", lines);
    } else if (others > 0) {
        also = g_strdup_printf(" (%u times)", others + 1);
    }
    add_line(folding, entry->finding, others + 1, false,
             g_strconcat(line, also, NULL));
}

static void emit_rest(Folding *folding, const Group *group)
{
    bool few = group->rest->len <= FOLD_FEW - FOLD_SHOWN;
    for (guint i = 0; few && i < group->rest->len; i++) {
        const Finding *finding = g_ptr_array_index(group->rest, i);
        add_line(folding, finding, 1, false, finding_to_line(finding));
    }
    if (few)
        return;
    const Finding *first = g_ptr_array_index(group->rest, 0);
    g_autofree char *lines = lint_lines_text(group->rest_lines);
    add_line(folding, first, group->rest->len, true,
             g_strdup_printf("%s%s%s: and %u more like these (%s)",
                             first->file ? first->file : "",
                             first->file ? ": " : "",
                             severity_name(first->severity), group->rest->len,
                             first->line > 0 ? lines : first->rule));
}

Fold *fold_new(const Findings *findings, Severity least)
{
    g_autoptr(GPtrArray) sorted = sort(findings, least);
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(entry_free);
    g_autoptr(GHashTable)
        by_text = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) groups = g_hash_table_new_full(
        g_str_hash, g_str_equal, g_free, group_free);
    Fold *fold = g_new0(Fold, 1);
    fold->lines = g_array_new(FALSE, FALSE, sizeof(FoldedLine));
    g_array_set_clear_func(fold->lines, clear_line);
    Folding folding = {entries, by_text, groups, fold};
    for (guint i = 0; i < sorted->len; i++)
        gather(&folding, g_ptr_array_index(sorted, i));
    for (guint i = 0; i < entries->len; i++) {
        const Entry *entry = g_ptr_array_index(entries, i);
        emit_entry(&folding, entry);
        if (entry->number == FOLD_SHOWN)
            emit_rest(&folding, entry->group);
    }
    return fold;
}

void fold_free(Fold *fold)
{
    if (fold == NULL)
        return;
    g_array_unref(fold->lines);
    g_free(fold);
}

size_t fold_count(const Fold *fold)
{
    return fold->lines->len;
}

const FoldedLine *fold_at(const Fold *fold, size_t index)
{
    return &g_array_index(fold->lines, FoldedLine, index);
}

/* --- totals --- */

static void append_total(GString *text, size_t count, const char *name)
{
    g_string_append(text, text->len > 0 ? ", " : "");
    if (count == 0)
        g_string_append_printf(text, "no %ss", name);
    else
        g_string_append_printf(text, "%zu %s%s", count, name,
                               count == 1 ? "" : "s");
}

char *fold_totals(const Findings *findings)
{
    GString *text = g_string_new(NULL);
    size_t notes = findings_count(findings, SEVERITY_NOTE);
    append_total(text, findings_count(findings, SEVERITY_ERROR), "error");
    append_total(text, findings_count(findings, SEVERITY_WARNING), "warning");
    if (notes > 0)
        append_total(text, notes, "note");
    return g_string_free(text, FALSE);
}
