/*
 * fuzz_leave.c - any request to the page where people leave, through the
 * environment of CGI: its first line the method, then target, type, language
 * and length, and the rest the body. Whatever comes, it is answered, nobody
 * leaves without a right token, and nothing of it is repeated.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "feedback/cgi.h"
#include "feedback/form.h"
#include "feedback/leave.h"
#include "feedback/leave_link.h"
#include "feedback/leave_page.h"

/* Of ada@example.org, under the key below, by tests/unit/mail. */
#define RIGHT "alg75u3hha4xr72jdv63yirnxzmhxvc42"
#define LINES 5

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Over files that are gone again: it reads them once and writes nothing. */
static Leave *open_leave(void)
{
    static char *lists[2];
    static Config config;
    g_autofree char *folder = g_dir_make_tmp("mirmail-fuzz-XXXXXX", NULL);
    g_assert(folder != NULL);
    lists[0] = g_build_filename(folder, "list.csv", NULL);
    config.keys = g_build_filename(folder, "keys", NULL);
    config.suppressions = g_build_filename(folder, "left.csv", NULL);
    config.lists = lists;
    config.list.id = g_strdup("news.example.org");
    config.list.unsubscribe_url = g_strdup("https://example.org/u/{token}");
    g_file_set_contents(lists[0], "email,lang\nada@example.org,he\n", -1, NULL);
    g_file_set_contents(
        config.keys, "a aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq\n",
        -1, NULL);
    chmod(config.keys, 0600);
    UnsubscribeOptions options = {.config = &config,
                                  .clock = clock_system(),
                                  .fill_random = random_system,
                                  .dry = true};
    Leave *leave = leave_open(&options, NULL);
    g_assert(leave != NULL);
    unlink(lists[0]);
    unlink(config.keys);
    rmdir(folder);
    return leave;
}

static void check_forms(const char *type, const char *body, size_t length)
{
    static const char *const urls[] = {
        "https://example.org/u/{token}", "https://example.org/u/{token}.html?x",
        "https://example.org/l?a=b&t={token}&c=d"};
    form_has(type, body, length, LEAVE_FIELD, LEAVE_VALUE);
    form_has("multipart/form-data; boundary=x", body, length, LEAVE_FIELD,
             LEAVE_VALUE);
    g_autofree char *text = g_strndup(body, length);
    for (size_t i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_autofree char *token = leave_link_token(urls[i], text);
        g_assert(token == NULL || (strlen(token) == KEYRING_TOKEN_LENGTH &&
                                   strstr(text, token)));
    }
}

static void check_answer(const LeaveRequest *request, const LeaveAnswer *answer)
{
    g_autofree char *lower = g_ascii_strdown(request->target, -1);
    bool right = strstr(lower, RIGHT) != NULL;
    g_assert(answer->error == NULL);
    g_assert(answer->status == 200 || answer->status == 400 ||
             answer->status == 404 || answer->status == 405);
    g_assert(right || answer->status >= 404);
    g_assert(strcmp(request->method, "POST") == 0 ||
             answer->event == LEAVE_SHOWED || answer->event == LEAVE_REFUSED);
    g_assert(
        g_utf8_validate(answer->body->str, (gssize)answer->body->len, NULL));
    g_assert(strstr(answer->body->str, "ada@") == NULL);
}

static void check_request(Leave *leave, char *const *lines, const char *body,
                          size_t length)
{
    static const char *const names[LINES] = {
        "REQUEST_METHOD", "PATH_INFO", "CONTENT_TYPE", "HTTP_ACCEPT_LANGUAGE",
        "CONTENT_LENGTH"};
    g_auto(GStrv) environment = NULL;
    CgiRequest request;
    LeaveAnswer answer;
    size_t claimed = 0;
    int status = 0;
    for (size_t i = 0; i < LINES && lines[i] != NULL; i++)
        environment = g_environ_setenv(environment, names[i], lines[i], TRUE);
    if (cgi_body_length(environment, &claimed, &status))
        g_assert(claimed <= LEAVE_BODY_MAX);
    else
        g_assert(status == 400 || status == 413);
    if (!cgi_read(environment, body, length, &request, NULL))
        return;
    leave_answer(leave, &request.request, &answer);
    check_answer(&request.request, &answer);
    g_autoptr(GString) out = g_string_new(NULL);
    cgi_append_answer(out, &answer, request.request.method);
    leave_answer_clear(&answer);
    cgi_request_clear(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static Leave *leave;
    if (leave == NULL)
        leave = open_leave();
    g_autofree char *text = g_strndup((const char *)bytes, size);
    g_auto(GStrv) lines = g_strsplit(text, "\n", LINES + 1);
    size_t start = 0;
    for (size_t i = 0; i < LINES && lines[i] != NULL; i++)
        start += strlen(lines[i]) + 1;
    start = MIN(start, size);
    check_forms(lines[0] != NULL && lines[1] != NULL ? lines[2] : NULL,
                (const char *)bytes + start, size - start);
    check_request(leave, lines, (const char *)bytes + start, size - start);
    return 0;
}
