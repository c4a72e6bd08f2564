/*
 * pipeline.h - the stages in order: the program's table of contents.
 *
 *     post_read ─ letter_compose ─ message_new ─ list_open   pipeline_compose
 *     every recipient's message once, thrown away            pipeline_check,
 *                                                            pipeline_check_links
 *     one recipient's message, shown                         pipeline_preview,
 *                                                            pipeline_page
 *     what changed since it was last sent                    pipeline_diff
 *     journal and delivery                                   pipeline_plan,
 *                                                            pipeline_send
 *
 * A Pipeline owns what its stages made and borrows the configuration. It
 * belongs to one thread; delivery starts its own workers inside
 * pipeline_send().
 */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include "base/clock.h"
#include "base/finding.h"
#include "config/config.h"
#include "delivery/delivery.h"
#include "journal/journal.h"
#include "list/list.h"

typedef struct PipelineOptions {
    const char *post;     /* a path, "-" for standard input */
    const char *input;    /* "markdown", "html"; NULL */
    const char *subject;  /* over the post's; NULL */
    const char *campaign; /* a name of its own; NULL: from the post */
    const char *lang;     /* of the post for everybody; NULL: each his own */
    const char *test;     /* one copy to this address, marked as a test */
    const char *const *attach; /* files, behind the post's own; NULL */
    const char *confirm;       /* the built-in post that asks people whether
                                  they want to be on the list, in place of
                                  `post`: the scope of the tokens to which
                                  they answer, see feedback/join.h; NULL */
    bool allow_clipping;       /* an HTML part that Gmail cuts is no error */
    bool may_lack_key;         /* keys that are not here are no error */
    bool no_list;              /* the recipient is an example without fields */
    ListOptions recipients;
    int64_t date_seconds; /* > 0: the date of every message, in UTC */
} PipelineOptions;

typedef struct Pipeline Pipeline;

/* Reads the post, composes the letter, opens the list. ERROR_INPUT,
 * ERROR_MISSING, ERROR_PERMISSION, ERROR_CONFIG. `config` and what `options`
 * points to must outlive the pipeline. */
Pipeline *pipeline_compose(const Config *config, const PipelineOptions *options,
                           Findings *findings, GError **error);
void pipeline_free(Pipeline *pipeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pipeline, pipeline_free)

/* Composes every recipient's message once: bad rows, missing fields and
 * values become findings, and so does what the front matter and the
 * configuration lack. */
bool pipeline_check(Pipeline *pipeline, Findings *findings, GError **error);

/* Asks the network for every address of the post and its translations. */
bool pipeline_check_links(Pipeline *pipeline, Findings *findings,
                          GError **error);

/* The post, and behind it its translations. */
typedef struct PipelineVersion {
    const char *lang;
    const char *file;
    int64_t recipients; /* after pipeline_check() */
} PipelineVersion;

typedef struct PipelineFacts {
    const char *campaign;
    const char *subject;
    const char *format; /* "Markdown" or "HTML" */
    const char *format_reason;
    int64_t recipients;      /* after pipeline_check() */
    int64_t largest_message; /* likewise, bytes */
    size_t links;
    size_t images;                  /* that travel with the mail */
    const char *const *attachments; /* their names, NULL-terminated */
    int64_t attachment_bytes;       /* of the files together */
    const ListCounts *counts;
    const PipelineVersion *versions;
    size_t version_count; /* at least 1 */
} PipelineFacts;

PipelineFacts pipeline_facts(const Pipeline *pipeline);

typedef enum {
    PREVIEW_MAIL,
    PREVIEW_TEXT,
    PREVIEW_HTML,
    PREVIEW_MIME
} PreviewKind;

typedef struct PipelineView {
    const char *as; /* NULL: the list's first recipient */
    PreviewKind kind;
    const Clock *clock; /* for the date, when none is pinned */
} PipelineView;

/* One recipient's copy: header and text, the text part, the HTML part, or
 * the bytes of the wire. An address that is not in the list is an
 * ERROR_INPUT. `shown` (may be NULL) gets the recipient's address. */
bool pipeline_preview(Pipeline *pipeline, const PipelineView *wanted,
                      GString *out, char **shown, GError **error);

typedef struct PipelinePage {
    const char *as;           /* as in PipelineView */
    const Findings *findings; /* shown beside the mail */
    const Clock *clock;
    bool partial;       /* the lists have more recipients than were checked */
    bool remote_images; /* the page may load https images */
    const char *state;  /* of a live page, see preview/page.h; NULL */
} PipelinePage;

/* Appends the preview page of one recipient's copy, after pipeline_check(). */
bool pipeline_page(Pipeline *pipeline, const PipelinePage *how, GString *out,
                   GError **error);

typedef struct PipelineDiff {
    bool same;       /* subject and text part */
    bool same_html;  /* likewise the HTML part */
    int64_t kept_us; /* when the other version was sent or tested */
} PipelineDiff;

/* Appends what changed in subject and text part since this campaign's letter
 * was last sent or tested, as `diff -u`. ERROR_MISSING when it never was. */
bool pipeline_diff(Pipeline *pipeline, Journal *journal, GString *out,
                   PipelineDiff *diff, GError **error);

/* What becomes of those of whom the relay's answer never came. */
typedef enum {
    UNKNOWN_LEAVE,  /* as they are: shown, and not written to */
    UNKNOWN_RESEND, /* again, with the same Message-ID */
    UNKNOWN_SKIP,   /* never; the campaign need not mention them again */
} UnknownPolicy;

typedef struct PipelinePlanning {
    bool revise; /* go on with a letter that has changed */
    UnknownPolicy unknown;
    const Clock *clock;
} PipelinePlanning;

typedef struct PipelinePlan {
    bool known;                  /* the journal has this campaign */
    int64_t created_us;          /* with known */
    int64_t done[OUTCOME_COUNT]; /* with known: outcomes so far */
    int64_t recovered;           /* outcomes that became unknown just now */
    UnknownPolicy unknown;       /* to be carried out */
    int64_t to_send;             /* recipients without a final outcome */
    int64_t estimate_ns;         /* at the configured rate */
} PipelinePlan;

/* Looks the campaign up and, when the journal has it, takes it for this
 * process. A post that has changed since the campaign began is an
 * ERROR_INPUT, unless `how->revise`. */
bool pipeline_plan(Pipeline *pipeline, Journal *journal,
                   const PipelinePlanning *how, PipelinePlan *plan,
                   GError **error);

/* What the plan says of those who are unknown; after the organiser has agreed
 * to it. */
bool pipeline_settle_unknown(Journal *journal, PipelinePlan *plan,
                             GError **error);

/* Nobody of the list is left to write to: the campaign ends with the list as
 * it is now, which may be shorter than when it began. */
bool pipeline_end(Pipeline *pipeline, Journal *journal, GError **error);

typedef struct PipelineSend {
    const PipelinePlan *plan;
    const char *arguments; /* kept for `mirmail resume`, quoted */
    const char *directory;
    char *const *passwords; /* of each relay, in their order; may be NULL */
    const Clock *clock;
    int64_t until_us; /* nobody is written to later; 0: any time */
    const int *stop;
    void (*report)(void *data, const DeliveryEvent *event);
    void *report_data;
} PipelineSend;

/* Carries out the plan. As delivery_run(). */
bool pipeline_send(Pipeline *pipeline, Journal *journal,
                   const PipelineSend *send, DeliveryEnd *end,
                   DeliveryProgress *progress, GError **error);

#endif
