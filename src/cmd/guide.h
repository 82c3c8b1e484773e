/*
 * The questions of `fmferry init` on a terminal: in the order in which a person knows the answers,
 * each tried at once against the server, the store or the database that it names. Nothing is written
 * anywhere; an answer that fails can be given again, or kept for what is not up yet.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/secret.h"
#include "cmd/ask.h"
#include "cmd/draft.h"
#include "cmd/settings.h"
#include "source/source.h"

/* The files beside the configuration that hold the secrets which were typed. */
enum guide_secret_name { GUIDE_PASSWORD, GUIDE_STORE_KEY };
enum { GUIDE_SECRETS = 2 };

struct guide {
    struct cancel *cancel;
    struct draft *draft;
    struct secret *secrets[GUIDE_SECRETS]; /* typed; NULL: none was, or it is in a file already */

    /* The draft as it was last read, and a reader of its source. */
    struct settings settings;
    struct source_file *file;     /* that the address names; NULL: none, or it cannot be opened */
    char *file_url;               /* its address */
    struct source_reader *reader; /* NULL: the address is no URL, or its file cannot be opened */
    bool is_logged_in;            /* account and password open the database; a file needs none */

    struct filemaker_layout layout; /* of the documents; no fields: it could not be read */
    struct str accepted;            /* the faults that were kept as they are             */
};

/*
 * Asks everything.
 *   guide   all zero but `cancel` and `draft`; the caller clears with guide_clear()
 * Fails with ERR_CANCELED.
 */
must_check bool guide_ask(struct guide *guide, struct err *err);
void guide_clear(struct guide *guide);
#define auto_guide __attribute__((cleanup(guide_clear))) struct guide

/* --- the parts: each asks about one thing until it works, or is kept -------------------------- */

must_check bool guide_source(struct guide *guide, struct err *err);
must_check bool guide_fields(struct guide *guide, struct err *err);
must_check bool guide_patients(struct guide *guide, struct err *err);
must_check bool guide_dates(struct guide *guide, struct err *err);
/* Shows three records as they would arrive; `good_r`: the user is content. */
must_check bool guide_records(struct guide *guide, bool *good_r, struct err *err);
must_check bool guide_store(struct guide *guide, struct err *err);
must_check bool guide_database(struct guide *guide, struct err *err);

/* --- what they share -------------------------------------------------------------------------- */

/* A part's heading. */
void guide_head(const char *text);

/* Sets a key; a value that it cannot have is a bug: the process ends. */
void guide_set(struct guide *guide, const char *section, const char *name, const char *value);

/*
 * Asks for the value of a key until it is one that the key can have.
 *   fallback   NULL: the value that it has
 */
must_check bool guide_key(struct guide *guide, const char *question, const char *section,
                          const char *name, const char *fallback, struct err *err);

/*
 * Asks for a secret, and where it shall be kept, or for the file that holds it.
 *   what      "Password"
 *   section   with `name`, the key that names the file
 *   file      what the file is called if nothing else is said
 */
must_check bool guide_secret(struct guide *guide, enum guide_secret_name which, const char *what,
                             const char *section, const char *name, const char *file,
                             struct err *err);

/*
 * If a key's address is http:// and leads beyond this machine: asks whether that is meant, because
 * every command would refuse it else; sets allow_http.
 */
must_check bool guide_plain(struct guide *guide, const char *section, const char *name,
                            struct err *err);

/*
 * Checks that a folder or file is there, or can be made: its nearest parent may be written to.
 * Fails with ERR_USAGE, ERR_OS.
 */
must_check bool guide_place_try(const char *path, bool is_folder, struct err *err);

/*
 * Checks that a file can be made in the end: it is not there yet, its folder is, and may be written
 * to. Fails with ERR_USAGE, ERR_OS.
 */
must_check bool guide_file_fits(const char *path, struct err *err);

/*
 * Opens the file or manifest that the address names, if it names one. That reads all of a file, so it stays
 * open until another is named. Fails with ERR_USAGE, ERR_DATA, ERR_OS.
 */
must_check bool guide_file_open(struct guide *guide, struct err *err);

/* Whether the address names a FileMaker file or a manifest. */
bool guide_is_file(const struct guide *guide);

/* Adds the layouts that the account sees; none if that cannot be asked. */
void guide_layouts_list(struct guide *guide, struct ask_list *list);

/* Reads the draft anew, with the secrets that were typed, and makes a reader of its source. */
must_check bool guide_read(struct guide *guide, struct err *err);

/*
 * Asks and tries until it works, or the user keeps it.
 *   try      what fails is said; its notes and what is well are said by itself
 *   done_r   whether it works; may be NULL
 * Fails with ERR_CANCELED alone.
 */
must_check bool guide_until(struct guide *guide, bool (*ask)(struct guide *guide, struct err *err),
                            bool (*try)(struct guide *guide, struct err *err), bool *done_r,
                            struct err *err);
