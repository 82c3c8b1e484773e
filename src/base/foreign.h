/*
 * Shows text that others wrote: field values, names of files, answers of a server, a database or a
 * ledger. Characters that would steer a terminal, reverse the direction of writing or stay
 * invisible are replaced. Commands, log, lists and report all print through it.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

/*
 * Whether it is a control character of either set, a line or paragraph separator, a mark or
 * override of direction, a character without width, or a tag.
 */
bool foreign_is_harmful(uint32_t code);

/*
 * Adds a text for one line: blanks for tabs and line ends, U+FFFD for harmful characters and for
 * bytes that are not UTF-8.
 */
void foreign_add(struct str *to, struct span text);

/* As foreign_add(), but at most `max_chars` characters, and "..." in place of the rest. */
void foreign_add_first(struct str *to, struct span text, size_t max_chars);

/*
 * Adds a formatted text. Only the line ends of `format` are line ends; each argument appears as
 * foreign_add() would show it.
 */
void foreign_printf(struct str *to, const char *format, ...) printf_like(2, 3);

/*
 * As foreign_printf(), to standard output. Every command prints with it. A display on the terminal
 * steps aside (base/screen.h).
 */
void print(const char *format, ...) printf_like(1, 2);

/* Prints a text that is safe already, such as JSON, as print() does. */
void print_raw(struct span text);
