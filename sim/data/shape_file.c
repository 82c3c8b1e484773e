/* shape:FILE: the solution that a file describes. */
#include "sim/data/data.h"

#include "sim/data/shape.h"

#include "base/fs.h"
#include "base/mem.h"

bool data_shape(const struct data_options *options, struct span rest, struct solution **solution_r,
                struct err *err)
{
    auto_free char *path = span_text(rest);
    auto_str text = STR_MAX(MIB(4));

    return (fs_read(path, &text, err)
            && shape_read(str_span(&text), path, options->seed, options->record_gap, solution_r,
                          err))
           || err_ctx(err, "--data shape:FILE");
}
