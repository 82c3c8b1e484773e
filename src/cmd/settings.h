/* The configuration: one file, every key in one table. */
#pragma once

#include "base/base.h"
#include "base/conf.h"
#include "base/secret.h"
#include "document/filter.h"
#include "engine/engine.h"
#include "patients/patients.h"

struct settings {
    const char *name, *url, *database, *account, *ca_file;
    struct secret_source password;
    const char *layout, *key_field, *container_field, *mark_field, *name_field, *type_field;
    const char *date_field, *patient_field, *author_field, *created_field;
    const char *time_zone, *reference_map, *odata_table, *script_name;
    int date_format, containers, reference_links;
    const char *patients_layout, *patients_key, *patients_first, *patients_last, *patients_dob,
        *patients_mrn;
    int patients_dates, patients_encoding;
    const char *store_url, *key, *unlinked_key, *type_folders;
    const char *endpoint, *region, *access_key, *profile, *store_ca_file;
    struct secret_source secret_key;
    const char *kms_key, *storage_class, *object_lock, *expected_owner, *tags;
    const char *file_mode, *folder_mode, *group;
    int addressing, encryption, silence_s;
    bool source_http, store_http; /* allow_http */
    int type_slugs;
    const char *registry_url, *ledger_url;
    const char *documents_table, *patients_table, *content_type, *second_identifier;
    const char *census_key;
    const char *patient_dob_field;
    const char *unused; /* where a section of free keys has its default: nothing */
    int application;
    int sessions, latency_budget_ms;
    double requests_per_second;
    const char *quiet_hours, *filter;
    int largest_mib;
    int workers, memory_mib, attempts, retry_ms, follow_s, lease_seconds;
    double price;
    const char *currency, *signing_key;

    struct conf *conf; /* owns the texts */
    char *source_name; /* `name`, or made of database and layout */
    struct registry_rule *document_columns, *patient_columns;
    size_t document_count, patient_count;
    struct filter *filter_parsed;               /* `filter`, read */
    char *store_prefix;                         /* of `store_url` */
    char *key_in_store, *unlinked_key_in_store; /* the templates behind it */
    struct secret *secret;                      /* once settings_password() was called */
    struct store_access
        *store_access; /* once settings_credentials() was called; NULL for a folder */
};

/* The table, for `init` and the manual. */
extern const struct conf_key settings_keys[];

/* What may stand for a form of dates, and for the letters of a file; ended by NULL. */
extern const char *const settings_date_formats[];
extern const char *const settings_encodings[];

/*
 * Reads the configuration and sets the source's time zone.
 *   settings_r   caller clears with settings_clear() (or auto_settings)
 * Fails with ERR_USAGE naming file and line, and ERR_OS.
 */
must_check bool settings_read(const char *path, struct settings *settings_r, struct err *err);
void settings_clear(struct settings *settings);
#define auto_settings __attribute__((cleanup(settings_clear))) struct settings

/*
 * Reads the password from where the configuration says, for who is about to send it. Where it would
 * cross a network readable for everybody, that is refused, or said aloud.
 * Fails with ERR_USAGE, ERR_OS.
 */
must_check bool settings_password(struct settings *settings, struct err *err);

/*
 * Reads the store's credentials from where they are, for everybody who speaks to it. Call it before
 * threads start. A server that is spoken to without TLS is refused, or said aloud.
 *   cancel   must outlive the settings
 * Fails with ERR_USAGE, ERR_OS.
 */
must_check bool settings_credentials(struct settings *settings, const struct cancel *cancel,
                                     struct err *err);

/*
 * Whether the application's tables are Nexus's, which are read by name.
 *   what   who wants to read them: "verify"
 * Fails with ERR_USAGE.
 */
must_check bool settings_require_nexus(const struct settings *settings, const char *what,
                                       struct err *err);

/*
 * The gate that the configuration describes, for everybody who speaks to the source.
 *   gate_r   caller frees with gate_free() after they have ended
 * Fails with ERR_USAGE.
 */
must_check bool settings_gate(const struct settings *settings, struct gate **gate_r,
                              struct err *err);

/* The parts as their users want them; borrowed from `settings`. */
struct filemaker_settings settings_filemaker(const struct settings *settings);
struct store_settings settings_of_store(const struct settings *settings);
struct engine_settings settings_mover(const struct settings *settings);
struct patients_settings settings_patients(const struct settings *settings);
