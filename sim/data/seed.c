/*
 * seed-replay: the clinic as the first importer found it. There are 11,259 documents; the first
 * 1,056 came in one batch in March 2015 and cannot be read: 739 files are gone, 264 containers are
 * empty, 21 hold only a path, 17 break off, 15 give an error page.
 */
#include "sim/data/data.h"

#include "sim/base/chance.h"
#include "sim/data/clinic_solution.h"

#include "base/mem.h"

enum {
    DOCUMENTS = 11259,
    UNREADABLE = 1056,
    GONE = 739,
    EMPTY = 264,
    REFERENCE = 21,
    TRUNCATED = 17,
    PATIENTS = 2842,
    LATE = 142,
};
enum { SMALL_MEDIAN = 24 << 10, REAL_MEDIAN = 260 << 10, SMALLEST = 1800 };
enum { WHAT_TYPE = 1, WHAT_CONTENT, WHAT_SIZE, WHAT_FILE, WHAT_STORE };

struct seed_data {
    bool real_sizes;
};

static const char *seed_type(const struct clinic *clinic, uint64_t ordinal)
{
    return clinic_types[chance_weighted(clinic_chance(clinic, ordinal, WHAT_TYPE),
                                        clinic_type_weights, CLINIC_TYPES)];
}

static int64_t seed_created(const struct clinic *clinic, uint64_t ordinal)
{
    if (ordinal < UNREADABLE)
        return clinic_moment(clinic->seed, ordinal, UNREADABLE, clinic_day(2015, 3, 3),
                             clinic_day(2015, 3, 9));
    return clinic_moment(clinic->seed, ordinal - UNREADABLE, DOCUMENTS - UNREADABLE,
                         clinic_day(2015, 3, 10), clinic_day(2024, 11, 15));
}

static const char *seed_creator(const struct clinic *clinic, uint64_t ordinal)
{
    return ordinal < UNREADABLE ? "Admin" : clinic_some_creator(clinic, ordinal);
}

/* A card is a photo; a few of the rest are faxes and pictures. */
static enum file_type seed_file_type(const struct clinic *clinic, uint64_t ordinal)
{
    static const enum file_type cards[] = { FILE_HEIC, FILE_JPEG, FILE_JPEG, FILE_HEIC, FILE_PNG };
    static const enum file_type others[] = { FILE_TIFF, FILE_JPEG, FILE_JPEG, FILE_PNG };
    uint64_t chance = clinic_chance(clinic, ordinal, WHAT_FILE);

    if (strcmp(seed_type(clinic, ordinal), "Cards") == 0)
        return cards[chance_below(chance, lengthof(cards))];
    if (chance_below(chance, 100) < 92)
        return FILE_PDF;
    return others[chance_below(~chance, lengthof(others))];
}

static enum content_store seed_store(const struct clinic *clinic, uint64_t ordinal)
{
    uint64_t chance = chance_below(clinic_chance(clinic, ordinal, WHAT_STORE), 10);

    return chance < 6 ? STORE_SECURED : chance < 9 ? STORE_EMBEDDED : STORE_OPEN;
}

/* Makes a document unreadable; the kinds are mixed, their numbers exact. */
static void seed_spoil(uint64_t ordinal, struct content *content)
{
    uint64_t place = (ordinal * 5 + 3) % UNREADABLE; /* 5 and 1,056 have no common factor */

    content->store = STORE_OPEN;
    if (place < GONE)
        content->fate = FATE_MISSING;
    else if (place < GONE + EMPTY)
        content->store = STORE_EMPTY;
    else if (place < GONE + EMPTY + REFERENCE)
        content->store = STORE_REFERENCE;
    else if (place < GONE + EMPTY + REFERENCE + TRUNCATED)
        content->fate = FATE_TRUNCATED;
    else
        content->fate = FATE_ERROR_PAGE;
}

static uint64_t seed_size(const struct clinic *clinic, uint64_t ordinal)
{
    const struct seed_data *data = clinic->data;
    uint64_t median = data->real_sizes ? REAL_MEDIAN : SMALL_MEDIAN;
    uint64_t size = chance_size(clinic_chance(clinic, ordinal, WHAT_SIZE), (double)median, 0.9);

    if (size > median * 200)
        return median * 200;
    return size < SMALLEST ? SMALLEST : size;
}

static void seed_content(const struct clinic *clinic, uint64_t ordinal, struct content *content_r)
{
    enum file_type type = seed_file_type(clinic, ordinal);

    *content_r = (struct content){
        .store = seed_store(clinic, ordinal),
        .from = FROM_FILLER,
        .type = type,
        .seed = clinic_chance(clinic, ordinal, WHAT_CONTENT),
        .size = seed_size(clinic, ordinal),
    };
    (void)snprintf(content_r->name, sizeof content_r->name, "%s %ju%s", seed_type(clinic, ordinal),
                   (uintmax_t)ordinal + 1, file_type_suffix(type));
    if (ordinal < UNREADABLE)
        seed_spoil(ordinal, content_r);
}

static const struct clinic_ops seed_ops = {
    .type = seed_type,
    .created = seed_created,
    .creator = seed_creator,
    .content = seed_content,
    .patient = clinic_some_patient,
};

bool data_seed(const struct data_options *options, struct span rest, struct solution **solution_r,
               struct err *err)
{
    struct seed_data *data;
    struct clinic *clinic;

    if (rest.at)
        return err_set(err, ERR_USAGE, 0, "--data seed-replay takes nothing after a colon");
    data = mem_new(struct seed_data);
    data->real_sizes = options->real_sizes;
    clinic = mem_new(struct clinic);
    *clinic = (struct clinic){
        .ops = &seed_ops,
        .seed = options->seed,
        .documents = DOCUMENTS,
        .patients = PATIENTS,
        .late = options->all_patients ? 0 : LATE,
        .record_gap = options->record_gap,
        .data = data,
        .data_free = free,
    };
    *solution_r = clinic_solution(clinic);
    return true;
}
