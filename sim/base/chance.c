/* Seeded numbers: splitmix64 as the mixer, a small Feistel network where the way back is needed. */
#include "sim/base/chance.h"

#include <math.h>
#include <strings.h>

static const uint64_t golden_ratio = 0x9E3779B97F4A7C15u;

static uint64_t bits_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

uint64_t chance_of(uint64_t seed, uint64_t a, uint64_t b)
{
    return bits_mix(bits_mix(bits_mix(seed + golden_ratio) + a * golden_ratio) + b * golden_ratio
                    + 1);
}

uint64_t chance_of_text(uint64_t seed, struct span name)
{
    uint64_t hash = 0xCBF29CE484222325u;

    for (size_t i = 0; i < name.size; i++)
        hash = (hash ^ (uint8_t)name.at[i]) * 0x100000001B3u;
    return chance_of(seed, hash, name.size);
}

uint64_t chance_below(uint64_t chance, uint64_t n)
{
    uint64_t high = chance >> 32, low = chance & UINT32_MAX;

    if (n > UINT32_MAX)
        return chance % n;
    return (high * n + (low * n >> 32)) >> 32;
}

double chance_unit(uint64_t chance)
{
    return (double)(chance >> 11) * 0x1p-53;
}

uint64_t chance_size(uint64_t chance, double median, double sigma)
{
    double radius = sqrt(-2 * log(1 - chance_unit(chance)));
    double normal = radius * cos(2 * M_PI * chance_unit(bits_mix(chance)));

    return (uint64_t)(median * exp(sigma * normal));
}

size_t chance_weighted(uint64_t chance, const unsigned *weights, size_t count)
{
    uint64_t sum = 0, at;

    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    at = chance_below(chance, sum);
    for (size_t i = 0; i < count; i++) {
        if (at < weights[i])
            return i;
        at -= weights[i];
    }
    return count - 1;
}

/* --- ids ------------------------------------------------------------------------------------ */

enum { ROUNDS = 4 };

static uint16_t round_of(uint64_t seed, unsigned turn, uint16_t half)
{
    return (uint16_t)chance_of(seed, turn, half);
}

static uint32_t number_shuffle(uint64_t seed, uint32_t number)
{
    uint16_t left = (uint16_t)(number >> 16), right = (uint16_t)number;

    for (unsigned turn = 0; turn < ROUNDS; turn++) {
        uint16_t next = left ^ round_of(seed, turn, right);

        left = right;
        right = next;
    }
    return (uint32_t)left << 16 | right;
}

static uint32_t number_unshuffle(uint64_t seed, uint32_t number)
{
    uint16_t left = (uint16_t)(number >> 16), right = (uint16_t)number;

    for (unsigned turn = ROUNDS; turn-- > 0;) {
        uint16_t before = right ^ round_of(seed, turn, left);

        right = left;
        left = before;
    }
    return (uint32_t)left << 16 | right;
}

const char *chance_uuid(uint64_t seed, uint32_t number, char text[CHANCE_UUID_SIZE])
{
    uint64_t rest = chance_of(seed, number, 4122);
    uint64_t tail = bits_mix(rest);

    (void)snprintf(text, CHANCE_UUID_SIZE, "%08X-%04X-4%03X-%04X-%012jX",
                   number_shuffle(seed, number), (unsigned)(rest & 0xFFFF),
                   (unsigned)(rest >> 16 & 0xFFF), (unsigned)(rest >> 32 & 0x3FFF) | 0x8000,
                   (uintmax_t)(tail & 0xFFFFFFFFFFFFu));
    return text;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool chance_uuid_find(uint64_t seed, struct span text, uint32_t *number_r)
{
    char made[CHANCE_UUID_SIZE];
    uint32_t shuffled = 0, number;

    if (text.size != CHANCE_UUID_SIZE - 1)
        return false;
    for (size_t i = 0; i < 8; i++) {
        int digit = hex_value(text.at[i]);

        if (digit < 0)
            return false;
        shuffled = shuffled << 4 | (uint32_t)digit;
    }
    number = number_unshuffle(seed, shuffled);
    if (!span_is_nocase(text, chance_uuid(seed, number, made)))
        return false;
    *number_r = number;
    return true;
}

void chance_fill(uint64_t seed, uint64_t offset, void *bytes_r, size_t size_bytes)
{
    uint8_t *to = bytes_r;

    while (size_bytes) {
        uint64_t word = bits_mix(seed + (offset / 8 + 1) * golden_ratio);
        size_t skip = offset % 8;
        size_t part = 8 - skip < size_bytes ? 8 - skip : size_bytes;

        memcpy(to, (uint8_t *)&word + skip, part);
        to += part;
        offset += part;
        size_bytes -= part;
    }
}
