/* json_lines.c - see json_lines.h. */
#include "cli/json_lines.h"

#include <stdio.h>

#include <jansson.h>

static void print_object(json_t *object)
{
    g_assert(object != NULL);
    json_dumpf(object, stdout, JSON_COMPACT);
    fputc('\n', stdout);
    fflush(stdout);
    json_decref(object);
}

void json_lines_findings(const Findings *findings)
{
    for (size_t i = 0; i < findings_stored(findings); i++) {
        const Finding *finding = findings_at(findings, i);
        print_object(json_pack(
            "{s:s, s:s, s:s, s:s?, s:i, s:i, s:s}", "event", "finding",
            "severity", severity_name(finding->severity), "rule", finding->rule,
            "file", finding->file, "line", finding->line, "column",
            finding->column, "text", finding->text));
    }
}

void json_lines_totals(const Findings *findings, const char *error,
                       int exit_status)
{
    print_object(json_pack(
        "{s:s, s:s?, s:I, s:I, s:I, s:i}", "event", "check", "error", error,
        "errors", (json_int_t)findings_count(findings, SEVERITY_ERROR),
        "warnings", (json_int_t)findings_count(findings, SEVERITY_WARNING),
        "notes", (json_int_t)findings_count(findings, SEVERITY_NOTE),
        "exit_status", exit_status));
}

void json_lines_diagnosis(const Diagnosis *diagnosis)
{
    for (size_t i = 0; i < diagnosis_count(diagnosis); i++) {
        const DiagnosisLine *line = diagnosis_at(diagnosis, i);
        print_object(
            json_pack("{s:s, s:s, s:s, s:s, s:s?}", "event", "diagnosis",
                      "verdict", verdict_name(line->verdict), "check",
                      line->check, "text", line->text, "advice", line->advice));
    }
}

static json_t *pack_reasons(const ListCounts *counts)
{
    json_t *reasons = json_object();
    for (size_t i = 0; i < LIST_REASONS_MAX; i++)
        if (counts->reasons[i].count > 0)
            json_object_set_new(reasons, counts->reasons[i].reason,
                                json_integer(counts->reasons[i].count));
    return reasons;
}

void json_lines_plan(const PipelineFacts *facts, const PipelinePlan *plan)
{
    json_t *attachments = json_array();
    for (size_t i = 0; facts->attachments[i] != NULL; i++)
        json_array_append_new(attachments, json_string(facts->attachments[i]));
    json_t *languages = json_object();
    for (size_t i = 0; i < facts->version_count; i++)
        json_object_set_new(languages, facts->versions[i].lang,
                            json_integer(facts->versions[i].recipients));
    print_object(json_pack(
        "{s:s, s:s, s:s, s:b, s:I, s:I, s:o, s:f, s:o, s:o}", "event", "plan",
        "campaign", facts->campaign, "subject", facts->subject, "known",
        plan->known, "recipients", (json_int_t)facts->recipients, "to_send",
        (json_int_t)plan->to_send, "suppressed", pack_reasons(facts->counts),
        "estimate_seconds", (double)plan->estimate_ns / (double)UNITS_SECOND_NS,
        "attachments", attachments, "languages", languages));
}

static json_t *pack_progress(const char *event, const DeliveryProgress *now)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "event", event, "total",
                     (json_int_t)now->total, "sent", (json_int_t)now->sent,
                     "deferred", (json_int_t)now->deferred, "failed",
                     (json_int_t)now->failed, "unknown",
                     (json_int_t)now->unknown);
}

void json_lines_event(const DeliveryEvent *event)
{
    if (event->kind == DELIVERY_NOTICE) {
        print_object(
            json_pack("{s:s, s:s}", "event", "notice", "text", event->text));
        return;
    }
    if (event->kind == DELIVERY_PROGRESS) {
        json_t *object = pack_progress("progress", event->progress);
        json_object_set_new(object, "per_second",
                            json_real(event->progress->per_second));
        print_object(object);
        return;
    }
    g_autofree char *reply = reply_to_line(event->reply);
    print_object(json_pack("{s:s, s:s, s:s, s:i, s:s}", "event", "outcome",
                           "address", event->address, "outcome",
                           outcome_name(event->outcome), "code",
                           event->reply->code, "reply", reply));
}

void json_lines_summary(const char *campaign, const DeliveryProgress *totals,
                        int exit_status)
{
    json_t *object = pack_progress("summary", totals);
    json_object_set_new(object, "campaign", json_string(campaign));
    json_object_set_new(object, "exit_status", json_integer(exit_status));
    print_object(object);
}

void json_lines_campaign(const Campaign *campaign)
{
    json_t *object = json_pack("{s:s, s:s, s:s, s:b, s:I, s:I, s:I}", "event",
                               "campaign", "campaign", campaign->id, "subject",
                               campaign->subject, "test", campaign->test,
                               "created_us", (json_int_t)campaign->created_us,
                               "finished_us", (json_int_t)campaign->finished_us,
                               "recipients", (json_int_t)campaign->recipients);
    for (int outcome = OUTCOME_SENT; outcome < OUTCOME_COUNT; outcome++)
        json_object_set_new(object, outcome_name((Outcome)outcome),
                            json_integer(campaign->counts[outcome]));
    print_object(object);
}

/* What was known of a recipient before, oldest first. */
static json_t *pack_history(const Entry *entry)
{
    json_t *history = json_array();
    for (guint i = 0; entry->history != NULL && i < entry->history->len; i++) {
        const Entry *earlier = g_ptr_array_index(entry->history, i);
        g_autofree char *reply = reply_to_line(&earlier->reply);
        json_array_append_new(
            history,
            json_pack("{s:s, s:s?, s:i, s:s, s:I}", "outcome",
                      outcome_name(earlier->outcome), "message_id",
                      earlier->message_id, "code", earlier->reply.code, "reply",
                      reply, "at_us", (json_int_t)earlier->at_us));
    }
    return history;
}

void json_lines_wait(int64_t at_us)
{
    print_object(
        json_pack("{s:s, s:I}", "event", "wait", "at_us", (json_int_t)at_us));
}

void json_lines_entry(const char *campaign, const Entry *entry)
{
    g_autofree char *reply = reply_to_line(&entry->reply);
    print_object(json_pack(
        "{s:s, s:s, s:s, s:s, s:i, s:s?, s:i, s:s, s:I, s:I, s:o}", "event",
        "recipient", "campaign", campaign, "address", entry->address, "outcome",
        outcome_name(entry->outcome), "attempts", entry->attempts, "message_id",
        entry->message_id, "code", entry->reply.code, "reply", reply, "at_us",
        (json_int_t)entry->at_us, "next_us", (json_int_t)entry->next_us,
        "history", pack_history(entry)));
}

void json_lines_counts(const ListCounts *counts)
{
    print_object(json_pack(
        "{s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:I}", "event", "list",
        "rows", (json_int_t)counts->rows, "recipients",
        (json_int_t)counts->given, "duplicates", (json_int_t)counts->duplicates,
        "left", (json_int_t)counts->left, "suppressed",
        (json_int_t)counts->suppressed, "reasons", pack_reasons(counts),
        "filtered", (json_int_t)counts->filtered, "invalid",
        (json_int_t)counts->invalid, "unsupported",
        (json_int_t)counts->unsupported));
}

static json_t *pack_recipient(const BounceRecipient *recipient)
{
    const Reply *reply = &recipient->reply;
    g_autofree char *status = g_strdup_printf(
        "%d.%d.%d", reply->enhanced[0], reply->enhanced[1], reply->enhanced[2]);
    return json_pack("{s:s?, s:s?, s:s?, s:i, s:s, s:s?}", "address",
                     recipient->address, "final", recipient->final, "status",
                     reply->enhanced[0] != 0 ? status : NULL, "code",
                     reply->code, "class", bounce_class_name(recipient->class),
                     "text", reply->text);
}

void json_lines_return(const char *place, const Return *returned)
{
    const Bounce *bounce = returned->bounce;
    const Trace *trace = &returned->trace;
    g_autofree char *where = g_utf8_make_valid(place, -1);
    json_t *recipients = json_array();
    for (guint i = 0; i < bounce->recipients->len; i++)
        json_array_append_new(recipients,
                              pack_recipient(bounce->recipients->pdata[i]));
    print_object(
        json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s, s:s?, s:s?, s:s?, s:i, "
                  "s:s?, s:s?, s:o}",
                  "event", "bounce", "place", where, "kind",
                  bounce_kind_name(bounce->kind), "done",
                  return_doing_name(returned->doing), "why", returned->why,
                  "proof", trace_by_name(trace->by), "address",
                  trace->address.text, "campaign", trace->campaign, "class",
                  returned->recipient != NULL
                      ? bounce_class_name(returned->recipient->class)
                      : NULL,
                  "campaigns", returned->campaigns, "envid", bounce->envid,
                  "message_id", bounce->message_id, "recipients", recipients));
}

void json_lines_returns(const int64_t doings[RETURN_DOINGS],
                        const int64_t kinds[BOUNCE_KINDS],
                        const int64_t classes[BOUNCE_CLASSES], bool dry)
{
    json_t *by_doing = json_object();
    json_t *by_kind = json_object();
    json_t *by_class = json_object();
    for (int i = 0; i < RETURN_DOINGS; i++)
        json_object_set_new(by_doing, return_doing_name((ReturnDoing)i),
                            json_integer(doings[i]));
    for (int i = 0; i < BOUNCE_KINDS; i++)
        json_object_set_new(by_kind, bounce_kind_name((BounceKind)i),
                            json_integer(kinds[i]));
    for (int i = 0; i < BOUNCE_CLASSES; i++)
        json_object_set_new(by_class, bounce_class_name((BounceClass)i),
                            json_integer(classes[i]));
    print_object(json_pack("{s:s, s:o, s:o, s:o, s:b}", "event", "bounces",
                           "done", by_doing, "kinds", by_kind, "classes",
                           by_class, "dry_run", dry));
}

void json_lines_row(const char *file, int line, bool has_left,
                    const char *const *names, const char *const *values)
{
    g_autofree char *where = g_utf8_make_valid(file, -1);
    json_t *fields = json_object();
    for (size_t i = 0; names[i] != NULL; i++)
        if (*values[i] != '\0')
            json_object_set_new(fields, names[i], json_string(values[i]));
    print_object(json_pack("{s:s, s:s, s:i, s:b, s:o}", "event", "row", "file",
                           where, "line", line, "left", has_left, "fields",
                           fields));
}

void json_lines_suppression(const char *who, const Suppression *suppression)
{
    print_object(json_pack("{s:s, s:s, s:s, s:I}", "event", "suppression",
                           "who", who, "reason", suppression->reason, "at_us",
                           (json_int_t)suppression->at_us));
}

void json_lines_stat(const char *group, const char *value, int64_t count)
{
    print_object(json_pack("{s:s, s:s, s:s, s:I}", "event", "stat", "group",
                           group, "value", value, "count", (json_int_t)count));
}

void json_lines_unsubscribe(const char *result, bool automatic,
                            const char *place, const char *address,
                            const char *from)
{
    g_autofree char *where = g_utf8_make_valid(place, -1);
    print_object(json_pack("{s:s, s:s, s:b, s:s, s:s?, s:s?}", "event",
                           "unsubscribe", "result", result, "automatic",
                           automatic, "place", where, "address", address,
                           "from", from));
}

void json_lines_subscribe(const char *result, const char *place,
                          const char *address, const char *why)
{
    g_autofree char *where = g_utf8_make_valid(place, -1);
    print_object(json_pack("{s:s, s:s, s:s, s:s?, s:s?}", "event", "subscribe",
                           "result", result, "place", where, "address", address,
                           "why", why));
}

void json_lines_import(const ImportOutcome *outcome)
{
    g_autofree char *where = g_utf8_make_valid(outcome->place.file, -1);
    print_object(json_pack("{s:s, s:s, s:s, s:i, s:i, s:s?, s:s?}", "event",
                           "import", "became", import_fate_name(outcome->fate),
                           "file", where, "line", outcome->place.line, "column",
                           outcome->place.column, "address", outcome->address,
                           "why", outcome->why));
}

void json_lines_import_counts(const ImportCounts *counts)
{
    json_t *object = json_pack("{s:s, s:I}", "event", "imported", "rows",
                               (json_int_t)counts->rows);
    for (int fate = 0; fate < IMPORT_FATE_COUNT; fate++)
        json_object_set_new(object, import_fate_name((ImportFate)fate),
                            json_integer(counts->fates[fate]));
    print_object(object);
}
