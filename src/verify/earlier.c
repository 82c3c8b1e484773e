/*
 * Reads the earlier certificate once, from its head to its last line. Nothing of it is believed before
 * its signature and the root over its lines were found right: the sorters are thrown away otherwise.
 */
#include "verify/document.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/sign.h"
#include "verify/merkle.h"
#include "verify/pack.h"

#include <stdio.h>
#include <stdlib.h>

enum { HEAD_MAX = 16 * 1024 * 1024, LINE_MAX_BYTES = 64 * 1024 };

void earlier_clear(struct earlier *earlier)
{
    free(earlier->chains);
}

/* The file as it is read. */
struct earlier_file {
    const char *path;
    FILE *file;
    char *line;
    size_t room;
    struct str head; /* what was signed */
    uint8_t public_key[SIGN_KEY_SIZE], signature[SIGN_SIZE];
    struct sha256 root;
    bool is_of_source, has_root, has_signature;
};

static void earlier_file_close(struct earlier_file *f)
{
    if (f->file)
        (void)fclose(f->file);
    free(f->line);
    str_clear(&f->head);
}
#define auto_earlier_file __attribute__((cleanup(earlier_file_close))) struct earlier_file

static bool line_next(struct earlier_file *f, struct span *line_r)
{
    ssize_t size = getline(&f->line, &f->room, f->file);

    if (size > 0 && f->line[size - 1] == '\n')
        size--;
    *line_r = (struct span){ f->line, size > 0 ? (size_t)size : 0 };
    return size >= 0;
}

static bool not_readable(const struct earlier_file *f, const char *why, struct err *err)
{
    return err_set(err, ERR_DATA, 0, "'%s' %s", f->path, why);
}

/* --- the head ------------------------------------------------------------------------------- */

static bool chain_keep(struct earlier *earlier, struct span rest, struct err *err)
{
    struct earlier_chain chain = { 0 };
    uint64_t run, entries;

    if (!num_u64(span_cut(&rest, '\t'), 0, INT64_MAX, &run, err)
        || !num_u64(span_cut(&rest, '\t'), 0, INT64_MAX, &entries, err)
        || !sha256_from_hex(rest, &chain.hash))
        return false;
    chain.run = (int64_t)run;
    chain.entries = (int64_t)entries;
    earlier->chains =
        mem_grow(earlier->chains, (earlier->chain_count + 1) * sizeof *earlier->chains);
    earlier->chains[earlier->chain_count++] = chain;
    return true;
}

static bool head_cell(struct verifier *v, struct earlier_file *f, struct span name,
                      struct span value)
{
    struct err ignored;

    if (span_is(name, "source"))
        f->is_of_source = span_is(value, v->settings->source_name);
    else if (span_is(name, "run"))
        return chain_keep(&v->earlier, value, &ignored);
    else if (span_is(name, "root"))
        return f->has_root = sha256_from_hex(value, &f->root);
    else if (span_is(name, "public"))
        return hex_read(value, f->public_key, sizeof f->public_key);
    else if (span_is(name, "signature"))
        return f->has_signature = hex_read(value, f->signature, sizeof f->signature);
    return true;
}

/* Reads up to the empty line. */
static bool head_read(struct verifier *v, struct earlier_file *f, struct err *err)
{
    struct span line;

    if (!line_next(f, &line) || !span_is(line, "fmferry certificate 1"))
        return not_readable(f, "is no certificate of fmferry, or one of a later form", err);
    str_add_text(&f->head, "fmferry certificate 1\n");
    while (line_next(f, &line) && line.size) {
        struct span value = line, name = span_cut(&value, '\t');

        if (f->has_signature || !head_cell(v, f, name, value))
            return not_readable(f, "has a head that cannot be read", err);
        if (f->has_signature)
            continue;
        str_add_span(&f->head, line);
        str_add_char(&f->head, '\n');
    }
    if (!f->has_root || !f->has_signature || f->head.cut)
        return not_readable(f, "has a head that is not complete", err);
    if (!f->is_of_source)
        return not_readable(f, "is a certificate of another source", err);
    return sign_is_good(f->public_key, str_span(&f->head), f->signature)
           || not_readable(f, "was altered after it was signed", err);
}

/* Whoever can write a certificate can sign it with a key of his own. */
static bool signer_check(const struct verifier *v, const struct earlier_file *f, struct err *err)
{
    auto_sign_key *key = NULL;
    uint8_t ours[SIGN_KEY_SIZE];

    if (!sign_key_read(v->settings->signing_key, &key, err))
        return err_ctx(err, "whose certificate '%s' is", f->path);
    sign_key_public(key, ours);
    return memcmp(ours, f->public_key, sizeof ours) == 0
           || err_set(err, ERR_USAGE, 0, "'%s' was signed by another key than '%s'", f->path,
                      v->settings->signing_key);
}

/* --- the lines ------------------------------------------------------------------------------ */

/* "%09" and the like, as they were written. Shortens in place. */
static struct span cell_decoded(struct span cell, char *room)
{
    size_t size = 0;

    for (size_t i = 0; i < cell.size; i++) {
        room[size] = cell.at[i];
        if (cell.at[i] == '%' && hex_read(span_first(span_from(cell, i + 1), 2), &room[size], 1))
            i += 2;
        size++;
    }
    return (struct span){ room, size };
}

/* The cells of a line that are compared. */
struct earlier_cells {
    uint64_t record_id, mod_id, repetition, size_bytes;
    struct span identity, container, sha256, key;
};

static bool cells_read(struct span line, struct earlier_cells *c, struct err *err)
{
    struct span cells[9];

    for (size_t i = 0; i < lengthof(cells); i++)
        cells[i] = span_cut(&line, '\t');
    *c = (struct earlier_cells){
        .identity = cells[2], .container = cells[3], .sha256 = cells[7], .key = cells[8]
    };
    return num_u64(cells[0], 0, UINT64_MAX, &c->record_id, err)
           && num_u64(cells[4], 0, UINT64_MAX, &c->repetition, err)
           && (cells[6].size == 0 || num_u64(cells[6], 0, UINT64_MAX, &c->size_bytes, err));
}

static bool line_send(struct verifier *v, const struct earlier_cells *c, struct err *err)
{
    auto_str entry = STR_MAX(ENTRY_MAX);
    auto_free char *identity = mem_zero(c->identity.size + 1);
    auto_free char *container = mem_zero(c->container.size + 1);
    struct sha256 sha256 = { 0 };
    struct certified_fact fact = { .record_id = c->record_id,
                                   .size_bytes = c->size_bytes,
                                   .identity = cell_decoded(c->identity, identity),
                                   .key = c->key };
    struct uuid id = fact_row_id(v->settings->source_name, fact.identity,
                                 cell_decoded(c->container, container), c->repetition);

    if (c->sha256.size && !sha256_from_hex(c->sha256, &sha256))
        return err_set(err, ERR_DATA, 0, "a line of the certificate has no hash");
    if (c->sha256.size)
        fact.sha256 = (struct span){ (const char *)sha256.bytes, sizeof sha256.bytes };
    pack_bytes(&entry, id.bytes, sizeof id.bytes);
    pack_u8(&entry, FACT_CERTIFIED);
    certified_fact_pack(&entry, &fact);
    return str_fits(&entry, "a line of the certificate", err)
           && sorter_add(v->documents, str_span(&entry), err);
}

static bool lines_read(struct verifier *v, struct earlier_file *f, struct err *err)
{
    struct merkle tree = { 0 };
    struct earlier_cells cells;
    struct sha256 root;
    struct span line;

    while (line_next(f, &line)) {
        merkle_add(&tree, line);
        if (line.size > LINE_MAX_BYTES || !cells_read(line, &cells, err))
            return not_readable(f, "has a line that cannot be read", err);
        if (!line_send(v, &cells, err))
            return false;
    }
    if (ferror(f->file))
        return err_os(err, "reading '%s'", f->path);
    root = merkle_root(&tree);
    v->result->certified_before = tree.count;
    return sha256_equal(&root, &f->root)
           || not_readable(f, "has lines that were altered after it was signed", err);
}

bool earlier_gather(struct verifier *v, struct err *err)
{
    auto_earlier_file f = { .path = v->settings->against, .head = STR_MAX(HEAD_MAX) };

    if (!f.path)
        return true;
    f.file = fopen(f.path, "re");
    if (!f.file)
        return err_os(err, "opening '%s'", f.path);
    return head_read(v, &f, err) && signer_check(v, &f, err) && lines_read(v, &f, err);
}

/* --- judging -------------------------------------------------------------------------------- */

const struct earlier_chain *earlier_chain_meet(struct earlier *earlier, int64_t run)
{
    for (size_t i = 0; i < earlier->chain_count; i++)
        if (earlier->chains[i].run == run) {
            earlier->chains[i].is_met = true;
            return &earlier->chains[i];
        }
    return NULL;
}

void earlier_chains_judge(struct verifier *v)
{
    for (size_t i = 0; i < v->earlier.chain_count; i++)
        if (!v->earlier.chains[i].is_met)
            difference_report(v, "certified-chain", &(struct named_document){ .row = "" },
                              "the ledger does not have run %jd any more",
                              (intmax_t)v->earlier.chains[i].run);
}

/* Other bytes than were certified are right only if the ledger has both as versions. */
static bool bytes_judge(struct verifier *v, const struct document_facts *d, struct err *err)
{
    const struct certified_fact *c = &d->certified;
    int64_t count;

    if (span_equal(c->sha256, d->ledger.sha256) && c->size_bytes == d->ledger.size_bytes)
        return true;
    if (!sql_number(
            v->ledger, &VERIFY_VERSION_WITH,
            sql_args(sql_i64((int64_t)d->ledger.document), sql_bytes(c->sha256.at, c->sha256.size)),
            0, &count, err))
        return false;
    if (count > 0)
        v->result->stored_anew++;
    else
        DIFFER(v, d, false, "certified-bytes",
               "other bytes were certified, and the ledger has no version with them");
    return true;
}

static void missing_report(struct verifier *v, const struct certified_fact *c)
{
    struct named_document who = {
        .record_id = c->record_id, .identity = c->identity, .key = c->key, .row = ""
    };

    difference_report(v, "certified-missing", &who,
                      "the certificate has this document, the ledger does not");
}

bool earlier_line_judge(struct verifier *v, const struct document_facts *d, struct err *err)
{
    if (!d->has_certified || (d->has_ledger && d->certified.sha256.size == 0))
        return true;
    if (!d->has_ledger)
        missing_report(v, &d->certified);
    else if (ledger_fact_is_stored(&d->ledger))
        return bytes_judge(v, d, err);
    else if (!span_is(d->ledger.state, "gone"))
        DIFFER(v, d, false, "certified-state",
               "it was certified as stored, and the ledger says '" SPAN_FORMAT "'",
               SPAN_ARGS(d->ledger.state));
    return true;
}
