/* attachment.c - see attachment.h. */
#include "message/attachment.h"

#include <string.h>

#include "base/file.h"
#include "base/units.h"
#include "mail/filename.h"
#include "mail/media_type.h"
#include "mail/token.h"
#include "message/enclosure.h"
#include "message/message.h"

struct Attachments {
    GArray *list; /* of Attachment */
    size_t encoded_bytes;
    int64_t size_bytes;
};

static void attachment_clear(void *data)
{
    Attachment *attachment = data;
    g_free(attachment->name);
    g_free(attachment->type);
    g_free(attachment->digest);
    g_string_free(attachment->part, TRUE);
}

Attachments *attachments_new(void)
{
    Attachments *attachments = g_new0(Attachments, 1);
    attachments->list = g_array_new(FALSE, TRUE, sizeof(Attachment));
    g_array_set_clear_func(attachments->list, attachment_clear);
    return attachments;
}

void attachments_free(Attachments *attachments)
{
    if (attachments == NULL)
        return;
    g_array_unref(attachments->list);
    g_free(attachments);
}

size_t attachments_count(const Attachments *attachments)
{
    return attachments != NULL ? attachments->list->len : 0;
}

const Attachment *attachments_at(const Attachments *attachments, size_t index)
{
    return &g_array_index(attachments->list, Attachment, index);
}

int64_t attachments_size(const Attachments *attachments)
{
    return attachments != NULL ? attachments->size_bytes : 0;
}

/* --- reading --- */

static const char *way_out(FileProblem problem, bool has_folder)
{
    switch (problem) {
    case FILE_MISSING:
        return has_folder ? "; a path starts at the post's folder"
                          : "; --attach takes a path that starts here";
    case FILE_OUTSIDE:
        return "; put it there, or give it with --attach";
    case FILE_IS_FOLDER:
        return "; pack it into one, such as a zip file";
    case FILE_LARGE:
        return "; put it on the web and link to it";
    case FILE_FINE:
    case FILE_EMPTY:
    case FILE_OTHER:
        break;
    }
    return "";
}

static GBytes *read_source(const AttachmentSource *source, GError **error)
{
    FileProblem problem = FILE_FINE;
    g_autoptr(GError) fault = NULL;
    GBytes *bytes = file_read(source->folder, source->path, MESSAGE_BYTES_MAX,
                              &problem, &fault);
    if (bytes == NULL)
        error_set_at(error, (ErrorCode)fault->code, source->place,
                     "the attachment `%s`: %s%s", source->path, fault->message,
                     way_out(problem, source->folder != NULL));
    return bytes;
}

/* --- what mailboxes think of it --- */

/* What Gmail and Outlook take from nobody, by name. */
static bool has_refused_suffix(const char *name)
{
    static const char *const suffixes[] = {
        "ade", "adp", "apk", "appx", "bat",  "cab", "chm", "cmd", "com",
        "cpl", "dll", "dmg", "exe",  "hta",  "img", "ins", "iso", "isp",
        "jar", "js",  "jse", "lib",  "lnk",  "mde", "msc", "msi", "msp",
        "mst", "nsh", "pif", "ps1",  "psm1", "reg", "scr", "sct", "shb",
        "sys", "vb",  "vbe", "vbs",  "vhd",  "vxd", "wsc", "wsf", "wsh",
        "xll", "sh",  "py",  "rb",   "pl",   NULL,
    };
    const char *dot = strrchr(name, '.');
    g_autofree char *suffix = dot != NULL ? g_ascii_strdown(dot + 1, -1) : NULL;
    return suffix != NULL && g_strv_contains(suffixes, suffix);
}

static void judge(const Attachments *attachments, const Attachment *attachment,
                  const AttachmentSource *source, bool is_program,
                  Findings *findings)
{
    if (is_program || has_refused_suffix(attachment->name))
        findings_add(findings, SEVERITY_WARNING, "attachment", source->place,
                     "many mailboxes refuse a mail with a program or script "
                     "such as `%s`; put it on the web and link to it",
                     attachment->name);
    for (size_t i = 0; i < attachments_count(attachments); i++)
        if (strcmp(attachments_at(attachments, i)->name, attachment->name) == 0)
            findings_add(findings, SEVERITY_WARNING, "attachment",
                         source->place,
                         "a second attachment is called `%s`; give it a `name` "
                         "of its own",
                         attachment->name);
}

static void note_name(const Attachment *attachment,
                      const AttachmentSource *source, Findings *findings)
{
    if (source->name != NULL && strcmp(source->name, attachment->name) != 0)
        findings_add(findings, SEVERITY_NOTE, "attachment", source->place,
                     "the attachment's name becomes `%s`", attachment->name);
}

/* --- adding --- */

static bool check_total(const Attachments *attachments, size_t added,
                        const AttachmentSource *source, GError **error)
{
    size_t total = attachments->encoded_bytes + added;
    if (attachments_count(attachments) >= ATTACHMENTS_MAX) {
        error_set_at(error, ERROR_INPUT, source->place,
                     "the attachment `%s` is one too many: a mail takes %d; "
                     "pack them into one",
                     source->path, ATTACHMENTS_MAX);
        return false;
    }
    if (total <= MESSAGE_BYTES_MAX)
        return true;
    g_autofree char *size = size_to_text((int64_t)total);
    g_autofree char *limit = size_to_text(MESSAGE_BYTES_MAX);
    error_set_at(error, ERROR_INPUT, source->place,
                 "with the attachment `%s` the mail has %s (encoded), more "
                 "than %s; put it on the web and link to it",
                 source->path, size, limit);
    return false;
}

bool attachments_add(Attachments *attachments, const AttachmentSource *source,
                     Findings *findings, GError **error)
{
    g_autoptr(GBytes) bytes = read_source(source, error);
    if (bytes == NULL)
        return false;
    gsize length = 0;
    const void *data = g_bytes_get_data(bytes, &length);
    Attachment attachment = {.size_bytes = (int64_t)length};
    attachment.type = media_type_guess(data, length, error);
    if (attachment.type == NULL)
        return false;
    attachment.name = filename_from_path(source->name != NULL ? source->name
                                                              : source->path);
    attachment.digest = token_digest(data, length);
    Enclosure enclosure = {attachment.type, attachment.name, NULL, bytes};
    attachment.part = enclosure_write(&enclosure);
    if (!check_total(attachments, attachment.part->len, source, error)) {
        attachment_clear(&attachment);
        return false;
    }
    judge(attachments, &attachment, source, media_type_is_program(data, length),
          findings);
    note_name(&attachment, source, findings);
    attachments->encoded_bytes += attachment.part->len;
    attachments->size_bytes += attachment.size_bytes;
    g_array_append_val(attachments->list, attachment);
    return true;
}
