/* recipients.c - see recipients.h. */
#include "check/recipients.h"

#include <string.h>

#include "base/suggest.h"
#include "check/parts.h"
#include "list/columns.h"

#define PLACES_SHOWN 3

/* What one field lacks, over all recipients. */
typedef struct Tally {
    const LetterField *field;
    int64_t found; /* the recipient's list has the column */
    int64_t missing;
    int64_t empty;   /* also where a column of another list is missing */
    GString *places; /* the first empty ones: "lists/a.csv:3" */
} Tally;

/* One language's letter. */
typedef struct Version {
    const Letter *letter;
    Tally *tallies;
    size_t count;
    bool compared; /* its parts, for the first who gets it */
} Version;

typedef struct Review {
    const RecipientsSource *source;
    Findings *findings;
    RecipientsSummary *summary;
    Version *versions;
    MessageBuffer *buffer;
    GString *bytes;
    char *largest_file; /* the row whose HTML part is the largest */
    int largest_line;
} Review;

/* --- fields --- */

/* False when a value that the letter needs is not there: the tally tells. */
static bool count_field(Tally *tally, const Subscriber *subscriber)
{
    const char *value = subscriber_field(subscriber, tally->field->name);
    if (value == NULL)
        tally->missing++;
    else
        tally->found++;
    if ((value != NULL && *value != '\0') || !tally->field->required)
        return true;
    if (tally->empty++ < PLACES_SHOWN)
        g_string_append_printf(
            tally->places, "%s%s:%d", tally->empty > 1 ? ", " : "",
            subscriber_file(subscriber), subscriber_line(subscriber));
    return false;
}

static bool count_fields(Version *version, const Subscriber *subscriber)
{
    bool complete = true;
    for (size_t i = 0; i < version->count; i++)
        complete = count_field(&version->tallies[i], subscriber) && complete;
    return complete;
}

/* Lists differ in their columns, and so do the people of one in YAML: where
 * one has it, it is empty for the others. */
static bool is_column(const Tally *tally, const List *list)
{
    char wanted[COLUMNS_KEY_MAX + 1];
    char key[COLUMNS_KEY_MAX + 1];
    columns_make_key(tally->field->name, wanted);
    for (const char *const *name = list_columns(list); *name != NULL; name++) {
        columns_make_key(*name, key);
        if (strcmp(key, wanted) == 0)
            return true;
    }
    return tally->found > 0;
}

static void report_tally(const Tally *tally, const RecipientsSource *source,
                         Findings *findings)
{
    const LetterField *field = tally->field;
    const List *list = source->list;
    if (source->no_list) {
        if (tally->missing > 0 || tally->empty > 0)
            findings_add(findings, SEVERITY_NOTE, "field", field->place,
                         "`%s` was not looked up, since there is no list; "
                         "give one with --list",
                         field->name);
        return;
    }
    if (tally->missing > 0 && !is_column(tally, list)) {
        g_autofree char *hint = suggest_hint(field->name, list_columns(list));
        findings_add(findings, SEVERITY_ERROR, "field", field->place,
                     "no column `%s` in the list%s", field->name, hint);
        return;
    }
    if (tally->empty > 0)
        findings_add(findings, SEVERITY_ERROR, "field", field->place,
                     "`%s` is empty for %" G_GINT64_FORMAT
                     " of the recipients (%s%s); give it a default: "
                     "{{%s | default: \"…\"}}",
                     field->name, tally->empty, tally->places->str,
                     tally->empty > PLACES_SHOWN ? ", …" : "", field->name);
}

static void version_init(Version *version, const Letter *letter)
{
    const LetterField *fields = letter_fields(letter, &version->count);
    version->letter = letter;
    version->tallies = g_new0(Tally, version->count + 1);
    for (size_t i = 0; i < version->count; i++) {
        version->tallies[i].field = &fields[i];
        version->tallies[i].places = g_string_new(NULL);
    }
}

static void version_clear(Version *version)
{
    for (size_t i = 0; i < version->count; i++)
        g_string_free(version->tallies[i].places, TRUE);
    g_free(version->tallies);
}

/* --- messages --- */

static void measure(Review *review, const Subscriber *subscriber)
{
    RecipientsSummary *summary = review->summary;
    int64_t html = (int64_t)message_buffer_html(review->buffer);
    int64_t length = (int64_t)message_buffer_length(review->buffer);
    summary->largest_message = MAX(summary->largest_message, length);
    if (html <= summary->largest_html)
        return;
    summary->largest_html = html;
    review->largest_line = subscriber_line(subscriber);
    if (g_strcmp0(review->largest_file, subscriber_file(subscriber)) != 0) {
        g_free(review->largest_file);
        review->largest_file = g_strdup(subscriber_file(subscriber));
    }
}

static void compose_one(Review *review, const Subscriber *subscriber)
{
    g_autoptr(GError) error = NULL;
    if (message_write(review->source->message, subscriber, 0, 0, review->buffer,
                      review->bytes, &error)) {
        measure(review, subscriber);
        return;
    }
    Place place = {subscriber_file(subscriber), subscriber_line(subscriber), 0};
    findings_add(review->findings, SEVERITY_ERROR, "merge", place, "%s: %s",
                 subscriber_address(subscriber)->text, error->message);
}

static bool visit(Review *review, const Subscriber *subscriber, GError **error)
{
    size_t index = message_choose(review->source->message, subscriber);
    Version *version = &review->versions[index];
    review->summary->by_version[index]++;
    if (!count_fields(version, subscriber))
        return true;
    compose_one(review, subscriber);
    if (version->compared || review->bytes->len == 0)
        return true;
    version->compared = true;
    return check_parts(version->letter, subscriber, review->findings, error);
}

static bool visit_all(Review *review, GError **error)
{
    List *list = review->source->list;
    GError *failure = NULL;
    const Subscriber *subscriber;
    while ((subscriber = list_next(list, &failure)) != NULL)
        if (!visit(review, subscriber, error))
            return false;
    review->summary->counts = *list_counts(list);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    return list_rewind(list, error);
}

/* --- reports --- */

static void report_clipping(const Review *review)
{
    int64_t bytes = review->summary->largest_html;
    bool over = bytes > HTML_BYTES_MAX;
    Place place = {review->largest_file, review->largest_line, 0};
    if (bytes <= HTML_BYTES_WARN)
        return;
    bool fatal = over && !review->source->allow_clipping;
    findings_add(review->findings, fatal ? SEVERITY_ERROR : SEVERITY_WARNING,
                 "clipping", place,
                 "the HTML part has %" G_GINT64_FORMAT
                 " KB for this recipient, the largest one; Gmail cuts a mail "
                 "%s 100 KB and hides the rest with the way to leave%s",
                 bytes / 1000, over ? "over" : "near",
                 fatal ? ": shorten the post and link to all of it, or give "
                         "--allow-clipping"
                       : "");
}

static void report_size(const Review *review)
{
    int64_t bytes = review->summary->largest_message;
    if (bytes > MESSAGE_BYTES_WARN)
        findings_add(review->findings, SEVERITY_WARNING, "size", (Place){0},
                     "a message of %" G_GINT64_FORMAT
                     " KB: some relays and mailboxes refuse it",
                     bytes / 1000);
}

static void report_all(const Review *review, size_t versions)
{
    for (size_t i = 0; i < versions; i++)
        for (size_t j = 0; j < review->versions[i].count; j++)
            report_tally(&review->versions[i].tallies[j], review->source,
                         review->findings);
    report_clipping(review);
    report_size(review);
}

bool check_recipients(const RecipientsSource *source, Findings *findings,
                      RecipientsSummary *summary, GError **error)
{
    size_t count = message_count(source->message);
    g_autofree Version *versions = g_new0(Version, count);
    g_autoptr(MessageBuffer) buffer = message_buffer_new();
    message_buffer_leave_files(buffer);
    for (size_t i = 0; i < count; i++)
        version_init(&versions[i],
                     message_letter(message_at(source->message, i)));
    *summary = (RecipientsSummary){0};
    Review review = {
        .source = source,
        .findings = findings,
        .summary = summary,
        .versions = versions,
        .buffer = buffer,
        .bytes = g_string_new(NULL),
    };
    bool ok = visit_all(&review, error);
    if (ok)
        report_all(&review, count);
    for (size_t i = 0; i < count; i++)
        version_clear(&versions[i]);
    g_string_free(review.bytes, TRUE);
    g_free(review.largest_file);
    return ok;
}
