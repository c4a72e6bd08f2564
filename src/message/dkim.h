/*
 * dkim.h - signatures by which a domain answers for a mail (RFC 6376), made
 * over the very bytes that are sent.
 *
 *     Config.dkim ──dkim_signer_load()──> DkimSigner
 *     bytes of a message ──dkim_sign()──> the same with DKIM-Signature on top
 *
 * relaxed/relaxed, no l=, t= the message's date, lines of at most 78. Every
 * field that stands in the message is signed, and those that matter to a
 * reader once more than they stand there, so that nobody can add a second
 * one (5.4.2). List-Unsubscribe-Post may only go out when both it and
 * List-Unsubscribe are signed (RFC 8058 4); here they always are.
 *
 * A DkimSigner is constant and for any thread; each thread has its own
 * DkimScratch.
 */
#ifndef MESSAGE_DKIM_H
#define MESSAGE_DKIM_H

#include "base/finding.h"
#include "config/config.h"
#include "mail/dkim_key.h"

typedef struct DkimSigner DkimSigner;

typedef struct DkimScratch {
    GString *canonical;
    GString *field;
} DkimScratch;

void dkim_scratch_init(DkimScratch *scratch);
void dkim_scratch_clear(DkimScratch *scratch);

/* A key from its file. Errors as dkim_signer_load(). */
DkimKey *dkim_load_key(const char *path, GError **error);

/* Reads the keys. NULL without an error when there is nothing to sign with.
 * ERROR_MISSING, ERROR_PERMISSION when others may read a key, ERROR_CONFIG. */
DkimSigner *dkim_signer_load(const DkimList *wanted, Findings *findings,
                             GError **error);
void dkim_signer_free(DkimSigner *signer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DkimSigner, dkim_signer_free)

/* Fields that a relay writes anew, such as "message-id", are not signed:
 * their signature would break there. Lower case, before the first message. */
void dkim_signer_leave(DkimSigner *signer, const char *field);

/* Puts one signature a key above the message. `bytes` has passed
 * message_gate(). ERROR_SYSTEM, with `bytes` as they were. */
bool dkim_sign(const DkimSigner *signer, int64_t unix_seconds,
               DkimScratch *scratch, GString *bytes, GError **error);

/* How many bytes dkim_sign() would add to a message with this header. */
size_t dkim_length(const DkimSigner *signer, DkimScratch *scratch,
                   const GString *bytes);

#endif
