/* recipients.c - see recipients.h. */
#include "check/recipients.h"

#include "base/suggest.h"

#define PLACES_SHOWN 3

/* What one field lacks, over all recipients. */
typedef struct Tally {
    const LetterField *field;
    int64_t missing; /* no such column in the recipient's list */
    int64_t empty;
    GString *places; /* the first empty ones: "lists/a.csv:3" */
} Tally;

static void count_fields(Tally *tallies, size_t count,
                         const Subscriber *subscriber)
{
    for (size_t i = 0; i < count; i++) {
        Tally *tally = &tallies[i];
        const char *value = subscriber_field(subscriber, tally->field->name);
        if (value == NULL) {
            tally->missing++;
        } else if (*value == '\0' && tally->field->required) {
            if (tally->empty++ < PLACES_SHOWN)
                g_string_append_printf(
                    tally->places, "%s%s:%d", tally->empty > 1 ? ", " : "",
                    subscriber_file(subscriber), subscriber_line(subscriber));
        }
    }
}

static void report_tally(const Tally *tally, const List *list,
                         Findings *findings)
{
    const LetterField *field = tally->field;
    if (tally->missing > 0) {
        g_autofree char *hint = suggest_hint(field->name, list_columns(list));
        findings_add(findings, SEVERITY_ERROR, "field", field->place,
                     "no column `%s` in the list%s", field->name, hint);
    }
    if (tally->empty > 0)
        findings_add(findings, SEVERITY_ERROR, "field", field->place,
                     "`%s` is empty for %" G_GINT64_FORMAT
                     " of the recipients (%s%s); give it a default: "
                     "{{%s | default: \"…\"}}",
                     field->name, tally->empty, tally->places->str,
                     tally->empty > PLACES_SHOWN ? ", …" : "", field->name);
}

/* A recipient whose field is missing or empty is told by the tally. */
static bool is_tallied(const Letter *letter, const Subscriber *subscriber)
{
    size_t count = 0;
    const LetterField *fields = letter_fields(letter, &count);
    for (size_t i = 0; i < count; i++) {
        const char *value = subscriber_field(subscriber, fields[i].name);
        if (value == NULL || (*value == '\0' && fields[i].required))
            return true;
    }
    return false;
}

static void compose_one(const Message *message, const Subscriber *subscriber,
                        MessageBuffer *buffer, GString *bytes,
                        Findings *findings)
{
    g_autoptr(GError) error = NULL;
    if (message_write(message, subscriber, 0, 0, buffer, bytes, &error))
        return;
    Place place = {subscriber_file(subscriber), subscriber_line(subscriber), 0};
    findings_add(findings, SEVERITY_ERROR, "merge", place, "%s: %s",
                 subscriber_address(subscriber)->text, error->message);
}

typedef struct Review {
    const Letter *letter;
    const Message *message;
    Findings *findings;
    RecipientsSummary *summary;
    Tally *tallies;
    size_t tally_count;
} Review;

static bool visit_all(List *list, const Review *review, GError **error)
{
    g_autoptr(MessageBuffer) buffer = message_buffer_new();
    GString *bytes = g_string_new(NULL);
    GError *failure = NULL;
    const Subscriber *subscriber;
    while ((subscriber = list_next(list, &failure)) != NULL) {
        RecipientsSummary *summary = review->summary;
        count_fields(review->tallies, review->tally_count, subscriber);
        if (is_tallied(review->letter, subscriber))
            continue;
        compose_one(review->message, subscriber, buffer, bytes,
                    review->findings);
        summary->largest_message = MAX(summary->largest_message,
                                       (int64_t)bytes->len);
    }
    g_string_free(bytes, TRUE);
    review->summary->counts = *list_counts(list);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    return list_rewind(list, error);
}

bool check_recipients(List *list, const Letter *letter, const Message *message,
                      Findings *findings, RecipientsSummary *summary,
                      GError **error)
{
    size_t count = 0;
    const LetterField *fields = letter_fields(letter, &count);
    g_autofree Tally *tallies = g_new0(Tally, count + 1);
    for (size_t i = 0; i < count; i++) {
        tallies[i].field = &fields[i];
        tallies[i].places = g_string_new(NULL);
    }
    *summary = (RecipientsSummary){0};
    Review review = {letter, message, findings, summary, tallies, count};
    bool ok = visit_all(list, &review, error);
    for (size_t i = 0; i < count; i++) {
        if (ok)
            report_tally(&tallies[i], list, findings);
        g_string_free(tallies[i].places, TRUE);
    }
    if (ok && summary->largest_message > MESSAGE_BYTES_WARN)
        findings_add(findings, SEVERITY_WARNING, "size", (Place){0},
                     "a message of %" G_GINT64_FORMAT
                     " KB: some relays and mailboxes refuse it",
                     summary->largest_message / 1000);
    return ok;
}
