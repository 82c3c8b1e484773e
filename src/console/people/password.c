/* Passwords. */
#include "console/people/password.h"

#include "base/str.h"
#include "base/utf8.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>

enum { PASSES = 2, IN_LINE = 8, CHARACTERS_LEAST = 5 };
#define MEMORY MIB(64)

/* The commonest passwords of public lists that have 12 characters and more. */
static const char *const common[] = {
    "123456789012",  "1234567890123",    "12345678901234",
    "123456789123",  "123123123123",     "1q2w3e4r5t6y",
    "1qaz2wsx3edc",  "1qaz2wsx3edc4rfv", "abcdefghijkl",
    "abcdefghijklm", "administrator",    "administrator1",
    "changeme1234",  "changemenow1",     "correcthorsebatterystaple",
    "iloveyou1234",  "iloveyouforever",  "letmein12345",
    "letmeinplease", "mypassword123",    "password1234",
    "password12345", "password123456",   "passwordpassword",
    "passw0rd1234",  "qwerty123456",     "qwertyqwerty",
    "qwertyuiop12",  "qwertyuiop123",    "qwertyuiopasdf",
    "qazwsxedcrfv",  "thisismypassword", "trustno1trustno1",
    "unbelievable",  "welcome12345",     "welcome123456",
    "zaq12wsxcde3",  "zxcvbnm12345",     "0123456789012",
    "111111222222",
};

static pthread_mutex_t line = PTHREAD_MUTEX_INITIALIZER, work = PTHREAD_MUTEX_INITIALIZER;
static unsigned waiting;
static char nobody[PASSWORD_HASH_SIZE]; /* a hash of what nobody knows */

static bool hash_make(const char *password, char hash_r[PASSWORD_HASH_SIZE])
{
    return crypto_pwhash_str_alg(hash_r, password, strlen(password), PASSES, MEMORY,
                                 crypto_pwhash_ALG_ARGON2ID13)
           == 0;
}

bool password_setup(struct err *err)
{
    char unknown[33];
    unsigned char bytes[16];

    static_assert(PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES, "a hash fits");
    if (sodium_init() < 0)
        return err_set(err, ERR_OS, 0, "libsodium cannot begin: the system gives no randomness");
    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2hex(unknown, sizeof unknown, bytes, sizeof bytes);
    return hash_make(unknown, nobody)
           || err_set(err, ERR_OS, ENOMEM, "64 MiB for the hash of a password");
}

/* --- what may be chosen ----------------------------------------------------------------------- */

static size_t length_of(const char *text)
{
    struct span rest = span_of(text);
    uint32_t code;
    size_t count = 0;

    while (rest.size) {
        (void)utf8_next(&rest, &code);
        count++;
    }
    return count;
}

static size_t different_bytes(const char *text)
{
    bool seen[256] = { false };
    size_t count = 0;

    for (; *text; text++) {
        count += !seen[(unsigned char)*text];
        seen[(unsigned char)*text] = true;
    }
    return count;
}

/* What is left of a password without a word must be as long as half a password by itself. */
static bool is_made_of(const char *password, const char *word)
{
    size_t size = strlen(word);

    return size >= 3 && strcasestr(password, word) && strlen(password) - size < PASSWORD_LEAST / 2;
}

static bool is_common(const char *password)
{
    for (size_t i = 0; i < lengthof(common); i++)
        if (strcasecmp(password, common[i]) == 0)
            return true;
    return false;
}

bool password_may_be(const char *password, const char *name, const char *practice, struct err *err)
{
    size_t length = length_of(password);

    if (length < PASSWORD_LEAST || length > PASSWORD_MOST)
        return err_set(err, ERR_USAGE, 0,
                       "a password has %d to %d characters, this one %zu: several words are easy "
                       "to keep in mind",
                       PASSWORD_LEAST, PASSWORD_MOST, length);
    if (is_common(password))
        return err_set(err, ERR_USAGE, 0,
                       "this password stands in every list of stolen ones: choose another");
    if (different_bytes(password) < CHARACTERS_LEAST)
        return err_set(err, ERR_USAGE, 0,
                       "this password has fewer than %d different characters: choose another",
                       CHARACTERS_LEAST);
    if (is_made_of(password, name) || is_made_of(password, practice)
        || is_made_of(password, "fmferry"))
        return err_set(err, ERR_USAGE, 0,
                       "this password is little more than a name that others know: choose another");
    return true;
}

/* --- the work --------------------------------------------------------------------------------- */

static bool line_join(void)
{
    bool joined;

    (void)pthread_mutex_lock(&line);
    joined = waiting < IN_LINE;
    waiting += joined;
    (void)pthread_mutex_unlock(&line);
    if (joined)
        (void)pthread_mutex_lock(&work);
    return joined;
}

static void line_leave(void)
{
    (void)pthread_mutex_unlock(&work);
    (void)pthread_mutex_lock(&line);
    waiting--;
    (void)pthread_mutex_unlock(&line);
}

enum password_answer password_compare(const char *hash, const char *password)
{
    bool is_somebody = hash && *hash, same;

    if (!line_join())
        return PASSWORD_BUSY;
    same = crypto_pwhash_str_verify(is_somebody ? hash : nobody, password, strlen(password)) == 0;
    line_leave();
    return same && is_somebody ? PASSWORD_RIGHT : PASSWORD_WRONG;
}

enum password_answer password_hash(const char *password, char hash_r[PASSWORD_HASH_SIZE])
{
    bool made;

    if (!line_join())
        return PASSWORD_BUSY;
    made = hash_make(password, hash_r);
    line_leave();
    return made ? PASSWORD_RIGHT : PASSWORD_BUSY;
}
