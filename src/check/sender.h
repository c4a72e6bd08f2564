/*
 * sender.h - what the configuration says about the sender, as mail programs
 * and the law will read it.
 *
 * Warnings of the rules "sender" (a name that looks like another address) and
 * "postal" (no postal address in the foot). What a send could not begin
 * without, config_note_sending() tells.
 */
#ifndef CHECK_SENDER_H
#define CHECK_SENDER_H

#include "base/finding.h"
#include "config/config.h"

void check_sender(const Config *config, Findings *findings);

#endif
