/* Addresses, written in one way. */
#include "console/server/peer.h"

#include "base/mem.h"

#include <arpa/inet.h>

/* "::ffff:192.0.2.7" is what a socket of both kinds says of 192.0.2.7. */
static const char *without_mapping(const char *address)
{
    static const char mapped[] = "::ffff:";

    return strncmp(address, mapped, strlen(mapped)) == 0 && strchr(address, '.')
               ? address + strlen(mapped)
               : address;
}

/* Writes an address in its usual form. False: it is none. */
static bool address_normal(const char *text, char address_r[PEER_SIZE])
{
    struct in6_addr bytes;
    char normal[INET6_ADDRSTRLEN];
    int family = strchr(text, ':') ? AF_INET6 : AF_INET;

    if (inet_pton(family, text, &bytes) != 1)
        return false;
    (void)inet_ntop(family, &bytes, normal, sizeof normal);
    (void)snprintf(address_r, PEER_SIZE, "%s", without_mapping(normal));
    return true;
}

static struct span last_of(struct span list)
{
    struct span last = SPAN_NONE;

    while (list.at)
        last = span_cut(&list, ',');
    return span_trim(last);
}

void peer_read(const char *peer, const char *behind, struct span forwarded,
               char address_r[PEER_SIZE])
{
    auto_free char *said = span_text(last_of(forwarded));

    (void)snprintf(address_r, PEER_SIZE, "%s", without_mapping(peer));
    if (*behind && strcmp(address_r, behind) == 0)
        (void)address_normal(said, address_r);
}
