/*
 * The manual for man: fmferry(1), a page for each command, and fmferry.ini(5), all from the tables
 * that the program itself reads.
 */
#pragma once

#include "base/cli.h"
#include "base/str.h"

/* Adds the page of the whole program. */
void man_of_program(const struct program *program, struct str *to);

/* Adds the page of a command. */
void man_of_command(const struct program *program, const struct cmd *cmd, struct str *to);

/* Adds the page of the configuration. */
void man_of_settings(const struct program *program, struct str *to);

/* Adds the name of a page: "fmferry-patients-import" for "patients import". */
void man_name_add(struct str *to, const struct program *program, const char *command);
