/*
 * Showing text that others wrote: field values, names of files, answers of a server, a database or
 * a ledger. Characters that would steer a terminal, reverse the direction of writing or stay
 * invisible are replaced. The one printer of the commands, the log, the lists and the report.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

/*
 * Control characters of both sets, line and paragraph separators, marks and overrides of direction,
 * characters without width, tags.
 */
bool foreign_is_harmful(uint32_t code);

/*
 * Adds a text for one line: blanks for tabs and line ends, U+FFFD for what is harmful and for what
 * is not UTF-8.
 */
void foreign_add(struct str *to, struct span text);

/* As foreign_add(), but at most `max_chars` characters, and "..." for what is left. */
void foreign_add_first(struct str *to, struct span text, size_t max_chars);

/*
 * Adds a text in which only the line ends of `format` are line ends; of its arguments each is as
 * foreign_add() would show it.
 */
void foreign_printf(struct str *to, const char *format, ...) printf_like(2, 3);

/* As foreign_printf(), to standard output: how every command says something. */
void print(const char *format, ...) printf_like(1, 2);
