/* The bytes of the one document of an object, read on demand, and proven before the first is given. */
#pragma once

#include "fmp12/object.h"
#include "fmp12/objects.h"

struct fmp12_document;

/*
 * Reads the whole object once and proves it by FileMaker's MD5; then its document can be read.
 *   candidate  0: of an ambiguous object none is taken; from 1: which of the streams that may each be
 *              the document (fmp12_candidate_of()), and the object must be ambiguous
 *   object_r   what is known of it, also after a failure that says what is wrong with it
 * Fails with ERR_DATA: the object is not there, not proven, has no document, or more than one; ERR_OS.
 */
must_check bool fmp12_document_open(const struct fmp12_file *file, uint32_t table, uint32_t number,
                                    unsigned candidate, struct fmp12_object *object_r,
                                    struct fmp12_document **document_r, struct err *err);
void fmp12_document_close(struct fmp12_document *document); /* NULL is allowed */

uint64_t fmp12_document_bytes(const struct fmp12_document *document);

/*
 * Whether it was read to its end, and the bytes that were given are those that FileMaker's MD5 proves.
 *   md5_r   FileMaker's, of all streams of the object with their codes: the document's are among them
 */
bool fmp12_document_is_proven(const struct fmp12_document *document, uint8_t md5_r[MD5_SIZE]);

/*
 * Reads on; 0 bytes: complete. Fails with ERR_DATA if the bytes are not those that were proven, or the
 * file was written to since it was opened; ERR_OS.
 */
must_check bool fmp12_document_read(struct fmp12_document *document, void *bytes, size_t room,
                                    size_t *size_r, struct err *err);
