/* Errors of a folder store, with advice on how to mend them. Private to store/folder/. */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* As err_os(), with advice if the folder's disk or mount is the cause. */
bool folder_failed(struct err *err, const char *format, ...) printf_like(2, 3);

/* Writes all bytes; fails as folder_failed(). */
must_check bool folder_write_all(int fd, struct span bytes, const char *what, struct err *err);
