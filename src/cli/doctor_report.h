/*
 * doctor_report.h - a Diagnosis, shown, and the part of it that a send looks
 * at first.
 */
#ifndef CLI_DOCTOR_REPORT_H
#define CLI_DOCTOR_REPORT_H

#include <stdio.h>

#include "cli/options.h"
#include "config/config.h"
#include "doctor/doctor.h"

/* Lines of at least this verdict: the verdict, the check, the sentence, and
 * below it what to do. */
void doctor_report(FILE *stream, const Diagnosis *diagnosis, Verdict least);

/* Before a send: what the DNS says, within a few seconds. Nothing is asked
 * for relays on this machine, unless --resolver names whom to ask. ERROR_INPUT
 * when something fails, unless --force. */
bool doctor_may_send(const Config *config, const Options *options,
                     GError **error);

#endif
