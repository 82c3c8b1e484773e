/* Reads FNAM: a count of one, and then kind, folder and name, each behind its number of characters. */
#include "fmp12/fnam.h"

#include "fmp12/entry.h"
#include "fmp12/scsu.h"

static bool part_read(struct span *rest, char part_r[FMP12_NAME_PART_MAX], struct err *err)
{
    auto_str text = STR_MAX(FMP12_NAME_PART_MAX - 1);
    struct scsu scsu = { .rest = span_from(*rest, 1) };

    if (rest->size == 0)
        return err_set(err, ERR_DATA, 0, "the name is cut");
    scsu.units_most = (uint8_t)*rest->at;
    if (!scsu_read(&scsu, true, &text, err))
        return false;
    if (scsu.units_count != (uint8_t)*rest->at)
        return err_set(err, ERR_DATA, 0, "the name has another length than it says");
    memcpy(part_r, str_text(&text), text.size + 1);
    *rest = scsu.rest;
    return true;
}

bool fmp12_name_read(struct span stream, struct fmp12_name *name_r, struct err *err)
{
    struct fmp12_name name;
    struct span rest = span_from(stream, 4);

    if (stream.size < 4 || fmp12_u32(stream) != 1)
        return err_set(err, ERR_DATA, 0, "there is not exactly one name");
    if (!part_read(&rest, name.kind, err) || !part_read(&rest, name.folder, err)
        || !part_read(&rest, name.name, err))
        return false;
    if (rest.size)
        return err_set(err, ERR_DATA, 0, "something follows the name");
    *name_r = name;
    return true;
}
