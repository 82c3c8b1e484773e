/* UUIDs as 16 bytes. */
#include "base/uuid.h"

#include "base/digest.h"
#include "base/mem.h"

static bool digits_read(struct span text, bool hyphens, struct uuid *uuid_r)
{
    char digits[32];
    size_t used = 0;

    for (size_t i = 0; i < text.size; i++) {
        bool hyphen_place = hyphens && (i == 8 || i == 13 || i == 18 || i == 23);

        if (hyphen_place != (text.at[i] == '-') || (!hyphen_place && used == sizeof digits))
            return false;
        if (!hyphen_place)
            digits[used++] = text.at[i];
    }
    return hex_read((struct span){ digits, used }, uuid_r->bytes, sizeof uuid_r->bytes);
}

bool uuid_read(struct span text, struct uuid *uuid_r)
{
    return text.size == 36 && digits_read(text, true, uuid_r);
}

bool uuid_read_loose(struct span text, struct uuid *uuid_r)
{
    return text.size == 32 ? digits_read(text, false, uuid_r) : uuid_read(text, uuid_r);
}

/* `hyphens`: written after the 4th, 6th, 8th and 10th byte. */
static const char *uuid_print(const struct uuid *uuid, bool hyphens, char *text)
{
    static const char digits[] = "0123456789abcdef";
    char *to = text;

    for (size_t i = 0; i < sizeof uuid->bytes; i++) {
        if (hyphens && (i == 4 || i == 6 || i == 8 || i == 10))
            *to++ = '-';
        *to++ = digits[uuid->bytes[i] >> 4];
        *to++ = digits[uuid->bytes[i] & 0x0F];
    }
    *to = '\0';
    return text;
}

const char *uuid_text(const struct uuid *uuid, char text[UUID_TEXT_SIZE])
{
    return uuid_print(uuid, true, text);
}

const char *uuid_digits(const struct uuid *uuid, char text[UUID_TEXT_SIZE])
{
    return uuid_print(uuid, false, text);
}

static void set_version(struct uuid *uuid, unsigned version)
{
    uuid->bytes[6] = (uint8_t)((uuid->bytes[6] & 0x0F) | version << 4);
    uuid->bytes[8] = (uint8_t)((uuid->bytes[8] & 0x3F) | 0x80);
}

struct uuid uuid_v5(const struct uuid *space, struct span name)
{
    auto_free char *joined = mem_zero(sizeof space->bytes + name.size);
    uint8_t digest[SHA1_SIZE];
    struct uuid uuid;

    memcpy(joined, space->bytes, sizeof space->bytes);
    if (name.size)
        memcpy(joined + sizeof space->bytes, name.at, name.size);
    sha1_of((struct span){ joined, sizeof space->bytes + name.size }, digest);
    memcpy(uuid.bytes, digest, sizeof uuid.bytes);
    set_version(&uuid, 5);
    return uuid;
}

struct uuid uuid_v4(void)
{
    struct uuid uuid;

    random_bytes(uuid.bytes, sizeof uuid.bytes);
    set_version(&uuid, 4);
    return uuid;
}
