/*
 * What container fields hold. A field's value leads to an object of the same table; an object has
 * one or more streams of bytes, a list of their lengths, and the MD5 that FileMaker made of them.
 */
#pragma once

#include "fmp12/fmp12.h"
#include "fmp12/object.h"
#include "fmp12/path.h"

/* Gets the bytes of the streams as they are read, one stream after the other. */
struct fmp12_sink {
    void *arg;
    bool (*add)(void *arg, const char *code, struct span bytes, struct err *err);
};

/* Where the values of an object stand; 0: where all objects of the table do. */
struct fmp12_path fmp12_object_path(uint32_t table, uint32_t number);

struct fmp12_objects;

/*
 * Borrows the file. The caller declares it auto_fmp12_objects.
 *   only   the number of the object that is wanted; 0: all of the table
 */
must_check bool fmp12_objects_open(const struct fmp12_file *file, uint32_t table, uint32_t only,
                                   struct fmp12_objects **objects_r, struct err *err);
void auto_fmp12_objects_cleanup(struct fmp12_objects **objects);
#define auto_fmp12_objects __attribute__((cleanup(auto_fmp12_objects_cleanup))) struct fmp12_objects

/*
 * Reads the next object whole, and proves it. Only when it is done is it known what the bytes that
 * went to `sink` are worth: see `state`. Memory does not depend on the object's size.
 *   sink   NULL: nobody wants the bytes
 */
must_check enum step fmp12_objects_next(struct fmp12_objects *objects,
                                        const struct fmp12_sink *sink,
                                        struct fmp12_object *object_r, struct err *err);

/*
 * How many streams of an object may each be the document, by its list alone: nothing is proven, and no
 * stream is read. 0: there is no such object, or its list cannot be read; 1: the document is known.
 * Fails with ERR_DATA, ERR_OS.
 */
must_check bool fmp12_object_candidates(const struct fmp12_file *file, uint32_t table,
                                        uint32_t number, unsigned *count_r, struct err *err);

/*
 * The object to which the value of a container field leads. False: the value is none of an object in
 * this file (the document lies outside, or the field holds a text).
 */
bool fmp12_object_of(struct span value, uint32_t *object_r);
