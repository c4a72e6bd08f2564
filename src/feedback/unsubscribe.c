/* unsubscribe.c - see unsubscribe.h. */
#include "feedback/unsubscribe.h"

#include <string.h>

#include "base/stamp.h"
#include "list/suppression.h"
#include "mail/keyring.h"

struct Unsubscriber {
    UnsubscribeOptions options;
    KeyringScope scope;
    Stamp keys; /* of when the keyring was read */
    Keyring *keyring;
    People *people;
    Suppressions *suppressions;
};

/* --- keys and people --- */

/* People hold hashes under the keys, so the two are renewed together. */
static bool read_keys(Unsubscriber *unsubscriber, GError **error)
{
    const Config *config = unsubscriber->options.config;
    Stamp stamp = stamp_of(config->keys);
    g_autoptr(Keyring) keyring = keyring_load(config->keys, error);
    if (keyring == NULL)
        return false;
    PeopleSource source = {
        .lists = (const char *const *)config->lists,
        .journal = config->journal,
        .keyring = keyring,
        .clock = unsubscriber->options.clock,
    };
    People *people = people_open(&source, error);
    if (people == NULL)
        return false;
    people_close(unsubscriber->people);
    keyring_free(unsubscriber->keyring);
    unsubscriber->keys = stamp;
    unsubscriber->people = people;
    unsubscriber->keyring = g_steal_pointer(&keyring);
    return true;
}

/* Keys or lists that cannot be read now leave the old ones in use, and are
 * tried again with the next question. */
static void refresh_keys(Unsubscriber *unsubscriber)
{
    Stamp now = stamp_of(unsubscriber->options.config->keys);
    if (!stamp_is_same(&now, &unsubscriber->keys))
        read_keys(unsubscriber, NULL);
}

/* --- life --- */

static bool check_config(const Config *config, GError **error)
{
    const char *lacks = config->keys == NULL           ? "keys"
                        : config->suppressions == NULL ? "suppressions"
                        : config->list.id == NULL      ? "list.id"
                                                       : NULL;
    if (lacks == NULL)
        return true;
    error_set_at(
        error, ERROR_CONFIG,
        (Place){config->path ? config->path : "mirmail.yaml", 0, 0},
        "`%s` is not set, and nobody can leave without it%s", lacks,
        strcmp(lacks, "keys") == 0 ? "; `mirmail keygen` makes the file" : "");
    return false;
}

Unsubscriber *unsubscriber_open(const UnsubscribeOptions *options,
                                GError **error)
{
    const Config *config = options->config;
    g_autoptr(Unsubscriber) unsubscriber = g_new0(Unsubscriber, 1);
    unsubscriber->options = *options;
    if (!check_config(config, error) || !read_keys(unsubscriber, error))
        return NULL;
    unsubscriber->scope = (KeyringScope){.purpose = KEYRING_UNSUBSCRIBE,
                                         .list_id = config->list.id};
    unsubscriber->suppressions = suppressions_open(
        config->suppressions, options->clock, options->fill_random, error);
    bool ok = unsubscriber->suppressions != NULL &&
              (options->dry ||
               suppressions_may_add(unsubscriber->suppressions, error));
    return ok ? g_steal_pointer(&unsubscriber) : NULL;
}

void unsubscriber_close(Unsubscriber *unsubscriber)
{
    if (unsubscriber == NULL)
        return;
    suppressions_close(unsubscriber->suppressions);
    people_close(unsubscriber->people);
    keyring_free(unsubscriber->keyring);
    g_free(unsubscriber);
}

/* --- leaving --- */

static UnsubscribeResult suppress(Unsubscriber *unsubscriber,
                                  const Address *address, int64_t asked_us,
                                  GError **error)
{
    Suppressions *suppressions = unsubscriber->suppressions;
    const SuppressionEvent event = {address, SUPPRESSION_UNSUBSCRIBED,
                                    asked_us};
    SuppressionVerdict verdict = SUPPRESSION_NEW;
    Suppression known = {0};
    bool found = false;
    if (asked_us > 0 &&
        !suppressions_judge(suppressions, &event, &verdict, error))
        return UNSUBSCRIBE_FAILED;
    if (verdict == SUPPRESSION_LIFTED)
        return UNSUBSCRIBE_LIFTED;
    if (!suppressions_find(suppressions, address, &found, &known, error))
        return UNSUBSCRIBE_FAILED;
    if (found && strcmp(known.reason, SUPPRESSION_UNSUBSCRIBED) == 0)
        return UNSUBSCRIBE_BEFORE;
    if (!unsubscriber->options.dry &&
        !suppressions_add(suppressions, address, SUPPRESSION_UNSUBSCRIBED,
                          false, error))
        return UNSUBSCRIBE_FAILED;
    return UNSUBSCRIBE_DONE;
}

static UnsubscribeResult leave(Unsubscriber *unsubscriber,
                               const KeyringMatch *match, int64_t asked_us,
                               Person *person, GError **error)
{
    if (!people_find_person(unsubscriber->people, match, person, error))
        return UNSUBSCRIBE_FAILED;
    if (person->address == NULL)
        return UNSUBSCRIBE_ABSENT;
    Address address = {0};
    if (address_parse(person->address, strlen(person->address), &address,
                      error) != ADDRESS_OK)
        return UNSUBSCRIBE_FAILED;
    UnsubscribeResult result = suppress(unsubscriber, &address, asked_us,
                                        error);
    address_clear(&address);
    return result;
}

UnsubscribeResult unsubscribe_dated(Unsubscriber *unsubscriber,
                                    const char *token, int64_t asked_us,
                                    Person *person, GError **error)
{
    g_auto(Person) found = {0};
    KeyringMatch match;
    refresh_keys(unsubscriber);
    if (!keyring_check(unsubscriber->keyring, &unsubscriber->scope, token,
                       &match))
        return UNSUBSCRIBE_REFUSED;
    UnsubscribeResult result = leave(unsubscriber, &match, asked_us, &found,
                                     error);
    if (person != NULL) {
        *person = found;
        found = (Person){0};
    }
    return result;
}

UnsubscribeResult unsubscribe(Unsubscriber *unsubscriber, const char *token,
                              Person *person, GError **error)
{
    return unsubscribe_dated(unsubscriber, token, 0, person, error);
}

bool unsubscribe_look(Unsubscriber *unsubscriber, const char *token,
                      Person *person)
{
    KeyringMatch match;
    refresh_keys(unsubscriber);
    if (!keyring_check(unsubscriber->keyring, &unsubscriber->scope, token,
                       &match))
        return false;
    people_find_person(unsubscriber->people, &match, person, NULL);
    return true;
}

char *unsubscribe_find_token(Unsubscriber *unsubscriber, const char *text)
{
    char token[KEYRING_TOKEN_LENGTH + 1];
    KeyringMatch match;
    size_t length = strnlen(text, UNSUBSCRIBE_TEXT_MAX);
    refresh_keys(unsubscriber);
    for (size_t i = 0; i + KEYRING_TOKEN_LENGTH <= length; i++) {
        g_strlcpy(token, text + i, sizeof token);
        if (keyring_check(unsubscriber->keyring, &unsubscriber->scope, token,
                          &match))
            return g_strdup(token);
    }
    return NULL;
}
