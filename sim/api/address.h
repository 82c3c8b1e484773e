/*
 * Addresses of containers: the 64 hex digits of a streaming URL. The digits hold the session and
 * the container in encrypted form, so that nothing need be kept for a URL.
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

/* Reads an address from the front of a file name. False if this seed never made it. */
bool address_read(uint64_t seed, struct span text, struct address *address_r);

/* The cookie that opens an address: of the whole session, or with `salt` of one address. */
const char *address_cookie(uint64_t seed, uint32_t session, uint64_t salt,
                           char text[ADDRESS_COOKIE_SIZE]);
