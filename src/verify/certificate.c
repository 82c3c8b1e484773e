/*
 * Writes the certificate of completeness: a text that anybody can read, with a signed head that
 * holds the root of the tree over the lines below it. Its form is in docs/certificate.md; audit/
 * reads it and shares nothing with this file.
 *
 * Lines are sorted by record. They go to a file without a name first, because the head needs their
 * root.
 */
#include "verify/inside.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/sign.h"
#include "base/time.h"
#include "verify/merkle.h"
#include "verify/pack.h"

#include <unistd.h>

enum { LINE_MAX_BYTES = 32 * 1024, HEAD_MAX = 16 * 1024 * 1024, COPY_SIZE = 256 * 1024 };

/* --- leaves --------------------------------------------------------------------------------- */

/* Writes what would break a line as %09; the percent sign too. */
static void cell_add(struct str *line, struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if (c < 0x20 || c == '%' || c == 0x7f)
            str_printf(line, "%%%02x", c);
        else
            str_add_char(line, (char)c);
    }
}

static void next_cell_add(struct str *line, struct span text)
{
    str_add_char(line, '\t');
    cell_add(line, text);
}

/* Adds who waived the document, and why. */
static bool waiver_add(struct verifier *v, uint64_t document, struct str *reason, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(v->ledger, &VERIFY_WAIVER, sql_args(sql_i64((int64_t)document)), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW)
        str_printf(reason, " waived by " SPAN_FORMAT ": " SPAN_FORMAT,
                   SPAN_ARGS(sql_get_text(rows, 0)), SPAN_ARGS(sql_get_text(rows, 1)));
    return step != STEP_ERROR;
}

static bool reason_cell(struct verifier *v, const struct ledger_fact *l, struct str *line,
                        struct err *err)
{
    auto_str reason = STR_MAX(KIB(8));

    if (l)
        str_add_span(&reason, l->class);
    if (l && span_is(l->state, "waived") && !waiver_add(v, l->document, &reason, err))
        return false;
    next_cell_add(line, str_span(&reason));
    return true;
}

/* Size, hash, key and row of a stored document; empty cells for any other. */
static void stored_cells(const struct ledger_fact *l, const struct row_fact *row, struct str *line)
{
    char text[ROW_TEXT_SIZE];

    if (!(l && ledger_fact_is_stored(l))) {
        str_add_text(line, "\t\t\t\t");
        return;
    }
    str_printf(line, "\t%ju\t", (uintmax_t)l->size_bytes);
    hex_add(line, l->sha256.at, l->sha256.size);
    next_cell_add(line, l->key);
    next_cell_add(line, span_of(row ? uuid_text(&row->id, text) : ""));
}

/* "bytes", "bytes source": how the object was compared, and whether the source's bytes were too. */
static void compared_cell(struct verifier *v, const struct ledger_fact *l, enum store_how how,
                          bool source_read, struct str *line)
{
    str_add_char(line, '\t');
    if (!(l && ledger_fact_is_stored(l)))
        return;
    v->result->uncompared += how == STORE_NOT_COMPARED;
    str_add_text(line, store_how_name(how));
    if (source_read)
        str_add_text(line, " source");
}

bool certificate_add_leaf(struct verifier *v, const struct source_fact *s,
                          const struct ledger_fact *l, const struct row_fact *row,
                          enum store_how how, bool source_read, struct err *err)
{
    auto_str entry = STR_MAX(ENTRY_MAX), line = STR_MAX(LINE_MAX_BYTES);

    str_printf(&line, "%ju\t%ju", (uintmax_t)s->record_id, (uintmax_t)s->mod_id);
    next_cell_add(&line, l ? l->identity : s->identity);
    next_cell_add(&line, s->container);
    str_printf(&line, "\t%ju", (uintmax_t)s->repetition);
    next_cell_add(&line, s->storage);
    stored_cells(l, row, &line);
    next_cell_add(&line, l ? l->state : span_of("new"));
    if (!reason_cell(v, l, &line, err))
        return false;
    compared_cell(v, l, how, source_read, &line);
    if (!str_fits(&line, "a line of the certificate", err))
        return false;
    pack_u64(&entry, s->record_id);
    pack_name(&entry, s->container);
    pack_u64(&entry, s->repetition);
    str_add_span(&entry, str_span(&line));
    return str_fits(&entry, "a line of the certificate", err)
           && sorter_add(v->leaves, str_span(&entry), err);
}

/* --- the head ------------------------------------------------------------------------------- */

static void certificate_line_add(struct str *head, const char *name, const char *text)
{
    str_add_text(head, name);
    next_cell_add(head, span_of(text));
    str_add_char(head, '\n');
}

static void how_add(struct str *head, const struct verify_settings *s)
{
    const char *store = s->reading == VERIFY_READ_ALL ? "every byte in the store"
                                                      : "what the server says of its bytes";

    if (s->sample_count)
        str_printf(head, "read\t%s, at the source of part %d of %d\n", store, s->sample_index,
                   s->sample_count);
    else
        str_printf(head, "read\t%s\n", s->deep ? "every byte" : store);
}

static void compared_add(struct str *head, const struct verify_result *r)
{
    for (int how = STORE_HOWS - 1; how >= 0; how--)
        str_printf(head, "compared\t%s\t%ju\n", store_how_name((enum store_how)how),
                   (uintmax_t)r->compared[how]);
    str_printf(head, "compared\tsource\t%ju\n", (uintmax_t)r->source_read);
    if (r->witnessed)
        str_printf(head, "compared\tfilemaker md5\t%ju\n", (uintmax_t)r->witnessed);
}

static void states_add(struct str *head, const struct verify_result *r)
{
    for (size_t i = 0; i < VERIFY_STATES; i++)
        str_printf(head, "state\t%s\t%ju\n", verify_state_names[i], (uintmax_t)r->states[i]);
    str_printf(head, "newer\t%ju\nedited\t%ju\n", (uintmax_t)r->newer, (uintmax_t)r->edited);
}

/* "3/7" in what a verification noted; SPAN_NONE: it was not of a part. */
static struct span part_of(struct span found, struct span *parts_r)
{
    static const char name[] = "\"sample\":\"";
    size_t at = span_find(found, name);
    struct span rest = at < found.size ? span_from(found, at + sizeof name - 1) : SPAN_NONE;
    struct span part = span_cut(&rest, '"'), parts = part;

    (void)span_cut(&parts, '/');
    *parts_r = parts;
    return part;
}

/* What was read again in turn before: of each part the newest, as the newest of all divides. */
static bool history_add(const struct verifier *v, struct str *head, struct err *err)
{
    auto_str of = STR_MAX(64), told = STR_MAX(KIB(64));
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(v->ledger, &VERIFY_ROTATION, sql_args(sql_i64(v->source_number)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct span parts, part = part_of(sql_get_text(rows, 1), &parts);
        auto_free char *line = mem_printf("reread\t" SPAN_FORMAT "\t", SPAN_ARGS(part));
        char at[TIME_TEXT_SIZE];

        if (of.size == 0)
            str_add_span(&of, parts);
        if (!span_equal(parts, str_span(&of)) || strstr(str_text(&told), line))
            continue;
        str_printf(&told, "%s%s\n", line, time_rfc3339(sql_get_i64(rows, 0), at));
    }
    str_add_span(head, str_span(&told));
    return step == STEP_END;
}

static bool head_add(const struct verifier *v, const struct merkle *tree, struct str *head,
                     struct err *err)
{
    char made[TIME_TEXT_SIZE], hex[SHA256_HEX_SIZE];

    str_add_text(head, "fmferry certificate 1\n");
    certificate_line_add(head, "source", v->settings->source_name);
    certificate_line_add(head, "store", store_name(v->store));
    certificate_line_add(head, "made", time_rfc3339(time_now_us(), made));
    certificate_line_add(head, "by", v->settings->program);
    how_add(head, v->settings);
    compared_add(head, v->result);
    states_add(head, v->result);
    if (!history_add(v, head, err))
        return false;
    str_add_span(head, str_span(&v->chain_heads));
    str_printf(head, "leaves\t%ju\n", (uintmax_t)tree->count);
    v->result->root = merkle_root(tree);
    certificate_line_add(head, "root", sha256_hex(&v->result->root, hex));
    return str_fits(head, "the certificate's head", err);
}

/* The signature covers everything before its own line. */
static void signature_add(const struct sign_key *key, struct str *head)
{
    uint8_t public_key[SIGN_KEY_SIZE], signature[SIGN_SIZE];

    sign_key_public(key, public_key);
    str_add_text(head, "public\t");
    hex_add(head, public_key, sizeof public_key);
    str_add_char(head, '\n');
    sign_bytes(key, str_span(head), signature);
    str_add_text(head, "signature\t");
    hex_add(head, signature, sizeof signature);
    str_add_text(head, "\n\n");
}

/* --- writing -------------------------------------------------------------------------------- */

static bool flush_full(int fd, struct str *out, size_t least, struct err *err)
{
    if (out->size < least)
        return true;
    if (!fs_write_all(fd, str_span(out), "the certificate", err))
        return false;
    str_reset(out);
    return true;
}

static bool leaves_write(struct verifier *v, int fd, struct merkle *tree, struct err *err)
{
    auto_str out = STR_MAX(COPY_SIZE + LINE_MAX_BYTES);
    struct span entry;
    enum step step;

    if (!sorter_end(v->leaves, err))
        return false;
    while ((step = sorter_next(v->leaves, &entry, err)) == STEP_ROW) {
        (void)unpack_u64(&entry);
        (void)unpack_name(&entry);
        (void)unpack_u64(&entry);
        merkle_add(tree, entry);
        str_add_span(&out, entry);
        str_add_char(&out, '\n');
        if (!flush_full(fd, &out, COPY_SIZE, err))
            return false;
    }
    return step == STEP_END && flush_full(fd, &out, 0, err);
}

static bool leaves_copy(int from, int to, struct sha256_stream *hash, struct err *err)
{
    auto_free char *part = mem_zero(COPY_SIZE);
    off64_t at = 0;
    ssize_t got;

    while ((got = pread(from, part, COPY_SIZE, at)) > 0) {
        struct span read = { part, (size_t)got };

        if (!fs_write_all(to, read, "the certificate", err))
            return false;
        sha256_stream_add(hash, read);
        at += got;
    }
    return got == 0 || err_os(err, "reading the certificate's lines");
}

bool certificate_write(struct verifier *v, struct err *err)
{
    const char *path = v->settings->certificate;
    auto_sign_key *key = NULL;
    auto_close int lines = -1, whole = -1;
    auto_str head = STR_MAX(HEAD_MAX);
    auto_sha256_stream *hash = sha256_stream_new();
    struct merkle tree = { 0 };

    if (!sign_key_read(v->settings->signing_key, &key, err) || !fs_open_unnamed(path, &lines, err)
        || !fs_open_unnamed(path, &whole, err) || !leaves_write(v, lines, &tree, err))
        return false;
    if (!head_add(v, &tree, &head, err))
        return false;
    signature_add(key, &head);
    sha256_stream_add(hash, str_span(&head));
    if (!str_fits(&head, "the certificate's head", err)
        || !fs_write_all(whole, str_span(&head), path, err) || !leaves_copy(lines, whole, hash, err)
        || !fs_put_in_place(whole, path, 0600, err))
        return false;
    v->result->file = sha256_stream_end(hash);
    v->result->certified = true;
    return true;
}
