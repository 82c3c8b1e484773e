/* generate:N,BYTES: any number of records of one size, each different. */
#include "sim/data/data.h"

#include "sim/base/chance.h"
#include "sim/data/clinic_solution.h"

#include "base/mem.h"
#include "base/num.h"

enum { WHAT_TYPE = 1, WHAT_CONTENT = 2 };

struct generated {
    uint64_t size;
};

static const char *generated_type(const struct clinic *clinic, uint64_t ordinal)
{
    return clinic_types[chance_weighted(clinic_chance(clinic, ordinal, WHAT_TYPE),
                                        clinic_type_weights, CLINIC_TYPES)];
}

static int64_t generated_created(const struct clinic *clinic, uint64_t ordinal)
{
    return clinic_moment(clinic->seed, ordinal, clinic->documents, clinic_day(2015, 1, 5),
                         clinic_day(2024, 11, 15));
}

static void generated_content(const struct clinic *clinic, uint64_t ordinal,
                              struct content *content_r)
{
    const struct generated *generated = clinic->data;

    *content_r = (struct content){
        .store = STORE_EMBEDDED,
        .from = FROM_FILLER,
        .type = FILE_PDF,
        .seed = clinic_chance(clinic, ordinal, WHAT_CONTENT),
        .size = generated->size,
    };
    (void)snprintf(content_r->name, sizeof content_r->name, "document-%ju.pdf",
                   (uintmax_t)ordinal + 1);
}

static const struct clinic_ops generated_ops = {
    .type = generated_type,
    .created = generated_created,
    .creator = clinic_some_creator,
    .content = generated_content,
    .patient = clinic_some_patient,
};

bool data_generate(const struct data_options *options, struct span rest,
                   struct solution **solution_r, struct err *err)
{
    struct span count_text = span_cut(&rest, ',');
    uint64_t count, size;
    struct generated *generated;
    struct clinic *clinic;

    if (!num_bytes(count_text, 0, 100000000, &count, err)
        || !num_bytes(rest, 0, UINT64_C(1) << 40, &size, err)) {
        err->kind = ERR_USAGE;
        return err_ctx(err, "--data generate:N,BYTES");
    }
    generated = mem_new(struct generated);
    generated->size = size;
    clinic = mem_new(struct clinic);
    *clinic = (struct clinic){
        .ops = &generated_ops,
        .seed = options->seed,
        .documents = count,
        .patients = count < 40       ? 10
                    : count < 400000 ? count / 4
                                     : 100000,
        .record_gap = options->record_gap,
        .data = generated,
        .data_free = free,
    };
    *solution_r = clinic_solution(clinic);
    return true;
}
