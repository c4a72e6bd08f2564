/*
 * trace.h - whose mail it was that came back, proven.
 *
 *     Mail, Bounce ──trace_mail()──> Trace: address and campaign, or why not
 *
 * Anybody can write a mail that looks like a bounce. What proves it is
 * something that only we made and only the recipient's copy carried: the token
 * in its envelope sender, the token of its link to leave, or its Message-ID,
 * where a secret key made it and the journal has it for this very recipient.
 * The addresses of a report and its ENVID prove nothing; the ones say where to
 * look first, the other which campaign it was when only the person is proven.
 *
 * A token counts wherever it stands in the mail or in the header that came
 * back with it. One for a campaign that the journal does not have counts
 * nowhere. (R: RFC 3461 4.2, 4.4; mail/keyring.h; mail/verp.h.)
 *
 * One thread at a time.
 */
#ifndef FEEDBACK_TRACE_H
#define FEEDBACK_TRACE_H

#include "config/config.h"
#include "feedback/bounce.h"
#include "journal/journal.h"

typedef enum {
    TRACE_NOTHING,
    TRACE_TOKEN,
    TRACE_LINK,
    TRACE_MESSAGE_ID
} TraceBy;

typedef struct Trace {
    TraceBy by;
    Address address; /* text NULL with TRACE_NOTHING */
    char *campaign;  /* NULL: not known */
    const char *why; /* TRACE_NOTHING: what is missing */
} Trace;

void trace_clear(Trace *trace);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Trace, trace_clear)
const char *trace_by_name(TraceBy by); /* "token", "link", "message-id" */

/* All borrowed until tracer_close(). */
typedef struct TracerSource {
    const Config *config;
    const Keyring *keyring; /* NULL: none, so nothing can be proven */
    Journal *journal;       /* NULL: nothing was sent yet */
    const Clock *clock;
} TracerSource;

typedef struct Tracer Tracer;

Tracer *tracer_open(const TracerSource *source, GError **error);
void tracer_close(Tracer *tracer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tracer, tracer_close)

/* `trace` must be zeroed. False only when the lists or the journal cannot be
 * read. */
bool trace_mail(Tracer *tracer, const Mail *mail, const Bounce *bounce,
                Trace *trace, GError **error);

#endif
