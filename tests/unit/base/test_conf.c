/* Configuration files. */
#include "base/conf.h"

#include "base/fs.h"
#include "tap.h"

#include <unistd.h>

struct settings {
    const char *url, *fields;
    int workers, order;
    uint64_t memory;
    bool careful;
    double price;
};

static const char *const orders[] = { "oldest", "newest", NULL };

static const struct conf_key keys[] = {
    { "source", "url", FIELD_OF_TEXT(struct settings, url), "http://localhost", "", NULL },
    { "source", "fields", FIELD_OF_TEXT(struct settings, fields), "", "", NULL },
    { "source",
      "password",
      { .type = FIELD_TEXT },
      NULL,
      "",
      "name the password with password_env, password_file or password_command" },
    { "run", "workers", FIELD_OF_INT(struct settings, workers, 1, 64), "4", "", NULL },
    { "run", "memory", FIELD_OF_BYTES(struct settings, memory, 1024, 1 << 30), "48M", "", NULL },
    { "run", "careful", FIELD_OF_FLAG(struct settings, careful), "yes", "", NULL },
    { "run", "order", FIELD_OF_CHOICE(struct settings, order, orders), "oldest", "", NULL },
    { "run", "price", FIELD_OF_DECIMAL(struct settings, price, 0, 10), "0.5", "", NULL },
    CONF_END,
};

/* Messages name the file, so it always has one name: each test works in a folder of its own. */
static bool read_bytes(struct span bytes, struct settings *settings, struct conf **conf_r,
                       struct err *err)
{
    char folder[] = "/tmp/fmferry-conf-XXXXXX";
    auto_free char *before = getcwd(NULL, 0);
    bool good;

    if (!mkdtemp(folder) || chdir(folder) < 0 || !fs_write("a.ini", bytes, 0600, err))
        abort();
    good = conf_read("a.ini", keys, settings, conf_r, err);
    if (unlink("a.ini") < 0 || chdir(before) < 0 || rmdir(folder) < 0)
        abort();
    return good;
}

static bool read_text(const char *text, struct settings *settings, struct conf **conf_r,
                      struct err *err)
{
    return read_bytes(span_of(text), settings, conf_r, err);
}

TEST(an_empty_file_gives_the_fallbacks)
{
    auto_conf *conf = NULL;
    struct settings settings;
    struct err err = { 0 };

    CHECK(read_text("", &settings, &conf, &err) && err.kind == ERR_NONE);
    CHECK_STR(settings.url, "http://localhost");
    CHECK_STR(settings.fields, "");
    CHECK(settings.workers == 4 && settings.memory == MIB(48) && settings.careful);
    CHECK(settings.order == 0 && settings.price > 0.49 && settings.price < 0.51);
    CHECK(conf_line(conf, "run", "workers") == 0 && conf_line(conf, "no", "no") == 0);
    conf_free(NULL);
}

TEST(a_file_goes_over_the_fallbacks)
{
    auto_conf *conf = NULL;
    struct settings settings;
    struct err err = { 0 };

    CHECK(read_text("; a clinic\n"
                    "[source]\n"
                    "url = https://fm.example:443/x?a=b#c ; the server\n"
                    "\n"
                    "# and how\n"
                    "[run]\n"
                    "workers=8\r\n"
                    "memory :  64M\n"
                    "careful = Off\n"
                    "order = newest\n"
                    "price = 1.25",
                    &settings, &conf, &err));
    CHECK_STR(settings.url, "https://fm.example:443/x?a=b#c");
    CHECK(settings.workers == 8 && settings.memory == MIB(64) && !settings.careful);
    CHECK(settings.order == 1 && settings.price > 1.24 && settings.price < 1.26);
    CHECK(conf_line(conf, "source", "url") == 3 && conf_line(conf, "run", "price") == 11);
}

/* A name has one value; a line that begins with a blank continues the value before it. */
TEST(a_value_goes_on_in_the_next_line)
{
    static const struct {
        const char *text, *fields, *url;
    } cases[] = {
        { "[source]\nfields = a, b,\n  c,\n\td\nurl = x\n", "a, b, c, d", "x" },
        { "[source]\nfields = a,\n\n; comment\n  ; comment\n  b ; comment\n", "a, b",
          "http://localhost" },
        { "[source]\nurl = https://a\\\n  .example\\\n  /b\n", "", "https://a.example/b" },
        { "[source]\nfields =\n  a\n  [b]\n", " a [b]", "http://localhost" },
        { "[source]\nfields = a\n  b = c, d=e\n", "a b = c, d=e", "http://localhost" },
        { "[source]\n  fields = a\nurl = x\n", "a", "x" },
        { "[source]\nfields = a\n[run]\n[source]\n  url = x\n", "a", "x" },
        { "[source]\nfields = a\n \n\t\nurl = x", "a", "x" },
        { "\xEF\xBB\xBF[source]\nfields = a\n", "a", "http://localhost" },
        { "[source]\nfields = Gr\xC3\xB6\xC3\x9F"
          "e\n",
          "Gr\xC3\xB6\xC3\x9F"
          "e",
          "http://localhost" },
        { "[source]\nurl =\nfields =", "", "" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_conf *conf = NULL;
        struct settings settings;
        struct err err = { 0 };

        CHECK_AT(i, read_text(cases[i].text, &settings, &conf, &err));
        CHECK_STR(err.msg, "");
        CHECK_STR(settings.fields, cases[i].fields);
        CHECK_STR(settings.url, cases[i].url);
    }
}

TEST(what_is_wrong_is_said_with_file_and_line)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "[source]\nbogus = 1\n", "a.ini:2: there is no key 'bogus' in [source] ('fmferry "
                                   "settings' explains all of them)" },
        { "[Source]\nurl = 1\n", "a.ini:2: there is no section [Source]; is [source] meant?" },
        { "[source]\nwokers = 8\n", "a.ini:2: there is no key 'wokers' in [source] ('fmferry "
                                    "settings' explains all of them)" },
        { "[run]\nwokers = 8\n", "a.ini:2: there is no key 'wokers' in [run]; is 'workers' meant? "
                                 "('fmferry settings' explains all of them)" },
        { "[source]\nworkers = 8\n", "a.ini:2: there is no key 'workers' in [source]; it belongs "
                                     "in [run] ('fmferry settings' explains all of them)" },
        { "\n\n[bogus]\na = 1\n", "a.ini:4: there is no section [bogus]" },
        { "url = a\n", "a.ini:1: 'url' stands before the first [section]" },
        { "[source]\nurl\n", "a.ini:2: this is neither '[section]' nor 'key = value'" },
        { "[source\nurl = a\n", "a.ini:2: 'url' stands before the first [section]" },
        { "[source]\nurl = a\n[run\n", "a.ini:3: this is neither '[section]' nor 'key = value'" },
        { "[source]\n= a\n",
          "a.ini:2: there is no key '' in [source] ('fmferry settings' explains all of them)" },
        { "[source]\npassword = hunter2\n", "a.ini:2: name the password with password_env, "
                                            "password_file or password_command" },
        /* twice: far apart, in the next line, in two parts of one section, indented */
        { "[run]\nworkers = 8\norder = newest\nworkers = 9\n",
          "a.ini:4: 'workers' in [run] was given on line 2 already" },
        { "[run]\nworkers = 8\nworkers = 8\n",
          "a.ini:3: 'workers' in [run] was given on line 2 already" },
        { "[source]\nurl = a\nurl = b\n",
          "a.ini:3: 'url' in [source] was given on line 2 already" },
        { "[source]\nurl = a\n[run]\n[source]\nurl = b\n",
          "a.ini:5: 'url' in [source] was given on line 2 already" },
        { "[source]\nurl = a\n[source]\n  url = b\n",
          "a.ini:4: 'url' in [source] was given on line 2 already" },
        { "[source]\nurl = a\n  fields = b\n",
          "a.ini:3: a line that begins with a blank goes on with 'url' of line 2; for a key of its "
          "own, remove the blank" },
        /* out of range */
        { "[run]\n\nworkers = 65\n", "a.ini:3: workers: '65' is not a whole number from 1 to 64" },
        { "[run]\nmemory = 1\n",
          "a.ini:2: memory: '1' is not a size from 1024 to 1073741824 bytes (such as 48M)" },
        { "[run]\ncareful = perhaps\n", "a.ini:2: careful: 'perhaps' is neither yes nor no" },
        { "[run]\norder = best\n", "a.ini:2: order: 'best' is not one of: oldest, newest" },
        { "[run]\nprice = free\n", "a.ini:2: price: 'free' is not a number from 0 to 10" },
        { "[run]\nworkers = 8\n  9\n",
          "a.ini:2: workers: '8 9' is not a whole number from 1 to 64" },
        { "[source]\nfields = Gr\xF6\xDF"
          "e\n",
          "a.ini:2: the line is not text in UTF-8" },
        { "\xFF\xFE[\n",
          "a.ini: the file is UTF-16, as some editors and shells of Windows write it: "
          "save it as plain UTF-8" },
        { "[source]\rworkers = 3\r",
          "a.ini:1: lines end in carriage returns alone, as on old Macs: save the file with the "
          "line ends of Unix or Windows" },
        { "[source]\nworkers =\xC2\xA0"
          "3\n",
          "a.ini:2: the line holds a blank that is not the usual one: type it anew, do not copy "
          "it" },
        { "[source]\nfields = \xE2\x80\x8BName\n",
          "a.ini:2: the line holds a character that cannot be seen: type it anew, do not copy it" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_conf *conf = NULL;
        struct settings settings;
        struct err err = { 0 };

        CHECK_AT(i, !read_text(cases[i].text, &settings, &conf, &err) && !conf);
        CHECK_AT(i, err.kind == ERR_USAGE);
        CHECK_STR(err.msg, cases[i].message);
    }
}

/* inih would cut such a line, and read a zero byte as its end. */
TEST(no_line_is_cut_in_silence)
{
    static const struct {
        size_t size; /* of the value */
        const char *end;
        bool good;
    } cases[] = {
        { 198 - 6, "\n", true },   { 198 - 6, "", true }, { 199 - 6, "\n", false },
        { 199 - 6, "", false },    { 5000, "\n", false }, { 5000, "", false },
        { 198 - 6, "\nx", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str text = STR_MAX(KIB(8));
        auto_conf *conf = NULL;
        struct settings settings;
        struct err err = { 0 };

        str_add_text(&text, "[source]\nurl = ");
        for (size_t n = 0; n < cases[i].size; n++)
            str_add_char(&text, 'x');
        str_add_text(&text, cases[i].end);
        CHECK_AT(i, read_bytes(str_span(&text), &settings, &conf, &err) == cases[i].good);
        CHECK_AT(i, !cases[i].good || strlen(settings.url) == cases[i].size);
        CHECK_AT(i,
                 cases[i].good || cases[i].size < 193
                     || strcmp(err.msg, "a.ini:2: the line is longer than 198 bytes (go on in the "
                                        "next line, beginning it with a blank)")
                            == 0);
    }
}

TEST(a_zero_byte_is_not_the_end)
{
    static const struct span texts[] = {
        { "[source]\nurl = a\0b\n", 19 },
        { "[source]\nurl = a\0b", 18 },
        { "[source]\nurl = a\0", 17 },
    };

    for (size_t i = 0; i < lengthof(texts); i++) {
        auto_conf *conf = NULL;
        struct settings settings;
        struct err err = { 0 };

        CHECK_AT(i, !read_bytes(texts[i], &settings, &conf, &err) && err.kind == ERR_USAGE);
        CHECK_STR(err.msg, "a.ini:2: the line is not text in UTF-8");
    }
}

TEST(what_failed_leaves_nothing_that_was_freed)
{
    auto_conf *conf = NULL;
    struct settings settings;
    struct err err = { 0 };

    CHECK(!read_text("[source]\nurl = https://fm\nfields = a\n[run]\nworkers = 0\n", &settings,
                     &conf, &err));
    CHECK_STR(settings.url, "http://localhost");
    CHECK_STR(settings.fields, "");
    CHECK(settings.workers == 4);
}

TEST(a_file_that_cannot_be_read_is_said)
{
    static const struct {
        const char *path, *message;
        enum err_kind kind;
        int code;
    } cases[] = {
        { "/tmp/fmferry-no.ini",
          "the configuration: opening '/tmp/fmferry-no.ini': No such file or directory", ERR_OS,
          ENOENT },
        { "/tmp", "the configuration: reading '/tmp': Is a directory", ERR_OS, EISDIR },
        { "/dev/zero", "the configuration: /dev/zero is longer than 1048576 bytes", ERR_USAGE, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct settings settings = { .workers = 7 };
        struct conf *conf = NULL;
        struct err err = { 0 };

        CHECK_AT(i, !conf_read(cases[i].path, keys, &settings, &conf, &err) && !conf);
        CHECK_AT(i, err.kind == cases[i].kind && err.code == cases[i].code);
        CHECK_STR(err.msg, cases[i].message);
        CHECK_AT(i, settings.workers == 7);
    }
}

TEST(fallbacks_need_no_file)
{
    struct settings settings = { .workers = 7 };

    conf_fallbacks(keys, &settings);
    CHECK(settings.workers == 4 && settings.memory == MIB(48));
}

TEST(a_text_is_read_as_its_file_would_be)
{
    struct settings settings = { 0 };
    auto_conf *conf = NULL;
    struct conf *none = NULL;
    struct err err = { 0 };

    CHECK(conf_read_text("answers", span_of("[run]\nworkers = 9\n"), keys, &settings, &conf, &err));
    CHECK(settings.workers == 9 && conf_line(conf, "run", "workers") == 2);
    CHECK(!conf_read_text("answers", span_of("[run]\nworker = 9\n"), keys, &settings, &none, &err));
    CHECK(!none && strstr(err.msg, "answers:2: there is no key 'worker' in [run]; is 'workers'"));
}
