/*
 * mail_file.h - a mail as a mailbox keeps it: its fields and its body.
 *
 *     bytes ──mail_file_parse()──> fields in order, unfolded; body with CRLF
 *
 * The mail is outside data: MAIL_FIELDS_MAX fields are looked at, whatever
 * else it holds is left alone. LF and CRLF are both line ends; the "From "
 * line of an mbox is passed over.
 */
#ifndef DOCTOR_MAIL_FILE_H
#define DOCTOR_MAIL_FILE_H

#include <stddef.h>

#include <glib.h>

#define MAIL_FIELDS_MAX 500

typedef struct MailField {
    char *name;
    char *value; /* one line, without blanks at the ends */
} MailField;

typedef struct MailFile {
    GArray *fields; /* of MailField */
    GString *body;
} MailFile;

MailFile *mail_file_parse(const char *bytes, size_t length);
void mail_file_free(MailFile *mail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MailFile, mail_file_free)

/* The value of the first such field from the top; NULL. */
const char *mail_file_get(const MailFile *mail, const char *name);
size_t mail_file_count(const MailFile *mail, const char *name);
const MailField *mail_file_at(const MailFile *mail, size_t index);

#endif
