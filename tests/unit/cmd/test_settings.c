/* The configuration as its users get it. */
#include "cmd/settings.h"

#include "base/fs.h"
#include "base/mem.h"
#include "folder.h"
#include "tap.h"

/* Reads a configuration of these words. */
static bool read_words(const char *words, struct settings *settings_r, struct err *err)
{
    auto_folder *folder = folder_new();
    auto_free char *path = folder_path(folder, "fmferry.ini");
    struct err ignored = { 0 };

    CHECK(fs_write(path, span_of(words), 0600, &ignored));
    return settings_read(path, settings_r, err);
}

TEST(without_a_word_everything_has_its_default)
{
    auto_settings settings = { 0 };
    const struct engine_settings *engine = &settings.engine;
    const struct patients_settings *patients = &settings.patients;
    struct err err = { 0 };

    CHECK(read_words("", &settings, &err));
    CHECK_STR(err.msg, "");
    CHECK_STR(engine->source_name, "Clinic/API_Docs");
    CHECK_STR(engine->filemaker.url, "https://127.0.0.1:8443");
    CHECK(!engine->filemaker.ca_file);
    CHECK_STR(engine->fields.layout, "API_Docs");
    CHECK_STR(engine->fields.mark, "NexusExportDate");
    CHECK_STR(engine->keys.linked,
              "patients/filemaker-import/documents/{patient_id}/{type-slug}/{filemaker_id}.{ext}");
    CHECK_STR(engine->keys.type_folders, "referral=referrals");
    CHECK(!engine->keys.listed_only && engine->workers == 4 && engine->memory_bytes == MIB(48));
    CHECK(engine->first_wait_us == 500000 && engine->max_tries == 5 && engine->limit == 0);
    CHECK_STR(engine->ledger_url, engine->registry.url);
    CHECK_STR(patients->layout, "API_Contacts");
    CHECK(engine->fields.text_dates == DATE_ASK);
}

TEST(what_is_written_is_what_counts)
{
    auto_settings settings = { 0 };
    const struct engine_settings *engine = &settings.engine;
    struct err err = { 0 };

    CHECK(read_words("[source]\nname = Old files\nurl = https://fms.example.com\n"
                     "ca_file = ca.pem\nmark_field =\ncontainer_field = Doc, Scan\n"
                     "containers = each\ndate_format = day-first\nfilter = Type = Letter\n"
                     "[store]\ntype_slugs = listed\nkey = {filemaker_id}.{ext}\n"
                     "[run]\nworkers = 7\nmemory_mib = 64\nattempts = 2\nretry_ms = 1\n",
                     &settings, &err));
    CHECK_STR(err.msg, "");
    CHECK_STR(engine->source_name, "Old files");
    CHECK_STR(engine->filemaker.ca_file, "ca.pem");
    CHECK_STR(engine->fields.mark, "");
    CHECK_STR(engine->fields.container_list, "Doc, Scan");
    CHECK(engine->fields.each_is_document && engine->fields.text_dates == DATE_DAY_FIRST);
    CHECK(engine->keys.listed_only && engine->workers == 7);
    CHECK(engine->memory_bytes == MIB(64) && engine->max_tries == 2
          && engine->first_wait_us == 1000);
    CHECK(engine->filter && filter_field(engine->filter, 0) != NULL);
}

/* A key without a value, as `init` writes it, sets nothing. */
TEST(dates_are_told_only_by_a_form)
{
    static const struct {
        const char *words;
        enum dates_form form;
    } cases[] = {
        { "[source]\ndate_format =\n", DATE_ASK },
        { "[source]\ndate_format = us\n", DATE_US },
        { "[source]\ndate_format = month-first\n", DATE_US },
        { "[source]\ndate_format = iso\n", DATE_ISO },
        { "[source]\ndate_format = day-first\n", DATE_DAY_FIRST },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_settings settings = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, read_words(cases[i].words, &settings, &err));
        CHECK_AT(i, settings.engine.fields.text_dates == cases[i].form);
    }
}

TEST(a_wrong_word_is_told_with_its_place)
{
    static const struct {
        const char *words, *said;
    } cases[] = {
        { "[source]\npassword = secret\n", "password_env" },
        { "[source]\nurll = x\n", ":2" },
        { "[run]\nworkers = 0\n", ":2" },
        { "[run]\nworkers = many\n", ":2" },
        { "[source]\ndate_format = english\n", ":2" },
        { "[source]\ntime_zone = Mars/Olympus\n", ":2" },
        { "[source]\n\nfilter = NexusExportDate = x\n", "mark" },
        { "[source]\nquiet_hours = night\n", "" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_settings settings = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, !read_words(cases[i].words, &settings, &err));
        CHECK_AT(i, err.kind == ERR_USAGE && strstr(err.msg, cases[i].said) != NULL);
        CHECK_AT(i, !strstr(err.msg, "secret"));
    }
}

TEST(a_configuration_that_is_not_there_is_to_be_made)
{
    auto_settings settings = { 0 };
    auto_folder *folder = folder_new();
    auto_free char *path = folder_path(folder, "missing.ini");
    struct err err = { 0 };

    CHECK(!settings_read(path, &settings, &err) && err.kind == ERR_USAGE);
    CHECK(strstr(err.msg, "fmferry init") != NULL);
}

TEST(the_password_comes_from_where_it_is_named)
{
    auto_settings settings = { 0 }, none = { 0 };
    struct err err = { 0 };

    CHECK(read_words("[source]\npassword_env = FMFERRY_TEST_PASSWORD\n", &settings, &err));
    CHECK(setenv("FMFERRY_TEST_PASSWORD", "pass word", 1) == 0);
    CHECK(settings_password(&settings, &err) && !getenv("FMFERRY_TEST_PASSWORD"));
    CHECK(span_is(secret_reveal(settings.engine.filemaker.password), "pass word"));
    CHECK(read_words("", &none, &err) && !settings_password(&none, &err));
    CHECK(err.kind == ERR_USAGE && strstr(err.msg, "password_env") != NULL);
}

TEST(every_key_has_a_default_and_a_section)
{
    for (size_t i = 0; settings_keys[i].section; i++) {
        const struct conf_key *key = &settings_keys[i];

        CHECK_AT(i, *key->name && key->fallback);
        for (size_t k = 0; k < i; k++)
            CHECK_AT(i, strcmp(key->name, settings_keys[k].name) != 0
                            || strcmp(key->section, settings_keys[k].section) != 0);
    }
}
