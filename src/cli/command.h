/*
 * command.h - the commands: one row and one cmd_*.c each.
 *
 * A command gets its parsed options, prints what it has to say, and gives
 * the exit status; on failure it gives 0 and sets the error, which main's
 * cli_run() prints as one line, with the error's own exit status.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/options.h"

typedef struct Command {
    const char *name;     /* "send", "list check" */
    const char *synopsis; /* "POST" */
    const char *summary;  /* one line */
    const char *example;  /* lines for its help */
    OptionUse use;
    int least; /* arguments */
    int most;
    int (*run)(const Options *options, GError **error);
} Command;

extern const Command command_bounces;
extern const Command command_check;
extern const Command command_doctor;
extern const Command command_forget;
extern const Command command_init;
extern const Command command_keygen;
extern const Command command_list_add;
extern const Command command_list_check;
extern const Command command_list_export;
extern const Command command_list_format;
extern const Command command_list_import;
extern const Command command_list_remove;
extern const Command command_list_show;
extern const Command command_list_stats;
extern const Command command_preview;
extern const Command command_resume;
extern const Command command_send;
extern const Command command_serve;
extern const Command command_status;
extern const Command command_subscribe;
extern const Command command_suppress_add;
extern const Command command_suppress_import;
extern const Command command_suppress_list;
extern const Command command_suppress_remove;
extern const Command command_template_copy;
extern const Command command_template_list;
extern const Command command_template_show;
extern const Command command_unsubscribe;

/* Runs the command that `argv` names. The exit status for main(). */
int cli_run(int argc, char **argv);

/* Exit statuses that are no errors. */
enum {
    EXIT_SENT = 0,        /* everybody has it */
    EXIT_SOME_FAILED = 1, /* somebody will not get it, or may not have */
    EXIT_INTERRUPTED = 130,
};

#endif
