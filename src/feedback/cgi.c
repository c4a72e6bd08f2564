/* cgi.c - see cgi.h. */
#include "feedback/cgi.h"

#include <string.h>

#include "feedback/http.h"

#define LINE_END "\r\n"

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } rows[] = {
        {200, "OK"},
        {400, "Bad Request"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {413, "Content Too Large"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].status == status)
            return rows[i].reason;
    return "Service Unavailable";
}

bool cgi_body_length(char **environment, size_t *length, int *status)
{
    const char *text = g_environ_getenv(environment, "CONTENT_LENGTH");
    guint64 value = 0;
    *length = 0;
    if (text == NULL || *text == '\0')
        return true;
    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &value, NULL)) {
        *status = 400;
        return false;
    }
    *status = 413;
    *length = (size_t)MIN(value, LEAVE_BODY_MAX);
    return value <= LEAVE_BODY_MAX;
}

/* The script's own name is no part of it: a rule of the web server may have
 * put it there. */
static char *make_target(char **environment)
{
    const char *path = g_environ_getenv(environment, "PATH_INFO");
    const char *query = g_environ_getenv(environment, "QUERY_STRING");
    return g_strconcat(path != NULL ? path : "",
                       query != NULL && *query != '\0' ? "?" : "",
                       query != NULL ? query : "", NULL);
}

bool cgi_read(char **environment, const char *body, size_t length,
              CgiRequest *request, GError **error)
{
    const char *method = g_environ_getenv(environment, "REQUEST_METHOD");
    *request = (CgiRequest){0};
    if (method == NULL || *method == '\0') {
        error_set(error, ERROR_USAGE,
                  "--cgi is for a web server, which sets REQUEST_METHOD; "
                  "without it `mirmail serve` is a server of its own");
        return false;
    }
    request->target = make_target(environment);
    request->request = (LeaveRequest){
        .method = method,
        .target = request->target,
        .content_type = g_environ_getenv(environment, "CONTENT_TYPE"),
        .accept_language = g_environ_getenv(environment,
                                            "HTTP_ACCEPT_LANGUAGE"),
        .body = body,
        .body_length = length,
    };
    return true;
}

void cgi_request_clear(CgiRequest *request)
{
    g_free(request->target);
    *request = (CgiRequest){0};
}

static void append_field(GString *out, const char *name, const char *value)
{
    g_string_append_printf(out, "%s: %s" LINE_END, name, value);
}

static void append_head(GString *out, int status, const char *type)
{
    g_string_append_printf(out, "Status: %d %s" LINE_END, status,
                           reason_of(status));
    append_field(out, "Content-Type", type);
    for (const HttpField *field = http_common_fields; field->name; field++)
        append_field(out, field->name, field->value);
}

void cgi_append_answer(GString *out, const LeaveAnswer *answer,
                       const char *method)
{
    HttpField fields[LEAVE_FIELDS_MAX];
    size_t count = leave_answer_fields(answer, fields);
    append_head(out, answer->status, answer->type);
    for (size_t i = 0; i < count; i++)
        append_field(out, fields[i].name, fields[i].value);
    g_string_append(out, LINE_END);
    if (strcmp(method, "HEAD") != 0)
        g_string_append_len(out, answer->body->str, (gssize)answer->body->len);
}

void cgi_append_status(GString *out, int status)
{
    append_head(out, status, "text/plain; charset=utf-8");
    g_string_append_printf(out, LINE_END "%s\n", reason_of(status));
}
