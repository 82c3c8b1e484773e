/*
 * Damaged files. Bits are flipped, sectors cut off, swapped, emptied and replaced by others, each in a
 * way that the seed decides. Whatever happens, reading ends with an answer, and every document that is
 * called proven has the bytes of one that was in the undamaged file.
 *
 * FMP12_MUTATIONS=3000: so many, and of the sample files too that lie in corpus/fmp12 of FMFERRY_SHARED.
 */
#include "base/fs.h"
#include "base/mem.h"
#include "base/num.h"
#include "fmp12/cause.h"
#include "fmp12/objects.h"
#include "fmp12/records.h"
#include "fmp12/roles.h"
#include "fmp12/sectors.h"
#include "tap.h"

#include <glob.h>
#include <sys/mman.h>
#include <unistd.h>

enum { USUAL_COUNT = 250, FILE_MAX = 64 * 1024 * 1024, STREAMS_KEPT = 4096 };

/* The hashes of all streams of the objects that are not broken. */
struct read_sums {
    struct sha256 sums[STREAMS_KEPT];
    size_t count;
};

struct stream_hashing {
    struct sha256_stream *stream;
    char code[FMP12_CODE_SIZE];
    struct sha256 sums[FMP12_STREAMS_MAX];
    size_t count;
};

static void stream_end(struct stream_hashing *h)
{
    if (*h->code && h->count < FMP12_STREAMS_MAX)
        h->sums[h->count++] = sha256_stream_end(h->stream);
    h->code[0] = '\0';
}

static bool stream_hash(void *arg, const char *code, struct span bytes, struct err *err)
{
    struct stream_hashing *h = arg;

    (void)err;
    if (!fmp12_code_is_hashed(code))
        return true; /* FileMaker's sum leaves icons out: they are never the document */
    if (strcmp(h->code, code) != 0)
        stream_end(h);
    memcpy(h->code, code, sizeof h->code);
    sha256_stream_add(h->stream, bytes);
    return true;
}

static void objects_read(const struct fmp12_file *file, uint32_t table, struct read_sums *read)
{
    struct stream_hashing h = { .stream = sha256_stream_new() };
    struct fmp12_sink sink = { &h, stream_hash };
    auto_free struct fmp12_object *object = mem_new(struct fmp12_object);
    auto_fmp12_objects *objects = NULL;
    struct err err = { 0 };
    bool good = fmp12_objects_open(file, table, 0, &objects, &err);

    while (good && fmp12_objects_next(objects, &sink, object, &err) == STEP_ROW) {
        stream_end(&h);
        for (size_t i = 0; i < h.count && object->state != FMP12_BROKEN; i++)
            if (read->count < STREAMS_KEPT)
                read->sums[read->count++] = h.sums[i];
        h.count = 0;
    }
    (void)sha256_stream_end(h.stream);
    sha256_stream_free(h.stream);
}

static void records_read(const struct fmp12_file *file, uint32_t table, enum fmp12_place place)
{
    auto_fmp12_records *records = NULL;
    auto_fmp12_record record = { 0 };
    struct err err = { 0 };
    uint32_t object;
    unsigned candidates;

    if (!fmp12_records_open(file, table, place, &records, &err))
        return;
    while (fmp12_records_next(records, &record, &err) == STEP_ROW)
        for (size_t i = 0; i < record.value_count; i++)
            if (fmp12_object_of(record.values[i].text, &object))
                (void)!fmp12_object_candidates(file, table, object, &candidates, &err);
}

/* Reads everything. False: the file was refused. */
static bool file_read(const char *path, struct read_sums *read)
{
    auto_fmp12 *file = NULL;
    auto_fmp12_schema schema = { 0 };
    struct err err = { 0 };

    read->count = 0;
    if (!fmp12_open(path, &file, &err) || !fmp12_schema_read(file, &schema, &err)) {
        CHECK(err.kind == ERR_DATA || err.kind == ERR_USAGE);
        return false;
    }
    for (size_t i = 0; i < schema.table_count; i++) {
        records_read(file, schema.tables[i].number, FMP12_RECORDS);
        records_read(file, schema.tables[i].number, FMP12_GLOBALS);
        objects_read(file, schema.tables[i].number, read);
    }
    return true;
}

static bool bytes_read(struct span bytes, struct read_sums *read)
{
    auto_close int fd = memfd_create("damaged", MFD_CLOEXEC);
    auto_free char *path = mem_printf("/proc/self/fd/%d", fd);
    struct err err = { 0 };

    CHECK(fd >= 0 && fs_write_all(fd, bytes, "a damaged file", &err));
    return file_read(path, read);
}

static uint64_t chance_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static char *sector_of(char *bytes, size_t count, uint64_t chance)
{
    return bytes + chance % count * FMP12_SECTOR_SIZE;
}

/* Damages a file in one of six ways; returns its new size. */
static size_t file_damage(char *bytes, size_t size, uint64_t *seed)
{
    uint64_t way = chance_next(seed) % 6, where = chance_next(seed), more = chance_next(seed);
    size_t count = size / FMP12_SECTOR_SIZE;
    char *a = sector_of(bytes, count, where), *b = sector_of(bytes, count, more);
    char kept[FMP12_SECTOR_SIZE];

    switch (way) {
    case 0:
    case 1:
        bytes[where % size] = (char)(bytes[where % size] ^ (1 << (more % 8)));
        return size;
    case 2:
        return more % 2 ? where % size : where % count * FMP12_SECTOR_SIZE;
    case 3:
        memcpy(kept, a, sizeof kept);
        memmove(a, b, sizeof kept);
        memcpy(b, kept, sizeof kept);
        return size;
    case 4:
        memset(a, 0, FMP12_SECTOR_SIZE);
        return size;
    default: /* as if this sector were another one, or an older one of the same */
        memmove(a, b, FMP12_SECTOR_SIZE);
        return size;
    }
}

static bool is_known(const struct sha256 *sum, const struct read_sums *whole)
{
    for (size_t i = 0; i < whole->count; i++)
        if (sha256_equal(sum, &whole->sums[i]))
            return true;
    return false;
}

static size_t strangers_count(const struct read_sums *read, const struct read_sums *whole)
{
    size_t strangers = 0;

    for (size_t i = 0; i < read->count; i++)
        strangers += !is_known(&read->sums[i], whole);
    return strangers;
}

/* Damages a file `count` times. Returns how often it was refused. */
static size_t damages_try(const char *path, size_t count, uint64_t seed)
{
    auto_str bytes = STR_MAX(FILE_MAX);
    auto_free struct read_sums *whole = mem_new(struct read_sums);
    auto_free struct read_sums *read = mem_new(struct read_sums);
    struct err err = { 0 };
    size_t refused = 0;
    bool is_read;

    is_read = fs_read(path, &bytes, &err) && file_read(path, whole);
    CHECK(is_read);
    if (!is_read)
        return 0;
    for (size_t i = 0; i < count; i++) {
        auto_free char *damaged = mem_copy(bytes.at, bytes.size);
        size_t size = file_damage(damaged, bytes.size, &seed);

        refused += !bytes_read((struct span){ damaged, size }, read);
        CHECK_AT(i, strangers_count(read, whole) == 0);
    }
    return refused;
}

static size_t count_wanted(void)
{
    const char *wanted = getenv("FMP12_MUTATIONS");
    uint64_t count = USUAL_COUNT;
    struct err err;

    if (wanted && !num_u64(span_of(wanted), 1, 1000 * 1000, &count, &err))
        count = USUAL_COUNT;
    return count;
}

TEST(a_damaged_file_shows_no_wrong_document)
{
    size_t count = count_wanted(), refused = damages_try(SMALL, count, 4711);

    CHECK(refused > count / 2);
}

TEST(damaged_samples_show_no_wrong_document)
{
    const char *shared = getenv("FMFERRY_SHARED");
    auto_free char *pattern = mem_printf("%s/corpus/fmp12/*.f*p*", shared ? shared : "../shared");
    glob_t found;

    if (!getenv("FMP12_MUTATIONS"))
        SKIP("FMP12_MUTATIONS is not set: a matter of minutes");
    if (glob(pattern, 0, NULL, &found) != 0)
        SKIP("no samples beside the tree, and FMFERRY_SHARED names none");
    for (size_t i = 0; i < found.gl_pathc; i++)
        (void)damages_try(found.gl_pathv[i], count_wanted() / found.gl_pathc, i + 1);
    globfree(&found);
}
