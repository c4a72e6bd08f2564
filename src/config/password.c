/* password.c - see password.h. */
#include "config/password.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#define FILE_KEY "relay.password_file"
#define ROUND_MS 20 /* how often a silent command is asked whether it ended */

/* One byte more than allowed tells a line that is too long. */
typedef struct Line {
    char bytes[TOKEN_MAX + 2];
    size_t most; /* PASSWORD_MAX or TOKEN_MAX */
    size_t length;
    bool ended; /* its line break was seen */
} Line;

/* Takes what belongs to the first line, ignores the rest. */
static void take(Line *line, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length && !line->ended; i++) {
        line->ended = bytes[i] == '\n';
        if (!line->ended && line->length <= line->most)
            line->bytes[line->length++] = bytes[i];
    }
}

static bool is_token(const Line *line)
{
    for (size_t i = 0; i < line->length; i++)
        if (!g_ascii_isalnum(line->bytes[i]) &&
            strchr("-._~+/=", line->bytes[i]) == NULL)
            return false;
    return true;
}

/* Gives the line away as a secret and wipes it in any case. */
static bool accept_line(Line *line, const char *where, char **secret,
                        GError **error)
{
    bool may_be_token = line->most == TOKEN_MAX;
    const char *kind = may_be_token ? "token" : "password";
    /* A CR before the line break belongs to the break. */
    if (line->length > 0 && line->length <= line->most &&
        line->bytes[line->length - 1] == '\r')
        line->length--;
    g_autofree char *problem = NULL;
    if (line->length == 0)
        problem = g_strdup_printf("no %s: the first line is empty", kind);
    else if (line->length > line->most)
        problem = g_strdup_printf("the first line is over %zu bytes, too long "
                                  "for a %s",
                                  line->most, kind);
    else if (memchr(line->bytes, 0, line->length) != NULL)
        problem = g_strdup("the first line holds a NUL byte");
    else if (may_be_token && !is_token(line))
        problem = g_strdup("the first line is no access token, which is one "
                           "word of letters, digits and -._~+/=");
    else
        *secret = g_strndup(line->bytes, line->length);
    explicit_bzero(line, sizeof *line);
    if (problem != NULL)
        error_set(error, ERROR_CONFIG, "%s: %s", where, problem);
    return problem == NULL;
}

void config_password_free(char *password)
{
    if (password == NULL)
        return;
    explicit_bzero(password, strlen(password));
    g_free(password);
}

/* --- a command --- */

typedef struct Order {
    const char *where; /* the setting, for errors */
    const char *command;
    int cancel_fd; /* -1: none */
    const Clock *clock;
    int64_t limit_ns;
    size_t most; /* of the line */
} Order;

typedef enum { RUN_ENDED, RUN_LATE, RUN_CANCELLED } RunEnd;

typedef struct Run {
    GPid child;
    int output; /* -1 after its end */
    int status;
    bool exited;
    bool failed; /* the output could not be read to its end */
    Line line;
} Run;

/* `ok` false: the error is set already. */
static bool accept_run(Run *run, bool ok, const char *where, char **secret,
                       GError **error)
{
    if (ok && !run->failed)
        return accept_line(&run->line, where, secret, error);
    explicit_bzero(&run->line, sizeof run->line);
    if (ok)
        error_set(error, ERROR_SYSTEM, "%s: cannot be read", where);
    return false;
}

/* The threads of a send block signals, which a command must get. */
static void lead_group(void *data)
{
    (void)data;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
}

static bool start(Run *run, const Order *order, GError **error)
{
    g_autofree char *copy = g_strdup(order->command);
    char shell[] = "/bin/sh";
    char option[] = "-c";
    char *arguments[] = {shell, option, copy, NULL};
    g_autoptr(GError) reason = NULL;
    /* GLib gives the child /dev/null as standard input. */
    if (g_spawn_async_with_pipes(
            NULL, arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, lead_group, NULL,
            &run->child, NULL, &run->output, NULL, &reason))
        return true;
    error_set(error, ERROR_SYSTEM, "%s: cannot be started: %s", order->where,
              reason->message);
    return false;
}

static void read_some(Run *run)
{
    char buffer[512];
    ssize_t count = read(run->output, buffer, sizeof buffer);
    if (count > 0)
        take(&run->line, buffer, (size_t)count);
    int number = errno;
    explicit_bzero(buffer, sizeof buffer);
    if (count == 0 || (count < 0 && number != EINTR)) {
        run->failed = count < 0;
        close(run->output);
        run->output = -1;
    }
}

static void stop(Run *run)
{
    if (run->output >= 0)
        close(run->output);
    run->output = -1;
    if (run->exited)
        return;
    kill(-run->child, SIGKILL);
    while (waitpid(run->child, &run->status, 0) < 0 && errno == EINTR)
        continue;
    run->exited = true;
}

/* Until the command has ended and its output is read. A grandchild that keeps
 * the pipe open, as an agent would, does not hold us: the exit of the command
 * itself with nothing left to read is the end. */
static RunEnd follow(Run *run, const Order *order)
{
    const Clock *clock = order->clock;
    int64_t end = clock->monotonic_ns(clock) + order->limit_ns;
    for (;;) {
        if (clock->monotonic_ns(clock) >= end)
            return RUN_LATE;
        struct pollfd wait[] = {
            {.fd = run->output, .events = POLLIN},
            {.fd = order->cancel_fd, .events = POLLIN},
        };
        bool has_event = poll(wait, G_N_ELEMENTS(wait),
                              run->exited ? 0 : ROUND_MS) > 0;
        if (has_event && wait[1].revents != 0)
            return RUN_CANCELLED;
        if (has_event)
            read_some(run);
        else if (run->exited)
            return RUN_ENDED;
        if (!run->exited)
            run->exited = waitpid(run->child, &run->status, WNOHANG) ==
                          run->child;
        if (run->exited && run->output < 0)
            return RUN_ENDED;
    }
}

static bool judge(const Run *run, const Order *order, GError **error)
{
    if (WIFEXITED(run->status) && WEXITSTATUS(run->status) == 0)
        return true;
    if (WIFEXITED(run->status))
        error_set(error, ERROR_CONFIG, "%s: ended with status %d", order->where,
                  WEXITSTATUS(run->status));
    else
        error_set(error, ERROR_CONFIG, "%s: was ended by signal %d",
                  order->where, WTERMSIG(run->status));
    return false;
}

static bool run_order(const Order *order, char **secret, GError **error)
{
    Run run = {.output = -1, .line.most = order->most};
    if (!start(&run, order, error))
        return false;
    RunEnd end = follow(&run, order);
    stop(&run);
    if (end == RUN_LATE)
        error_set(error, ERROR_CONFIG, "%s: did not end within %d seconds",
                  order->where, (int)(order->limit_ns / 1000000000));
    else if (end == RUN_CANCELLED)
        error_set(error, ERROR_RETRY, "%s: was broken off here", order->where);
    bool ok = end == RUN_ENDED && judge(&run, order, error);
    return accept_run(&run, ok, order->where, secret, error);
}

bool password_from_command(const char *command, const Clock *clock,
                           int64_t limit_ns, char **password, GError **error)
{
    Order order = {
        "`relay.password_command`", command, -1, clock, limit_ns, PASSWORD_MAX};
    return run_order(&order, password, error);
}

bool token_from_command(const char *command, int cancel_fd, const Clock *clock,
                        int64_t limit_ns, char **token, GError **error)
{
    Order order = {"`relay.token_command`",
                   command,
                   cancel_fd,
                   clock,
                   limit_ns,
                   TOKEN_MAX};
    return run_order(&order, token, error);
}

bool config_token(const char *command, int cancel_fd, char **token,
                  GError **error)
{
    *token = NULL;
    return token_from_command(command, cancel_fd, clock_system(),
                              TOKEN_LIMIT_NS, token, error);
}

/* --- a file, a variable --- */

static bool check_mode(int file, const char *key, const char *path,
                       GError **error)
{
    struct stat about;
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
        error_set(error, ERROR_CONFIG, "`%s`: %s is no regular file", key,
                  path);
        return false;
    }
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        error_set(error, ERROR_PERMISSION,
                  "`%s`: others than its owner may use %s (mode %03o); run "
                  "chmod 600 on it",
                  key, path, (unsigned)about.st_mode & 0777U);
        return false;
    }
    return true;
}

int config_open_secret(const char *key, const char *path, GError **error)
{
    /* O_NONBLOCK: to open a pipe must not wait for its writer. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        int number = errno;
        error_set(error, error_code_of_open(number), "`%s`: %s: %s", key, path,
                  g_strerror(number));
        return -1;
    }
    if (check_mode(file, key, path, error))
        return file;
    close(file);
    return -1;
}

bool password_from_file(const char *path, char **password, GError **error)
{
    int file = config_open_secret(FILE_KEY, path, error);
    if (file < 0)
        return false;
    Run run = {.output = file, .line.most = PASSWORD_MAX};
    while (run.output >= 0 && !run.line.ended &&
           run.line.length <= PASSWORD_MAX)
        read_some(&run);
    if (run.output >= 0)
        close(run.output);
    return accept_run(&run, true, "`" FILE_KEY "`", password, error);
}

bool password_from_variable(const char *name, char **password, GError **error)
{
    const char *value = g_getenv(name);
    if (value == NULL) {
        error_set(error, ERROR_CONFIG,
                  "`relay.password_env`: the environment has no variable %s",
                  name);
        return false;
    }
    Line line = {.most = PASSWORD_MAX};
    take(&line, value, strlen(value));
    g_autofree char *where = g_strdup_printf(
        "`relay.password_env`: variable %s", name);
    return accept_line(&line, where, password, error);
}

bool config_password(const RelayConfig *relay, char **password, GError **error)
{
    *password = NULL;
    if (relay->user == NULL || relay->auth == AUTH_NONE ||
        relay->token_command != NULL)
        return true;
    if (relay->password_command != NULL)
        return password_from_command(relay->password_command, clock_system(),
                                     PASSWORD_LIMIT_NS, password, error);
    if (relay->password_file != NULL)
        return password_from_file(relay->password_file, password, error);
    if (relay->password_env != NULL)
        return password_from_variable(relay->password_env, password, error);
    error_set(error, ERROR_CONFIG,
              "`relay.user` is set without a password; use "
              "`relay.password_command`, `relay.password_file`, "
              "`relay.password_env` or `relay.token_command`");
    return false;
}

/* --- what fits together --- */

static Place place_of(const Value *map, const char *key)
{
    const Value *value = map != NULL ? value_get(map, key) : NULL;
    return value != NULL ? value->place : map != NULL ? map->place : (Place){0};
}

static bool is_one_secret(const RelayConfig *relay, const Value *map,
                          GError **error)
{
    const struct {
        const char *key;
        const char *value;
    } sources[] = {
        {"password_command", relay->password_command},
        {"password_file", relay->password_file},
        {"password_env", relay->password_env},
        {"token_command", relay->token_command},
    };
    const char *first = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        if (sources[i].value == NULL)
            continue;
        if (first != NULL) {
            error_set_at(error, ERROR_CONFIG, place_of(map, sources[i].key),
                         "`%s` and `%s` both say what to log in with; keep one "
                         "of them",
                         first, sources[i].key);
            return false;
        }
        first = sources[i].key;
    }
    return true;
}

bool secrets_fit(const RelayConfig *relay, const Value *map, GError **error)
{
    bool wants_token = relay->auth == AUTH_XOAUTH2 ||
                       relay->auth == AUTH_OAUTHBEARER;
    bool wants_password = !wants_token && relay->auth != AUTH_AUTO &&
                          relay->auth != AUTH_NONE;
    if (!is_one_secret(relay, map, error))
        return false;
    if (wants_token && relay->token_command == NULL)
        error_set_at(error, ERROR_CONFIG, place_of(map, "auth"),
                     "`auth` asks for a login with an access token; "
                     "`token_command` must say where it is");
    else if (wants_password && relay->token_command != NULL)
        error_set_at(error, ERROR_CONFIG, place_of(map, "auth"),
                     "`auth` asks for a login with a password, and "
                     "`token_command` gives a token; write `auth: auto`");
    else if (relay->client_key != NULL && relay->client_certificate == NULL)
        error_set_at(error, ERROR_CONFIG, place_of(map, "client_key"),
                     "`client_key` is of no use without `client_certificate`");
    else
        return true;
    return false;
}
