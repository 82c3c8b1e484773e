/*
 * Calls of OData, which FileMaker Server has beside the Data API: tables instead of layouts, account and password with
 * each call instead of a session. source/odata.h makes records of its answers.
 *
 * The kinds of error are those of filemaker/filemaker.h.
 */
#pragma once

#include "filemaker/filemaker.h"
#include "filemaker/metadata.h"

/* Reads the file's $metadata; metadata_r as metadata_read(). */
must_check bool odata_metadata(struct filemaker *filemaker, struct metadata *metadata_r,
                               struct err *err);

/* Appends "/fmi/odata/v4/{database}/{table}", encoded. */
void odata_table_path(struct str *to, const struct filemaker *filemaker, const char *table);

/* An answer in JSON. */
struct odata_answer {
    struct str text;
    struct json *json;
};

/*
 * Asks for what stands at a path; numbers come as texts, so that no digit is lost.
 *   path       with its query, encoded, as odata_table_path() begins it
 *   is_page    it asks for several rows: not repeated unchanged if they are too many
 *   answer_r   caller clears with odata_answer_clear() (or auto_odata_answer)
 */
must_check bool odata_get(struct filemaker *filemaker, const char *path, bool is_page,
                          struct odata_answer *answer_r, struct err *err);
void odata_answer_clear(struct odata_answer *answer);
#define auto_odata_answer __attribute__((cleanup(odata_answer_clear))) struct odata_answer

/*
 * A member that is about the answer and not of it: "@id" where servers keep to OData 4.01, else "@odata.id". NULL if
 * there is none.
 *   name   "id"
 */
const struct json_value *odata_about(const struct json_value *object, const char *name);

/*
 * The path of an address that OData gave, a row's or the next page's, as odata_get() takes it. The host in it is not
 * believed.
 * Fails with ERR_DATA if it leads out of the file.
 */
must_check bool odata_own_path(const struct filemaker *filemaker, struct span address,
                               struct str *path_r, struct err *err);

/* What `$value` of a container gives. */
enum odata_value {
    ODATA_BYTES,
    ODATA_NAME, /* the file's name as text/plain, of 20 and later; others give the bytes */
};

/*
 * Opens `$value` of a container, as a stream.
 *   path   of the field of a row
 * Fails as filemaker_stream_open(); code 204: the container is empty.
 */
must_check bool odata_value_open(struct filemaker *filemaker, const char *path,
                                 enum odata_value what, struct filemaker_stream **stream_r,
                                 struct err *err);
