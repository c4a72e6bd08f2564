/*
 * line_private.h - what the files of the line share.
 *
 *     line.c          settings, life, the loopback port, cancelling
 *     line_connect.c  from a name to a connected socket
 *     line_tls.c      OpenSSL: the context, the handshake, sessions
 *     line_certificate.c  whose certificate, whom to trust, what is wrong
 *     line_wire.c     bytes to and from the relay; the replies of the opening
 *     line_login.c    greeting, EHLO, STARTTLS
 *     line_auth.c     AUTH
 *     line_sasl.c, line_scram.c  what the mechanisms say, see line_sasl.h
 *     line_token.c    the access token that a command gives
 *     line_offer.c    what the EHLO answer says, and what libESMTP may see
 *     line_watch.c    which command each reply answers
 *     line_early.c    commands that need not wait for the answer to MAIL
 *     line_pump.c     both directions, after the opening
 *
 * All sockets are non-blocking. Moments are those of the monotonic clock.
 */
#ifndef DELIVERY_LINE_PRIVATE_H
#define DELIVERY_LINE_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include <glib.h>

#include "delivery/line.h"

#define LINE_REPLY_LINE_MAX 2048 /* bytes of one line of a reply */
#define LINE_REPLY_MAX 16384     /* bytes of one whole reply */
#define LINE_BUFFER_SIZE 65536
#define LINE_POLL_MAX_MS INT64_C(3600000)

/* --- settings --- */

typedef struct TlsContext TlsContext;

struct LineContext {
    char *host;
    int port;
    char *place; /* both, as errors name them: "[::1]:587" */
    TlsMode tls_mode;
    bool may_be_plain; /* also to a host that is not loopback */
    AuthMode auth;
    char *user;          /* NULL: no login */
    char *password;      /* wiped when freed */
    char *token_command; /* NULL: a password */
    char *hello;
    int64_t connect_timeout_ns;
    int64_t reply_timeout_ns;
    int64_t data_timeout_ns;
    TlsContext *tls;      /* NULL with TLS_NONE */
    bool has_certificate; /* of our own */
    int cancel_pipe[2];
    atomic_bool cancelled;
    pthread_mutex_t token_lock; /* what follows */
    char *token;                /* NULL: none; wiped */
    int64_t token_ns;           /* when its command gave it */
    bool has_had_token;
};

/* --- line_tls.c --- */

typedef struct Tls Tls;

/* What one attempt to move bytes came to. */
typedef enum {
    WIRE_DONE,
    WIRE_WANTS_READ,  /* again when the socket can be read */
    WIRE_WANTS_WRITE, /* again when it can be written */
    WIRE_CLOSED,      /* by the other side, in order */
    WIRE_BROKEN,
} WireStatus;

/* Reads the files that `relay` names. */
TlsContext *tls_context_new(const RelayConfig *relay, GError **error);
void tls_context_free(TlsContext *context);

/* `host` is the configured name or address: for SNI, for the check of the
 * certificate, and for the errors, as is `place`. Borrows all but `host`. */
Tls *tls_new(TlsContext *context, const char *host, const char *place, int fd);
void tls_free(Tls *tls);
WireStatus tls_handshake(Tls *tls);
/* After tls_handshake() was WIRE_CLOSED or WIRE_BROKEN: why, and what to do. */
void tls_set_error(Tls *tls, GError **error);
/* The same after tls_read() or tls_write(), when the relay has said why: with
 * TLS 1.3 it looks at our certificate only then. False: it has not. */
bool tls_set_late_error(Tls *tls, GError **error);
/* When the relay's certificate ends, in seconds since 1970; 0: unknown. */
int64_t tls_certificate_end(const Tls *tls);
WireStatus tls_read(Tls *tls, char *bytes, size_t size, size_t *length);
WireStatus tls_write(Tls *tls, const char *bytes, size_t length, size_t *done);
/* Says good-bye without waiting for the answer. */
void tls_shutdown(Tls *tls);

/* --- line_wire.c --- */

typedef struct Wire {
    LineContext *context;
    int fd; /* -1: none */
    Tls *tls;
    bool is_loopback;
    int wake_fd;   /* readable when this line is to end */
    char in[4096]; /* read and not yet looked at; the opening only */
    size_t in_start;
    size_t in_end;
} Wire;

typedef enum { WAIT_READY, WAIT_TIMEOUT, WAIT_CANCELLED } WaitResult;

/* Acknowledges at once what has come, so that the other side's Nagle algorithm
 * does not hold back what follows. */
void wire_acknowledge(int fd);

/* Until `events` of `fd`, the moment, or a cancel. */
WaitResult wire_wait(const Wire *wire, int fd, short events,
                     int64_t deadline_ns);
WireStatus wire_read(Wire *wire, char *bytes, size_t size, size_t *length);
WireStatus wire_write(Wire *wire, const char *bytes, size_t length,
                      size_t *done);
void wire_close(Wire *wire);

/* Sends one command, CRLF added. ERROR_REJECTED when the relay has said
 * something unasked before, because its answers could then be anybody's.
 * `verb` names it in errors. */
bool wire_command(Wire *wire, const char *verb, const char *command,
                  GError **error);
/* Reads one whole reply; `raw` gets its bytes. `to` names what it answers. */
bool wire_read_reply(Wire *wire, const char *to, GString *raw, Reply *reply,
                     GError **error);
/* TLS from here on. */
bool wire_start_tls(Wire *wire, GError **error);

void wire_set_cancelled(const Wire *wire, GError **error);

typedef enum { REPLY_LINE_MORE, REPLY_LINE_LAST, REPLY_LINE_BAD } ReplyLine;

/* What one line of a reply is, line end included. */
ReplyLine reply_line_read(const char *line, size_t length, int *code);

/* --- line_connect.c --- */

/* Connects the wire to the first address of the relay that answers. */
bool wire_connect(Wire *wire, GError **error);

/* --- line_offer.c --- */

typedef struct Offer {
    bool has_starttls;
    bool has_pipelining;
    bool has_dsn;
    char *auth_names; /* as the relay lists them; NULL: no AUTH */
    int64_t size_limit;
    GString *answer; /* the EHLO answer that libESMTP gets */
} Offer;

/* Reads a 250 answer to EHLO. */
void offer_read(Offer *offer, const char *raw, size_t length);
bool offer_has_auth(const Offer *offer, const char *name);
void offer_clear(Offer *offer);

/* --- line_login.c --- */

/* The opening of one line. */
typedef struct Dialogue {
    Wire *wire;
    Offer *offer;
    GString *raw; /* the last reply, and what it says */
    Reply reply;
} Dialogue;

/* Sends a command and reads the answer. */
bool dialogue_say(Dialogue *dialogue, const char *verb, const char *command,
                  GError **error);

/* From the connected socket to the point where MAIL may come. */
bool login_run(Wire *wire, Offer *offer, GError **error);

/* --- line_auth.c --- */

/* The login, when there is one to make. */
bool auth_run(Dialogue *dialogue, GError **error);

/* --- line_token.c --- */

/* A copy of an access token that is at most minutes old. `is_shared`: other
 * lines had it before. Any thread; waits for the command. */
bool token_take(LineContext *context, char **token, bool *is_shared,
                GError **error);
/* This token was refused; the next login gets a new one. */
void token_drop(LineContext *context, const char *token);

/* --- line_watch.c --- */

typedef enum {
    WATCH_MAIL,
    WATCH_RCPT,
    WATCH_DATA,
    WATCH_DOT,
    WATCH_RSET,
    WATCH_QUIT,
    WATCH_OTHER,
} WatchCommand;

#define WATCH_COMMANDS 7
#define WATCH_PENDING_MAX 16

/* Follows one conversation. Not locked. */
typedef struct Watch {
    WatchCommand pending[WATCH_PENDING_MAX]; /* sent, not answered; in order */
    int pending_count;
    bool in_data; /* after 354: what is sent is the message */
    bool dot_left;
    int transactions;
    char tail[5];    /* the last bytes of the message */
    char command[4]; /* the first bytes of a command line */
    size_t command_length;
    GString *reply;                /* what has come of the reply under way */
    size_t line_start;             /* in `reply` */
    char *replies[WATCH_COMMANDS]; /* of the transaction; NULL: none yet */
    char *stray;                   /* a 421 that nobody asked for */
    char *last;
    bool is_early; /* RCPT and DATA left before libESMTP has said them */
    GString *held; /* what is passed when it has */
} Watch;

void watch_init(Watch *watch);
void watch_clear(Watch *watch);

/* These bytes have left for the relay. */
void watch_sent(Watch *watch, const char *bytes, size_t length);

/* These bytes have come from the relay; whole replies are appended to
 * `passed` in a form that libESMTP can read. False with a sentence in
 * `failure` when they cannot be the answers to what was sent. */
bool watch_received(Watch *watch, const char *bytes, size_t length,
                    GString *passed, char **failure);

/* --- line_early.c --- */

typedef struct Early {
    GString *commands; /* those that left before libESMTP has said them */
    size_t said;       /* bytes of them that it has said since */
} Early;

void early_init(Early *early);
void early_clear(Early *early);

/* libESMTP has said these bytes, and all before them have left. Takes off what
 * left earlier, adds what may leave together with them, and appends to `down`
 * the answers that were held back. False when the line must end. */
bool early_pass(Early *early, Line *line, char *bytes, size_t *length,
                size_t size, GString *down);

/* --- line.c, line_pump.c --- */

/* Starts a thread that gets no signals. 0, or an error number. */
int line_start_thread(pthread_t *thread, void *(*run)(void *), void *data);

struct Line {
    LineContext *context;
    Wire wire;
    Offer offer;
    int wake_pipe[2];
    int listener;    /* -1 after line_admit() */
    int own_port;    /* where it listens */
    int client;      /* our end of the loopback connection */
    int libesmtp_fd; /* its other end, which is libESMTP's */
    char *address;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; /* what follows */
    Watch watch;
    GPtrArray *foreseen; /* of char *: each transaction's RCPT command */
    int64_t mail_ns;     /* when the last MAIL left */
    bool has_ended;
    char *failure;
};

/* The thread's function; `data` is the Line. */
void *pump_run(void *data);

#endif
