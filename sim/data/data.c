/* The data sets by name. */
#include "sim/data/data.h"

static const struct {
    const char *name;
    bool (*open)(const struct data_options *options, struct span rest, struct solution **solution_r,
                 struct err *err);
} data_sets[] = {
    { "demo", data_demo },         { "seed-replay", data_seed }, { "seed-half", data_half },
    { "generate", data_generate }, { "files", data_files },      { "shape", data_shape },
};

bool data_open(const struct data_options *options, struct solution **solution_r, struct err *err)
{
    struct span rest = span_of(options->set);
    struct span name = span_cut(&rest, ':');

    for (size_t i = 0; i < lengthof(data_sets); i++)
        if (span_is(name, data_sets[i].name))
            return data_sets[i].open(options, rest, solution_r, err);
    return err_set(err, ERR_USAGE, 0,
                   "there is no data set '%.64s': it is demo, seed-replay, seed-half, "
                   "generate:N,BYTES, files:DIR or shape:FILE",
                   options->set);
}
