/*
 * people.h - who a token is for, among those on the lists and those who were
 * written to.
 *
 *     lists, journal ──people_open()──> People
 *     token ──keyring_check()──> KeyringMatch ──people_find()──> address
 *
 * A token holds no address but its hash under a secret key (mail/keyring.h).
 * So this makes the hash of everybody who stands on a list, and of everybody
 * in the journal for a match that no list has: somebody may have been taken
 * off a list after the mail, or was written to by --list or --to.
 *
 * Lists that changed are read again before a question is answered. When that
 * fails, those who were known before stay known. The journal is searched only
 * for a match that is on no list, and only so often that most of the time is
 * left for other questions: one that cannot be answered yet is an
 * ERROR_RETRY, never a "no".
 *
 * Memory: a person's address and language, and 16 bytes for each key that a
 * question came for. A People belongs to one thread at a time.
 */
#ifndef FEEDBACK_PEOPLE_H
#define FEEDBACK_PEOPLE_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/error.h"
#include "mail/keyring.h"

/* All borrowed until people_close(). */
typedef struct PeopleSource {
    const char *const *lists; /* paths, NULL-terminated; NULL: none */
    const char *journal;      /* its path; NULL, or no such file: none */
    const Keyring *keyring;
    const Clock *clock;
} PeopleSource;

typedef struct People People;

/* Reads the lists; errors are those of list_open(). */
People *people_open(const PeopleSource *source, GError **error);
void people_close(People *people);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(People, people_close)

typedef struct Person {
    char *address; /* as the list has it; NULL: nobody */
    char *lang;    /* the list's column of that name; NULL: not said */
} Person;

void person_clear(Person *person);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Person, person_clear)

/* `person` is filled for the caller. True also when nobody known has the
 * match. */
bool people_find_person(People *people, const KeyringMatch *match,
                        Person *person, GError **error);
/* Only the address, for the caller; NULL: nobody known has the match. */
bool people_find(People *people, const KeyringMatch *match, char **address,
                 GError **error);

/* How many the lists have. */
size_t people_count(const People *people);

#endif
