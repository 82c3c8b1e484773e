/* `fmferry verify` */
#include "cmd/commands.h"
#include "cmd/rotate.h"
#include "cmd/verifying.h"

#include "base/foreign.h"
#include "base/log.h"
#include "base/num.h"
#include "ledger/peer_locks.h"
#include "ledger/verifications.h"
#include "preflight/pinned.h"
#include "verify/verify.h"
#include "json/writer.h"

#include <malloc.h>

enum { LINE_MAX_BYTES = 64 * 1024, SAMPLES_MAX = 1000000 };

/* --- output --------------------------------------------------------------------------------- */

/* One difference, as a line of its own in either form. */
static void difference_text(const struct verify_difference *d)
{
    print("%-18s record %-8ju " SPAN_FORMAT "\n", d->kind, (uintmax_t)d->record_id,
          SPAN_ARGS(d->identity));
    if (d->key.size)
        print("  key  " SPAN_FORMAT "\n", SPAN_ARGS(d->key));
    if (*d->row)
        print("  row  %s\n", d->row);
    print("  %s\n", d->words);
}

static void difference_json(const struct verify_difference *d)
{
    auto_str line = STR_MAX(LINE_MAX_BYTES);
    struct json_writer w = JSON_WRITER_SHOWN(&line);

    json_open_object(&w);
    json_member_text(&w, "kind", d->kind);
    json_member_u64(&w, "recordId", d->record_id);
    json_member_span(&w, "id", d->identity);
    json_member_span(&w, "key", d->key);
    json_member_text(&w, "row", d->row);
    json_member_text(&w, "words", d->words);
    json_close_object(&w);
    str_add_char(&line, '\n');
    print_raw(str_span(&line));
}

static void verify_difference_print(void *arg, const struct verify_difference *difference)
{
    const struct verify_options *o = arg;

    if (o->json)
        difference_json(difference);
    else
        difference_text(difference);
}

static void count_print(uint64_t count, const char *what)
{
    if (count > 0)
        print("  %10ju  %s\n", (uintmax_t)count, what);
}

/* Prints how the objects were compared, those not compared first. */
static void compared_text(const struct verify_result *r)
{
    static const char *const words[STORE_HOWS] = {
        "objects not compared: the server keeps no checksum to compare ('--bytes' reads them)",
        "objects compared by their ETag, which is the MD5 that was made at the put",
        "objects compared by the server's own checksum",
        "objects compared by their bytes",
    };

    for (size_t i = 0; i < STORE_HOWS; i++)
        count_print(r->compared[i], words[i]);
}

static void source_text(const struct verify_options *o, const struct verify_result *r)
{
    if (o->without_source)
        print("FileMaker was not asked. Not known are: documents that never reached the ledger, "
              "edits "
              "and deletions since, marks, and whether FileMaker had the same bytes\n");
    else
        print("  %10ju  documents of %ju records at the source, %ju with a mark\n",
              (uintmax_t)r->documents, (uintmax_t)r->records, (uintmax_t)r->marks);
}

static void result_text(const struct verify_options *o, const struct verify_result *r)
{
    source_text(o, r);
    for (size_t i = 0; i < VERIFY_STATES; i++)
        if (r->states[i])
            print("  %10ju  %s in the ledger\n", (uintmax_t)r->states[i], verify_state_names[i]);
    if (r->uploads)
        print("  %10ju  uploaded\n", (uintmax_t)r->uploads);
    print("  %10ju  rows in the registry, besides %ju of the application's own\n",
          (uintmax_t)r->rows, (uintmax_t)r->strange_rows);
    print("  %10ju  objects in the store, %.1f MB\n", (uintmax_t)r->objects,
          (double)r->object_bytes / 1e6);
    compared_text(r);
    count_print(r->filled, "documents whose fields in FileMaker hold what was written back");
    count_print(r->not_filled, "marked without filling them ([writeback] came later)");
    count_print(r->filled_otherwise, "whose fields hold something else now");
    count_print(r->witnessed, "files that FileMaker's own MD5 proved when they were stored");
    count_print(r->outside.files, "files in the backup's folder");
    count_print(r->outside.unnamed,
                "of them that no record names ('fmferry check --orphans FILE' lists them)");
    count_print(r->source_read, "files read again at the source");
    count_print(r->source_unreadable, "files that the source does not give as a stream");
    count_print(r->not_sampled, "documents whose bytes were left to another sample");
    print("  %10ju  entries in %ju audit chains\n", (uintmax_t)r->entries, (uintmax_t)r->chains);
    count_print(r->certified_before, "documents of the earlier certificate");
    count_print(r->stored_anew, "of them with newer bytes, as the ledger tells");
    count_print(r->newer, "records that came after the last run");
    count_print(r->edited, "edited at the source since they were stored");
    count_print(r->gone, "deleted at the source since");
    count_print(r->moving, "on their way at this moment");
    count_print(r->linkable, "unlinked, though their patient is known now");
    count_print(r->settled, "earlier differences, read again: they agree now");
    if (!r->census_was_closed)
        print("the source was never counted to the end: let 'fmferry run' finish\n");
    print("%ju difference%s\n", (uintmax_t)r->differences, r->differences == 1 ? "" : "s");
}

static void compared_json(const struct verify_result *r, struct json_writer *w)
{
    json_name(w, "compared");
    json_open_object(w);
    json_member_u64(w, "bytes", r->compared[STORE_BY_BYTES]);
    json_member_u64(w, "checksum", r->compared[STORE_BY_SUM]);
    json_member_u64(w, "etag", r->compared[STORE_BY_ETAG]);
    json_member_u64(w, "not_compared", r->compared[STORE_NOT_COMPARED]);
    json_close_object(w);
}

static void kinds_json(const struct verify_result *r, struct json_writer *w)
{
    json_name(w, "kinds");
    json_open_object(w);
    for (size_t i = 0; i < r->kind_count; i++)
        json_member_u64(w, r->kinds[i].kind, r->kinds[i].count);
    json_close_object(w);
}

/* Writes the result as docs/json.md says; the ledger keeps the same line. */
static void result_json(const struct verify_options *o, const struct verify_result *r,
                        struct str *line)
{
    struct json_writer w = JSON_WRITER_SHOWN(line);
    char hex[SHA256_HEX_SIZE];

    json_open_object(&w);
    json_member_flag(&w, "deep", o->deep);
    json_member_flag(&w, "without_source", o->without_source);
    json_member_text(&w, "sample", o->sample);
    json_member_u64(&w, "records", r->records);
    json_member_u64(&w, "documents", r->documents);
    json_member_u64(&w, "marks", r->marks);
    json_name(&w, "states");
    json_open_object(&w);
    for (size_t i = 0; i < VERIFY_STATES; i++)
        json_member_u64(&w, verify_state_names[i], r->states[i]);
    json_close_object(&w);
    json_member_u64(&w, "uploads", r->uploads);
    json_member_u64(&w, "rows", r->rows);
    json_member_u64(&w, "application_rows", r->strange_rows);
    json_member_u64(&w, "objects", r->objects);
    json_member_u64(&w, "bytes", r->object_bytes);
    json_member_u64(&w, "hashed", r->hashed);
    json_member_u64(&w, "not_compared", r->compared[STORE_NOT_COMPARED]);
    compared_json(r, &w);
    json_member_u64(&w, "filled", r->filled);
    json_member_u64(&w, "not_filled", r->not_filled);
    json_member_u64(&w, "filled_otherwise", r->filled_otherwise);
    json_member_u64(&w, "witnessed", r->witnessed);
    json_member_u64(&w, "outside_files", r->outside.files);
    json_member_u64(&w, "outside_unnamed", r->outside.unnamed);
    json_member_u64(&w, "source_read", r->source_read);
    json_member_u64(&w, "source_unreadable", r->source_unreadable);
    json_member_u64(&w, "not_sampled", r->not_sampled);
    json_member_u64(&w, "audit_chains", r->chains);
    json_member_u64(&w, "audit_entries", r->entries);
    json_member_u64(&w, "certified_before", r->certified_before);
    json_member_u64(&w, "stored_anew", r->stored_anew);
    json_member_u64(&w, "newer", r->newer);
    json_member_u64(&w, "edited", r->edited);
    json_member_u64(&w, "gone", r->gone);
    json_member_u64(&w, "moving", r->moving);
    json_member_u64(&w, "linkable", r->linkable);
    json_member_flag(&w, "census_complete", r->census_was_closed);
    json_member_text(&w, "certificate_root", r->certified ? sha256_hex(&r->root, hex) : NULL);
    json_member_text(&w, "certificate_sha256", r->certified ? sha256_hex(&r->file, hex) : NULL);
    json_member_u64(&w, "settled", r->settled);
    json_member_u64(&w, "differences", r->differences);
    kinds_json(r, &w);
    json_close_object(&w);
}

static void say_certificate(const struct verify_options *o, const struct verify_result *r)
{
    char root[SHA256_HEX_SIZE];

    if (r->certified)
        print("certified in %s, root %s\n", o->certificate, sha256_hex(&r->root, root));
    else if (o->certificate && r->differences)
        print("no certificate was written: mend the differences first\n");
    else if (o->certificate)
        print("no certificate was written: %ju documents were on their way and not compared; "
              "verify again\n",
              (uintmax_t)r->uncompared);
}

/* --- the note in the ledger ----------------------------------------------------------------- */

static bool next_finding(void *arg, struct ledger_finding *finding_r, bool *is_r, struct err *err)
{
    struct verify_finding finding;

    if (!verify_findings_next(arg, &finding, is_r, err))
        return false;
    if (*is_r)
        *finding_r = (struct ledger_finding){ finding.is_open, finding.kind, finding.place,
                                              finding.record_id };
    return true;
}

static bool next_looked(void *arg, struct looked_document *looked_r, bool *is_r, struct err *err)
{
    struct verify_looked looked;

    if (!verify_looked_next(arg, &looked, is_r, err))
        return false;
    if (*is_r)
        *looked_r = (struct looked_document){ looked.document, looked.is_moving, looked.kind,
                                              looked.words };
    return true;
}

static bool looked_judges(void *arg, struct span kind)
{
    return verify_judges(arg, kind);
}

static bool verify_note(const struct verify_settings *s, struct verify_result *result,
                        const char *found, const struct cancel *cancel, int64_t *run_r,
                        struct err *err)
{
    struct peer_locks_names names;
    struct ledger_process process = peer_locks_process("verify", &names);
    struct ledger_verification verification = {
        .found = found,
        .next = next_finding,
        .arg = result,
        .looked = { next_looked, result, found != NULL, looked_judges },
    };
    auto_ledger *ledger = NULL;

    return ledger_open(s->ledger_url, s->source_name, cancel, &ledger, err)
           && ledger_verified_note(ledger, &process, &verification, run_r, err);
}

/*
 * Notes the result after everything was read. A ledger that is read-only or an old copy is verified
 * all the same; a warning says that it keeps no note.
 */
static void note_or_say(const struct verify_settings *s, const struct verify_options *o,
                        struct verify_result *result, const char *found)
{
    struct cancel *cancel = cancel_new(); /* the note is written even if we are to stop */
    struct err err = { 0 };
    int64_t run;
    bool noted = verify_note(s, result, found, cancel, &run, &err);

    cancel_free(cancel);
    if (!noted)
        log_warn("the ledger keeps no note of this verification: %s", err.msg);
    else if (!o->json && found)
        print("noted in the ledger as number %jd\n", (intmax_t)run);
}

/* --- options -------------------------------------------------------------------------------- */

/* "2/7": the second of seven parts. */
static bool sample_read(const char *text, struct verify_settings *settings, struct err *err)
{
    struct span rest = span_of(text), part = span_cut(&rest, '/');
    uint64_t n, of;

    if (!text)
        return true;
    if (!rest.at || !num_u64(rest, 1, SAMPLES_MAX, &of, err) || !num_u64(part, 1, of, &n, err))
        return err_set(err, ERR_USAGE, 0,
                       "--sample is one part of several, such as 2/7, not '%.40s'", text);
    settings->sample_index = (int)n;
    settings->sample_count = (int)of;
    settings->deep = true;
    return true;
}

/*
 * Objects that were not compared leave the proof open. A sample does not: the other parts cover the
 * rest.
 */
static bool is_left_open(const struct verify_settings *settings, const struct verify_options *o,
                         const struct verify_result *r)
{
    return (o->certificate && !r->certified)
           || (settings->sample_count == 0 && r->compared[STORE_NOT_COMPARED] > 0);
}

static int verify_and_say(const struct verify_settings *settings, struct verify_options *o,
                          const struct cancel *cancel, struct verify_result *result,
                          struct err *err)
{
    auto_str line = STR_MAX(LINE_MAX_BYTES);

    if (!verify_all(settings, cancel, verify_difference_print, o, result, err)) {
        if (verify_has_findings(result))
            note_or_say(settings, o, result, NULL);
        return -1;
    }
    result_json(o, result, &line);
    if (o->json) {
        (void)puts(str_text(&line));
    } else {
        result_text(o, result);
        say_certificate(o, result);
    }
    note_or_say(settings, o, result, str_text(&line));
    if (fflush(stdout) != 0) {
        (void)err_os(err, "writing what was found");
        return -1;
    }
    return result->differences || !result->census_was_closed || is_left_open(settings, o, result)
               ? EXIT_LEFT
               : EXIT_DONE;
}

int verifying_do(struct work *work, const struct verify_options *options,
                 struct verify_result *result_r, struct err *err)
{
    struct verify_options o = *options;
    struct verify_settings reader = verifying_settings(&work->settings, &o);

    /* Freed memory goes back at once: the streams are longer than the memory. */
    (void)mallopt(M_TRIM_THRESHOLD, 256 * 1024);
    if (!sample_read(o.sample, &reader, err)
        || !pinned_store_check(&work->settings.engine, work->cancel, err))
        return -1;
    return verify_and_say(&reader, &o, work->cancel, result_r, err);
}

/* The next part; quiet hours end it with EXIT_LEFT. */
static int part_verify(struct work *work, const struct verify_options *options, struct err *err)
{
    struct verify_options of_part = *options;
    auto_verify_result result = { 0 };
    struct rotation rotation;
    int code = rotation_begin(&rotation, work, options->rotate, err);

    if (code != EXIT_DONE)
        return code;
    of_part.sample = rotation.sample;
    code = verifying_do(work, &of_part, &result, err);
    if (!rotation_end(&rotation) || code >= 0 || err->kind != ERR_CANCELED)
        return code;
    if (!options->json)
        print("quiet hours began: part %s is read from its beginning the next time. If a night is "
              "too short for it, rotate by more parts than %d\n",
              rotation.sample, options->rotate);
    return EXIT_LEFT;
}

static int verify_body(struct work *work, struct err *err)
{
    const struct verify_options *options = work->options;
    auto_verify_result result = { 0 };

    return options->rotate ? part_verify(work, options, err)
                           : verifying_do(work, options, &result, err);
}

static int verify_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct verify_options *o = arg;

    if (o->rotate && (o->sample || o->certificate || o->without_source)) {
        (void)err_set(err, ERR_USAGE, 0,
                      "--rotate excludes --sample, --certificate and --without-source");
        return -1;
    }
    unsigned source = o->without_source ? 0 : WORK_SOURCE;

    return work_do(globals,
                   WORK_SIGNALS | WORK_NEXUS | WORK_STORE | WORK_TRAITS | WORK_SHOWN | source, arg,
                   verify_body, err);
}

static const struct opt verify_opts[] = {
    OPT_FLAG(struct verify_options, deep, "deep", 0,
             "read every byte again, in FileMaker and in the store"),
    OPT_FLAG(struct verify_options, bytes, "bytes", 0,
             "read every byte in the store. Without it, in a bucket, the server's own\n"
             "checksum or an ETag that is a known MD5 is compared, and objects with\n"
             "neither are not compared"),
    OPT_FLAG(struct verify_options, without_source, "without-source", 0,
             "compare store, database and ledger alone, when FileMaker is gone; it says\n"
             "what nobody can know then"),
    OPT_TEXT(struct verify_options, sample, "sample", 0, "N/T",
             "like --deep, for part N of T of the documents: T calls, with N from\n"
             "1 to T, read them all"),
    OPT_INT(struct verify_options, rotate, "rotate", 0, "T", 2, SAMPLES_MAX,
            "like --sample, for the part after the one that was read last: T nights read\n"
            "them all. Quiet hours end it, and the next call reads that part again"),
    OPT_TEXT(struct verify_options, certificate, "certificate", 0, "FILE",
             "write the signed certificate of completeness if nothing differs; every\n"
             "byte in the store is read for it"),
    OPT_TEXT(struct verify_options, against, "against", 0, "FILE",
             "compare ledger and audit chains with an earlier certificate, too"),
    OPT_FLAG(struct verify_options, checksums, "checksums", 0,
             "let the certificate rest on the server's own word where it has one, and\n"
             "read only the other objects; each line says which"),
    OPT_FLAG(struct verify_options, json, "json", 0,
             "print a JSON line for each difference, and one at the end (docs/json.md)"),
    OPT_END,
};

static const struct verify_options verify_defaults = { 0 };

const struct cmd cmd_verify = {
    "verify",
    "Read source, store and database afresh and compare them",
    "Shares nothing with the part that moves documents. Names every difference in both\n"
    "directions: what is missing, and what is there but should not be. Changes nothing\n"
    "but the ledger's note of its findings. People may work in FileMaker and a run may go\n"
    "on meanwhile. Exits with 0 if nothing differs, with 3 if something does, or if there\n"
    "are objects that were not compared. A difference in bytes stays open until\n"
    "the bytes have been read again and agree; every call reads them, whatever its options.",
    verify_opts,
    &verify_defaults,
    sizeof verify_defaults,
    verify_command,
    .heading = "Prove",
    .examples = {
        { "fmferry verify", "compares names, sizes and rows with the source" },
        { "fmferry verify --deep --certificate certificate.txt",
          "reads every byte on both sides, and certifies" },
        { "fmferry verify --rotate 7", "each night another seventh: a week reads all again" },
    },
};
