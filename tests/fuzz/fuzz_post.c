/*
 * fuzz_post.c - any bytes as a post: either an error with words, or a post
 * that keeps the promises of post.h.
 */
#include <stdint.h>
#include <string.h>

#include "post/post.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_line(const char *text)
{
    g_assert(text[0] != '\0');
    g_assert(g_utf8_validate(text, -1, NULL));
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at))
        g_assert(!g_unichar_iscntrl(g_utf8_get_char(at)));
}

static void check_lines(const Post *post)
{
    check_line(post->title);
    if (post->subject != NULL)
        check_line(post->subject);
    if (post->description != NULL)
        check_line(post->description);
    if (post->url != NULL)
        check_line(post->url);
    for (guint i = 0; i < post->authors->len; i++)
        check_line(post->authors->pdata[i]);
}

static void check_body(const Post *post)
{
    g_assert(strlen(post->body) == post->body_length);
    g_assert(g_utf8_validate(post->body, -1, NULL));
    g_assert(strchr(post->body, '\r') == NULL);
    g_assert(post->body_line >= 1);
    g_assert(post->front_matter->kind == VALUE_MAP);
    g_assert(strlen(post->digest) == 64);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const PostOptions subject = {NULL, "A subject"};
    const PostOptions *const options[] = {NULL, &subject};
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autoptr(Findings) findings = findings_new();
        g_autoptr(GError) error = NULL;
        g_autoptr(Post)
            post = post_parse((const char *)bytes, size, "2016-06-29-x.md",
                              options[i], findings, &error);
        g_assert((post == NULL) == (error != NULL));
        if (error != NULL)
            check_line(error->message);
        if (post != NULL) {
            check_lines(post);
            check_body(post);
        }
        for (size_t j = 0; j < findings_stored(findings); j++) {
            g_autofree char *line = finding_to_line(findings_at(findings, j));
            check_line(line);
        }
    }
    return 0;
}
