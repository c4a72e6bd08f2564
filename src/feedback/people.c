/* people.c - see people.h. */
#include "feedback/people.h"

#include <assert.h>
#include <string.h>

#include "base/stamp.h"
#include "journal/journal.h"
#include "list/list.h"

#define LETTERS 128 /* that a key's letter may be */
/* Of the time, the part that searching the journal may take is one in so
 * many. */
#define JOURNAL_SHARE 4
#define READINGS_MAX 3 /* of lists that change while they are read */

/* People one after another, "address NUL lang NUL", and for each key that was
 * asked for an index, sorted by the hash. */
typedef struct Crowd {
    GString *texts;
    GArray *starts;           /* of guint32 */
    GArray *indexes[LETTERS]; /* of Hashed; NULL: not made yet */
} Crowd;

typedef struct Hashed {
    uint64_t hash;
    guint32 start;
} Hashed;

struct People {
    PeopleSource source;
    Crowd *listed;
    Stamp *stamps; /* one a list, of when `listed` was read */
    size_t list_count;
    Crowd *written; /* who is in the journal; NULL: not read yet */
    Stamp journal_stamps[2];
    int64_t journal_took_ns;
    int64_t journal_read_ns; /* when it was */
};

/* --- a crowd --- */

static Crowd *crowd_new(void)
{
    Crowd *crowd = g_new0(Crowd, 1);
    crowd->texts = g_string_new(NULL);
    crowd->starts = g_array_new(FALSE, FALSE, sizeof(guint32));
    return crowd;
}

static void crowd_free(Crowd *crowd)
{
    if (crowd == NULL)
        return;
    for (size_t i = 0; i < LETTERS; i++)
        if (crowd->indexes[i] != NULL)
            g_array_unref(crowd->indexes[i]);
    g_array_unref(crowd->starts);
    g_string_free(crowd->texts, TRUE);
    g_free(crowd);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Crowd, crowd_free)

static bool crowd_add(Crowd *crowd, const char *address, const char *lang)
{
    if (crowd->texts->len > UINT32_MAX - LIST_ROW_MAX)
        return false;
    guint32 start = (guint32)crowd->texts->len;
    g_array_append_val(crowd->starts, start);
    g_string_append_len(crowd->texts, address, (gssize)strlen(address) + 1);
    g_string_append_len(crowd->texts, lang, (gssize)strlen(lang) + 1);
    return true;
}

static bool fail_many(GError **error)
{
    error_set(error, ERROR_INPUT, "too many people: over 4 GB of addresses");
    return false;
}

static int compare_hashed(const void *left, const void *right)
{
    const Hashed *a = left;
    const Hashed *b = right;
    return (a->hash > b->hash) - (a->hash < b->hash);
}

static uint64_t hash_of(const uint8_t rid[KEYRING_RID_BYTES])
{
    uint64_t hash;
    static_assert(sizeof hash == KEYRING_RID_BYTES, "a rid is a number");
    memcpy(&hash, rid, sizeof hash);
    return hash;
}

static GArray *make_index(const Crowd *crowd, const Keyring *keyring,
                          char letter)
{
    GArray *index = g_array_sized_new(FALSE, FALSE, sizeof(Hashed),
                                      crowd->starts->len);
    for (guint i = 0; i < crowd->starts->len; i++) {
        uint8_t rid[KEYRING_RID_BYTES];
        guint32 start = g_array_index(crowd->starts, guint32, i);
        g_autofree char *key = g_ascii_strdown(crowd->texts->str + start, -1);
        if (!keyring_identify(keyring, letter, key, rid))
            break;
        Hashed hashed = {hash_of(rid), start};
        g_array_append_val(index, hashed);
    }
    g_array_sort(index, compare_hashed);
    return index;
}

/* False: nobody of these. */
static bool crowd_find(Crowd *crowd, const Keyring *keyring,
                       const KeyringMatch *match, Person *person)
{
    Hashed wanted = {hash_of(match->rid), 0};
    GArray **index = &crowd->indexes[match->letter & (LETTERS - 1)];
    guint place = 0;
    if (*index == NULL)
        *index = make_index(crowd, keyring, match->letter);
    if (!g_array_binary_search(*index, &wanted, compare_hashed, &place))
        return false;
    const char *text = crowd->texts->str +
                       g_array_index(*index, Hashed, place).start;
    const char *lang = text + strlen(text) + 1;
    person->address = g_strdup(text);
    person->lang = *lang != '\0' ? g_strdup(lang) : NULL;
    return true;
}

/* --- the lists --- */

static bool read_rows(List *list, Crowd *crowd, GError **error)
{
    g_autoptr(GError) problem = NULL;
    const Subscriber *row;
    while ((row = list_next(list, &problem)) != NULL) {
        const char *lang = subscriber_field(row, "lang");
        if (!crowd_add(crowd, subscriber_address(row)->text, lang ? lang : ""))
            return fail_many(error);
    }
    if (problem == NULL)
        return true;
    g_propagate_error(error, g_steal_pointer(&problem));
    return false;
}

/* Rows that cannot be read are passed over: whoever stands there got no mail
 * either. */
static Crowd *read_lists(const PeopleSource *source, GError **error)
{
    static const char *const no_columns[] = {NULL};
    ListOptions options = {.paths = source->lists, .used = no_columns};
    g_autoptr(Crowd) crowd = crowd_new();
    if (source->lists == NULL || source->lists[0] == NULL)
        return g_steal_pointer(&crowd);
    g_autoptr(List) list = list_open(&options, NULL, error);
    if (list == NULL || !read_rows(list, crowd, error))
        return NULL;
    return g_steal_pointer(&crowd);
}

static bool have_lists_changed(const People *people)
{
    for (size_t i = 0; i < people->list_count; i++) {
        Stamp now = stamp_of(people->source.lists[i]);
        if (!stamp_is_same(&now, &people->stamps[i]))
            return true;
    }
    return false;
}

/* On failure what was known stays. */
static bool refresh_lists(People *people, GError **error)
{
    g_autofree Stamp *stamps = g_new0(Stamp, people->list_count + 1);
    for (size_t i = 0; i < people->list_count; i++)
        stamps[i] = stamp_of(people->source.lists[i]);
    Crowd *crowd = read_lists(&people->source, error);
    if (crowd == NULL)
        return false;
    crowd_free(people->listed);
    people->listed = crowd;
    memcpy(people->stamps, stamps, people->list_count * sizeof *stamps);
    return true;
}

/* Nobody is not the answer while a list is half written. */
static bool find_listed(People *people, const KeyringMatch *match,
                        Person *person, GError **error)
{
    g_autoptr(GError) problem = NULL;
    for (int i = 0; i < READINGS_MAX; i++) {
        bool stale = have_lists_changed(people);
        bool fresh = !stale || refresh_lists(people, &problem);
        if (crowd_find(people->listed, people->source.keyring, match, person))
            return true;
        if (!fresh) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return false;
        }
        if (!have_lists_changed(people))
            return true;
    }
    error_set(error, ERROR_RETRY, "the lists are being changed");
    return false;
}

/* --- the journal --- */

typedef struct Reading {
    Crowd *crowd;
    bool full;
} Reading;

static void add_entry(void *data, const Entry *entry)
{
    Reading *reading = data;
    if (!crowd_add(reading->crowd, entry->address, ""))
        reading->full = true;
}

static bool read_campaigns(Journal *journal, Crowd *crowd, GError **error)
{
    Reading reading = {.crowd = crowd};
    g_autoptr(GPtrArray) campaigns = journal_list_campaigns(journal, error);
    if (campaigns == NULL)
        return false;
    for (guint i = 0; i < campaigns->len; i++) {
        const Campaign *campaign = g_ptr_array_index(campaigns, i);
        if (!journal_visit(journal, campaign->id, add_entry, &reading, error))
            return false;
    }
    return !reading.full || fail_many(error);
}

static Crowd *read_journal(const PeopleSource *source, GError **error)
{
    g_autoptr(Crowd) crowd = crowd_new();
    g_autoptr(GError) problem = NULL;
    g_autoptr(Journal) journal = journal_open(source->journal, JOURNAL_READ,
                                              source->clock, &problem);
    if (journal == NULL) {
        if (problem->code == ERROR_MISSING)
            return g_steal_pointer(&crowd);
        g_propagate_error(error, g_steal_pointer(&problem));
        return NULL;
    }
    return read_campaigns(journal, crowd, error) ? g_steal_pointer(&crowd)
                                                 : NULL;
}

/* Of the file and of what is written beside it first. */
static void stamp_journal(const char *path, Stamp stamps[2])
{
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    stamps[0] = stamp_of(path);
    stamps[1] = stamp_of(log);
}

static bool refresh_journal(People *people, GError **error)
{
    const Clock *clock = people->source.clock;
    Stamp now[2];
    stamp_journal(people->source.journal, now);
    if (people->written != NULL &&
        stamp_is_same(&now[0], &people->journal_stamps[0]) &&
        stamp_is_same(&now[1], &people->journal_stamps[1]))
        return true;
    int64_t begun_ns = clock->monotonic_ns(clock);
    if (people->written != NULL &&
        begun_ns - people->journal_read_ns <
            people->journal_took_ns * (JOURNAL_SHARE - 1)) {
        error_set(error, ERROR_RETRY,
                  "the journal was searched a moment ago and has changed");
        return false;
    }
    Crowd *crowd = read_journal(&people->source, error);
    people->journal_read_ns = clock->monotonic_ns(clock);
    people->journal_took_ns = people->journal_read_ns - begun_ns;
    if (crowd == NULL)
        return false;
    crowd_free(people->written);
    people->written = crowd;
    memcpy(people->journal_stamps, now, sizeof now);
    return true;
}

/* Somebody who was written to once stays so. */
static bool find_written(People *people, const KeyringMatch *match,
                         Person *person, GError **error)
{
    const Keyring *keyring = people->source.keyring;
    if (people->source.journal == NULL)
        return true;
    if (people->written != NULL &&
        crowd_find(people->written, keyring, match, person))
        return true;
    if (!refresh_journal(people, error))
        return false;
    crowd_find(people->written, keyring, match, person);
    return true;
}

/* --- people --- */

People *people_open(const PeopleSource *source, GError **error)
{
    g_autoptr(People) people = g_new0(People, 1);
    people->source = *source;
    while (source->lists != NULL && source->lists[people->list_count] != NULL)
        people->list_count++;
    people->stamps = g_new0(Stamp, people->list_count + 1);
    return refresh_lists(people, error) ? g_steal_pointer(&people) : NULL;
}

void people_close(People *people)
{
    if (people == NULL)
        return;
    crowd_free(people->listed);
    crowd_free(people->written);
    g_free(people->stamps);
    g_free(people);
}

void person_clear(Person *person)
{
    g_clear_pointer(&person->address, g_free);
    g_clear_pointer(&person->lang, g_free);
}

/* The journal may know whom a list that cannot be read has. */
bool people_find_person(People *people, const KeyringMatch *match,
                        Person *person, GError **error)
{
    g_autoptr(GError) problem = NULL;
    *person = (Person){0};
    find_listed(people, match, person, &problem);
    if (person->address != NULL)
        return true;
    bool ok = find_written(people, match, person, problem ? NULL : error);
    if (problem == NULL || person->address != NULL)
        return ok;
    g_propagate_error(error, g_steal_pointer(&problem));
    return false;
}

bool people_find(People *people, const KeyringMatch *match, char **address,
                 GError **error)
{
    g_auto(Person) person = {0};
    bool ok = people_find_person(people, match, &person, error);
    *address = g_steal_pointer(&person.address);
    return ok;
}

size_t people_count(const People *people)
{
    return people->listed->starts->len;
}
