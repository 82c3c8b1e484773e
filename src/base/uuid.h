/* UUIDs: FileMaker's ids and the application's. */
#pragma once

#include "base/base.h"
#include "base/str.h"

struct uuid {
    uint8_t bytes[16];
};

enum { UUID_TEXT_SIZE = 37 };

/* "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", either case, nothing around it. False otherwise. */
must_check bool uuid_read(struct span text, struct uuid *uuid_r);

/* As uuid_read(), and also the 32 digits without hyphens that Django keeps in SQLite. */
must_check bool uuid_read_loose(struct span text, struct uuid *uuid_r);

/* Lower case with hyphens. Returns `text`. */
const char *uuid_text(const struct uuid *uuid, char text[UUID_TEXT_SIZE]);

/* 32 lower-case digits, as Django keeps it in SQLite. Returns `text`. */
const char *uuid_digits(const struct uuid *uuid, char text[UUID_TEXT_SIZE]);

/* Version 5 (RFC 4122, 4.3): the same name in the same namespace always gives the same UUID. */
struct uuid uuid_v5(const struct uuid *space, struct span name);

/* Version 4: random. */
struct uuid uuid_v4(void);
