/* images.c - see images.h. */
#include "letter/images.h"

#include <string.h>

#include "base/file.h"
#include "base/units.h"
#include "document/uri.h"
#include "letter/data_url.h"
#include "mail/filename.h"
#include "mail/image.h"
#include "mail/token.h"

#define SHOWN_MAX 60 /* characters of an address in a sentence */

struct Images {
    ImagesSource source;
    Findings *findings;
    char *folder;
    GArray *list;          /* of LetterImage */
    GArray *facts;         /* of ImageFacts, one for each of the list */
    GHashTable *addresses; /* as written, to its number, from 1 */
    size_t bytes;
};

/* The address under way. */
typedef struct Candidate {
    const char *address;
    Place place;
} Candidate;

static void clear_image(void *data)
{
    LetterImage *image = data;
    g_free(image->address);
    g_free(image->name);
    g_bytes_unref(image->bytes);
}

Images *images_new(const ImagesSource *source, Findings *findings)
{
    Images *images = g_new0(Images, 1);
    images->source = *source;
    images->findings = findings;
    images->folder = file_folder(source->file);
    images->list = g_array_new(FALSE, TRUE, sizeof(LetterImage));
    g_array_set_clear_func(images->list, clear_image);
    images->facts = g_array_new(FALSE, TRUE, sizeof(ImageFacts));
    images->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                              NULL);
    return images;
}

void images_free(Images *images)
{
    if (images == NULL)
        return;
    g_free(images->folder);
    g_array_unref(images->list);
    g_array_unref(images->facts);
    g_hash_table_unref(images->addresses);
    g_free(images);
}

const LetterImage *images_list(const Images *images, size_t *count)
{
    *count = images != NULL ? images->list->len : 0;
    return images != NULL ? (const LetterImage *)(void *)images->list->data
                          : NULL;
}

/* --- saying no --- */

/* A data: URL can be a picture of a megabyte. */
static char *shorten(const char *address)
{
    if (g_utf8_strlen(address, -1) <= SHOWN_MAX)
        return g_strdup(address);
    const char *end = g_utf8_offset_to_pointer(address, SHOWN_MAX);
    return g_strdup_printf("%.*s...", (int)(end - address), address);
}

static void report(const Images *images, Severity severity,
                   const Candidate *candidate, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static void report(const Images *images, Severity severity,
                   const Candidate *candidate, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *shown = shorten(candidate->address);
    findings_add(images->findings, severity, "image", candidate->place,
                 "the image `%s`%s", shown, text);
}

static const char *way_out(const Images *images, FileProblem problem)
{
    bool wanted = images->source.wish == POST_IMAGES_INLINE;
    switch (problem) {
    case FILE_MISSING:
        return wanted ? "; put the file there, or take `images: inline` out "
                        "of the front matter"
                      : "; put the file beside the post, or say where it is on "
                        "the web with `base_url` or the post's `url`";
    case FILE_OUTSIDE:
        return "; copy it there, or say where it is on the web with "
               "`base_url` or the post's `url`";
    case FILE_LARGE:
        return "; scale it down, or put it on the web";
    case FILE_FINE:
    case FILE_IS_FOLDER:
    case FILE_EMPTY:
    case FILE_OTHER:
        break;
    }
    return "";
}

/* --- taking --- */

static ImageFate hand_out(const Images *images, guint index, TakenImage *taken)
{
    const ImageFacts *facts = &g_array_index(images->facts, ImageFacts, index);
    taken->address = g_array_index(images->list, LetterImage, index).address;
    taken->width = facts->width;
    taken->height = facts->height;
    return IMAGE_TAKEN;
}

static bool check_format(const Images *images, const Candidate *candidate,
                         const ImageFacts *facts)
{
    const char *name = image_format_name(facts->format);
    bool is_new = facts->format == IMAGE_WEBP || facts->format == IMAGE_AVIF;
    if (facts->format == IMAGE_NONE || facts->format == IMAGE_SVG) {
        report(images, SEVERITY_ERROR, candidate,
               " is %s, which mail programs do not show; save it as PNG or "
               "JPEG",
               name != NULL ? name : "no PNG, JPEG or GIF");
        return false;
    }
    if (facts->width == 0 && facts->format != IMAGE_AVIF) {
        report(images, SEVERITY_ERROR, candidate,
               " is a broken %s file: it does not say its size", name);
        return false;
    }
    if (is_new)
        report(images, SEVERITY_WARNING, candidate,
               " is %s, which Outlook for Windows does not show; PNG and JPEG "
               "are shown everywhere",
               name);
    return true;
}

static bool check_room(const Images *images, const Candidate *candidate,
                       size_t size)
{
    if (images->list->len >= IMAGES_MAX) {
        report(images, SEVERITY_ERROR, candidate,
               " is one too many: a mail takes %d; put them on the web",
               IMAGES_MAX);
        return false;
    }
    if (images->bytes + size <= IMAGES_BYTES_MAX)
        return true;
    g_autofree char *total = size_to_text((int64_t)(images->bytes + size));
    g_autofree char *limit = size_to_text(IMAGES_BYTES_MAX);
    report(images, SEVERITY_ERROR, candidate,
           " makes the images %s together, more than %s; scale them down, or "
           "put them on the web",
           total, limit);
    return false;
}

static bool find_same(const Images *images, GBytes *bytes, guint *index)
{
    for (guint i = 0; i < images->list->len; i++) {
        *index = i;
        if (g_bytes_equal(g_array_index(images->list, LetterImage, i).bytes,
                          bytes))
            return true;
    }
    return false;
}

/* "cid:", 64 bits of the content's SHA-256, a number, the list's domain. */
static char *make_address(const Images *images, const void *data, size_t length)
{
    g_autofree char *digest = token_digest(data, length);
    const char *domain = images->source.domain;
    return g_strdup_printf("cid:%.16s.%u@%s", digest, images->list->len + 1,
                           domain != NULL ? domain : "localhost");
}

/* `name` NULL: it gets one of its own. */
static ImageFate take_bytes(Images *images, const Candidate *candidate,
                            GBytes *bytes, const char *name, TakenImage *taken)
{
    gsize length = 0;
    const void *data = g_bytes_get_data(bytes, &length);
    guint index = 0;
    if (!find_same(images, bytes, &index)) {
        ImageFacts facts = image_look(data, length);
        if (!check_format(images, candidate, &facts) ||
            !check_room(images, candidate, length))
            return IMAGE_REFUSED;
        index = images->list->len;
        LetterImage image = {
            .address = make_address(images, data, length),
            .name = name != NULL ? filename_from_path(name)
                                 : g_strdup_printf("image-%u.%s", index + 1,
                                                   image_suffix(facts.format)),
            .type = image_media_type(facts.format),
            .bytes = g_bytes_ref(bytes),
        };
        image.content_id = image.address + strlen("cid:");
        g_array_append_val(images->list, image);
        g_array_append_val(images->facts, facts);
        images->bytes += length;
    }
    g_hash_table_insert(images->addresses, g_strdup(candidate->address),
                        GUINT_TO_POINTER(index + 1));
    return hand_out(images, index, taken);
}

static ImageFate take_data(Images *images, const Candidate *candidate,
                           TakenImage *taken)
{
    g_autoptr(GBytes) bytes = data_url_decode(candidate->address);
    if (images->source.wish == POST_IMAGES_REMOTE) {
        report(images, SEVERITY_ERROR, candidate,
               " would travel with the mail, and the front matter says "
               "`images: remote`");
        return IMAGE_REFUSED;
    }
    if (bytes == NULL) {
        report(images, SEVERITY_ERROR, candidate, " is a broken data: address");
        return IMAGE_REFUSED;
    }
    return take_bytes(images, candidate, bytes, NULL, taken);
}

/* The path in an address without scheme and host. */
static char *path_of(const char *address)
{
    g_autofree char *path = g_strndup(address, strcspn(address, "?#"));
    char *decoded = g_uri_unescape_string(path, "/");
    return decoded != NULL ? decoded : g_steal_pointer(&path);
}

static ImageFate take_file(Images *images, const Candidate *candidate,
                           TakenImage *taken)
{
    g_autofree char *path = path_of(candidate->address);
    FileProblem problem = FILE_FINE;
    g_autoptr(GError) fault = NULL;
    g_autoptr(GBytes) bytes = file_read(images->folder, path, IMAGES_BYTES_MAX,
                                        &problem, &fault);
    if (bytes != NULL)
        return take_bytes(images, candidate, bytes, path, taken);
    report(images, SEVERITY_ERROR, candidate, ": %s%s", fault->message,
           way_out(images, problem));
    return IMAGE_REFUSED;
}

static ImageFate take(void *data, const char *address, Place place,
                      TakenImage *taken)
{
    Images *images = data;
    Candidate candidate = {address, place};
    PostImages wish = images->source.wish;
    guint known = GPOINTER_TO_UINT(
        g_hash_table_lookup(images->addresses, address));
    if (known > 0)
        return hand_out(images, known - 1, taken);
    if (uri_has_scheme(address, "data"))
        return take_data(images, &candidate, taken);
    if (uri_scheme_length(address) > 0 || strchr("/?#", *address) != NULL ||
        wish == POST_IMAGES_REMOTE ||
        (wish == POST_IMAGES_AUTO && images->source.has_base))
        return IMAGE_LEFT;
    return take_file(images, &candidate, taken);
}

ImageTaker images_taker(Images *images)
{
    return (ImageTaker){take, images};
}

void images_finish(Images *images)
{
    if (images->bytes > IMAGES_BYTES_WARN) {
        g_autofree char *size = size_to_text((int64_t)images->bytes);
        findings_add(images->findings, SEVERITY_WARNING, "image",
                     (Place){images->source.file, 0, 0},
                     "the images in the mail have %s, which every recipient "
                     "gets; scale them to at most 1200 pixels, or put them on "
                     "the web",
                     size);
    }
    images->findings = NULL;
}
