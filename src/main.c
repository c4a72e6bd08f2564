/* main.c - mirmail: an announcement to everybody on the list, once. */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>

#include "cli/command.h"

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    /* A relay that hangs up is an answer, not an end (libESMTP writes to its
     * socket without MSG_NOSIGNAL). */
    signal(SIGPIPE, SIG_IGN);
    /* libESMTP would read certificates from a folder of its own. Set before
     * any thread exists. */
    setenv("XDG_CONFIG_DIR", "/nonexistent", 1);
    return cli_run(argc, argv);
}
