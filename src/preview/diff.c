/* diff.c - see diff.h. */
#include "preview/diff.h"

#include <string.h>

typedef struct Side {
    char **lines;
    int *ids; /* equal lines have equal numbers */
    int count;
} Side;

typedef enum { EDIT_KEEP, EDIT_DELETE, EDIT_INSERT } EditKind;

typedef struct Edit {
    EditKind kind;
    int before; /* the line of either side that comes next */
    int after;
} Edit;

/* --- lines --- */

static void read_side(Side *side, const char *text, GHashTable *numbers)
{
    side->lines = g_strsplit(text, "\n", -1);
    side->count = (int)g_strv_length(side->lines);
    /* What stands behind the last line feed is a line only if it is there. */
    if (side->count > 0 && *side->lines[side->count - 1] == '\0')
        side->count--;
    side->ids = g_new(int, (gsize)side->count + 1);
    for (int i = 0; i < side->count; i++) {
        void *number = g_hash_table_lookup(numbers, side->lines[i]);
        if (number == NULL) {
            number = GINT_TO_POINTER((int)g_hash_table_size(numbers) + 1);
            g_hash_table_insert(numbers, side->lines[i], number);
        }
        side->ids[i] = GPOINTER_TO_INT(number);
    }
}

static void clear_side(Side *side)
{
    g_strfreev(side->lines);
    g_free(side->ids);
}

/* --- the shortest script --- */

/* One row of furthest ends a step, kept for the way back: rows[d] has the
 * diagonals -d to d, each as the line of `before` that it reaches. */
typedef struct Search {
    const int *before;
    const int *after;
    int before_count;
    int after_count;
    GPtrArray *rows;
} Search;

static int reach(const Search *search, const int *last, int d, int k)
{
    int x = 0;
    if (d > 0) {
        bool down = k == -d || (k != d && last[k - 1] < last[k + 1]);
        x = down ? last[k + 1] : last[k - 1] + 1;
    }
    int y = x - k;
    while (x < search->before_count && y < search->after_count &&
           search->before[x] == search->after[y]) {
        x++;
        y++;
    }
    return x;
}

/* The number of edits, or -1 when there are too many. */
static int find_script(Search *search)
{
    int limit = MIN(search->before_count + search->after_count, DIFF_EDITS_MAX);
    const int *last = NULL;
    for (int d = 0; d <= limit; d++) {
        /* One more on either side, so that a neighbour can be looked at. */
        int *row = g_new0(int, (gsize)(2 * d + 3));
        int *middle = row + d + 1;
        g_ptr_array_add(search->rows, row);
        middle[-d - 1] = middle[d + 1] = -1;
        for (int k = -d; k <= d; k += 2) {
            middle[k] = reach(search, last, d, k);
            if (middle[k] >= search->before_count &&
                middle[k] - k >= search->after_count)
                return d;
        }
        last = middle;
    }
    return -1;
}

static void prepend_keeps(GArray *edits, int *x, int *y, int to_x)
{
    while (*x > to_x) {
        Edit edit = {EDIT_KEEP, --*x, --*y};
        g_array_append_val(edits, edit);
    }
}

/* From the end back to the start; the edits come out in reverse. */
static void walk_back(const Search *search, int d, GArray *edits)
{
    int x = search->before_count;
    int y = search->after_count;
    for (; d > 0; d--) {
        const int *last = (int *)search->rows->pdata[d - 1] + d;
        int k = x - y;
        bool down = k == -d || (k != d && last[k - 1] < last[k + 1]);
        int from_x = down ? last[k + 1] : last[k - 1];
        prepend_keeps(edits, &x, &y, down ? from_x : from_x + 1);
        Edit edit = {down ? EDIT_INSERT : EDIT_DELETE, x - !down, y - down};
        g_array_append_val(edits, edit);
        x = edit.before;
        y = edit.after;
    }
    prepend_keeps(edits, &x, &y, 0);
}

static void replace_all(const Search *search, GArray *edits)
{
    for (int i = search->after_count; i-- > 0;) {
        Edit edit = {EDIT_INSERT, search->before_count, i};
        g_array_append_val(edits, edit);
    }
    for (int i = search->before_count; i-- > 0;) {
        Edit edit = {EDIT_DELETE, i, 0};
        g_array_append_val(edits, edit);
    }
}

static void reverse(GArray *edits)
{
    for (guint i = 0, j = edits->len; i + 1 < j; i++) {
        j--;
        Edit kept = g_array_index(edits, Edit, i);
        g_array_index(edits, Edit, i) = g_array_index(edits, Edit, j);
        g_array_index(edits, Edit, j) = kept;
    }
}

static GArray *compare(const Side *before, const Side *after)
{
    Search search = {before->ids, after->ids, before->count, after->count,
                     g_ptr_array_new_with_free_func(g_free)};
    GArray *edits = g_array_new(FALSE, FALSE, sizeof(Edit));
    int d = find_script(&search);
    if (d >= 0)
        walk_back(&search, d, edits);
    else
        replace_all(&search, edits);
    reverse(edits);
    g_ptr_array_unref(search.rows);
    return edits;
}

/* --- writing --- */

/* The hunk that begins at or behind edit `from`: false when none is left. */
static bool find_hunk(const GArray *edits, guint from, guint *start, guint *end)
{
    guint first = from;
    while (first < edits->len &&
           g_array_index(edits, Edit, first).kind == EDIT_KEEP)
        first++;
    if (first == edits->len)
        return false;
    guint last = first;
    for (guint i = first;
         i < edits->len && i - last <= (guint)2 * DIFF_CONTEXT + 1; i++)
        if (g_array_index(edits, Edit, i).kind != EDIT_KEEP)
            last = i;
    *start = first - from > DIFF_CONTEXT ? first - DIFF_CONTEXT : from;
    *end = MIN(last + 1 + DIFF_CONTEXT, edits->len);
    return true;
}

/* "12,7"; "12" for one line; "11,0" for none, behind line 11. */
static void append_span(GString *out, char sign, int first, int count)
{
    g_string_append_printf(out, "%c%d", sign, count > 0 ? first + 1 : first);
    if (count != 1)
        g_string_append_printf(out, ",%d", count);
}

static void append_hunk(GString *out, const GArray *edits, guint start,
                        guint end, const Side sides[2])
{
    static const char signs[] = {' ', '-', '+'};
    int counts[3] = {0};
    for (guint i = start; i < end; i++)
        counts[g_array_index(edits, Edit, i).kind]++;
    const Edit *first = &g_array_index(edits, Edit, start);
    g_string_append(out, "@@ ");
    append_span(out, '-', first->before,
                counts[EDIT_KEEP] + counts[EDIT_DELETE]);
    g_string_append_c(out, ' ');
    append_span(out, '+', first->after,
                counts[EDIT_KEEP] + counts[EDIT_INSERT]);
    g_string_append(out, " @@\n");
    for (guint i = start; i < end; i++) {
        const Edit *edit = &g_array_index(edits, Edit, i);
        const char *line = edit->kind == EDIT_INSERT
                               ? sides[1].lines[edit->after]
                               : sides[0].lines[edit->before];
        g_string_append_printf(out, "%c%s\n", signs[edit->kind], line);
    }
}

bool diff_append(GString *out, const DiffText *before, const DiffText *after)
{
    g_autoptr(GHashTable) numbers = g_hash_table_new(g_str_hash, g_str_equal);
    Side sides[2];
    read_side(&sides[0], before->text, numbers);
    read_side(&sides[1], after->text, numbers);
    GArray *edits = compare(&sides[0], &sides[1]);
    guint start = 0;
    guint end = 0;
    bool same = true;
    while (find_hunk(edits, end, &start, &end)) {
        if (same)
            g_string_append_printf(out, "--- %s\n+++ %s\n", before->name,
                                   after->name);
        same = false;
        append_hunk(out, edits, start, end, sides);
    }
    g_array_free(edits, TRUE);
    clear_side(&sides[0]);
    clear_side(&sides[1]);
    return same;
}
