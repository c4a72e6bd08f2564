/* columns.c - see columns.h. The tables follow the exports of Mailchimp,
 * listmonk, Mailman, Sympa, phpList, Google Groups, Buttondown, Ghost,
 * Substack, Mailtrain and Keila. */
#include "list/columns.h"

#include <stdint.h>
#include <string.h>

struct Columns {
    char *file;
    size_t count;
    char **written;             /* as in the file */
    char **names;               /* the same, but no two are equal */
    const StandingRule **rules; /* NULL: the column says nothing */
    bool *kinds;                /* whether the column tells people from lists */
    int email;
    int full_name;
    int first_name;
    int last_name;
    Standing everybody; /* by the name of the file */
    bool may_tell_left;
};

/* In every table the earlier name wins when a file has several. */
static const char *const email_keys[] = {"email",       "emailaddress", "mail",
                                         "mailaddress", "address",      NULL};
static const char *const full_name_keys[] = {
    "name",       "fullname", "displayname", "realname",
    "membername", "gecos",    "nickname",    NULL};
static const char *const first_name_keys[] = {"firstname", "fname", "givenname",
                                              "forename", NULL};
static const char *const last_name_keys[] = {"lastname", "lname", "surname",
                                             "familyname", NULL};

static const char *const kind_keys[] = {"type", "kind", NULL};

void columns_make_key(const char *name, char key[COLUMNS_KEY_MAX + 1])
{
    size_t length = 0;
    for (; *name != '\0' && length < COLUMNS_KEY_MAX; name++)
        if ((unsigned char)*name >= 0x80 || g_ascii_isalnum(*name))
            key[length++] = g_ascii_tolower(*name);
    key[length] = '\0';
}

static int index_of(const char *const *words, const char *word)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

static bool is_one_of(const char *name, const char *const *keys)
{
    char key[COLUMNS_KEY_MAX + 1];
    columns_make_key(name, key);
    return index_of(keys, key) >= 0;
}

bool columns_is_email(const char *name)
{
    return is_one_of(name, email_keys);
}

static int find_first_of(const Columns *columns, const char *const *keys)
{
    int best = COLUMNS_NONE;
    int best_rank = -1;
    for (size_t i = 0; i < columns->count; i++) {
        char key[COLUMNS_KEY_MAX + 1];
        columns_make_key(columns->names[i], key);
        int rank = index_of(keys, key);
        if (rank >= 0 && (best_rank < 0 || rank < best_rank)) {
            best_rank = rank;
            best = (int)i;
        }
    }
    return best;
}

/* `Birthday` twice: the second becomes `Birthday_2`. The table keeps it
 * linear for a header row of a thousand equal names. */
static void add_names(Columns *columns, char *const *names, const Place *places,
                      Findings *findings)
{
    g_autoptr(GHashTable)
        seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < columns->count; i++) {
        columns->written[i] = g_strdup(names[i]);
        g_autofree char *folded = g_utf8_casefold(names[i], -1);
        int before = GPOINTER_TO_INT(g_hash_table_lookup(seen, folded));
        g_hash_table_insert(seen, g_steal_pointer(&folded),
                            GINT_TO_POINTER(before + 1));
        if (before == 0 || *names[i] == '\0') {
            columns->names[i] = g_strdup(names[i]);
            continue;
        }
        columns->names[i] = g_strdup_printf("%s_%d", names[i], before + 1);
        findings_add(findings, SEVERITY_WARNING, "column",
                     places ? places[i] : (Place){columns->file, 0, 0},
                     "the column `%s` stands here again; in a letter it is "
                     "called `%s`",
                     names[i], columns->names[i]);
    }
}

static void find_rules(Columns *columns)
{
    static const char *const hash_key[] = {"hashemail", NULL};
    bool is_mailtrain = find_first_of(columns, hash_key) >= 0;
    for (size_t i = 0; i < columns->count; i++) {
        char key[COLUMNS_KEY_MAX + 1];
        columns_make_key(columns->names[i], key);
        columns->rules[i] = standing_rule(key, is_mailtrain);
        columns->kinds[i] = is_one_of(columns->names[i], kind_keys);
        columns->may_tell_left |= columns->rules[i] != NULL;
    }
}

static void columns_clear(void *data)
{
    Columns *columns = data;
    g_strfreev(columns->written);
    g_strfreev(columns->names);
    g_free((void *)(uintptr_t)columns->rules);
    g_free(columns->kinds);
    g_free(columns->file);
}

Columns *columns_new(const char *file, char *const *names, size_t count,
                     const Place *places, Findings *findings)
{
    Columns *columns = g_atomic_rc_box_new0(Columns);
    columns->file = g_strdup(file);
    columns->count = count;
    columns->written = g_new0(char *, count + 1);
    columns->names = g_new0(char *, count + 1);
    columns->rules = g_new0(const StandingRule *, count + 1);
    columns->kinds = g_new0(bool, count + 1);
    add_names(columns, names, places, findings);
    columns->email = find_first_of(columns, email_keys);
    columns->full_name = find_first_of(columns, full_name_keys);
    columns->first_name = find_first_of(columns, first_name_keys);
    columns->last_name = find_first_of(columns, last_name_keys);
    columns->everybody = standing_of_file(file);
    columns->may_tell_left = columns->everybody != STANDING_SUBSCRIBED;
    find_rules(columns);
    return columns;
}

Columns *columns_ref(Columns *columns)
{
    return g_atomic_rc_box_acquire(columns);
}

void columns_unref(Columns *columns)
{
    if (columns != NULL)
        g_atomic_rc_box_release_full(columns, columns_clear);
}

const char *columns_file(const Columns *columns)
{
    return columns->file;
}

size_t columns_count(const Columns *columns)
{
    return columns->count;
}

const char *columns_name(const Columns *columns, size_t index)
{
    return columns->names[index];
}

const char *columns_written_name(const Columns *columns, size_t index)
{
    return columns->written[index];
}

static bool is_same_key(const char *a, const char *b)
{
    char a_key[COLUMNS_KEY_MAX + 1];
    char b_key[COLUMNS_KEY_MAX + 1];
    columns_make_key(a, a_key);
    columns_make_key(b, b_key);
    return *a_key != '\0' && strcmp(a_key, b_key) == 0;
}

static bool is_same_fold(const char *a, const char *b)
{
    return g_ascii_strcasecmp(a, b) == 0;
}

static bool is_same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* `first_name` is understood whatever the file calls it. */
static int find_part_of_name(const Columns *columns, const char *name)
{
    char key[COLUMNS_KEY_MAX + 1];
    columns_make_key(name, key);
    if (index_of(first_name_keys, key) >= 0)
        return columns->first_name;
    if (index_of(last_name_keys, key) >= 0)
        return columns->last_name;
    return COLUMNS_NONE;
}

int columns_find(const Columns *columns, const char *name)
{
    static bool (*const comparers[])(const char *, const char *) = {
        is_same, is_same_fold, is_same_key};
    if (*name == '\0')
        return COLUMNS_NONE;
    for (size_t i = 0; i < G_N_ELEMENTS(comparers); i++)
        for (size_t j = 0; j < columns->count; j++)
            if (comparers[i](columns->names[j], name))
                return (int)j;
    return find_part_of_name(columns, name);
}

int columns_email(const Columns *columns)
{
    return columns->email;
}

int columns_full_name(const Columns *columns)
{
    return columns->full_name;
}

int columns_first_name(const Columns *columns)
{
    return columns->first_name;
}

int columns_last_name(const Columns *columns)
{
    return columns->last_name;
}

bool columns_is_status(const Columns *columns, size_t index)
{
    return columns->rules[index] != NULL;
}

static Standing judge(const StandingRule *rule, const char *value)
{
    if (rule == NULL)
        return STANDING_SUBSCRIBED;
    char key[COLUMNS_KEY_MAX + 1];
    columns_make_key(value, key);
    return standing_by_rule(rule, key);
}

Standing columns_standing(const Columns *columns, size_t index,
                          const char *value)
{
    return judge(columns->rules[index], value);
}

Standing columns_standing_by_name(const char *name, const char *value)
{
    char key[COLUMNS_KEY_MAX + 1];
    columns_make_key(name, key);
    return judge(standing_rule(key, false), value);
}

bool columns_says_left(const Columns *columns, size_t index, const char *value)
{
    return columns_standing(columns, index, value) != STANDING_SUBSCRIBED;
}

bool columns_is_kind(const Columns *columns, size_t index)
{
    return columns->kinds[index];
}

bool columns_has_kind(const Columns *columns)
{
    for (size_t i = 0; i < columns_count(columns); i++)
        if (columns->kinds[i])
            return true;
    return false;
}

bool columns_says_list(const char *value)
{
    static const char *const words[] = {"list", NULL};
    return is_one_of(value, words);
}

Standing columns_everybody(const Columns *columns)
{
    return columns->everybody;
}

bool columns_all_left(const Columns *columns)
{
    return columns->everybody != STANDING_SUBSCRIBED;
}

bool columns_may_tell_left(const Columns *columns)
{
    return columns->may_tell_left;
}
