/* The scripts that complete command lines, one for each shell; what they share is completion_words. */
#pragma once

#include "base/cli.h"
#include "base/str.h"

/* Each adds the whole script. */
void completion_bash(const struct program *program, struct str *to);
void completion_zsh(const struct program *program, struct str *to);
void completion_fish(const struct program *program, struct str *to);
