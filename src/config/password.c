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

#include "config/config.h"

#define COMMAND "`relay.password_command`"
#define FILE_KEY "`relay.password_file`"
#define ROUND_MS 20 /* how often a silent command is asked whether it ended */

/* One byte more than allowed tells a line that is too long. */
typedef struct Line {
    char bytes[PASSWORD_MAX + 2];
    size_t length;
    bool ended; /* its line break was seen */
} Line;

/* Takes what belongs to the first line, ignores the rest. */
static void take(Line *line, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length && !line->ended; i++) {
        line->ended = bytes[i] == '\n';
        if (!line->ended && line->length <= PASSWORD_MAX)
            line->bytes[line->length++] = bytes[i];
    }
}

/* Gives the line away as a password and wipes it in any case. */
static bool accept_line(Line *line, const char *where, char **password,
                        GError **error)
{
    /* A CR before the line break belongs to the break. */
    if (line->length > 0 && line->length <= PASSWORD_MAX &&
        line->bytes[line->length - 1] == '\r')
        line->length--;
    const char *problem = NULL;
    if (line->length == 0)
        problem = "no password: the first line is empty";
    else if (line->length > PASSWORD_MAX)
        problem = "the first line is over 255 bytes, too long for a password";
    else if (memchr(line->bytes, 0, line->length) != NULL)
        problem = "the first line holds a NUL byte";
    else
        *password = g_strndup(line->bytes, line->length);
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

typedef struct Run {
    GPid child;
    int output; /* -1 after its end */
    int status;
    bool exited;
    bool failed; /* the output could not be read to its end */
    Line line;
} Run;

/* `ok` false: the error is set already. */
static bool accept_run(Run *run, bool ok, const char *where, char **password,
                       GError **error)
{
    if (ok && !run->failed)
        return accept_line(&run->line, where, password, error);
    explicit_bzero(&run->line, sizeof run->line);
    if (ok)
        error_set(error, ERROR_SYSTEM, "%s: cannot be read", where);
    return false;
}

static void lead_group(void *data)
{
    (void)data;
    setpgid(0, 0);
}

static bool start(Run *run, const char *command, GError **error)
{
    g_autofree char *copy = g_strdup(command);
    char shell[] = "/bin/sh";
    char option[] = "-c";
    char *arguments[] = {shell, option, copy, NULL};
    g_autoptr(GError) reason = NULL;
    /* GLib gives the child /dev/null as standard input. */
    if (g_spawn_async_with_pipes(
            NULL, arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, lead_group, NULL,
            &run->child, NULL, &run->output, NULL, &reason))
        return true;
    error_set(error, ERROR_SYSTEM, COMMAND ": cannot be started: %s",
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
static bool follow(Run *run, const Clock *clock, int64_t limit_ns)
{
    int64_t end = clock->monotonic_ns(clock) + limit_ns;
    for (;;) {
        if (clock->monotonic_ns(clock) >= end)
            return false;
        struct pollfd wait = {.fd = run->output, .events = POLLIN};
        if (poll(&wait, 1, run->exited ? 0 : ROUND_MS) > 0)
            read_some(run);
        else if (run->exited)
            return true;
        if (!run->exited)
            run->exited = waitpid(run->child, &run->status, WNOHANG) ==
                          run->child;
        if (run->exited && run->output < 0)
            return true;
    }
}

static bool judge(const Run *run, GError **error)
{
    if (WIFEXITED(run->status) && WEXITSTATUS(run->status) == 0)
        return true;
    if (WIFEXITED(run->status))
        error_set(error, ERROR_CONFIG, COMMAND ": ended with status %d",
                  WEXITSTATUS(run->status));
    else
        error_set(error, ERROR_CONFIG, COMMAND ": was ended by signal %d",
                  WTERMSIG(run->status));
    return false;
}

bool password_from_command(const char *command, const Clock *clock,
                           int64_t limit_ns, char **password, GError **error)
{
    Run run = {.output = -1};
    if (!start(&run, command, error))
        return false;
    bool in_time = follow(&run, clock, limit_ns);
    stop(&run);
    if (!in_time)
        error_set(error, ERROR_CONFIG,
                  COMMAND ": did not end within %d seconds",
                  (int)(limit_ns / 1000000000));
    bool ok = in_time && judge(&run, error);
    return accept_run(&run, ok, COMMAND, password, error);
}
/* --- a file, a variable --- */

static bool check_mode(int file, const char *path, GError **error)
{
    struct stat about;
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
        error_set(error, ERROR_CONFIG, FILE_KEY ": %s is no regular file",
                  path);
        return false;
    }
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        error_set(error, ERROR_PERMISSION,
                  FILE_KEY ": others than its owner may use %s (mode %03o); "
                           "run chmod 600 on it",
                  path, (unsigned)about.st_mode & 0777U);
        return false;
    }
    return true;
}

bool password_from_file(const char *path, char **password, GError **error)
{
    /* O_NONBLOCK: to open a pipe must not wait for its writer. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        ErrorCode code = errno == ENOENT   ? ERROR_MISSING
                         : errno == EACCES ? ERROR_PERMISSION
                                           : ERROR_SYSTEM;
        error_set(error, code, FILE_KEY ": %s: %s", path, g_strerror(errno));
        return false;
    }
    if (!check_mode(file, path, error)) {
        close(file);
        return false;
    }
    Run run = {.output = file};
    while (run.output >= 0 && !run.line.ended &&
           run.line.length <= PASSWORD_MAX)
        read_some(&run);
    if (run.output >= 0)
        close(run.output);
    return accept_run(&run, true, FILE_KEY, password, error);
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
    Line line = {0};
    take(&line, value, strlen(value));
    g_autofree char *where = g_strdup_printf(
        "`relay.password_env`: variable %s", name);
    return accept_line(&line, where, password, error);
}

bool config_password(const RelayConfig *relay, char **password, GError **error)
{
    *password = NULL;
    if (relay->user == NULL || relay->auth == AUTH_NONE)
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
              "`relay.password_command`, `relay.password_file` or "
              "`relay.password_env`");
    return false;
}
