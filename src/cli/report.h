/*
 * report.h - what people read: findings, the plan before the question, the
 * progress line, the summary.
 *
 * Everything goes to the stream given, mostly standard error, so that
 * standard output stays for previews and JSON. All text from outside is made
 * printable here.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdio.h>

#include "cli/schedule.h"
#include "cli/setup.h"

/* One line each, in order. */
void report_findings(FILE *stream, const Findings *findings);

/* Those of `least` and worse, sorted and folded; see check/fold.h. */
void report_folded(FILE *stream, const Findings *findings, Severity least);

/* "2,000" */
char *report_count(int64_t count);

/* How many a list gives and leaves out, on standard output. */
void report_list_counts(const ListCounts *counts);

/* What a mail holds: "3 links", "3 links, 1 image inside, 2 attachments
 * (34 KB)". */
char *report_contents(const PipelineFacts *facts);

/* "1,204 en (post.md), 31 fr (post.fr.md)"; "" when there is one language. */
char *report_languages(const PipelineFacts *facts);

/* From, Subject, campaign, recipients, relay, rate and time, size. */
void report_plan(FILE *stream, const Setup *setup, const PipelinePlan *plan,
                 const Schedule *schedule);

/* Every recipient of the campaign that did not get it, and why; then one
 * line of totals and, when something is left to do, the command for it. */
bool report_summary(FILE *stream, Journal *journal, const char *campaign,
                    GError **error);

/* The progress line. On a terminal it is rewritten in place, else a line is
 * printed every ten seconds. Called under delivery's lock. */
typedef struct Progress {
    FILE *stream;
    const Clock *clock;
    bool is_terminal;
    bool is_quiet;
    bool is_json;
    bool line_open;
    int64_t last_ns;
} Progress;

void progress_init(Progress *progress, const Options *options,
                   const Clock *clock);
void progress_report(void *progress, const DeliveryEvent *event);
void progress_finish(Progress *progress);

#endif
