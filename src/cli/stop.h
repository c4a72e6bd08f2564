/*
 * stop.h - SIGINT and SIGTERM ask a server of ours to end.
 */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <stdbool.h>

/* From now on they end nothing by themselves, and a wait is interrupted. A
 * reader that went away (SIGPIPE) is no reason to end either. */
void stop_catch_signals(void);
bool stop_is_requested(void);

#endif
