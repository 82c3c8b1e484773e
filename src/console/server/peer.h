/* From where a request comes. */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum { PEER_SIZE = 64 };

/*
 * The address for the view log, limits and tokens.
 *   peer        as the socket has it; an IPv4 address may be written as one of IPv6
 *   behind      [console] behind: the only peer that is believed what it says of others; "": none
 *   forwarded   the newest X-Forwarded-For; its last address is what the proxy itself saw
 * What is no address is not believed: then it is the proxy's.
 */
void peer_read(const char *peer, const char *behind, struct span forwarded,
               char address_r[PEER_SIZE]);
