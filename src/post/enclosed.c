/* enclosed.c - see enclosed.h. */
#include "post/enclosed.h"

#include <string.h>

#include "post/fields.h"

static const char *const attachment_keys[] = {"attachments", NULL};

static void clear_attachment(void *data)
{
    PostAttachment *attachment = data;
    g_free(attachment->file);
    g_free(attachment->name);
}

static bool read_attachment_key(const Value *map, const char *key, char **text,
                                GError **error)
{
    const char *const keys[] = {key, NULL};
    const Value *value = fields_find(map, keys);
    if (value_is_empty(value))
        return true;
    g_autofree char *what = g_strdup_printf("an attachment's `%s`", key);
    *text = g_strdup(value_text(value, what, error));
    return *text != NULL;
}

static bool add_attachment(Post *post, const Value *value, GError **error)
{
    PostAttachment attachment = {.place = value->place};
    if (value->kind == VALUE_TEXT && !value_is_empty(value))
        attachment.file = g_strdup(value->text);
    else if (value->kind == VALUE_MAP &&
             (!read_attachment_key(value, "file", &attachment.file, error) ||
              !read_attachment_key(value, "name", &attachment.name, error))) {
        clear_attachment(&attachment);
        return false;
    }
    if (attachment.file == NULL) {
        clear_attachment(&attachment);
        error_set_at(error, ERROR_INPUT, value->place,
                     "an attachment without a file; write `- flyer.pdf` or "
                     "`- {file: flyer.pdf, name: Programme.pdf}`");
        return false;
    }
    g_array_append_val(post->attachments, attachment);
    return true;
}

/* What was meant to go with the mail must not be missing from it. */
static bool read_attachments(Post *post, GError **error)
{
    const Value *value = fields_find(post->front_matter, attachment_keys);
    post->attachments = g_array_new(FALSE, TRUE, sizeof(PostAttachment));
    g_array_set_clear_func(post->attachments, clear_attachment);
    if (value_is_empty(value))
        return true;
    if (value->kind != VALUE_LIST)
        return add_attachment(post, value, error);
    for (guint i = 0; i < value->items->len; i++)
        if (!add_attachment(post, g_ptr_array_index(value->items, i), error))
            return false;
    return true;
}

static bool read_images(Post *post, GError **error)
{
    static const char *const keys[] = {"images", NULL};
    const Value *value = fields_find(post->front_matter, keys);
    if (value_is_empty(value) || value->kind != VALUE_TEXT)
        return true;
    if (strcmp(value->text, "inline") == 0)
        post->images = POST_IMAGES_INLINE;
    else if (strcmp(value->text, "remote") == 0)
        post->images = POST_IMAGES_REMOTE;
    else if (strpbrk(value->text, "./") == NULL) {
        error_set_at(error, ERROR_INPUT, value->place,
                     "`images` is inline or remote, not `%.40s`", value->text);
        return false;
    }
    return true;
}

bool enclosed_read(Post *post, GError **error)
{
    return read_attachments(post, error) && read_images(post, error);
}

void enclosed_inherit(Post *translation, const Post *post)
{
    if (fields_find(translation->front_matter, attachment_keys) != NULL)
        return;
    for (guint i = 0; i < post->attachments->len; i++) {
        const PostAttachment *from = &g_array_index(post->attachments,
                                                    PostAttachment, i);
        PostAttachment attachment = {
            .file = g_strdup(from->file),
            .name = g_strdup(from->name),
            .place = {translation->file, 0, 0},
        };
        g_array_append_val(translation->attachments, attachment);
    }
}
