/*
 * Compares the database with the certificate: every row, and the audit chains. What is read is
 * compared and never run; database.h says how.
 */
#include "database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct database *open_kind(const char *where)
{
    bool postgres = strncmp(where, "postgresql:", 11) == 0 || strncmp(where, "postgres:", 9) == 0;

    return postgres ? audit_postgres_open(where) : audit_sqlite_open(where);
}

/* --- rows ---------------------------------------------------------------------------------- */

/* A line of the certificate, by the 32 digits of its row's id. */
struct known_row {
    char row[33];
    bool seen;
    size_t line;
};

static void digits_of(struct piece id, char digits[33])
{
    size_t used = 0;

    for (size_t i = 0; i < id.size && used < 32; i++)
        if (id.at[i] != '-')
            digits[used++] = id.at[i] >= 'A' && id.at[i] <= 'F' ? (char)(id.at[i] + 32) : id.at[i];
    digits[used] = '\0';
}

static int known_compare(const void *a, const void *b)
{
    return strcmp(((const struct known_row *)a)->row, ((const struct known_row *)b)->row);
}

static void row_compare(const struct piece columns[COLUMNS_MAX], const struct audit_line *line)
{
    uint64_t size, told;

    if (!piece_equal(columns[1], line->cells[CELL_KEY]))
        audit_differ("row-key", line, "the row points to '%.*s'", (int)columns[1].size,
                     columns[1].at);
    if (!piece_number(line->cells[CELL_SIZE], &size) || !piece_number(columns[2], &told)
        || told != (size > INT32_MAX ? INT32_MAX : size))
        audit_differ("row-size", line, "the row says %.*s bytes", (int)columns[2].size,
                     columns[2].at);
}

static struct known_row *known_read(const struct certificate *c, const struct audit_line *only,
                                    size_t *count_r)
{
    struct known_row *known = calloc(c->line_count + 1, sizeof *known);
    struct audit_line line;

    if (!known)
        audit_give_up("no memory");
    *count_r = 0;
    for (size_t i = 0; i < c->line_count; i++) {
        line_split(c->lines[i], &line);
        if (line.cells[CELL_ROW].size == 0 || (only && only->whole.at != line.whole.at))
            continue;
        digits_of(line.cells[CELL_ROW], known[*count_r].row);
        known[(*count_r)++].line = i;
    }
    qsort(known, *count_r, sizeof *known, known_compare);
    return known;
}

/* Reports a row without a line that points to the object of one: two rows of one document. */
static void stranger_compare(const struct piece columns[COLUMNS_MAX], struct piece *keys,
                             size_t count)
{
    struct piece key = columns[1];

    if (bsearch(&key, keys, count, sizeof *keys, piece_compare))
        audit_differ("row-surplus", NULL, "row %.*s points to '%.*s', which is another row's",
                     (int)columns[0].size, columns[0].at, (int)key.size, key.at);
}

static void rows_compare(const struct certificate *c, const struct audit_line *only,
                         struct database *database)
{
    static const struct table_question documents = { "id, s3_key, file_size", NULL,
                                                     "documents_document", "" };
    size_t count, key_count;
    struct known_row *known = known_read(c, only, &count);
    struct piece *keys = cells_sorted(c, CELL_KEY, &key_count);
    struct piece columns[COLUMNS_MAX];
    struct audit_line line;

    database->kind->ask(database, &documents);
    while (database->kind->next(database, columns)) {
        struct known_row wanted = { 0 }, *found;

        digits_of(columns[0], wanted.row);
        found = bsearch(&wanted, known, count, sizeof *known, known_compare);
        if (found) {
            found->seen = true;
            line_split(c->lines[found->line], &line);
            row_compare(columns, &line);
        } else if (!only) {
            stranger_compare(columns, keys, key_count);
        }
    }
    for (size_t i = 0; i < count; i++) {
        line_split(c->lines[known[i].line], &line);
        if (!known[i].seen)
            audit_differ("row-missing", &line, "the document's row is not in the database");
    }
    free(known);
    free(keys);
}

/* --- audit chains -------------------------------------------------------------------------- */

/* The hash of an entry, as docs/ledger.md says: of the hash before and seven columns with the run.
 */
static struct hash entry_hash(const struct piece columns[COLUMNS_MAX], const struct hash *before)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    struct hash hash;

    if (!to)
        audit_give_up("no memory");
    (void)fwrite(before->bytes, 1, HASH_SIZE, to);
    for (size_t i = 0; i < 8; i++)
        (void)fprintf(to, "%.*s\n", (int)columns[i].size, columns[i].at);
    if (fclose(to) != 0)
        audit_give_up("no memory");
    hash = hash_of(text, size);
    free(text);
    return hash;
}

/* Where a chain stands: the last entry that was there, and its hash as the table has it. */
struct chain_position {
    uint64_t seq;
    struct hash hash;
};

/*
 * Holds each entry against the hash that the table has for the one before: so each altered entry is
 * named.
 */
static void entry_compare(const struct audit_chain *chain, struct chain_position *at,
                          const struct piece columns[COLUMNS_MAX])
{
    struct hash is = entry_hash(columns, &at->hash), told = { 0 };
    bool has_hash = hash_read(columns[8], &told);
    uint64_t seq;

    if (!piece_number(columns[1], &seq)) {
        audit_differ("audit-chain", NULL, "run %jd: '%.*s' is not the number of an entry",
                     (intmax_t)chain->run, (int)columns[1].size, columns[1].at);
        return;
    }
    if (seq != at->seq + 1)
        audit_differ("audit-chain", NULL, "run %jd: entries %ju to %ju are missing",
                     (intmax_t)chain->run, (uintmax_t)at->seq + 1, (uintmax_t)seq - 1);
    else if (!has_hash || memcmp(told.bytes, is.bytes, HASH_SIZE) != 0)
        audit_differ("audit-chain", NULL, "run %jd: entry %ju does not follow from the one before",
                     (intmax_t)chain->run, (uintmax_t)seq);
    at->seq = seq;
    at->hash = told;
}

static void chain_compare(const struct audit_chain *chain, struct database *database)
{
    char rest[128];
    struct table_question entries = {
        "run, seq, at_us, coalesce(document, 0), epoch, before, after, evidence", "hash",
        "fmferry_audit", rest
    };
    struct chain_position at = { 0 };
    struct piece columns[COLUMNS_MAX];

    (void)snprintf(rest, sizeof rest, "where run = %jd and seq <= %jd order by seq",
                   (intmax_t)chain->run, (intmax_t)chain->entries);
    database->kind->ask(database, &entries);
    while (database->kind->next(database, columns))
        entry_compare(chain, &at, columns);
    if (at.seq != (uint64_t)chain->entries)
        audit_differ("audit-chain", NULL,
                     "run %jd: it ends with entry %ju here, with %jd in the certificate",
                     (intmax_t)chain->run, (uintmax_t)at.seq, (intmax_t)chain->entries);
    else if (memcmp(at.hash.bytes, chain->head.bytes, HASH_SIZE) != 0)
        audit_differ("audit-chain", NULL,
                     "run %jd: it was rewritten, and is not the chain of the "
                     "certificate",
                     (intmax_t)chain->run);
}

void database_compare(const struct certificate *c, const struct audit_line *only, const char *where)
{
    struct database *database = open_kind(where);

    rows_compare(c, only, database);
    for (size_t i = 0; !only && i < c->chain_count; i++)
        chain_compare(&c->chains[i], database);
    database->kind->close(database);
}
