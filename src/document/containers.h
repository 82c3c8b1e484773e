/*
 * The containers of a source, in the order in which the configuration names them, and the layout's
 * fields of type date or timestamp. A repeating field that is named without a repetition stands for
 * all repetitions that its layout shows.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "filemaker/filemaker.h"

struct container {
    char *field;
    int repetition; /* from 1 */
    char *name;     /* of the value in a record: "Scan", "Scan(2)" */
    char *md5;  /* of the value that holds FileMaker's own MD5 of the file; NULL: there is none */
    char *path; /* of the value that says where the file lies outside; NULL: there is none */
};

struct containers {
    struct container *items;
    size_t count;
    bool each_is_document; /* true: each is a document; false: the first that is not empty is */
    char *date_fields;     /* of type date or timestamp: their names, each ended by a line feed */
};

/*
 * Reads the list of the configuration against a layout.
 *   list           "Doc, Scan, Photo(2)"
 *   containers_r   caller clears with containers_clear() (or auto_containers)
 * Fails with ERR_USAGE naming what is missing, of another type, or of another table.
 */
must_check bool containers_read(const char *list, bool each, const struct filemaker_layout *layout,
                                struct containers *containers_r, struct err *err);
void containers_clear(struct containers *containers);

/*
 * Gives each container the field that holds FileMaker's own MD5 of its file, a calculation with
 * GetContainerAttribute(); its repetitions stand beside those of the container.
 *   list   "DocMD5, ScanMD5, -": as many as the configuration names containers, "-" for none; ""
 * Fails with ERR_USAGE naming what is missing, or of another type.
 */
must_check bool containers_read_md5(const char *list, const struct filemaker_layout *layout,
                                    struct containers *containers, struct err *err);

/*
 * As containers_read_md5(), for the field that says where a file lies that is stored outside of
 * FileMaker's own ([source] path_field).
 */
must_check bool containers_read_path(const char *list, const struct filemaker_layout *layout,
                                     struct containers *containers, struct err *err);

/* Whether a field is of type date or timestamp: FileMaker writes these in one form. */
bool containers_field_is_date(const struct containers *containers, const char *field);
#define auto_containers __attribute__((cleanup(containers_clear))) struct containers

/*
 * The index of the container that a document of the ledger is in.
 *   field   "" for the record's own document: index 0
 * The number of containers if there is none.
 */
size_t containers_find(const struct containers *containers, const char *field, int repetition);

/* The list as one text, "each: Doc, Scan(2)", to be compared with later. The caller frees. */
char *containers_text(const struct containers *containers);
