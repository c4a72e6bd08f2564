/* media_type.c - see media_type.h. The only file that knows libmagic. */
#include "mail/media_type.h"

#include <string.h>

#include <magic.h>

#include "mail/image.h"

#define UNKNOWN "application/octet-stream"
#define LOOKED_AT 1000000UL /* bytes; what a file is stands at its start */
#define TYPE_MAX 100

/* RFC 6838 4.2, as far as registered types go: letters, digits and `.+-`. */
static bool is_media_type(const char *type)
{
    static const char *const tops[] = {"application/", "audio/", "font/",
                                       "image/",       "model/", "text/",
                                       "video/"};
    size_t top = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(tops); i++)
        if (g_str_has_prefix(type, tops[i]))
            top = strlen(tops[i]);
    if (top == 0 || type[top] == '\0' || strlen(type) > TYPE_MAX)
        return false;
    for (const char *at = type + top; *at != '\0'; at++)
        if (!g_ascii_isalnum(*at) && strchr(".+-", *at) == NULL)
            return false;
    return true;
}

static bool is_text(const void *bytes, size_t length)
{
    return memchr(bytes, 0, length) == NULL &&
           g_utf8_validate_len(bytes, length, NULL);
}

static char *ask_magic(const void *bytes, size_t length, GError **error)
{
    magic_t magic = magic_open(MAGIC_MIME_TYPE | MAGIC_ERROR);
    if (magic == NULL || magic_load(magic, NULL) != 0) {
        const char *why = magic != NULL ? magic_error(magic) : NULL;
        error_set(error, ERROR_SYSTEM,
                  "libmagic cannot read its database%s%s; install it "
                  "(libmagic-mgc)",
                  why != NULL ? ": " : "", why != NULL ? why : "");
        if (magic != NULL)
            magic_close(magic);
        return NULL;
    }
    const char *answer = magic_buffer(magic, bytes, MIN(length, LOOKED_AT));
    char *type = g_strdup(answer != NULL ? answer : UNKNOWN);
    magic_close(magic);
    return type;
}

char *media_type_guess(const void *bytes, size_t length, GError **error)
{
    const char *image = image_media_type(image_look(bytes, length).format);
    if (image != NULL)
        return g_strdup(image);
    g_autofree char *type = ask_magic(bytes, length, error);
    if (type == NULL)
        return NULL;
    if (!is_media_type(type) ||
        (g_str_has_prefix(type, "text/") && !is_text(bytes, length)))
        return g_strdup(UNKNOWN);
    return g_steal_pointer(&type);
}

bool media_type_is_program(const void *bytes, size_t length)
{
    static const struct {
        const char *start;
        size_t length;
    } programs[] = {
        {"MZ", 2}, /* Windows */
        {"\x7f"    /* Linux */
         "ELF",
         4},
        {"\xfe\xed\xfa\xce", 4}, /* macOS, 32 and 64 bits, both orders */
        {"\xfe\xed\xfa\xcf", 4},
        {"\xce\xfa\xed\xfe", 4},
        {"\xcf\xfa\xed\xfe", 4},
        {"\xca\xfe\xba\xbe", 4}, /* macOS for several machines; Java */
        {"dex\n", 4},            /* Android */
        {"#!", 2},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++)
        if (length >= programs[i].length &&
            memcmp(bytes, programs[i].start, programs[i].length) == 0)
            return true;
    return false;
}
