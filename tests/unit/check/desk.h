/*
 * desk.h - a post, a list and a sender for a test, composed up to the
 * message.
 */
#ifndef CHECK_DESK_H
#define CHECK_DESK_H

#include "test.h"

#include <glib/gstdio.h>

#include "base/finding.h"
#include "message/message.h"

typedef struct Desk {
    char *folder;
    char *list_path;
    SenderConfig sender;
    ListConfig list_config;
    Post *post;
    Letter *letter;
    Message *message;
    TokenKey key;
    const char *paths[2]; /* borrowed by the list */
    List *list;
    Findings *findings;
    char *template_dir; /* NULL: the built-in one */
} Desk;

static inline void desk_write(const Desk *desk, const char *name,
                              const char *text)
{
    g_autofree char *path = g_build_filename(desk->folder, name, NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static inline void desk_open(Desk *desk)
{
    *desk = (Desk){.findings = findings_new()};
    desk->folder = g_dir_make_tmp("mirmail-check-XXXXXX", NULL);
    assert_non_null(desk->folder);
    desk->list_path = g_build_filename(desk->folder, "news.csv", NULL);
    assert_int_equal(
        mailbox_parse("News <news@example.org>", &desk->sender.from, NULL),
        ADDRESS_OK);
    desk->sender.organisation = (char *)(uintptr_t) "Example";
    desk->list_config.id = (char *)(uintptr_t) "news.example.org";
    desk->list_config.unsubscribe_url =
        (char *)(uintptr_t) "https://example.org/leave";
}

static inline void desk_compose(Desk *desk, const char *post, const char *csv)
{
    g_autoptr(GError) error = NULL;
    PostOptions post_options = {0};
    desk_write(desk, "news.csv", csv);
    desk->post = post_parse(post, strlen(post), "post.md", &post_options,
                            desk->findings, &error);
    assert_no_error(error);
    LetterSource letter = {
        .post = desk->post,
        .sender = &desk->sender,
        .list = &desk->list_config,
        .template_dir = desk->template_dir,
    };
    desk->letter = letter_compose(&letter, desk->findings, &error);
    assert_no_error(error);
    token_key_from_text(&desk->key, "news.example.org");
    MessageSource message = {
        .letter = desk->letter,
        .sender = &desk->sender,
        .list = &desk->list_config,
        .campaign = "post",
        .key = &desk->key,
    };
    desk->message = message_new(&message, &error);
    assert_no_error(error);
    desk->paths[0] = desk->list_path;
    ListOptions options = {.paths = desk->paths};
    desk->list = list_open(&options, desk->findings, &error);
    assert_no_error(error);
}

static inline void desk_clear(Desk *desk)
{
    static const char *const names[] = {"news.csv", "mail.txt", "mail.html",
                                        "theme.css"};
    list_close(desk->list);
    message_free(desk->message);
    letter_free(desk->letter);
    post_free(desk->post);
    mailbox_clear(&desk->sender.from);
    findings_free(desk->findings);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(desk->folder, names[i], NULL);
        (void)g_unlink(path);
    }
    g_rmdir(desk->folder);
    g_free(desk->template_dir);
    g_free(desk->list_path);
    g_free(desk->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Desk, desk_clear)

/* The line in print of the only finding with this rule; NULL: none. */
static inline char *desk_find(const Desk *desk, const char *rule)
{
    char *line = NULL;
    for (size_t i = 0; i < findings_stored(desk->findings); i++) {
        const Finding *finding = findings_at(desk->findings, i);
        if (strcmp(finding->rule, rule) != 0)
            continue;
        if (line != NULL)
            fail_msg("two findings [%s]: %s; %s", rule, line, finding->text);
        line = finding_to_line(finding);
    }
    return line;
}

static inline void assert_line(const Desk *desk, const char *rule,
                               const char *part)
{
    g_autofree char *line = desk_find(desk, rule);
    if (line == NULL || strstr(line, part) == NULL)
        fail_msg("`%s` is not in: %s", part, line ? line : "no finding");
}

#endif
