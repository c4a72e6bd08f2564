/* mailbox_name.c - what the encoded-words of a name say; see address.h. */
#include "mail/address.h"

#include <string.h>

#include <gmime/gmime.h>

#include "mail/header.h"

char *mailbox_read_name(const Mailbox *mailbox)
{
    if (strstr(mailbox->name, "=?") == NULL)
        return g_strdup(mailbox->name);
    g_mime_init();
    g_autofree char *words = g_mime_utils_header_decode_phrase(NULL,
                                                               mailbox->name);
    if (!g_utf8_validate(words, -1, NULL) || !header_check(words, NULL))
        return g_strdup(mailbox->name);
    return g_strstrip(g_utf8_normalize(words, -1, G_NORMALIZE_NFC));
}
