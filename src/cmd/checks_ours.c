/* Steps on our side: store, databases, disks, the signing key. */
#include "cmd/checks.h"

#include "base/mem.h"
#include "base/sign.h"
#include "ledger/read.h"
#include "preflight/disk_room.h"
#include "preflight/file_known.h"
#include "preflight/pinned.h"

#include <unistd.h>

/* Bytes of one document in ledger and registry, generously, and in a verification's files. */
enum { LEDGER_BYTES = 6 * 1024, VERIFY_BYTES = 512 };

#define ROOM_LEAST (64ULL * 1024 * 1024)

/* A file that is not needed now, because the URL is http://, would be missed later. */
void checks_file_readable(const char *setting, const char *path, struct preflight_result *tried)
{
    char text[128];

    if (path && *path && access(path, R_OK) < 0)
        str_printf(&tried->problems, "the CA file '%s' (%s): %s\n", path, setting,
                   strerror_r(errno, text, sizeof text));
}

/* --- the store ------------------------------------------------------------------------------ */

/* Names what an earlier probe left in a bucket, for a person to remove. */
static void leftovers_say(struct checks *c, struct preflight_result *tried)
{
    auto_str names = STR_MAX(KIB(1));
    struct err err = { 0 };
    size_t count;

    if (!store_probe_leftovers(c->engine, c->cancel, &names, &count, &err))
        str_printf(&tried->notes, "the leftovers of earlier trials cannot be listed: %s\n",
                   err.msg);
    else if (count > 0)
        str_printf(&tried->notes,
                   "%zu objects were left by trials that were cut off or may not remove anything: "
                   "%s%s. They hold nothing; remove them when no fmferry is at work\n",
                   count, str_text(&names), names.cut ? ", ..." : "");
}

static bool store_is_bucket(const struct checks *c)
{
    return span_starts(span_of(c->engine->store.url), "s3://");
}

static bool store_key_is_set(const struct checks *c, const char *name)
{
    const char *value = conf_value(c->settings->conf, "store", name);

    return value && *value;
}

/*
 * Names settings of a bucket that do nothing for a folder: the user may have meant a bucket, or
 * rely on an encryption that is not there. An authority's file is no sign of either.
 */
static void idle_settings_say(const struct checks *c, struct preflight_result *tried)
{
    static const char *const names[] = {
        "endpoint",           "region",         "access_key", "secret_key_env", "secret_key_file",
        "secret_key_command", "profile",        "encryption", "kms_key",        "storage_class",
        "object_lock",        "expected_owner", "tags",       "proxy",          "proxy_user",
        "client_certificate", "client_key"
    };
    auto_str set = STR_MAX(KIB(1));

    for (size_t i = 0; i < lengthof(names); i++)
        if (store_key_is_set(c, names[i]))
            str_printf(&set, "%s%s", set.size ? ", " : "", names[i]);
    if (set.size)
        str_printf(&tried->problems,
                   "[store] %s: for buckets only, but the store is a folder (%s): name a bucket in "
                   "url (s3://BUCKET/PREFIX), or remove these keys\n",
                   str_text(&set), c->engine->store.url);
    if (store_key_is_set(c, "ca_file"))
        str_add_text(&tried->notes, "[store] ca_file is for buckets only and does nothing here\n");
}

bool check_store(struct checks *c, struct preflight_result *tried, struct err *err)
{
    const char *proxy = c->engine->store.route.proxy;
    auto_free char *said = NULL;

    if (!store_is_bucket(c))
        idle_settings_say(c, tried);
    checks_file_readable("[store] ca_file", c->engine->store.ca_file, tried);
    if (!store_probe_run(c->engine, c->cancel, PROBE_ALWAYS, &c->engine->store.traits, &said, err))
        return false;
    str_add_text(&tried->ok_text, said);
    if (proxy && *proxy && store_is_bucket(c))
        str_printf(&tried->ok_text, ", by [store] proxy = %s", proxy);
    if (store_is_bucket(c))
        leftovers_say(c, tried);
    if (span_starts(span_of(c->engine->store.endpoint ? c->engine->store.endpoint : ""), "http://"))
        str_add_text(&tried->notes, "the endpoint is http://: anybody on the network can read the "
                                    "documents that cross it; use https://\n");
    return true;
}

/* --- ledger and registry -------------------------------------------------------------------- */

/* Opens readers for the steps that follow; without them these know less. */
static void readers_open(struct checks *c)
{
    struct err ignored;

    if (!ledger_open_reader(c->engine->ledger_url, c->engine->source_name, c->cancel, &c->ledger,
                            &ignored))
        c->ledger = NULL;
    if (!registry_open_reader(&c->engine->registry, c->cancel, &c->registry, &ignored))
        c->registry = NULL;
}

bool check_databases(struct checks *c, struct preflight_result *tried, struct err *err)
{
    if (!preflight_databases(c->engine, c->cancel, tried, &c->patients, err))
        return false;
    if (tried->problems.size)
        return true;
    readers_open(c);
    str_add_text(&tried->ok_text, "both can be opened, and the tables are as they should be");
    return true;
}

/* Checks that the pinned settings are as they were when the ledger was begun. */
bool check_earlier(struct checks *c, struct preflight_result *tried, struct err *err)
{
    int64_t states[LEDGER_STATES], documents = 0;

    if (!c->ledger) {
        str_add_text(&c->skipped, "there is no ledger yet");
        return true;
    }
    if (!ledger_states(c->ledger, states, err))
        return false;
    for (int i = 0; i < LEDGER_STATES; i++)
        documents += states[i];
    if (!pinned_check(c->ledger, c->engine, err)
        || !file_known_say(c->ledger, c->engine, &tried->notes, err))
        return false;
    if (documents == 0) {
        str_add_text(&tried->ok_text, "there were none");
        return true;
    }
    str_printf(&tried->ok_text,
               "%jd documents are known, %jd of them done; settings are as they were",
               (intmax_t)documents, (intmax_t)states[LEDGER_DONE]);
    return true;
}

/* --- room ----------------------------------------------------------------------------------- */

static int64_t stored_bytes(struct checks *c)
{
    struct ledger_tally *tallies;
    size_t count;
    int64_t bytes = 0;
    struct err ignored;

    if (!c->ledger || !ledger_tallies(c->ledger, &tallies, &count, &ignored))
        return 0;
    for (size_t i = 0; i < count; i++)
        if (tallies[i].state == LEDGER_DONE || tallies[i].state == LEDGER_STORED)
            bytes += tallies[i].bytes;
    ledger_tallies_free(tallies, count);
    return bytes;
}

static double records_of(const struct sample *s)
{
    return s->records == UINT64_MAX ? (double)s->looked : (double)s->records;
}

/* The bytes of all documents: a file tells; else by the mean size of those that were fetched. */
static double bytes_of_all(const struct checks *c)
{
    const struct sample *s = &c->sample;

    if (c->holdings_are_known)
        return (double)c->holdings.whole_bytes;
    if (s->good == 0 || s->looked == 0)
        return 0;
    return records_of(s) * (double)(s->files + s->references) / (double)s->looked
           * (double)s->good_bytes / (double)s->good;
}

/* Less those that are there. */
static double bytes_to_come(struct checks *c)
{
    double all = bytes_of_all(c) - (double)stored_bytes(c);

    return all > 0 ? all : 0;
}

static void size_add(struct str *to, double bytes)
{
    static const char *const units[] = { "MiB", "GiB", "TiB" };
    size_t unit = 0;
    double size = bytes / (1024 * 1024);

    for (; size >= 1024 && unit + 1 < lengthof(units); unit++)
        size /= 1024;
    str_printf(to, size < 10 ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

/* Compares the free room of one place with the room that is needed there. */
static void disk_look(const char *what, const char *path, double needed,
                      struct preflight_result *tried)
{
    uint64_t there;
    bool is_known = disk_room_free(path, &there);
    auto_str words = STR_MAX(KIB(1));

    if (!is_known) {
        str_printf(&tried->notes, "the free room of '%s' (%s) could not be found out\n", path,
                   what);
        return;
    }
    size_add(&words, (double)there);
    str_printf(&words, " are free for %s ('%s'), about ", what, path);
    size_add(&words, needed);
    str_add_text(&words, " are needed");
    if (there < ROOM_LEAST && needed * 2 > (double)there)
        str_printf(&tried->problems, "%s: the disk is almost full; make room\n", str_text(&words));
    else if (needed > (double)there)
        str_printf(
            &tried->problems,
            "%s, going by the size of the files looked at: make room, or choose another place\n",
            str_text(&words));
    else if (needed * 1.25 > (double)there)
        str_printf(&tried->notes, "%s: there is little to spare\n", str_text(&words));
    else
        str_printf(&tried->ok_text, "%s%s", tried->ok_text.size ? "; " : "", str_text(&words));
}

/* A verification sorts in nameless files there. */
static void temporary_files_look(double documents, struct preflight_result *tried)
{
    const char *named = getenv("TMPDIR");
    const char *folder = named && *named ? named : "/tmp";

    if (access(folder, W_OK | X_OK) < 0) {
        str_printf(&tried->problems,
                   "temporary files cannot be made in '%s' (%s): 'fmferry verify' needs them; name "
                   "another folder in TMPDIR\n",
                   folder, named ? "TMPDIR" : "TMPDIR is not set");
        return;
    }
    disk_look("temporary files", folder, documents * VERIFY_BYTES, tried);
}

bool check_room(struct checks *c, struct preflight_result *tried, struct err *err)
{
    const char *store = disk_room_path(c->engine->store.url),
               *ledger = disk_room_path(c->engine->ledger_url);
    double documents = records_of(&c->sample), files = bytes_to_come(c);
    bool is_shared = store && ledger && disk_room_is_shared(store, ledger);

    (void)err;
    if (store)
        disk_look(is_shared ? "documents and ledger" : "documents", store,
                  files + (is_shared ? documents * LEDGER_BYTES : 0), tried);
    if (ledger && !is_shared)
        disk_look("the ledger", ledger, documents * LEDGER_BYTES, tried);
    temporary_files_look(documents, tried);
    if (!store)
        str_printf(&tried->ok_text, "%sa bucket has room as long as its account has",
                   tried->ok_text.size ? "; " : "");
    return true;
}

/* --- the key that signs --------------------------------------------------------------------- */

bool check_signing_key(struct checks *c, struct preflight_result *tried, struct err *err)
{
    const char *path = c->settings->signing_key;
    auto_free char *public = mem_printf("%s.pub", path);
    auto_sign_key *key = NULL;

    if (!sign_key_read(path, &key, err)) {
        if (conf_line(c->settings->conf, "report", "signing_key") > 0 || access(path, F_OK) == 0)
            return err_ctx(err, "[report] signing_key");
        str_printf(&tried->notes, "%s. Only 'fmferry verify --certificate' needs it\n", err->msg);
        return true;
    }
    if (access(public, R_OK) < 0)
        str_printf(&tried->notes,
                   "'%s' is not beside it: people who check a certificate need the public key\n",
                   public);
    str_printf(&tried->ok_text, "'%s' can sign certificates", path);
    return true;
}
