/*
 * An address is a block of 128 bits through a Feistel network, and 128 more that prove it is ours.
 */
#include "sim/api/address.h"

#include "sim/base/chance.h"

enum { ROUNDS = 6 };

struct address_block {
    uint64_t left, right;
};

static struct address_block block_scramble(uint64_t seed, struct address_block block)
{
    for (unsigned turn = 0; turn < ROUNDS; turn++) {
        uint64_t next = block.left ^ chance_of(seed, turn, block.right);

        block.left = block.right;
        block.right = next;
    }
    return block;
}

static struct address_block block_unscramble(uint64_t seed, struct address_block block)
{
    for (unsigned turn = ROUNDS; turn-- > 0;) {
        uint64_t before = block.right ^ chance_of(seed, turn, block.left);

        block.right = block.left;
        block.left = before;
    }
    return block;
}

const char *address_text(uint64_t seed, const struct address *a, char text[ADDRESS_TEXT_SIZE])
{
    struct address_block block = block_scramble(
        seed, (struct address_block){
                  (uint64_t)a->session << 32 | a->ordinal,
                  (uint64_t)a->table << 56 | (uint64_t)a->column << 40
                      | (uint64_t)a->repetition << 24 | (uint64_t)a->version << 8 | a->salt,
              });

    (void)snprintf(text, ADDRESS_TEXT_SIZE, "%016jX%016jX%016jX%016jX", (uintmax_t)block.left,
                   (uintmax_t)block.right, (uintmax_t)chance_of(~seed, block.left, block.right),
                   (uintmax_t)chance_of(~seed, block.right, block.left));
    return text;
}

static bool hex_take(struct span *text, uint64_t *n_r)
{
    uint64_t n = 0;

    if (text->size < 16)
        return false;
    for (size_t i = 0; i < 16; i++) {
        char c = text->at[i];

        if (c >= '0' && c <= '9')
            n = n << 4 | (uint64_t)(c - '0');
        else if (c >= 'A' && c <= 'F')
            n = n << 4 | (uint64_t)(c - 'A' + 10);
        else
            return false;
    }
    *text = span_from(*text, 16);
    *n_r = n;
    return true;
}

bool address_read(uint64_t seed, struct span text, struct address *address_r)
{
    struct address_block block, proof, plain;

    if (!hex_take(&text, &block.left) || !hex_take(&text, &block.right)
        || !hex_take(&text, &proof.left) || !hex_take(&text, &proof.right)
        || (text.size && text.at[0] != '.')
        || proof.left != chance_of(~seed, block.left, block.right)
        || proof.right != chance_of(~seed, block.right, block.left))
        return false;
    plain = block_unscramble(seed, block);
    *address_r = (struct address){
        .session = (uint32_t)(plain.left >> 32),
        .ordinal = (uint32_t)plain.left,
        .table = (uint8_t)(plain.right >> 56),
        .column = (uint16_t)(plain.right >> 40),
        .repetition = (uint16_t)(plain.right >> 24),
        .version = (uint16_t)(plain.right >> 8),
        .salt = (uint8_t)plain.right,
    };
    return true;
}

const char *address_cookie(uint64_t seed, uint32_t session, uint64_t salt,
                           char text[ADDRESS_COOKIE_SIZE])
{
    (void)snprintf(text, ADDRESS_COOKIE_SIZE, "%016jX%016jX%016jX%016jX",
                   (uintmax_t)chance_of(seed, session, salt ^ 1),
                   (uintmax_t)chance_of(seed, session, salt ^ 2),
                   (uintmax_t)chance_of(seed, session, salt ^ 3),
                   (uintmax_t)chance_of(seed, session, salt ^ 4));
    return text;
}
