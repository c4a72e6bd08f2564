/* enclosure.c - see enclosure.h. */
#include "message/enclosure.h"

#include "mail/encoding.h"
#include "mail/header.h"

GString *enclosure_write(const Enclosure *enclosure)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GString) type = g_string_new(enclosure->type);
    if (g_str_has_prefix(enclosure->type, "text/"))
        header_parameter(type, "charset", "UTF-8");
    if (g_str_is_ascii(enclosure->name))
        header_parameter(type, "name", enclosure->name);
    header_token(out, "Content-Type", type->str);
    header_token(out, "Content-Transfer-Encoding",
                 encoding_name(ENCODING_BASE64));
    if (enclosure->content_id != NULL)
        header_message_id(out, "Content-ID", enclosure->content_id);
    g_autoptr(GString) disposition = g_string_new(
        enclosure->content_id != NULL ? "inline" : "attachment");
    header_parameter(disposition, "filename", enclosure->name);
    header_token(out, "Content-Disposition", disposition->str);
    g_string_append(out, "\r\n");
    gsize length = 0;
    const void *bytes = g_bytes_get_data(enclosure->bytes, &length);
    encoding_append_base64(out, bytes, length);
    return out;
}
