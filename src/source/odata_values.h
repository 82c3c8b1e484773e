/* The form of OData's values, and that of the Data API, which everything above reads. Pure. */
#pragma once

#include "filemaker/metadata.h"
#include "json/json.h"
#include "json/writer.h"

/* The Data API's word for a field's type: "text", "number", "date", "timeStamp", "container". */
const char *odata_result(const struct metadata_field *field);

/*
 * Writes a value of a row as the Data API gives it: dates month first, stamps without their zone, whose digits are
 * those that FileMaker shows; numbers as their token, with the zero that older servers leave out; nothing as "".
 */
void odata_value_rewrite(struct json_writer *w, const struct metadata_field *field,
                         const struct json_value *value);

/* How a field is named in $select: encoded, in quotes if it is more than letters and digits. */
void odata_add_name(struct str *to, const char *name);
