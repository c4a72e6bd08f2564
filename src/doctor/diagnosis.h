/*
 * diagnosis.h - what a look at a sender found: verdicts, each with a sentence
 * and what to do.
 *
 *     look ──diagnosis_add()──> Diagnosis ──> lines for people, JSON
 *
 * What could not be asked is VERDICT_UNKNOWN and never a missing thing: a
 * resolver that does not answer says nothing about a domain.
 *
 * Owned and filled by one thread. Texts from outside may be formatted in
 * freely; they are made printable here.
 */
#ifndef DOCTOR_DIAGNOSIS_H
#define DOCTOR_DIAGNOSIS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

typedef enum {
    VERDICT_PASS,
    VERDICT_INFO,
    VERDICT_UNKNOWN, /* could not be asked */
    VERDICT_WARN,
    VERDICT_FAIL, /* stops a send */
} Verdict;

#define VERDICT_COUNT 5

typedef struct DiagnosisLine {
    Verdict verdict;
    const char *check; /* a static word: "spf", "dmarc" */
    char *text;
    char *advice; /* NULL: nothing to do */
} DiagnosisLine;

typedef struct Diagnosis Diagnosis;

Diagnosis *diagnosis_new(void);
void diagnosis_free(Diagnosis *diagnosis);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Diagnosis, diagnosis_free)

/* The format gives the sentence; `advice` may be NULL. */
void diagnosis_add(Diagnosis *diagnosis, Verdict verdict, const char *check,
                   const char *advice, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

size_t diagnosis_count(const Diagnosis *diagnosis);
const DiagnosisLine *diagnosis_at(const Diagnosis *diagnosis, size_t index);
size_t diagnosis_with(const Diagnosis *diagnosis, Verdict verdict);

const char *verdict_name(Verdict verdict); /* "FAIL" */

#endif
