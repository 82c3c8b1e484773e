/*
 * The database against the certificate. It is read by the database's own program, sqlite3 or psql,
 * so that neither a library nor anything of fmferry stands between.
 */
#include "audit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COLUMNS_MAX = 9 };
#define COLUMN_END "\x1f"
#define ROW_END "\x1e"

struct reader {
    FILE *from;
    pid_t pid;
    char *row;
    size_t room;
    struct piece columns[COLUMNS_MAX];
};

static bool is_postgres(const char *database)
{
    return strncmp(database, "postgresql:", 11) == 0 || strncmp(database, "postgres:", 9) == 0;
}

/* In the child. A password for PostgreSQL comes from its own places, never from the command line.
 */
static _Noreturn void client_run(const char *database, const char *sql, int out)
{
    (void)dup2(out, STDOUT_FILENO);
    if (is_postgres(database))
        (void)execlp("psql", "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-F",
                     COLUMN_END, "-R", ROW_END, "-c", sql, database, (char *)NULL);
    else
        (void)execlp("sqlite3", "sqlite3", "-readonly", "-batch", "-bail", "-init", "/dev/null",
                     "-separator", COLUMN_END, "-newline", ROW_END, database, sql, (char *)NULL);
    _exit(127);
}

static void reader_open(struct reader *r, const char *database, const char *sql)
{
    int ends[2];

    *r = (struct reader){ 0 };
    if (pipe(ends) < 0 || (r->pid = fork()) < 0)
        give_up("starting the database's program: %s", strerrordesc_np(errno));
    if (r->pid == 0)
        client_run(database, sql, ends[1]);
    (void)close(ends[1]);
    r->from = fdopen(ends[0], "r");
    if (!r->from)
        give_up("no memory");
}

static void reader_close(struct reader *r, const char *database)
{
    int status;

    (void)fclose(r->from);
    free(r->row);
    if (waitpid(r->pid, &status, 0) < 0 || status != 0)
        give_up("%s could not read '%s'%s", is_postgres(database) ? "psql" : "sqlite3", database,
                WIFEXITED(status) && WEXITSTATUS(status) == 127 ? ": it is not installed" : "");
}

/* The next row's columns; those that are missing are empty. */
static bool reader_next(struct reader *r)
{
    ssize_t size = getdelim(&r->row, &r->room, *ROW_END, r->from);
    struct piece rest = { r->row, size > 0 ? (size_t)size : 0 };

    /* psql ends its answer with a line feed instead. */
    if (rest.size && (rest.at[rest.size - 1] == *ROW_END || rest.at[rest.size - 1] == '\n'))
        rest.size--;
    if (rest.size == 0)
        return false;
    for (size_t i = 0; i < COLUMNS_MAX; i++) {
        const char *end = rest.size ? memchr(rest.at, *COLUMN_END, rest.size) : NULL;

        r->columns[i] = (struct piece){ rest.at, end ? (size_t)(end - rest.at) : rest.size };
        rest.size -= r->columns[i].size + (end != NULL);
        rest.at += r->columns[i].size + (end != NULL);
    }
    return true;
}

/* --- rows ---------------------------------------------------------------------------------- */

/* A line, by the 32 digits of its row. */
struct known {
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
    return strcmp(((const struct known *)a)->row, ((const struct known *)b)->row);
}

static void row_compare(const struct reader *r, const struct line *line)
{
    uint64_t size, told;

    if (!piece_equal(r->columns[1], line->cells[CELL_KEY]))
        differ("row-key", line, "the row points to '%.*s'", (int)r->columns[1].size,
               r->columns[1].at);
    if (!number_read(line->cells[CELL_SIZE], &size) || !number_read(r->columns[2], &told)
        || told != (size > INT32_MAX ? INT32_MAX : size))
        differ("row-size", line, "the row says %.*s bytes", (int)r->columns[2].size,
               r->columns[2].at);
}

static struct known *known_read(const struct certificate *c, const struct line *only,
                                size_t *count_r)
{
    struct known *known = calloc(c->line_count + 1, sizeof *known);
    struct line line;

    if (!known)
        give_up("no memory");
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

/* A row that is in no line but points to the object of one: two rows of one document. */
static void stranger_compare(const struct reader *r, struct piece *keys, size_t count)
{
    struct piece key = r->columns[1];

    for (size_t low = 0, high = count; low < high;) {
        size_t middle = low + (high - low) / 2;
        size_t size = key.size < keys[middle].size ? key.size : keys[middle].size;
        int order = size ? memcmp(key.at, keys[middle].at, size) : 0;

        order = order ? order : (key.size > keys[middle].size) - (key.size < keys[middle].size);
        if (order == 0) {
            differ("row-surplus", NULL, "row %.*s points to '%.*s', which is another row's",
                   (int)r->columns[0].size, r->columns[0].at, (int)key.size, key.at);
            return;
        }
        low = order > 0 ? middle + 1 : low;
        high = order > 0 ? high : middle;
    }
}

static int key_compare(const void *a, const void *b)
{
    const struct piece *left = a, *right = b;
    size_t size = left->size < right->size ? left->size : right->size;
    int order = size ? memcmp(left->at, right->at, size) : 0;

    return order ? order : (left->size > right->size) - (left->size < right->size);
}

static struct piece *keys_read(const struct certificate *c, size_t *count_r)
{
    struct piece *keys = calloc(c->line_count + 1, sizeof *keys);
    struct line line;

    if (!keys)
        give_up("no memory");
    *count_r = 0;
    for (size_t i = 0; i < c->line_count; i++) {
        line_split(c->lines[i], &line);
        if (line.cells[CELL_KEY].size)
            keys[(*count_r)++] = line.cells[CELL_KEY];
    }
    qsort(keys, *count_r, sizeof *keys, key_compare);
    return keys;
}

static void rows_compare(const struct certificate *c, const struct line *only, const char *database)
{
    size_t count, key_count;
    struct known *known = known_read(c, only, &count);
    struct piece *keys = keys_read(c, &key_count);
    struct reader r;
    struct line line;

    reader_open(&r, database, "select id, s3_key, file_size from documents_document");
    while (reader_next(&r)) {
        struct known wanted = { 0 }, *found;

        digits_of(r.columns[0], wanted.row);
        found = bsearch(&wanted, known, count, sizeof *known, known_compare);
        if (found) {
            found->seen = true;
            line_split(c->lines[found->line], &line);
            row_compare(&r, &line);
        } else if (!only) {
            stranger_compare(&r, keys, key_count);
        }
    }
    reader_close(&r, database);
    for (size_t i = 0; i < count; i++) {
        line_split(c->lines[known[i].line], &line);
        if (!known[i].seen)
            differ("row-missing", &line, "the document's row is not in the database");
    }
    free(known);
    free(keys);
}

/* --- audit chains -------------------------------------------------------------------------- */

/* The hash of an entry, as docs/ledger.md says: of the hash before and seven columns with the run.
 */
static struct hash entry_hash(const struct reader *r, const struct hash *before)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    struct hash hash;

    if (!to)
        give_up("no memory");
    (void)fwrite(before->bytes, 1, HASH_SIZE, to);
    for (size_t i = 0; i < 8; i++)
        (void)fprintf(to, "%.*s\n", (int)r->columns[i].size, r->columns[i].at);
    if (fclose(to) != 0)
        give_up("no memory");
    hash = hash_of(text, size);
    free(text);
    return hash;
}

/* Where a chain stands: the last entry that was there, and its hash as the table has it. */
struct standing {
    uint64_t seq;
    struct hash hash;
};

/* Against the hash of the entry before as the table has it, so that each altered one is named. */
static void entry_compare(const struct chain *chain, struct standing *at, const struct reader *r)
{
    struct hash is = entry_hash(r, &at->hash), told = { 0 };
    bool has_hash = hash_read(r->columns[8], &told);
    uint64_t seq;

    if (!number_read(r->columns[1], &seq)) {
        differ("audit-chain", NULL, "run %jd: there is an entry '%.*s'", (intmax_t)chain->run,
               (int)r->columns[1].size, r->columns[1].at);
        return;
    }
    if (seq != at->seq + 1)
        differ("audit-chain", NULL, "run %jd: entries %ju to %ju are not there",
               (intmax_t)chain->run, (uintmax_t)at->seq + 1, (uintmax_t)seq - 1);
    else if (!has_hash || memcmp(told.bytes, is.bytes, HASH_SIZE) != 0)
        differ("audit-chain", NULL, "run %jd: entry %ju does not follow from the one before",
               (intmax_t)chain->run, (uintmax_t)seq);
    at->seq = seq;
    at->hash = told;
}

static void chain_compare(const struct chain *chain, const char *database)
{
    char sql[512];
    struct standing at = { 0 };
    struct reader r;

    (void)snprintf(sql, sizeof sql,
                   "select run, seq, at_us, coalesce(document, 0), epoch, before, after, evidence, "
                   "%s from fmferry_audit where run = %jd and seq <= %jd order by seq",
                   is_postgres(database) ? "encode(hash, 'hex')" : "hex(hash)",
                   (intmax_t)chain->run, (intmax_t)chain->entries);
    reader_open(&r, database, sql);
    while (reader_next(&r))
        entry_compare(chain, &at, &r);
    reader_close(&r, database);
    if (at.seq != (uint64_t)chain->entries)
        differ("audit-chain", NULL, "run %jd: it ends with entry %ju, in the certificate with %jd",
               (intmax_t)chain->run, (uintmax_t)at.seq, (intmax_t)chain->entries);
    else if (memcmp(at.hash.bytes, chain->head.bytes, HASH_SIZE) != 0)
        differ("audit-chain", NULL,
               "run %jd: it was written anew, and is not that of the "
               "certificate",
               (intmax_t)chain->run);
}

void database_compare(const struct certificate *c, const struct line *only, const char *database)
{
    rows_compare(c, only, database);
    for (size_t i = 0; !only && i < c->chain_count; i++)
        chain_compare(&c->chains[i], database);
}
