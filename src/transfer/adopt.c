/* Compares an earlier importer's objects with the source before they are believed. */
#include "transfer/adopt.h"

#include "base/failpoint.h"
#include "base/mem.h"
#include "document/error_page.h"
#include "transfer/version.h"

#include <stdarg.h>

enum { PAGE_LOOK_BYTES = KIB(64) };

bool adopt_concerns(const struct transfer *t)
{
    return t->engine->settings->adopt && (t->mark_is_foreign || t->assignment->previous_key);
}

static void finding_set(struct transfer *t, const char *class, const char *format, ...)
    printf_like(3, 4);

static void finding_set(struct transfer *t, const char *class, const char *format, ...)
{
    va_list args;

    t->previous_finding = (struct adopt_finding){ .class = class, .why = { .kind = ERR_DATA } };
    va_start(args, format);
    (void)vsnprintf(t->previous_finding.why.msg, sizeof t->previous_finding.why.msg, format, args);
    va_end(args);
}

/* --- comparing ------------------------------------------------------------------------------ */

static void finding_difference(struct transfer *t, const struct store_found *found)
{
    char theirs[SHA256_HEX_SIZE], ours[SHA256_HEX_SIZE];

    finding_set(t, ADOPT_MOVED,
                "'%.200s' holds %ju bytes with sha256 %s; the source has %ju with %s",
                t->assignment->previous_key, (uintmax_t)found->size_bytes,
                found->has_sha256 ? sha256_hex(&found->sha256, theirs) : "unknown",
                (uintmax_t)t->download.size_bytes, sha256_hex(&t->download.sha256, ours));
}

static bool finding_same(struct transfer *t, const struct store_found *found)
{
    auto_free char *documented = NULL;

    if (!version_key_make(t, NULL, &documented))
        return false;
    t->is_adopted = true;
    (void)snprintf(t->previous_imprint, sizeof t->previous_imprint, "%s", found->imprint);
    finding_set(t, ADOPT_TAKEN, "lies at '%.200s', not at '%.200s'", t->assignment->previous_key,
                documented);
    return true;
}

/* Hashes that an earlier importer wrote beside its objects are no proof of their bytes. */
static bool previous_compare(struct transfer *t, const char *key, struct store_found *found_r,
                             struct err *err)
{
    char imprint[STORE_IMPRINT_SIZE] = "";
    struct store_object expected = { .key = key,
                                     .size_bytes = t->download.size_bytes,
                                     .sha256 = t->download.sha256,
                                     .imprint = imprint };

    if (t->download.is_complete && t->download.used == t->download.size_bytes)
        store_imprint_of(t->worker->store, (struct span){ t->download.bytes, t->download.used },
                         imprint);
    return store_compare(t->worker->store, &expected, found_r, err);
}

bool adopt_compare(struct transfer *t)
{
    const char *key = t->assignment->previous_key;
    struct store_found found = { 0 };
    struct err err = { 0 };

    t->is_adopted = false;
    if (!adopt_concerns(t))
        return true;
    FAILPOINT("adopt.compares");
    if (!key) {
        finding_set(t, ADOPT_MOVED, "marked, and the application has no row for it");
        return true;
    }
    if (!store_key_is_good(key)) {
        finding_set(t, ADOPT_MOVED, "its row points to '%.200s', which is no key", key);
        return true;
    }
    if (!previous_compare(t, key, &found, &err))
        return failure_of_store(&t->failure, &err);
    if (!found.exists)
        finding_set(t, ADOPT_MOVED, "its row points to '%.200s', where nothing lies", key);
    else if (found.has_sha256 && found.size_bytes == t->download.size_bytes
             && sha256_equal(&found.sha256, &t->download.sha256))
        return finding_same(t, &found);
    else
        finding_difference(t, &found);
    return true;
}

/* --- where there is nothing to compare with ------------------------------------------------- */

/* The beginning of an object: as much as an error page may have. */
static bool beginning_read(struct store_reader *reader, struct str *to, struct err *err)
{
    char bytes[KIB(4)];
    size_t got = 1;

    while (got > 0 && to->size + sizeof bytes <= PAGE_LOOK_BYTES) {
        if (!store_read(reader, bytes, sizeof bytes, &got, err))
            return false;
        str_add_span(to, (struct span){ bytes, got });
    }
    return true;
}

static void judge_object(struct transfer *t, const char *key, struct store_reader *reader)
{
    auto_str beginning = STR_MAX(PAGE_LOOK_BYTES);
    struct err err = { 0 };

    if (!beginning_read(reader, &beginning, &err))
        finding_set(t, ADOPT_UNPROVEN, "'%.200s' cannot be read: %.200s", key, err.msg);
    else if (error_page_judge(str_span(&beginning), span_extension(span_of(key)))
             == ERROR_PAGE_SURE)
        finding_set(t, ADOPT_FALSE, "'%.200s' holds an error page of %ju bytes, not the document",
                    key, (uintmax_t)store_reader_size(reader));
    else
        finding_set(t, ADOPT_UNPROVEN,
                    "'%.200s' holds %ju bytes, and the source gives no file to compare them with",
                    key, (uintmax_t)store_reader_size(reader));
}

void adopt_judge(struct transfer *t)
{
    const char *key = t->assignment->previous_key;
    auto_reader *reader = NULL;
    struct err err = { 0 };

    if (!adopt_concerns(t))
        return;
    if (!key)
        finding_set(t, ADOPT_FALSE, "marked, with neither a row in the application nor a file");
    else if (!store_key_is_good(key))
        finding_set(t, ADOPT_FALSE, "its row points to '%.200s', which is no key", key);
    else if (!store_get(t->worker->store, key, &reader, &err))
        finding_set(t, ADOPT_UNPROVEN, "'%.200s' cannot be read: %.200s", key, err.msg);
    else if (!reader)
        finding_set(t, ADOPT_FALSE, "its row points to '%.200s', where nothing lies", key);
    else
        judge_object(t, key, reader);
}

/* --- telling -------------------------------------------------------------------------------- */

const struct ledger_attempt *adopt_evidence(const struct adopt_finding *finding,
                                            struct ledger_attempt *room)
{
    *room = (struct ledger_attempt){ ADOPT_STEP, finding->class, &finding->why, -1, false };
    return finding->class ? room : NULL;
}
