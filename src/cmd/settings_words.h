/* What the two manuals of fmferry.ini, for a terminal and for man, say of a setting. */
#pragma once

#include "base/conf.h"
#include "base/str.h"

/* Adds the values that a setting takes, as sentences with a blank after each; none for a text. */
void settings_values_add(struct str *to, const struct field *field);

/* A section that takes any key has one row, whose name is "*". */
bool settings_takes_any(const struct conf_key *key);
