/*
 * A configuration that is not written yet: the keys that are known so far and their values. It is
 * read as the file will be read, so that whatever the file would be refused for is said at once.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "cmd/settings.h"

struct draft;

struct draft *draft_new(void);
void auto_draft_cleanup(struct draft **draft);
#define auto_draft __attribute__((cleanup(auto_draft_cleanup))) struct draft

/*
 * Sets one key.
 *   value   copied; "" is a value too
 * Fails with ERR_USAGE: no such section or key, a value that it cannot have, a secret, a value that
 * a file would not give back as it is. Then the key keeps what it had.
 */
must_check bool draft_set(struct draft *draft, const char *section, const char *name,
                          const char *value, struct err *err);

/*
 * Sets a key as a command line names it: "source.layout=Documents". Everybody on the machine can
 * read a command line, so a password in a database's URL is refused as well. Fails as draft_set().
 */
must_check bool draft_set_word(struct draft *draft, const char *word, struct err *err);

/* A key's value; "" if it was not set. Borrowed until the key is set again. */
const char *draft_value(const struct draft *draft, const char *section, const char *name);

/* Sets each key that somebody must say to nothing, so that no default of the table stands for it. */
void draft_blank(struct draft *draft);

/* Gives each key that a configuration needs, and that was not set, a text that stands for it. */
void draft_fill(struct draft *draft);

/* Appends the keys that only have such a text: "[source] url, database". */
void draft_open_keys(const struct draft *draft, struct str *to);

/*
 * Reads the draft as the file will be read.
 *   settings   as for settings_read()
 * Fails with ERR_USAGE.
 */
must_check bool draft_read(const struct draft *draft, struct settings *settings, struct err *err);

/* Appends the file: each key that a configuration needs, or that was set, with its meaning. */
void draft_write(const struct draft *draft, struct str *to);
