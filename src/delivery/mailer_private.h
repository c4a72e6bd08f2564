/*
 * mailer_private.h - one session of the mailer, and the jobs on their way.
 *
 *     mailer.c         libESMTP: the session, its jobs, its events
 *     mailer_settle.c  what becomes of a job
 *
 * All of it belongs to the one thread that runs mailer_run().
 */
#ifndef DELIVERY_MAILER_PRIVATE_H
#define DELIVERY_MAILER_PRIVATE_H

#include <glib.h>

#include "delivery/line.h"
#include "delivery/mailer.h"

struct smtp_session; /* libESMTP's */
struct smtp_message;
struct smtp_recipient;

typedef enum {
    PHASE_QUEUED,    /* with libESMTP, MAIL not answered */
    PHASE_MAIL,      /* MAIL accepted */
    PHASE_RECIPIENT, /* RCPT accepted */
    PHASE_BODY,      /* the message is being read */
    PHASE_DOT,       /* intended: the dot may leave */
    PHASE_SETTLED,
} Phase;

typedef struct Session Session;

/* One job on its way. */
typedef struct Carriage {
    Session *session;
    int number; /* among the session's transactions, from 1 */
    MailerJob job;
    Phase phase;
    struct smtp_message *message;
    struct smtp_recipient *recipient;
    bool has_begun;   /* as begun() was told */
    bool handed_over; /* libESMTP has the bytes */
    int64_t body_ns;  /* when it began to read */
} Carriage;

struct Session {
    const Mailer *mailer;
    const MailerCalls *calls;
    Line *line;
    struct smtp_session *smtp;
    int messages_max;
    bool is_connected;    /* libESMTP has reached the line */
    bool is_closing;      /* no more jobs */
    int begun;            /* transactions that MAIL was answered for */
    GPtrArray *carriages; /* of Carriage *, in order */
};

/* Tells begun() of a job whose MAIL left, if it is not told yet. */
void tell_begun(Carriage *carriage);

/* Settles a job by a reply of the relay that is not an acceptance before the
 * end of data. Ends the session where the reply does. */
void settle_by_reply(Carriage *carriage, ReplyStep step, const Reply *reply);

/* Settles a job to which no answer came. Ends the session. */
void settle_without_reply(Carriage *carriage, Outcome outcome, ReplyStep step,
                          const char *reason);

/* Settles, after line_end(), every job that no event of libESMTP settled. */
void settle_rest(Session *session);

#endif
