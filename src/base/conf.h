/*
 * A configuration file: sections of `key = value`, read through inih into a struct by a table of
 * keys. A key that is not in the table, a key given twice, a value out of range and a line that is
 * not UTF-8, or has invisible characters, are errors that name file and line. A byte order mark at
 * the beginning is skipped. A value may continue in the next line if that line begins with a blank;
 * after a backslash the two are joined without one. A line that begins with ; or # is a comment,
 * and so is the text after a blank and a ;.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/field.h"

struct conf_key {
    const char *section, *name;
    struct field field;
    const char *fallback; /* as it would be written in the file; "" is a value too */
    const char *help;     /* one or more lines for the commented file              */
    const char *refusal;  /* if set, the key is refused, with this message         */
};

#define CONF_END                                                                                   \
    {                                                                                              \
        .section = NULL                                                                            \
    }

struct conf;

/*
 * Fills `object`, first with every key's fallback, then with the values of the file.
 *   conf_r   owns the texts that `object` points to; caller frees with conf_free() after the object
 * Fails with ERR_USAGE (what, file, line, how to mend) and ERR_OS; then `object` holds the
 * fallbacks, or, if there was no file to read, what it held.
 */
must_check bool conf_read(const char *path, const struct conf_key *keys, void *object,
                          struct conf **conf_r, struct err *err);

/*
 * As conf_read(), for a text that is in no file yet.
 *   path   as messages name it
 */
must_check bool conf_read_text(const char *path, struct span text, const struct conf_key *keys,
                               void *object, struct conf **conf_r, struct err *err);

/* Fills `object` with the fallbacks alone. A fallback out of range is a bug: the process ends. */
void conf_fallbacks(const struct conf_key *keys, void *object);

void conf_free(struct conf *conf); /* NULL is allowed */
void auto_conf_cleanup(struct conf **conf);
#define auto_conf __attribute__((cleanup(auto_conf_cleanup))) struct conf

/*
 * Gives a key of a section that takes any key: its row in the table is named "*".
 *   index    from 0, in the order of the file
 *   line_r   the key's line; may be NULL
 * False: there are no more. Texts are borrowed.
 */
bool conf_free_key(const struct conf *conf, const char *section, size_t index, const char **name_r,
                   const char **value_r, int *line_r);

/* The line on which a key stood, or 0. */
int conf_line(const struct conf *conf, const char *section, const char *name);

/* The file's value for a key. NULL: there is none, so the key has its fallback, or no conf. */
const char *conf_value(const struct conf *conf, const char *section, const char *name);
