/* The demonstration's users, and what makes sure that it is one. */
#include "console/demo.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/people/password.h"
#include "console/people/totp.h"
#include "console/serve.h"
#include "http/url.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sodium.h>

#define NAME_BEGINS "demo-"

enum { CA_MAX = 64 * 1024 };

/* --- whether it is one ------------------------------------------------------------------------ */

static bool not_a_demo(const char *why, struct err *err)
{
    return err_set(
        err, ERR_USAGE, 0,
        "serve --demo prints passwords, so it opens nothing but what 'make demo' left: %s", why);
}

static bool is_local(const char *url, struct err *err)
{
    auto_url parsed = { 0 };

    return url_read(url, &parsed, err) && url_is_loopback(&parsed);
}

/* fmsim writes its name into every certificate that it makes ("O"), and no other server does. */
static bool is_of_fmsim(X509 *x509)
{
    char name[32] = "";

    return X509_NAME_get_text_by_NID(X509_get_subject_name(x509), NID_organizationName, name,
                                     sizeof name)
               > 0
           && strcmp(name, "fmsim") == 0;
}

static bool file_is_of_fmsim(const char *path, struct err *err)
{
    auto_str pem = STR_MAX(CA_MAX);
    BIO *bio;
    X509 *x509;
    bool good;

    if (!fs_read(path, &pem, err))
        return false;
    bio = BIO_new_mem_buf(pem.at, (int)pem.size);
    x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    good = x509 && is_of_fmsim(x509);
    ERR_clear_error();
    X509_free(x509);
    BIO_free(bio);
    return good || not_a_demo("[source] ca_file is no certificate that fmsim made", err);
}

static bool is_file_of_sqlite(const char *url)
{
    return span_starts(span_of(url), "sqlite:");
}

static bool files_are_sqlite(const struct users_place *place, const struct demo_source *source,
                             struct err *err)
{
    auto_free char *console = console_database(place->settings, place->ledger_url);

    return (is_file_of_sqlite(place->ledger_url) && is_file_of_sqlite(source->registry_url)
            && is_file_of_sqlite(console))
           || not_a_demo("its ledger, registry and console are files of SQLite", err);
}

static bool source_is_fmsim(const struct demo_source *source, struct err *err)
{
    struct err wrong = { 0 };

    if (!source->url || !is_local(source->url, &wrong))
        return not_a_demo("[source] url is not on this machine", err);
    if (!source->ca_file || !*source->ca_file)
        return not_a_demo("[source] ca_file names no certificate", err);
    return file_is_of_fmsim(source->ca_file, err);
}

static bool console_is_local(const struct console_settings *settings, struct err *err)
{
    struct span address = span_of(settings->address);

    return span_starts(address, "127.") || span_starts(address, "[::1]")
           || not_a_demo("[console] address is open to other machines", err);
}

static bool demo_role(const char *name, enum role *role_r)
{
    for (size_t i = 0; i < ROLES; i++)
        if (span_starts(span_of(name), NAME_BEGINS)
            && strcmp(name + strlen(NAME_BEGINS), role_name((enum role)(1U << i))) == 0) {
            *role_r = (enum role)(1U << i);
            return true;
        }
    return false;
}

/* `arg` becomes true where somebody has an account who is not of ours. */
static bool stranger_find(void *arg, const struct account *account)
{
    enum role role;

    return !(*(bool *)arg = !demo_role(account->name, &role));
}

static bool users_are_ours(struct sql *sql, struct err *err)
{
    bool is_strange = false;

    return account_each(sql, stranger_find, &is_strange, err)
           && (!is_strange
               || not_a_demo("the console has users of its own ('fmferry users list')", err));
}

bool demo_check(const struct users_place *place, const struct demo_source *source, struct err *err)
{
    auto_users open = { 0 };

    return console_is_local(place->settings, err) && files_are_sqlite(place, source, err)
           && source_is_fmsim(source, err) && users_open_db(place, &open, err)
           && users_are_ours(open.lent.sql, err);
}

/* --- its users -------------------------------------------------------------------------------- */

/* Twenty letters and digits that are not taken for one another: 99 bits. */
static void password_make(char password_r[DEMO_PASSWORD_SIZE])
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";

    for (size_t i = 0; i < DEMO_PASSWORD_SIZE - 1; i++)
        password_r[i] = i % 6 == 5 ? '-' : letters[randombytes_uniform(sizeof letters - 1)];
    password_r[DEMO_PASSWORD_SIZE - 1] = '\0';
}

/* What one user gets. */
struct demo_secrets {
    char password[DEMO_PASSWORD_SIZE], hash[PASSWORD_HASH_SIZE];
    char codes[TOTP_SPARES][TOTP_SPARE_SIZE];
    struct str spare;
    uint8_t sealed[TOTP_SEALED_SIZE];
};

static bool secrets_make(const uint8_t key[TOTP_KEY_SIZE], struct demo_secrets *s, struct err *err)
{
    password_make(s->password);
    totp_spares_make(s->codes, &s->spare);
    totp_secret_make(key, s->sealed);
    return password_hash(s->password, s->hash) == PASSWORD_RIGHT
           || err_set(err, ERR_OS, EBUSY, "a password could not be worked");
}

/* As if it had been added and set up just now; whoever was logged in is not any more. */
static bool account_renew(struct sql *sql, const char *name, enum role role,
                          const struct demo_secrets *s, struct err *err)
{
    int64_t now_us = time_now_us();
    struct account account;

    if (!account_find(sql, name, &account, err)
        || (!account.account
            && (!account_add(sql, name, role_name(role), (unsigned)role, now_us, err)
                || !account_find(sql, name, &account, err))))
        return false;
    return account_roles_set(sql, account.account, (unsigned)role, err)
           && account_disable(sql, account.account, 0, now_us, err)
           && account_set_up(sql,
                             &(struct account_setup){ .account = account.account,
                                                      .password = s->hash,
                                                      .spare = str_text(&s->spare),
                                                      .sealed = s->sealed,
                                                      .sealed_size = sizeof s->sealed },
                             err);
}

static bool user_make(struct sql *sql, const uint8_t key[TOTP_KEY_SIZE], enum role role,
                      void (*each)(void *arg, const struct demo_user *user), void *arg,
                      struct err *err)
{
    struct demo_secrets secrets = { .spare = STR_MAX(ACCOUNT_SPARE_SIZE) };
    auto_free char *name = mem_printf(NAME_BEGINS "%s", role_name(role));
    bool made = secrets_make(key, &secrets, err) && account_renew(sql, name, role, &secrets, err);

    if (made)
        each(arg, &(struct demo_user){ name, role, secrets.password,
                                       (const char(*)[DEMO_CODE_SIZE])secrets.codes });
    str_clear(&secrets.spare);
    explicit_bzero(&secrets, sizeof secrets);
    return made;
}

bool demo_users_make(const struct users_place *place,
                     void (*each)(void *arg, const struct demo_user *user), void *arg,
                     struct err *err)
{
    uint8_t key[TOTP_KEY_SIZE];
    auto_users open = { 0 };

    if (!password_setup(err) || !totp_key_read(place->settings->state, key, err)
        || !users_open_db(place, &open, err))
        return false;
    for (size_t i = 0; i < ROLES; i++)
        if (!user_make(open.lent.sql, key, (enum role)(1U << i), each, arg, err))
            return false;
    return true;
}
