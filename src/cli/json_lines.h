/*
 * json_lines.h - what programs read: one JSON object a line on standard
 * output.
 *
 * Every object has an "event": finding, check, plan, wait, progress, outcome,
 * notice, summary, campaign, recipient, list, diagnosis,
 * subscribe, unsubscribe, bounce, bounces, import, imported. The only user of
 * the JSON library here.
 */
#ifndef CLI_JSON_LINES_H
#define CLI_JSON_LINES_H

#include "doctor/diagnosis.h"
#include "feedback/returns.h"
#include "list/import.h"
#include "pipeline/pipeline.h"

void json_lines_findings(const Findings *findings);
/* Their counts, at the end of a check; `error` ended it early, or NULL. */
void json_lines_totals(const Findings *findings, const char *error,
                       int exit_status);
void json_lines_diagnosis(const Diagnosis *diagnosis);
void json_lines_plan(const PipelineFacts *facts, const PipelinePlan *plan);
/* A send that begins at this moment. */
void json_lines_wait(int64_t at_us);
void json_lines_event(const DeliveryEvent *event);
void json_lines_summary(const char *campaign, const DeliveryProgress *totals,
                        int exit_status);
void json_lines_campaign(const Campaign *campaign);
void json_lines_entry(const char *campaign, const Entry *entry);
void json_lines_counts(const ListCounts *counts);
/* `address` and `from` may be NULL. */
void json_lines_unsubscribe(const char *result, bool automatic,
                            const char *place, const char *address,
                            const char *from);
/* Likewise `address` and `why`. */
void json_lines_subscribe(const char *result, const char *place,
                          const char *address, const char *why);
/* A mail that came back; and all of them, by what was done, by kind and by
 * class. */
void json_lines_return(const char *place, const Return *returned);
void json_lines_returns(const int64_t doings[RETURN_DOINGS],
                        const int64_t kinds[BOUNCE_KINDS],
                        const int64_t classes[BOUNCE_CLASSES], bool dry);
void json_lines_row(const char *file, int line, bool has_left,
                    const char *const *names, const char *const *values);
void json_lines_suppression(const char *who, const Suppression *suppression);
void json_lines_stat(const char *group, const char *value, int64_t count);
void json_lines_import(const ImportOutcome *outcome);
void json_lines_import_counts(const ImportCounts *counts);

#endif
