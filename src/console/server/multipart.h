/*
 * A form with files as it comes in, piece by piece (multipart/form-data, RFC 7578): hands its parts on
 * as they come and keeps none of them, so that memory does not grow with what is sent. Ours, because
 * libmicrohttpd's reader of forms had CVE-2023-27371. One thread at a time.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum {
    MULTIPART_BOUNDARY_MAX = 70,   /* RFC 2046, 5.1.1 */
    MULTIPART_HEAD_MAX = 8 * 1024, /* the headers of a part */
    MULTIPART_PARTS_MAX = 128,
};

/* What becomes of the parts. Each returns false, with `err`, to refuse all that follows. */
struct multipart_sink {
    /* A part begins. `file_name` NULL: it is a field. Texts are UTF-8 without control characters. */
    bool (*begin)(void *arg, const char *name, const char *file_name, struct err *err);
    bool (*bytes)(void *arg, struct span bytes, struct err *err);
    bool (*end)(void *arg, struct err *err);
    void *arg;
};

struct multipart;

/*
 * Begins to read.
 *   type          the Content-Type, which names the boundary between parts
 *   sink          borrowed
 *   multipart_r   caller frees with multipart_free()
 * Fails with ERR_DATA: it is no form with files, or its boundary is none.
 */
must_check bool multipart_new(struct span type, const struct multipart_sink *sink,
                              struct multipart **multipart_r, struct err *err);
void multipart_free(struct multipart *multipart); /* NULL is allowed */

/* Whether a Content-Type is that of a form with files. */
bool multipart_is_type(struct span type);

/*
 * Takes the next bytes, however they are cut. After a failure nothing more is to be added.
 * Fails with ERR_DATA (not well formed, too many parts, a head too long), and as the sink does.
 */
must_check bool multipart_add(struct multipart *multipart, struct span bytes, struct err *err);

/* Fails with ERR_DATA unless the form has come to its end. */
must_check bool multipart_end(const struct multipart *multipart, struct err *err);
