/* Codes are those of RFC 6238, appendix B; secrets are sealed; spare codes count once. */
#include "console/people/totp.h"

#include "base/mem.h"
#include "base/time.h"
#include "folder.h"
#include "tap.h"

#include <sys/stat.h>
#include <unistd.h>

/* "12345678901234567890"; of the eight digits of the appendix, the last six. */
static const uint8_t *const rfc_secret = (const uint8_t *)"12345678901234567890";
static const struct {
    int64_t seconds;
    unsigned code;
} vectors[] = {
    { 59, 287082 },       { 1111111109, 81804 },  { 1111111111, 50471 },
    { 1234567890, 5924 }, { 2000000000, 279037 }, { 20000000000, 353130 },
};

TEST(codes_are_those_of_the_rfc)
{
    for (size_t i = 0; i < lengthof(vectors); i++)
        CHECK_AT(i, totp_code(rfc_secret, vectors[i].seconds / TOTP_STEP_S) == vectors[i].code);
}

TEST(clocks_may_be_off_by_one_step)
{
    const int64_t now = 1111111111;

    for (size_t i = 0; i < 7; i++) {
        int64_t off = (int64_t)i - 3, at_us = (now + off * TOTP_STEP_S) * TIME_SECOND;
        int64_t step = totp_step_of(rfc_secret, "050471", at_us);

        CHECK_AT(i, step == (off >= -1 && off <= 1 ? now / TOTP_STEP_S : 0));
    }
}

TEST(only_six_digits_are_a_code)
{
    static const char *const none[] = { "", "50471", "0050471", "05047x", "-50471", "050471a" };
    const int64_t at_us = 1111111111 * TIME_SECOND;

    for (size_t i = 0; i < lengthof(none); i++)
        CHECK_AT(i, totp_step_of(rfc_secret, none[i], at_us) == 0);
    CHECK(totp_step_of(rfc_secret, "050 471", at_us) != 0);
}

TEST(a_secret_opens_with_its_own_key_alone)
{
    uint8_t key[TOTP_KEY_SIZE] = { 1 }, other[TOTP_KEY_SIZE] = { 2 };
    uint8_t sealed[TOTP_SEALED_SIZE], again[TOTP_SEALED_SIZE], secret[TOTP_SECRET_SIZE];

    totp_secret_make(key, sealed);
    totp_secret_make(key, again);
    CHECK(memcmp(sealed, again, sizeof sealed) != 0);
    CHECK(totp_secret_open(key, sealed, sizeof sealed, secret));
    CHECK(!totp_secret_open(other, sealed, sizeof sealed, secret));
    CHECK(!totp_secret_open(key, sealed, sizeof sealed - 1, secret));
    sealed[sizeof sealed - 1] ^= 1;
    CHECK(!totp_secret_open(key, sealed, sizeof sealed, secret));
}

TEST(the_key_is_made_once_and_is_its_owners_alone)
{
    auto_folder *folder = folder_new();
    auto_free char *path = mem_printf("%s/state/secret.key", folder);
    auto_free char *state = mem_printf("%s/state", folder);
    uint8_t key[TOTP_KEY_SIZE], again[TOTP_KEY_SIZE];
    struct err err = { 0 };

    CHECK(totp_key_read(state, key, &err));
    CHECK(totp_key_read(state, again, &err));
    CHECK(memcmp(key, again, sizeof key) == 0);
    CHECK(chmod(path, 0644) == 0);
    CHECK(!totp_key_read(state, again, &err) && err.kind == ERR_USAGE);
    CHECK(chmod(path, 0600) == 0 && truncate(path, 10) == 0);
    CHECK(!totp_key_read(state, again, &err) && err.kind == ERR_USAGE);
}

TEST(a_secret_is_written_in_groups_of_four)
{
    auto_str text = STR_MAX(KIB(1));

    totp_secret_text(rfc_secret, &text);
    CHECK_STR(str_text(&text), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
}

TEST(a_spare_code_counts_once)
{
    char texts[TOTP_SPARES][TOTP_SPARE_SIZE];
    auto_str hashes = STR_MAX(KIB(1)), left = STR_MAX(KIB(1)), rest = STR_MAX(KIB(1));

    totp_spares_make(texts, &hashes);
    CHECK(!strstr(str_text(&hashes), texts[3]));
    CHECK(totp_spare_take(str_text(&hashes), texts[3], &left));
    CHECK(!totp_spare_take(str_text(&left), texts[3], &rest));
    str_reset(&rest);
    for (char *at = texts[0]; *at; at++) /* as people type it */
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    CHECK(totp_spare_take(str_text(&left), texts[0], &rest));
    CHECK(rest.size + 65 == left.size);
    str_reset(&rest);
    CHECK(!totp_spare_take(str_text(&left), "", &rest));
}
