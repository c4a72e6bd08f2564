/* leave.c - see leave.h. */
#include "feedback/leave.h"

#include <string.h>

#include "feedback/form.h"
#include "feedback/leave_link.h"
#include "feedback/leave_page.h"

#define HTML "text/html; charset=utf-8"
#define METHODS "GET, HEAD, POST"
#define RETRY_SECONDS "60"

struct Leave {
    Unsubscriber *unsubscriber;
    char *url;  /* with {token} */
    char *list; /* its name */
    char *policy;
};

/* --- life --- */

static bool check_url(const Config *config, GError **error)
{
    const char *url = config->list.unsubscribe_url;
    if (url != NULL && leave_link_is_right(url))
        return true;
    error_set_at(error, ERROR_CONFIG,
                 (Place){config->path ? config->path : "mirmail.yaml", 0, 0},
                 "`list.unsubscribe_url` %s; write "
                 "`https://news.example.org/u/{token}`, with your own host",
                 url == NULL ? "is not set" : "has no {token} in its path");
    return false;
}

Leave *leave_open(const UnsubscribeOptions *options, GError **error)
{
    const ListConfig *list = &options->config->list;
    g_autoptr(Leave) leave = g_new0(Leave, 1);
    if (!check_url(options->config, error))
        return NULL;
    leave->unsubscriber = unsubscriber_open(options, error);
    if (leave->unsubscriber == NULL)
        return NULL;
    leave->url = g_strdup(list->unsubscribe_url);
    leave->list = g_strdup(list->name != NULL ? list->name : list->id);
    leave->policy = leave_page_policy();
    return g_steal_pointer(&leave);
}

void leave_close(Leave *leave)
{
    if (leave == NULL)
        return;
    unsubscriber_close(leave->unsubscriber);
    g_free(leave->url);
    g_free(leave->list);
    g_free(leave->policy);
    g_free(leave);
}

void leave_answer_clear(LeaveAnswer *answer)
{
    g_clear_error(&answer->error);
    if (answer->body != NULL)
        g_string_free(answer->body, TRUE);
    *answer = (LeaveAnswer){0};
}

/* --- pages --- */

static const LeaveWords *choose_words(const Person *person,
                                      const LeaveRequest *request)
{
    const LeaveWords *words = leave_words_for(person->lang);
    return words != NULL ? words
                         : leave_words_accepted(request->accept_language);
}

static void say(const Leave *leave, const LeaveWords *words, LeaveSaying saying,
                LeaveAnswer *answer)
{
    static const struct {
        int status;
        LeaveEvent event;
    } rows[LEAVE_SAYINGS] = {
        [LEAVE_ASK] = {200, LEAVE_SHOWED},
        [LEAVE_LEFT] = {200, LEAVE_UNSUBSCRIBED},
        [LEAVE_ABSENT] = {200, LEAVE_UNKNOWN},
        [LEAVE_BROKEN] = {404, LEAVE_REFUSED},
        [LEAVE_LATER] = {503, LEAVE_FAILED},
    };
    answer->status = rows[saying].status;
    answer->event = rows[saying].event;
    answer->type = HTML;
    answer->language = words->lang;
    answer->policy = leave->policy;
    answer->retry_after = saying == LEAVE_LATER ? RETRY_SECONDS : NULL;
    answer->body = leave_page(words, saying, leave->list);
}

static void show(Leave *leave, const LeaveRequest *request, const char *token,
                 LeaveAnswer *answer)
{
    g_auto(Person) person = {0};
    bool is_right = unsubscribe_look(leave->unsubscriber, token, &person);
    say(leave, choose_words(&person, request),
        is_right ? LEAVE_ASK : LEAVE_BROKEN, answer);
}

static void unsubscribe_one(Leave *leave, const LeaveRequest *request,
                            const char *token, LeaveAnswer *answer)
{
    static const LeaveSaying sayings[] = {
        [UNSUBSCRIBE_DONE] = LEAVE_LEFT,
        [UNSUBSCRIBE_BEFORE] = LEAVE_LEFT,
        [UNSUBSCRIBE_ABSENT] = LEAVE_ABSENT,
        [UNSUBSCRIBE_REFUSED] = LEAVE_BROKEN,
        [UNSUBSCRIBE_FAILED] = LEAVE_LATER,
    };
    g_auto(Person) person = {0};
    UnsubscribeResult result = unsubscribe(leave->unsubscriber, token, &person,
                                           &answer->error);
    say(leave, choose_words(&person, request), sayings[result], answer);
    if (result == UNSUBSCRIBE_BEFORE)
        answer->event = LEAVE_REPEATED;
}

static void refuse_method(LeaveAnswer *answer)
{
    *answer = (LeaveAnswer){.status = 405,
                            .event = LEAVE_REFUSED,
                            .type = "text/plain; charset=utf-8",
                            .allow = METHODS};
    answer->body = g_string_new("This takes GET, HEAD and POST.\n");
}

void leave_answer(Leave *leave, const LeaveRequest *request,
                  LeaveAnswer *answer)
{
    bool posts = strcmp(request->method, "POST") == 0;
    *answer = (LeaveAnswer){0};
    if (!posts && strcmp(request->method, "GET") != 0 &&
        strcmp(request->method, "HEAD") != 0) {
        refuse_method(answer);
        return;
    }
    g_autofree char *found = leave_link_token(leave->url, request->target);
    const char *token = found != NULL ? found : "";
    if (posts && form_has(request->content_type, request->body,
                          request->body_length, LEAVE_FIELD, LEAVE_VALUE)) {
        unsubscribe_one(leave, request, token, answer);
        return;
    }
    show(leave, request, token, answer);
    if (posts && answer->status == 200) {
        answer->status = 400;
        answer->event = LEAVE_REFUSED;
    }
}

size_t leave_answer_fields(const LeaveAnswer *answer,
                           HttpField fields[LEAVE_FIELDS_MAX])
{
    const HttpField all[LEAVE_FIELDS_MAX] = {
        {"Content-Language", answer->language},
        {"Content-Security-Policy", answer->policy},
        {"Allow", answer->allow},
        {"Retry-After", answer->retry_after},
        {"X-Robots-Tag", "noindex"},
    };
    size_t count = 0;
    for (size_t i = 0; i < LEAVE_FIELDS_MAX; i++)
        if (all[i].value != NULL)
            fields[count++] = all[i];
    return count;
}
