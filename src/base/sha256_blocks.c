/* FIPS 180-4, 6.2.2, in the form that Intel describes for its SHA extensions. */
#include "base/sha256_blocks.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#define BY_SHA_NI __attribute__((target("sha,sse4.1")))

static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

bool sha256_blocks_can(void)
{
    unsigned a, b, c, d;
    bool has_sse = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_1);

    return has_sse && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

/* The words a to h, in the order in which the instructions take them. */
struct registers {
    __m128i abef, cdgh;
};

BY_SHA_NI static struct registers registers_load(const struct sha256_state *state)
{
    __m128i dcba = _mm_loadu_si128((const __m128i *)state->words);
    __m128i hgfe = _mm_loadu_si128((const __m128i *)(state->words + 4));
    __m128i cdab = _mm_shuffle_epi32(dcba, 0xB1), efgh = _mm_shuffle_epi32(hgfe, 0x1B);

    return (struct registers){ .abef = _mm_alignr_epi8(cdab, efgh, 8),
                               .cdgh = _mm_blend_epi16(efgh, cdab, 0xF0) };
}

BY_SHA_NI static void registers_store(struct registers r, struct sha256_state *state)
{
    __m128i feba = _mm_shuffle_epi32(r.abef, 0x1B), dchg = _mm_shuffle_epi32(r.cdgh, 0xB1);

    _mm_storeu_si128((__m128i *)state->words, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(state->words + 4), _mm_alignr_epi8(dchg, feba, 8));
}

BY_SHA_NI static inline struct registers registers_sum(struct registers a, struct registers b)
{
    return (struct registers){ _mm_add_epi32(a.abef, b.abef), _mm_add_epi32(a.cdgh, b.cdgh) };
}

/* The next four words of the message's schedule, from the 16 before them. */
BY_SHA_NI static inline __m128i schedule_next(const __m128i *before, int at)
{
    __m128i last = before[(at + 3) & 3];
    __m128i seventh = _mm_alignr_epi8(last, before[(at + 2) & 3], 4);
    __m128i sum =
        _mm_add_epi32(_mm_sha256msg1_epu32(before[at & 3], before[(at + 1) & 3]), seventh);

    return _mm_sha256msg2_epu32(sum, last);
}

/* Always inlined, so that nothing is asked about `other` between the rounds. */
__attribute__((always_inline)) BY_SHA_NI static inline void blocks_add(struct sha256_state *state,
                                                                       struct sha256_state *other,
                                                                       const __m128i *at,
                                                                       size_t count)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    struct registers one = registers_load(state), two = registers_load(other ? other : state);

    for (; count > 0; count--, at += 4) {
        struct registers one_before = one, two_before = two;
        __m128i words[4];

#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) { /* four rounds each */
            __m128i sum;

            words[i & 3] = i < 4 ? _mm_shuffle_epi8(_mm_loadu_si128(at + i), swap)
                                 : schedule_next(words, i);
            sum = _mm_add_epi32(words[i & 3], ((const __m128i *)constants)[i]);
            one.cdgh = _mm_sha256rnds2_epu32(one.cdgh, one.abef, sum);
            if (other)
                two.cdgh = _mm_sha256rnds2_epu32(two.cdgh, two.abef, sum);
            sum = _mm_shuffle_epi32(sum, 0x0E);
            one.abef = _mm_sha256rnds2_epu32(one.abef, one.cdgh, sum);
            if (other)
                two.abef = _mm_sha256rnds2_epu32(two.abef, two.cdgh, sum);
        }
        one = registers_sum(one, one_before);
        two = registers_sum(two, two_before);
    }
    registers_store(one, state);
    if (other)
        registers_store(two, other);
}

BY_SHA_NI void sha256_blocks(struct sha256_state *state, struct sha256_state *other,
                             const void *bytes, size_t count)
{
    if (other)
        blocks_add(state, other, bytes, count);
    else
        blocks_add(state, NULL, bytes, count);
}

#else

bool sha256_blocks_can(void)
{
    return false;
}

void sha256_blocks(struct sha256_state *state, struct sha256_state *other, const void *bytes,
                   size_t count)
{
    (void)state, (void)other, (void)bytes, (void)count;
    abort();
}

#endif
