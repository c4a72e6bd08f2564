/* suggest.c - see suggest.h. */
#include "base/suggest.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

#define WORD_MAX 64

static int smallest(int a, int b, int c)
{
    int least = a < b ? a : b;
    return least < c ? least : c;
}

static bool is_swap(const char *a, const char *b, size_t i, size_t j)
{
    return i > 1 && j > 1 &&
           g_ascii_tolower(a[i - 1]) == g_ascii_tolower(b[j - 2]) &&
           g_ascii_tolower(a[i - 2]) == g_ascii_tolower(b[j - 1]);
}

int suggest_distance(const char *a, const char *b)
{
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);
    if (a_length > WORD_MAX || b_length > WORD_MAX)
        return WORD_MAX;
    int cost[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= a_length; i++)
        cost[i][0] = (int)i;
    for (size_t j = 0; j <= b_length; j++)
        cost[0][j] = (int)j;
    for (size_t i = 1; i <= a_length; i++) {
        for (size_t j = 1; j <= b_length; j++) {
            int change = g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1]);
            cost[i][j] = smallest(cost[i - 1][j] + 1, cost[i][j - 1] + 1,
                                  cost[i - 1][j - 1] + change);
            if (is_swap(a, b, i, j) && cost[i - 2][j - 2] + 1 < cost[i][j])
                cost[i][j] = cost[i - 2][j - 2] + 1;
        }
    }
    return cost[a_length][b_length];
}

const char *suggest_nearest(const char *word, const char *const *words)
{
    const char *nearest = NULL;
    int least = WORD_MAX;
    for (; *words != NULL; words++) {
        int here = suggest_distance(word, *words);
        size_t length = MAX(strlen(word), strlen(*words));
        if (here < least && (size_t)here * 3 <= length) {
            least = here;
            nearest = *words;
        }
    }
    return nearest;
}

char *suggest_hint(const char *word, const char *const *words)
{
    const char *nearest = suggest_nearest(word, words);
    if (nearest == NULL)
        return g_strdup("");
    return g_strdup_printf("; did you mean `%s`?", nearest);
}
