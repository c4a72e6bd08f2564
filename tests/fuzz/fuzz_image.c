/*
 * fuzz_image.c - any bytes as an image file, as a data: URL and as a file's
 * name: no byte is read outside, sizes are believable, names are harmless.
 */
#include <stdint.h>
#include <string.h>

#include "letter/data_url.h"
#include "mail/filename.h"
#include "mail/header.h"
#include "mail/image.h"
#include "mail/media_type.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_image(const uint8_t *bytes, size_t size)
{
    ImageFacts facts = image_look(bytes, size);
    g_assert(facts.width >= 0 && facts.width <= IMAGE_SIDE_MAX);
    g_assert(facts.height >= 0 && facts.height <= IMAGE_SIDE_MAX);
    g_assert((facts.width == 0) == (facts.height == 0));
    g_assert((facts.format == IMAGE_NONE) ==
             (image_media_type(facts.format) == NULL));
    (void)media_type_is_program(bytes, size);
}

static void check_name(const char *text)
{
    g_autofree char *name = filename_from_path(text);
    g_assert(header_check(name, NULL));
    g_assert(*name != '\0' && *name != '.' && strpbrk(name, "/\\") == NULL);
    g_assert(g_utf8_strlen(name, -1) <= FILENAME_MAX_CHARACTERS);
    g_autofree char *again = filename_from_path(name);
    g_assert(strcmp(name, again) == 0);
    g_autoptr(GString) value = g_string_new("attachment");
    header_parameter(value, "filename", name);
    header_token(value, "Content-Disposition", "inline");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autofree char *text = g_strndup((const char *)bytes, size);
    check_image(bytes, size);
    check_name(text);
    g_autoptr(GBytes) data = data_url_decode(text);
    if (data != NULL) {
        gsize length = 0;
        const void *decoded = g_bytes_get_data(data, &length);
        g_assert(length > 0 && length <= strlen(text));
        check_image(decoded, length);
    }
    return 0;
}
