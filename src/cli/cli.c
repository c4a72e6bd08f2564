/* cli.c - finds the command, runs it, prints its error; see command.h. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/suggest.h"
#include "cli/command.h"

static const Command *const commands[] = {
    &command_init,          &command_check,
    &command_preview,       &command_send,
    &command_resume,        &command_status,
    &command_list_check,    &command_list_add,
    &command_list_remove,   &command_list_format,
    &command_list_show,     &command_list_stats,
    &command_list_import,   &command_list_export,
    &command_suppress_add,  &command_suppress_remove,
    &command_suppress_list, &command_suppress_import,
    &command_forget,        &command_subscribe,
    &command_unsubscribe,   &command_bounces,
    &command_serve,         &command_template_list,
    &command_template_show, &command_template_copy,
    &command_keygen,        &command_doctor,
};

static void print_command_help(const Command *command)
{
    GString *help = g_string_new(NULL);
    g_string_append_printf(help, "mirmail %s %s\n\n%s\n\n", command->name,
                           command->synopsis, command->summary);
    options_append_help(help, command->use);
    g_string_append_printf(help, "\nExample:\n%s", command->example);
    fputs(help->str, stdout);
    g_string_free(help, TRUE);
}

static void print_row(const Command *command)
{
    printf("  %-15s %s\n", command->name, command->summary);
}

static bool is_in_group(const Command *command, const char *word)
{
    size_t length = strlen(word);
    return strncmp(command->name, word, length) == 0 &&
           command->name[length] == ' ';
}

/* The commands that begin with this word, as in `mirmail list`; false when
 * there are none. */
static bool print_group(const char *word)
{
    bool has_some = false;
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (!is_in_group(commands[i], word))
            continue;
        if (!has_some)
            puts("Commands:");
        print_row(commands[i]);
        has_some = true;
    }
    if (has_some)
        printf("\n`mirmail %s COMMAND --help` shows its options and an "
               "example.\n",
               word);
    return has_some;
}

static void print_help(void)
{
    fputs("mirmail sends a blog post to a list of subscribers.\n\n"
          "Commands:\n",
          stdout);
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
        print_row(commands[i]);
    fputs("\n`mirmail COMMAND --help` shows its options and an example.\n"
          "mirmail(1) and mirmail.yaml(5) are the manual.\n",
          stdout);
}

/* How many words of `argv` the command's name takes; 0: it is another. */
static int match_command(const Command *command, char *const *argv)
{
    g_auto(GStrv) words = g_strsplit(command->name, " ", -1);
    int count = (int)g_strv_length(words);
    for (int i = 0; i < count; i++)
        if (argv[i] == NULL || strcmp(argv[i], words[i]) != 0)
            return 0;
    return count;
}

/* `list ad`: the second word is the wrong one. */
static bool refuse_in_group(char *const *argv, GError **error)
{
    const char *words[G_N_ELEMENTS(commands) + 1];
    size_t count = 0;
    size_t length = strlen(argv[0]) + 1;
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
        if (is_in_group(commands[i], argv[0]))
            words[count++] = commands[i]->name + length;
    words[count] = NULL;
    if (count == 0 || argv[1] == NULL)
        return false;
    g_autofree char *hint = suggest_hint(argv[1], words);
    g_autofree char *all = g_strjoinv(", ", (char **)(uintptr_t)words);
    g_autofree char *known = g_strdup_printf("; there are %s", all);
    error_set(error, ERROR_USAGE, "unknown command `%s %s`%s", argv[0], argv[1],
              *hint ? hint : known);
    return true;
}

static const Command *find_command(char *const *argv, int *words,
                                   GError **error)
{
    const char *names[G_N_ELEMENTS(commands) + 5];
    size_t count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        *words = match_command(commands[i], argv);
        if (*words > 0)
            return commands[i];
        names[count++] = commands[i]->name;
    }
    names[count++] = "help";
    names[count++] = "list";
    names[count++] = "suppress";
    names[count++] = "template";
    names[count] = NULL;
    if (refuse_in_group(argv, error))
        return NULL;
    g_autofree char *hint = suggest_hint(argv[0], names);
    error_set(error, ERROR_USAGE, "unknown command `%s`%s", argv[0],
              *hint ? hint : "; `mirmail help` lists them");
    return NULL;
}

/* `mirmail list`, `mirmail list --help` */
static bool asks_for_group(char *const *argv)
{
    return argv[1] == NULL || strcmp(argv[1], "--help") == 0 ||
           strcmp(argv[1], "-h") == 0;
}

static int run_command(char *const *argv, GError **error)
{
    int words = 0;
    if (asks_for_group(argv) && print_group(argv[0]))
        return argv[1] == NULL ? ERROR_USAGE : 0;
    const Command *command = find_command(argv, &words, error);
    if (command == NULL)
        return 0;
    Options options;
    int status = 0;
    if (options_parse(&options, command->use, argv + words, command->least,
                      command->most, error)) {
        if (options.help)
            print_command_help(command);
        else
            status = command->run(&options, error);
    }
    options_clear(&options);
    return status;
}

static bool is_help(const char *word)
{
    return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 ||
           strcmp(word, "-h") == 0;
}

static int help_about(char *const *argv, GError **error)
{
    if (argv[0] == NULL || is_help(argv[0])) {
        print_help();
        return 0;
    }
    int words = 0;
    if (argv[1] == NULL && print_group(argv[0]))
        return 0;
    const Command *command = find_command(argv, &words, error);
    if (command != NULL)
        print_command_help(command);
    return 0;
}

/* Also of what a command has flushed, or a full buffer before its end. A reader
 * that went away, as head(1) does, had enough: no failure. */
static bool is_output_lost(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return false;
    return poll(&out, 1, 0) != 1 || (out.revents & POLLERR) == 0;
}

int cli_run(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    int status = 0;
    if (argc < 2) {
        print_help();
        return ERROR_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0)
        puts("mirmail " MIRMAIL_VERSION);
    else if (is_help(argv[1]))
        status = help_about(argv + 2, &error);
    else
        status = run_command(argv + 1, &error);
    bool is_lost = error == NULL && is_output_lost();
    if (is_lost)
        error_set(&error, ERROR_SYSTEM, "cannot write to standard output");
    if (error == NULL)
        return status;
    fprintf(stderr, "mirmail: %s\n", error->message);
    return is_lost && status != 0 ? status : error_exit_status(error);
}
