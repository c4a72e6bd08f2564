/* report.c - see report.h. */
#include "cli/report.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/moment.h"
#include "check/fold.h"
#include "cli/json_lines.h"

#define PLAIN_LINE_EVERY_NS (10 * UNITS_SECOND_NS)
/* The end is shown as an hour of the day from two minutes up to a day. */
#define END_SHOWN_NS (INT64_C(120) * UNITS_SECOND_NS)
#define END_HIDDEN_NS (INT64_C(86400) * UNITS_SECOND_NS)

void report_findings(FILE *stream, const Findings *findings)
{
    for (size_t i = 0; i < findings_stored(findings); i++) {
        g_autofree char *line = finding_to_line(findings_at(findings, i));
        fprintf(stream, "%s\n", line);
    }
    size_t all = findings_count(findings, SEVERITY_NOTE) +
                 findings_count(findings, SEVERITY_WARNING) +
                 findings_count(findings, SEVERITY_ERROR);
    if (all > findings_stored(findings))
        fprintf(stream, "and %zu more\n", all - findings_stored(findings));
}

void report_folded(FILE *stream, const Findings *findings, Severity least)
{
    g_autoptr(Fold) fold = fold_new(findings, least);
    for (size_t i = 0; i < fold_count(fold); i++)
        fprintf(stream, "%s\n", fold_at(fold, i)->text);
}

char *report_count(int64_t count)
{
    g_autofree char *digits = g_strdup_printf("%" PRId64, count);
    GString *out = g_string_new(NULL);
    size_t length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-')
            g_string_append_c(out, ',');
        g_string_append_c(out, digits[i]);
    }
    return g_string_free(out, FALSE);
}

static void append_counted(GString *text, size_t count, const char *what,
                           const char *more)
{
    g_string_append_printf(text, "%s%zu %s%s%s", text->len > 0 ? ", " : "",
                           count, what, count == 1 ? "" : "s", more);
}

char *report_contents(const PipelineFacts *facts)
{
    GString *text = g_string_new(NULL);
    size_t count = 0;
    while (facts->attachments[count] != NULL)
        count++;
    append_counted(text, facts->links, "link", "");
    if (facts->images > 0)
        append_counted(text, facts->images, "image", " inside");
    if (count > 0) {
        g_autofree char *size = size_to_text(facts->attachment_bytes);
        append_counted(text, count, "attachment", "");
        g_string_append_printf(text, " (%s)", size);
    }
    return g_string_free(text, FALSE);
}

char *report_languages(const PipelineFacts *facts)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; facts->version_count > 1 && i < facts->version_count;
         i++) {
        const PipelineVersion *version = &facts->versions[i];
        g_autofree char *count = report_count(version->recipients);
        g_autofree char *file = error_printable(version->file);
        g_string_append_printf(text, "%s%s %s (%s)", i > 0 ? ", " : "", count,
                               version->lang, file);
    }
    return g_string_free(text, FALSE);
}

/* --- a list --- */

static void print_count(int64_t number, const char *what)
{
    g_autofree char *count = report_count(number);
    printf("%9s  %s\n", count, what);
}

void report_list_counts(const ListCounts *counts)
{
    const struct {
        int64_t count;
        const char *what;
    } rows[] = {
        {counts->duplicates, "listed more than once"},
        {counts->left, "left or must not be written to"},
        {counts->filtered, "not selected by --only or --except"},
        {counts->unsupported, "need SMTPUTF8 and cannot be written to"},
        {counts->invalid, "bad rows"},
    };
    print_count(counts->given, "recipients");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].count > 0)
            print_count(rows[i].count, rows[i].what);
    for (size_t i = 0; i < LIST_REASONS_MAX; i++) {
        g_autofree char *what = g_strconcat(
            "suppressed: ", counts->reasons[i].reason, NULL);
        if (counts->reasons[i].count > 0)
            print_count(counts->reasons[i].count, what);
    }
}

/* --- the plan --- */

static void print_row(FILE *stream, const char *name, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void print_row(FILE *stream, const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *raw = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *text = error_printable(raw);
    fprintf(stream, "%-11s%s\n", name, text);
}

static void append_left_out(GString *text, int64_t count, const char *what,
                            const char **separator)
{
    if (count == 0)
        return;
    g_autofree char *number = report_count(count);
    g_string_append_printf(text, "%s%s %s", *separator, number, what);
    *separator = ", ";
}

static char *describe_recipients(const PipelineFacts *facts,
                                 const PipelinePlan *plan)
{
    const struct {
        int64_t count;
        const char *what;
    } left_out[] = {
        {facts->recipients - plan->to_send, "already written to"},
        {facts->counts->duplicates, "listed twice"},
        {facts->counts->left, "who left"},
        {facts->counts->filtered, "not selected"},
        {facts->counts->unsupported, "whose address needs SMTPUTF8"},
    };
    g_autofree char *count = report_count(plan->to_send);
    GString *text = g_string_new(count);
    g_string_append(text, plan->to_send == 1 ? " recipient" : " recipients");
    const char *separator = "; left out: ";
    for (size_t i = 0; i < G_N_ELEMENTS(left_out); i++)
        append_left_out(text, left_out[i].count, left_out[i].what, &separator);
    const ListReason *reasons = facts->counts->reasons;
    for (size_t i = 0; i < LIST_REASONS_MAX; i++)
        append_left_out(text, reasons[i].count, reasons[i].reason, &separator);
    return g_string_free(text, FALSE);
}

static void print_campaign(FILE *stream, const PipelineFacts *facts,
                           const PipelinePlan *plan)
{
    if (!plan->known) {
        print_row(stream, "Campaign", "%s (new)", facts->campaign);
        return;
    }
    g_autoptr(GDateTime)
        begun = g_date_time_new_from_unix_local(plan->created_us / 1000000);
    g_autofree char *when = g_date_time_format(begun, "%Y-%m-%d %H:%M");
    print_row(stream, "Campaign",
              "%s (begun %s: %" PRId64 " sent, %" PRId64 " failed, %" PRId64
              " unknown)",
              facts->campaign, when, plan->done[OUTCOME_SENT],
              plan->done[OUTCOME_FAILED], plan->done[OUTCOME_UNKNOWN]);
}

static char *rates_to_text(const RelayLimits *limits)
{
    GString *text = g_string_new(limits->rate_count ? "" : "unlimited");
    for (int i = 0; i < limits->rate_count; i++) {
        g_autofree char *rate = rate_to_text(&limits->rates[i]);
        g_string_append_printf(text, "%s%s", i ? ", " : "", rate);
    }
    if (limits->connections > 1)
        g_string_append_printf(text, "; %d connections", limits->connections);
    return g_string_free(text, FALSE);
}

static char *relay_to_text(const RelayConfig *relay)
{
    static const char *const tls_names[] = {"STARTTLS", "TLS", "no TLS"};
    return g_strdup_printf("%s:%d, %s%s%s", relay->host, relay->port,
                           tls_names[relay->tls], relay->user ? ", as " : "",
                           relay->user ? relay->user : "");
}

static void print_relays(FILE *stream, const Config *config)
{
    size_t count = config_relay_count(config);
    for (size_t i = 0; i < count; i++) {
        const RelayConfig *relay = config_relay_at(config, i);
        g_autofree char *where = relay_to_text(relay);
        g_autofree char *rates = rates_to_text(&relay->limits);
        if (count == 1) {
            print_row(stream, "Relay", "%s", where);
            print_row(stream, "Rate", "%s", rates);
            continue;
        }
        const char *name = relay->name ? relay->name : "";
        g_autofree char *weight = g_strdup_printf("weight %d", relay->weight);
        print_row(stream, i == 0 ? "Relays" : "", "%s%s%s; %s; %s", name,
                  *name ? ": " : "", where, rates,
                  relay->weight > 0 ? weight : "a spare");
    }
}

/* When it begins, how long it takes, when it must be over. */
static void print_time(FILE *stream, const PipelinePlan *plan,
                       const Schedule *schedule)
{
    int64_t begin_us = clock_system()->wall_us(clock_system());
    if (schedule->at_us > 0) {
        g_autofree char *at = moment_to_text(schedule->at_us);
        print_row(stream, "Begins", "%s", at);
        begin_us = schedule->at_us;
    }
    int64_t end_us = begin_us + plan->estimate_ns / 1000;
    if (plan->estimate_ns > 0) {
        g_autofree char *time = duration_to_text(plan->estimate_ns);
        g_autofree char *end = moment_to_text(end_us);
        print_row(stream, "Takes", "%s, until %s", time, end);
    }
    if (schedule->until_us > 0) {
        g_autofree char *until = moment_to_text(schedule->until_us);
        print_row(stream, "Until", "%s%s", until,
                  end_us > schedule->until_us
                      ? ", which is too soon for all at this rate"
                      : "");
    }
}

void report_plan(FILE *stream, const Setup *setup, const PipelinePlan *plan,
                 const Schedule *schedule)
{
    const Config *config = setup->config;
    PipelineFacts facts = pipeline_facts(setup->pipeline);
    g_autofree char *recipients = describe_recipients(&facts, plan);
    g_autofree char *size = size_to_text(facts.largest_message);
    g_autofree char *contents = report_contents(&facts);
    print_row(stream, "From", "%s <%s>", config->sender.from.name,
              config->sender.from.address.text);
    print_row(stream, "Subject", "%s", facts.subject);
    print_campaign(stream, &facts, plan);
    print_row(stream, "To", "%s", recipients);
    g_autofree char *languages = report_languages(&facts);
    if (*languages != '\0')
        print_row(stream, "In", "%s", languages);
    print_relays(stream, config);
    print_time(stream, plan, schedule);
    print_row(stream, "Mail", "%s, %s, from %s (%s)", size, contents,
              facts.format, facts.format_reason);
    g_autofree char *totals = fold_totals(setup->findings);
    print_row(stream, "Check", "%s", totals);
    g_autofree char *attached = g_strjoinv(
        ", ", (char **)(uintptr_t)facts.attachments);
    if (*attached != '\0')
        print_row(stream, "Attached", "%s", attached);
}

/* --- the summary --- */

typedef struct Unreached {
    FILE *stream;
    int64_t counts[OUTCOME_COUNT];
} Unreached;

static void print_unreached(void *data, const Entry *entry)
{
    Unreached *unreached = data;
    unreached->counts[entry->outcome]++;
    if (entry->outcome == OUTCOME_SENT || entry->outcome == OUTCOME_NONE)
        return;
    g_autofree char *reply = reply_to_line(&entry->reply);
    g_autofree char *why = error_printable(reply);
    fprintf(unreached->stream, "%-8s  %s%s%s\n", outcome_name(entry->outcome),
            entry->address, *why ? "  " : "", why);
}

bool report_summary(FILE *stream, Journal *journal, const char *campaign,
                    GError **error)
{
    Unreached unreached = {.stream = stream};
    if (!journal_visit(journal, campaign, print_unreached, &unreached, error))
        return false;
    static const Outcome shown[] = {OUTCOME_SENT, OUTCOME_DEFERRED,
                                    OUTCOME_FAILED, OUTCOME_UNKNOWN,
                                    OUTCOME_SKIPPED};
    fprintf(stream, "%s:", campaign);
    const char *separator = " ";
    for (size_t i = 0; i < G_N_ELEMENTS(shown); i++) {
        if (unreached.counts[shown[i]] == 0 && shown[i] != OUTCOME_SENT)
            continue;
        g_autofree char *count = report_count(unreached.counts[shown[i]]);
        fprintf(stream, "%s%s %s", separator, count, outcome_name(shown[i]));
        separator = ", ";
    }
    fputc('\n', stream);
    if (unreached.counts[OUTCOME_UNKNOWN] > 0)
        fprintf(stream,
                "unknown: the relay's answer never came; these may have it "
                "and are not written to again, unless you say `mirmail "
                "resume --unknown=resend %s`, or --unknown=skip to let it "
                "rest\n",
                campaign);
    return true;
}

/* --- progress --- */

void progress_init(Progress *progress, const Options *options,
                   const Clock *clock)
{
    *progress = (Progress){
        .stream = stderr,
        .clock = clock,
        .is_terminal = isatty(STDERR_FILENO) == 1,
        .is_quiet = options->quiet,
        .is_json = options->json,
        .last_ns = clock->monotonic_ns(clock),
    };
}

/* The hour at which it will be over, when that is worth a look. */
static void append_end(GString *line, int64_t now_us, int64_t left_ns)
{
    if (left_ns < END_SHOWN_NS || left_ns > END_HIDDEN_NS)
        return;
    int64_t end_s = (now_us + left_ns / 1000) / 1000000;
    g_autoptr(GDateTime) end = g_date_time_new_from_unix_local(end_s);
    if (end != NULL)
        g_string_append_printf(line, " (%02d:%02d)", g_date_time_get_hour(end),
                               g_date_time_get_minute(end));
}

static char *progress_line(const DeliveryProgress *now, int64_t now_us)
{
    g_autofree char *sent = report_count(now->sent);
    g_autofree char *total = report_count(now->total);
    GString *line = g_string_new(NULL);
    g_string_append_printf(line, "sent %s of %s", sent, total);
    if (now->deferred > 0)
        g_string_append_printf(line, ", deferred %" PRId64, now->deferred);
    if (now->failed > 0)
        g_string_append_printf(line, ", failed %" PRId64, now->failed);
    if (now->unknown > 0)
        g_string_append_printf(line, ", unknown %" PRId64, now->unknown);
    if (now->per_second >= 2)
        g_string_append_printf(line, ", %.0f/s", now->per_second);
    else if (now->per_second > 0)
        g_string_append_printf(line, ", %.0f/min", now->per_second * 60);
    if (now->left_ns >= 0) {
        g_autofree char *left = duration_to_text(now->left_ns);
        g_string_append_printf(line, ", %s left", left);
        append_end(line, now_us, now->left_ns);
    }
    return g_string_free(line, FALSE);
}

static void close_line(Progress *progress)
{
    if (progress->line_open)
        fputc('\n', progress->stream);
    progress->line_open = false;
}

static void show_progress(Progress *progress, const DeliveryProgress *now)
{
    int64_t moment = progress->clock->monotonic_ns(progress->clock);
    if (!progress->is_terminal &&
        moment - progress->last_ns < PLAIN_LINE_EVERY_NS)
        return;
    progress->last_ns = moment;
    g_autofree char *line = progress_line(
        now, progress->clock->wall_us(progress->clock));
    if (progress->is_terminal) {
        fprintf(progress->stream, "\r\033[K%s", line);
        progress->line_open = true;
    } else {
        fprintf(progress->stream, "%s\n", line);
    }
    fflush(progress->stream);
}

static void show_outcome(Progress *progress, const DeliveryEvent *event)
{
    g_autofree char *reply = reply_to_line(event->reply);
    g_autofree char *why = error_printable(reply);
    close_line(progress);
    fprintf(progress->stream, "%s: %s%s%s\n", outcome_name(event->outcome),
            event->address, *why ? ": " : "", why);
}

void progress_report(void *data, const DeliveryEvent *event)
{
    Progress *progress = data;
    if (progress->is_json) {
        json_lines_event(event);
        return;
    }
    if (event->kind == DELIVERY_NOTICE) {
        g_autofree char *text = error_printable(event->text);
        close_line(progress);
        fprintf(progress->stream, "%s\n", text);
    }
    if (progress->is_quiet)
        return;
    if (event->kind == DELIVERY_OUTCOME)
        show_outcome(progress, event);
    else if (event->kind == DELIVERY_PROGRESS)
        show_progress(progress, event->progress);
}

void progress_finish(Progress *progress)
{
    close_line(progress);
}
