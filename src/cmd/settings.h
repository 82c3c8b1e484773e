/*
 * fmferry.ini: every key stands in one table (settings_table.c), which binds it to the member that
 * it fills, within the struct of the part that uses it. settings_read() reads the file, checks the
 * rules between keys, and completes the parts with what follows from the keys. The parts are then
 * used as they lie here. They point to one another: a struct settings must not be copied.
 */
#pragma once

#include "base/base.h"
#include "base/conf.h"
#include "base/secret.h"
#include "claris/claris.h"
#include "console/settings.h"
#include "document/filter.h"
#include "engine/engine.h"
#include "filemaker/gate.h"
#include "patients/patients.h"
#include "report/status.h"

/* The secrets of a way to a server: where they are, and what was read there. */
struct settings_route {
    struct secret_source proxy_password, key_password;
    struct secret *proxy_secret, *key_secret; /* NULL: none, or not read yet */
};

/* What a run tells people. */
enum notice_kind { NOTICE_END, NOTICE_STOP, NOTICE_FAILURES, NOTICE_IDLE, NOTICE_TEST };

/* What is told to whom. */
struct notify_settings {
    const char *on;               /* as written: "end, stop, failures, idle"             */
    unsigned events;              /* 1 << enum notice_kind, of each */
    const char *command;          /* NULL: none                                          */
    struct secret_source webhook; /* where its address is, which lets anybody write there */
    struct secret *address;       /* NULL: none, or not read yet                         */
    int shape;                    /* of what the webhook gets: enum notify_shape         */
    const char *mail, *sendmail;  /* to whom, NULL: nobody; and by which program         */
    const char *source_name;
};

struct settings {
    struct engine_settings engine; /* with those of FileMaker, store, registry, fields, keys */
    struct patients_settings patients;
    struct gate_settings gate;
    struct status_settings status;
    struct console_settings console;
    struct notify_settings notify;

    const char *name;              /* [source] name; "": made of database and layout */
    const char *time_zone;         /* "": this machine's                             */
    const char *quiet_hours;       /* as written, for messages                       */
    struct secret_source password; /* where FileMaker's password is                  */
    struct claris_settings claris; /* complete after settings_sign_in() */
    struct settings_route source_route, store_route;
    const char *public_url;       /* [console]: how browsers call it; "": nobody said */
    const char *practice;         /* as the report names it; "": nobody said        */
    const char *signing_key;      /* the key's file                                 */
    int64_t follow_every_us;      /* for `run --continuous`                         */
    bool source_http, store_http; /* allow_http in [source] and in [store]          */

    char *key_in_store, *unlinked_key_in_store; /* templates of keys, after the store's prefix */

    /* The parts point to these. */
    struct conf *conf; /* the texts */
    char *source_name, *md5_list, *path_list, *store_prefix;
    char *odata_container; /* by OData: the container that is read */
    struct registry_rule *document_columns, *patient_columns;
    struct filter *filter;
    struct secret *secret;    /* NULL before settings_password(), and with Claris ID */
    struct claris *signed_in; /* NULL before settings_password(), and without Claris ID */
};

/* The table, for `init`, the manual and the report. */
extern const struct conf_key settings_keys[];

/* The forms of dates and the encodings that a key may name, ended by NULL; a form's meaning. */
extern const char *const settings_date_formats[];
extern const int settings_date_meanings[];
extern const char *const settings_encodings[];

/* The words of what may be told, as enum notice_kind counts them: "end". */
extern const char *const settings_notices[];

/*
 * Reads the configuration and sets the source's time zone.
 *   settings   all zero before; the caller clears with settings_clear() (or auto_settings), also
 *              after a failure
 * Fails with ERR_USAGE naming file and line, and ERR_OS.
 */
must_check bool settings_read(const char *path, struct settings *settings, struct err *err);

/*
 * As settings_read(), for a configuration that is in no file yet.
 *   path   as messages name it
 */
must_check bool settings_read_text(const char *path, struct span text, struct settings *settings,
                                   struct err *err);

void settings_clear(struct settings *settings);
#define auto_settings __attribute__((cleanup(settings_clear))) struct settings

/*
 * Reads FileMaker's password, or what is kept of a sign-in by Claris ID, from where the configuration says. If it would cross a network
 * unencrypted, that is refused, or warned of where the configuration allows it.
 * Fails with ERR_USAGE, ERR_OS.
 */
must_check bool settings_password(struct settings *settings, struct err *err);

/*
 * Completes settings->claris by the way to the network: the source's proxy and certificates.
 * Fails with ERR_USAGE, ERR_OS.
 */
must_check bool settings_sign_in(struct settings *settings, struct err *err);

/* Reads the webhook's address, if there is one. Fails with ERR_USAGE, ERR_OS. */
must_check bool settings_notify(struct settings *settings, struct err *err);

/*
 * Reads the store's credentials. Call it before threads start. An endpoint without TLS is refused,
 * or warned of where the configuration allows it.
 *   cancel   must outlive the settings
 * Fails with ERR_USAGE, ERR_OS.
 */
must_check bool settings_credentials(struct settings *settings, const struct cancel *cancel,
                                     struct err *err);
