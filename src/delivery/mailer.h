/*
 * mailer.h - SMTP transactions by libESMTP, one session at a time.
 *
 * mailer_run() opens a line to the relay and carries jobs over it, one
 * transaction each, as long as next() gives one. It decides the outcome of
 * each job from the right answer: the reply to MAIL, else to RCPT, else to
 * the end of data. libESMTP's own return value says nothing about delivery
 * and is not used.
 *
 * Every job that next() gave ends in exactly one settle(). intend() is called
 * when the message's text has been handed over and before its final dot can
 * leave; only after a true answer does the dot go out. A connection that is
 * lost before the dot leaves the job OUTCOME_NONE, to be tried again; one
 * lost later, without an answer, OUTCOME_UNKNOWN.
 *
 *     what the relay did               outcome    meaning
 *     5xx to MAIL                      mostly NONE, REPLY_STOP
 *     421 to MAIL after other jobs     NONE       as reply_meaning()
 *     4xx at any step                  DEFERRED   as reply_meaning()
 *     500 to 504 after MAIL            DEFERRED   REPLY_RETRY
 *     5xx to RCPT, DATA, end of data   mostly FAILED
 *     2xx to the end of data           SENT       REPLY_ACCEPTED
 *     nothing, before the dot left     NONE       REPLY_RETRY
 *     nothing, after the dot left      UNKNOWN    REPLY_RETRY
 *
 * "Mostly": STOP is NONE, FAILED and REFUSED are FAILED, all else is DEFERRED.
 * When no answer came, the reply has code 0 and its text says why. NONE can
 * come again and again from a relay that drops every connection; the caller
 * counts.
 *
 * The only file that includes libesmtp.h is mailer.c. One call runs in one
 * thread; any number of threads may run at the same time. SIGPIPE is blocked
 * while mailer_run() runs. main() must set XDG_CONFIG_DIR to a place that
 * does not exist before any thread starts, so that libESMTP finds no files of
 * its own.
 */
#ifndef DELIVERY_MAILER_H
#define DELIVERY_MAILER_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "journal/journal.h"
#include "mail/reply.h"

typedef struct MailerJob {
    const char *recipient; /* an address that passed address_parse() */
    const char *reverse_path;
    const char *envid; /* RFC 3461 4.4, where the relay offers DSN; NULL */
    const char *bytes; /* passed message_gate() */
    size_t length;
    void *data; /* the caller's */
} MailerJob;

typedef struct MailerResult {
    Outcome outcome; /* SENT, DEFERRED, FAILED, UNKNOWN or NONE */
    ReplyStep step;  /* which step the reply answered */
    ReplyMeaning meaning;
    Reply reply; /* borrowed for the call; code 0: no answer */
} MailerResult;

typedef struct MailerCalls {
    /* The next job, kept by the caller until its settle(). May block while
     * it waits for its turn, up to some 20 seconds. False ends the session
     * with QUIT. */
    bool (*next)(void *data, MailerJob *job);
    /* As next(), but false when no job may start at this very moment; the
     * session goes on. May be NULL. It is asked while another message is
     * under way: without a message in reserve libESMTP ends the session when
     * the relay refuses DATA. */
    bool (*next_now)(void *data, MailerJob *job);
    /* Its MAIL left for the relay, no later than `at_ns` of the monotonic
     * clock. Once, before intend(), when the relay has answered it or never
     * will; not at all when it did not leave. */
    void (*begun)(void *data, const MailerJob *job, int64_t at_ns);
    /* May this message's dot leave? False drops the connection. */
    bool (*intend)(void *data, const MailerJob *job);
    void (*settle)(void *data, const MailerJob *job,
                   const MailerResult *result);
    void *data;
} MailerCalls;

typedef struct Mailer Mailer;

/* Shared by all threads: the relay's settings, the TLS context. `password`
 * is copied. ERROR_CONFIG when the authorities' file cannot be read. */
Mailer *mailer_new(const RelayConfig *relay, const char *hello,
                   const char *password, GError **error);
void mailer_free(Mailer *mailer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mailer, mailer_free)

/* One session of at most `messages_max` jobs. True when the session was
 * opened, whatever became of its jobs. Else ERROR_RETRY (relay not there,
 * busy), ERROR_PERMISSION (login refused) or ERROR_REJECTED (TLS, relay
 * refuses us): one sentence with cause and way out; next() was not called.
 * ERROR_SYSTEM (no descriptor, no thread) may come after next(); its job has
 * been settled as OUTCOME_NONE. */
bool mailer_run(Mailer *mailer, int messages_max, const MailerCalls *calls,
                GError **error);

/* Cuts every open session at once, from any thread, and lets no new one be
 * opened: mailer_run() then fails with ERROR_RETRY. */
void mailer_cancel(Mailer *mailer);

#endif
