/* Sources of secrets, and the ones that are refused. */
#include "base/secret.h"

#include "base/child.h"
#include "base/fs.h"
#include "base/mem.h"
#include "tap.h"

#include <sys/stat.h>
#include <unistd.h>

enum { NOBODY = 65534, TOO_LONG = 4097 };

#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

static bool secret_is(const struct secret *secret, const char *want)
{
    return secret && span_is(secret_reveal(secret), want);
}

/* An empty file that only this user may read. */
static char *file_new(void)
{
    char *path = mem_text("/tmp/fmferry-secret-XXXXXX");
    auto_close int fd = mkstemp(path);

    if (fd < 0)
        abort();
    return path;
}

TEST(a_secret_is_a_copy)
{
    char text[] = "hunter2";
    auto_secret *secret = secret_new(span_of(text)), *empty = secret_new(SPAN_NONE);
    auto_free char *large = mem_zero(100000);
    auto_secret *pages = secret_new((struct span){ large, 100000 });

    memset(text, 'x', 7);
    CHECK(secret_is(secret, "hunter2") && secret_is(empty, ""));
    CHECK(secret_reveal(pages).size == 100000);
    secret_free(NULL);
}

TEST(an_environment_variable_is_read_once)
{
    static const struct secret_source source = { .env = "FMFERRY_TEST_SECRET" };
    auto_secret *secret = NULL, *again = NULL;
    struct err err = { 0 };

    (void)setenv("FMFERRY_TEST_SECRET", "hunter2", 1);
    CHECK(secret_read(&source, "the password", &secret, &err) && secret_is(secret, "hunter2"));
    CHECK(!getenv("FMFERRY_TEST_SECRET"));
    CHECK(!secret_read(&source, "the password", &again, &err) && err.kind == ERR_USAGE);
    CHECK_STR(err.msg, "the password: the environment variable FMFERRY_TEST_SECRET is not set");
    (void)setenv("FMFERRY_TEST_SECRET", "", 1);
    CHECK(!secret_read(&source, "the password", &again, &err) && err.kind == ERR_USAGE);
    CHECK_STR(err.msg, "the password: the environment variable FMFERRY_TEST_SECRET is empty");
    CHECK(!again);
}

TEST(the_first_line_of_a_file_is_taken)
{
    static const struct {
        struct span bytes;
        const char *secret;
    } cases[] = {
        { BYTES("hunter2\n"), "hunter2" },
        { BYTES("hunter2"), "hunter2" },
        { BYTES("hunter2\r\nmore\n"), "hunter2" },
        { BYTES(" with blanks \n"), " with blanks " },
        { BYTES(""), NULL },
        { BYTES("\n"), NULL },
        { BYTES("\r\nsecond\n"), NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *path = file_new();
        struct secret_source source = { .file = path };
        auto_secret *secret = NULL;
        struct err err = { 0 };

        CHECK_AT(i, fs_write(path, cases[i].bytes, 0600, &err));
        CHECK_AT(i, secret_read(&source, "the key", &secret, &err) == (cases[i].secret != NULL));
        CHECK_AT(i, cases[i].secret ? secret_is(secret, cases[i].secret) : !secret);
        CHECK_AT(i, cases[i].secret || (err.kind == ERR_USAGE && strstr(err.msg, "gives nothing")));
        (void)unlink(path);
    }
}

/* Characters that an editor does not show are named before a server calls the password wrong. */
TEST(what_cannot_be_seen_is_said)
{
    static const struct {
        struct span bytes;
        const char *said;
    } cases[] = {
        { BYTES("\xEF\xBB\xBFhunter2\n"), "gives begins with a byte order mark" },
        { BYTES("\xFF\xFEh\0u\0n\0\r\0\n\0"), "gives is UTF-16" },
        { BYTES("\xFE\xFF\0h\0u\0n\0\n"), "gives is UTF-16" },
        { BYTES("h\0u\0n\0\n\0"), "gives is UTF-16" },
        { BYTES("\0h\0u\0n\0\n"), "UTF-16" },
        { BYTES("h\xFCnter2\n"), "gives is not UTF-8" },
        { BYTES("hunter2\t\n"), "(0x09, place 8)" },
        { BYTES("hunter2\rmore\r"), "(0x0D, place 8)" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *path = file_new();
        struct secret_source source = { .file = path };
        auto_secret *secret = NULL;
        struct err err = { 0 };

        CHECK_AT(i, fs_write(path, cases[i].bytes, 0600, &err));
        CHECK_AT(i, !secret_read(&source, "the key", &secret, &err) && !secret);
        CHECK_AT(i, err.kind == ERR_USAGE && strstr(err.msg, cases[i].said));
        CHECK_AT(i, !strstr(err.msg, "unter") && !strstr(err.msg, "more"));
        (void)unlink(path);
    }
    for (size_t i = 0; i < 2; i++) {
        static const struct secret_source source = { .env = "FMFERRY_TEST_SECRET" };
        auto_secret *secret = NULL;
        struct err err = { 0 };

        (void)setenv("FMFERRY_TEST_SECRET", i ? "hunter2\r" : "hunter2\n", 1);
        CHECK_AT(i, !secret_read(&source, "the key", &secret, &err));
        CHECK_AT(i, strstr(err.msg, "a control character"));
    }
}

TEST(a_secret_is_at_most_4096_bytes)
{
    static const struct {
        size_t size;
        bool good;
    } cases[] = { { TOO_LONG - 1, true }, { TOO_LONG, false }, { 1000000, false } };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *path = file_new(), *bytes = mem_zero(cases[i].size);
        struct secret_source source = { .file = path };
        auto_secret *secret = NULL;
        struct err err = { 0 };

        memset(bytes, 'x', cases[i].size);
        CHECK_AT(i, fs_write(path, (struct span){ bytes, cases[i].size }, 0600, &err));
        CHECK_AT(i, secret_read(&source, "the key", &secret, &err) == cases[i].good);
        CHECK_AT(i, cases[i].good ? secret_reveal(secret).size == cases[i].size : !secret);
        CHECK_AT(i, cases[i].good || strstr(err.msg, "is longer than 4096 bytes"));
        (void)unlink(path);
    }
}

TEST(a_file_that_others_may_open_is_refused)
{
    static const struct {
        unsigned mode;
        bool good;
    } cases[] = {
        { 0600, true },  { 0400, true },  { 0640, false }, { 0604, false },
        { 0620, false }, { 0610, false }, { 0601, false }, { 0644, false },
    };
    auto_free char *path = file_new();
    struct secret_source source = { .file = path };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_secret *secret = NULL;
        struct err err = { 0 };

        CHECK_AT(i, fs_write(path, span_of("hunter2\n"), cases[i].mode, &err));
        CHECK_AT(i, secret_read(&source, "the key", &secret, &err) == cases[i].good);
        CHECK_AT(i, cases[i].good || (err.kind == ERR_USAGE && strstr(err.msg, "chmod 600")));
    }
    (void)unlink(path);
}

TEST(a_file_of_another_user_is_refused)
{
    auto_free char *path = file_new();
    struct secret_source source = { .file = path };
    auto_secret *secret = NULL;
    struct err err = { 0 };
    bool given = fs_write(path, span_of("hunter2\n"), 0600, &err)
                 && chown(path, NOBODY, NOBODY) == 0;

    CHECK(!given || !secret_read(&source, "the key", &secret, &err));
    CHECK(!given || (err.kind == ERR_USAGE && strstr(err.msg, "must belong to you")));
    (void)unlink(path);
    if (!given)
        SKIP("only the superuser can give a file away");
}

/* A pipe without a writer would keep open() waiting for ever. */
TEST(only_a_plain_file_will_do)
{
    auto_free char *path = file_new(), *link = mem_printf("%s.link", path);
    auto_free char *pipe = mem_printf("%s.pipe", path), *folder = mem_printf("%s.folder", path);
    const struct {
        const char *path, *message;
    } cases[] = {
        { "/tmp/fmferry-nothing-here", "No such file or directory" },
        { link, "symbolic link" },
        { pipe, "is not a plain file" },
        { folder, "is not a plain file" },
        { "/dev/null", "is not a plain file" },
    };

    CHECK(symlink(path, link) == 0 && mkfifo(pipe, 0600) == 0 && mkdir(folder, 0700) == 0);
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct secret_source source = { .file = cases[i].path };
        auto_secret *secret = NULL;
        struct err err = { 0 };

        CHECK_AT(i, !secret_read(&source, "the key", &secret, &err) && !secret);
        CHECK_AT(i, err.kind == ERR_USAGE && strstr(err.msg, cases[i].message));
    }
    CHECK(unlink(link) == 0 && unlink(pipe) == 0 && rmdir(folder) == 0 && unlink(path) == 0);
}

TEST(a_command_gives_its_first_line)
{
    static const struct {
        const char *command, *secret, *message;
    } cases[] = {
        { "echo hunter2", "hunter2", NULL },
        { "printf 'hunter2\\nmore'", "hunter2", NULL },
        { "printf hunter2", "hunter2", NULL },
        { "sh -c 'echo hunter2'", "hunter2", NULL },
        { "printf \"hun\\\"ter\"\\ 2", "hun\"ter 2", NULL },
        { "  echo\t'a  b'  c ", "a  b c", NULL },
        { "true", NULL, "the key: its command gives nothing" },
        { "echo", NULL, "the key: its command gives nothing" },
        { "sh -c 'echo hunter2; exit 3'", NULL, "the key: its command ended with status 3" },
        { "sh -c 'exit 4'", NULL, "the key: its command ended with status 4" },
        { "sh -c 'echo hunter2; kill -9 $$'", NULL, "the key: its command was ended by signal 9" },
        { "/nowhere/at-all", NULL,
          "the key: its command '/nowhere/at-all' cannot be run: No such file or directory" },
        { "echo 'hunter2", NULL, "the key: a quote in its command does not end" },
        { "echo hunter2\\", NULL, "the key: a quote in its command does not end" },
        { " ", NULL, "the key: its command is empty" },
        { "echo a; echo b", NULL,
          "the key: its command has a ';', but no shell is started: put it in quotes, or the whole "
          "into a script, or write sh -c '...'" },
        { "echo $(id)", NULL,
          "the key: its command has a '$', but no shell is started: put it in quotes, or the whole "
          "into a script, or write sh -c '...'" },
        { "printf '\\377\\376h\\0'", NULL,
          "the key: what its command gives is UTF-16, as some editors and shells of Windows write "
          "it: "
          "save it as plain UTF-8" },
        { "head -c 5000 /dev/zero", NULL,
          "the key: what its command gives is longer than 4096 bytes" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct secret_source source = { .command = cases[i].command };
        auto_secret *secret = NULL;
        struct err err = { 0 };

        CHECK_AT(i, secret_read(&source, "the key", &secret, &err) == (cases[i].secret != NULL));
        CHECK_AT(i, cases[i].secret ? secret_is(secret, cases[i].secret) : !secret);
        CHECK_STR(err.msg, cases[i].message ? cases[i].message : "");
        CHECK_AT(i, err.kind == (cases[i].secret ? ERR_NONE : ERR_USAGE));
    }
}

TEST(a_command_sees_no_other_secret)
{
    struct secret_source source = { .command = "sh -c 'env | grep -c Canary; true'" };
    static const char *const names[] = { "FMP", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD",
                                         "VAULT_TOKEN", "LD_PRELOAD_X" };
    auto_secret *secret = NULL;
    struct err err = { 0 };

    for (size_t i = 0; i < lengthof(names); i++)
        CHECK_AT(i, setenv(names[i], "Canary", 1) == 0);
    CHECK(secret_read(&source, "the key", &secret, &err) && secret_is(secret, "0"));
    CHECK_STR(err.msg, "");
    for (size_t i = 0; i < lengthof(names); i++)
        (void)unsetenv(names[i]);
}

/* Nobody else may write a file that names a command, or a folder on the way to it. */
TEST(only_our_own_file_may_name_a_command)
{
    char top[] = "/tmp/fmferry-secret-XXXXXX";
    static const struct {
        unsigned file, folder, above;
        const char *said; /* NULL: fine */
    } cases[] = {
        { 0600, 0700, 0700, NULL },
        { 0644, 0755, 01777, NULL },
        { 0664, 0700, 0700, "others may write" },
        { 0606, 0700, 0700, "chmod go-w" },
        { 0600, 0770, 0700, "chmod go-w" },
        { 0600, 0703, 0700, "chmod go-w" },
        { 0600, 0700, 0777, "others may write" },
    };
    auto_free char *above = NULL, *folder = NULL, *file = NULL;
    struct err err = { 0 };

    CHECK(mkdtemp(top) != NULL);
    above = mem_printf("%s/above", top);
    folder = mem_printf("%s/folder", above);
    file = mem_printf("%s/fmferry.ini", folder);
    CHECK(mkdir(above, 0700) == 0 && mkdir(folder, 0700) == 0);
    CHECK(fs_write(file, span_of("x"), 0600, &err));
    for (size_t i = 0; i < lengthof(cases); i++) {
        err = (struct err){ 0 };
        CHECK_AT(i, chmod(file, cases[i].file) == 0 && chmod(folder, cases[i].folder) == 0
                        && chmod(above, cases[i].above) == 0);
        CHECK_AT(i,
                 child_may_be_named_by(file, "password_command", &err) == (cases[i].said == NULL));
        CHECK_AT(i, !cases[i].said || (strstr(err.msg, cases[i].said) && err.kind == ERR_USAGE));
    }
    CHECK(chown(file, 65534, (gid_t)-1) < 0 || chmod(above, 0700) == 0);
    if (geteuid() == 0) {
        CHECK(!child_may_be_named_by(file, "password_command", &err));
        CHECK(strstr(err.msg, "somebody else owns") != NULL);
    }
    CHECK(unlink(file) == 0 && rmdir(folder) == 0 && rmdir(above) == 0 && rmdir(top) == 0);
}

/* Settings that are left empty are texts without a character. */
TEST(exactly_one_source_is_named)
{
    static const struct {
        struct secret_source source;
        bool set;
        const char *message;
    } cases[] = {
        { { NULL, NULL, NULL }, false, "the key is not named anywhere" },
        { { "", "", "" }, false, "the key is not named anywhere" },
        { { "A", "/b", NULL },
          true,
          "the key is named more than once (a variable, a file, a command: one of them)" },
        { { NULL, "/b", "c" },
          true,
          "the key is named more than once (a variable, a file, a command: one of them)" },
        { { "A", "", "" }, true, "the key: the environment variable A is not set" },
        { { "", "", "false" }, true, "the key: its command ended with status 1" },
    };

    (void)unsetenv("A");
    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_secret *secret = NULL;
        struct err err = { 0 };

        CHECK_AT(i, secret_source_is_set(&cases[i].source) == cases[i].set);
        CHECK_AT(i, !secret_read(&cases[i].source, "the key", &secret, &err) && !secret);
        CHECK_AT(i, err.kind == ERR_USAGE);
        CHECK_STR(err.msg, cases[i].message);
    }
}

/* What a person typed is judged like what a file gives, and no environment tells of it. */
TEST(a_typed_secret_is_taken_as_it_is)
{
    auto_secret *typed = secret_new(span_of("Wren 4711"));
    auto_secret *hidden = secret_new(span_of("Wren\t4711"));
    auto_secret *secret = NULL;
    struct err err = { 0 };

    CHECK(secret_source_is_set(&(struct secret_source){ .given = typed }));
    CHECK(secret_read(&(struct secret_source){ .file = "nowhere", .given = typed }, "the password",
                      &secret, &err));
    CHECK(secret && span_is(secret_reveal(secret), "Wren 4711"));
    CHECK(!secret_read(&(struct secret_source){ .given = hidden }, "the password",
                       &(struct secret *){ NULL }, &err));
    CHECK(err.kind == ERR_USAGE && strstr(err.msg, "control character"));
}
