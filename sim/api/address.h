/*
 * Addresses of containers: the 64 hex digits of a streaming URL. Which session it was made for and
 * which container it means is folded into the digits, so that nothing is kept per URL.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

struct address {
    uint32_t session; /* its number */
    uint32_t ordinal;
    uint8_t table;
    uint16_t column, repetition, version;
    uint8_t salt;
};

enum { ADDRESS_TEXT_SIZE = 65, ADDRESS_COOKIE_SIZE = 65 };

const char *address_text(uint64_t seed, const struct address *address,
                         char text[ADDRESS_TEXT_SIZE]);

/* Reads it back from the front of a file name. False if this seed never made it. */
bool address_read(uint64_t seed, struct span text, struct address *address_r);

/* The cookie that opens it: for the whole session, or with `salt` for one address. */
const char *address_cookie(uint64_t seed, uint32_t session, uint64_t salt,
                           char text[ADDRESS_COOKIE_SIZE]);
