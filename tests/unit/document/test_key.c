/* Keys: every rule of docs/keys.md. */
#include "document/key.h"

#include "base/mem.h"
#include "store/store.h"
#include "tap.h"

static const char *slug_of(struct str *to, struct span type)
{
    str_reset(to);
    key_slug(to, type);
    return str_text(to);
}

/* --- folders of types ----------------------------------------------------------------------- */

TEST(a_type_becomes_a_folder)
{
    static const struct {
        struct span type;
        const char *slug;
    } cases[] = {
        { { "Referral", 8 }, "referral" },
        { { "Progress Note", 13 }, "progress-note" },
        { { "  Progress \t\r\n Note  ", 21 }, "progress-note" },
        { { "a-b_c+d.e", 9 }, "a-b_c+d.e" },
        { { "", 0 }, "untyped" },
        { { NULL, 0 }, "untyped" },
        { { " \t\n", 3 }, "untyped" },
        { { "Ärzte", 6 }, "=c3=a4rzte" },
        { { "ÄRZTE", 6 }, "=c3=a4rzte" },
        { { "ΣΊΣΥΦΟΣ", 14 }, "=cf=83=ce=af=cf=83=cf=85=cf=86=ce=bf=cf=83" },
        { { "İ", 2 }, "i" },
        { { "ß", 2 }, "=c3=9f" },
        { { "日本", 6 }, "=e6=97=a5=e6=9c=ac" },
        { { "🏥", 4 }, "=f0=9f=8f=a5" },
        { { "a/b\\c", 5 }, "a=2fb=5cc" },
        { { "../../etc", 9 }, "=2e=2e=2f..=2fetc" },
        { { ".", 1 }, "=2e" },
        { { "..", 2 }, "=2e=2e" },
        { { "...a...", 7 }, "=2e=2e=2ea=2e=2e=2e" },
        { { " .a. ", 5 }, "=2ea=2e" },
        { { "v1.2.3", 6 }, "v1.2.3" },
        { { "a=b", 3 }, "a=3db" },
        { { "=2e", 3 }, "=3d2e" },
        { { "a~b", 3 }, "a=7eb" },
        { { "50%", 3 }, "50=25" },
        { { "a\0b", 3 }, "a=00b" },
        { { "\x7f\x01", 2 }, "=7f=01" },
        { { "\xff", 1 }, "=ef=bf=bd" },
        { { "A&B <C>", 7 }, "a=26b-=3cc=3e" },
        { { "{ext}", 5 }, "=7bext=7d" },
    };
    auto_str slug = STR_MAX(KIB(1));

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_STR(slug_of(&slug, cases[i].type), cases[i].slug);
}

/* Any white space of Unicode, however much, is one hyphen inside and nothing outside. */
TEST(all_white_space_is_one_hyphen)
{
    static const char *const spaces[] = {
        "\t",           "\n",           "\v",
        "\f",           "\r",           " ",
        "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80",
        "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82",
        "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85",
        "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88",
        "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f",
        "\xe3\x80\x80",
    };
    auto_str slug = STR_MAX(KIB(1));

    for (size_t i = 0; i < lengthof(spaces); i++) {
        const char *s = spaces[i], *other = spaces[(i + 7) % lengthof(spaces)];
        auto_free char *type = mem_printf("%s%sa%s%s%sb%s", s, other, s, other, s, s);

        CHECK_STR(slug_of(&slug, span_of(type)), "a-b");
    }
    /* a zero-width space is not white space */
    CHECK_STR(slug_of(&slug, span_of("a\xe2\x80\x8b"
                                     "b")),
              "a=e2=80=8bb");
}

TEST(a_long_type_is_cut_and_hashed)
{
    auto_str slug = STR_MAX(KIB(1)), other = STR_MAX(KIB(1));
    auto_free char *type = mem_zero(5000);
    char hex[SHA256_HEX_SIZE];
    struct sha256 hash;

    memset(type, 'x', 4999);
    CHECK(strlen(slug_of(&slug, (struct span){ type, 100 })) == 100);
    CHECK_STR(str_text(&slug) + 90, "xxxxxxxxxx");
    hash = sha256_of((struct span){ type, 101 });
    CHECK(strlen(slug_of(&slug, (struct span){ type, 101 })) == 93);
    CHECK(str_text(&slug)[79] == 'x' && str_text(&slug)[80] == '=');
    CHECK(strncmp(str_text(&slug) + 81, sha256_hex(&hash, hex), 12) == 0);
    CHECK(strcmp(str_text(&slug), slug_of(&other, (struct span){ type, 102 })) != 0);
    CHECK(strlen(slug_of(&slug, (struct span){ type, 4999 })) == 93);
    /* escapes count: 34 letters of three bytes are 102 */
    memset(type, '%', 34);
    CHECK(strlen(slug_of(&slug, (struct span){ type, 33 })) == 99);
    CHECK(strlen(slug_of(&slug, (struct span){ type, 34 })) == 93);
}

/* An awkward alphabet, and each letter with case and kind of blank ignored. */
static const struct {
    const char *letter, *meant;
} alphabet[] = {
    { "a", "a" },
    { "A", "a" },
    { "b", "b" },
    { "-", "-" },
    { "_", "_" },
    { "+", "+" },
    { ".", "." },
    { "=", "=" },
    { " ", " " },
    { "/", "/" },
    { "2", "2" },
    { "e", "e" },
    { "~", "~" },
    { "%", "%" },
    { "\xc3\xa4", "\xc3\xa4" },
    { "\t", " " },
    { "\xc3\x84", "\xc3\xa4" },
};

/* The meaning of a type, computed in another way than in key_slug(). */
static char *meaning_of(const size_t letters[3])
{
    auto_str text = STR_MAX(KIB(1));

    for (size_t i = 0; i < 3; i++) {
        const char *meant = alphabet[letters[i]].meant;
        bool is_blank = *meant == ' ';

        if (!is_blank || (text.size && text.at[text.size - 1] != ' '))
            str_add_text(&text, meant);
    }
    if (text.size && text.at[text.size - 1] == ' ')
        str_cut(&text, text.size - 1);
    for (size_t i = 0; i < text.size; i++)
        text.at[i] = text.at[i] == ' ' ? '-' : text.at[i];
    return mem_text(str_text(&text));
}

/* Types share a folder exactly if they differ in nothing but case and blanks. */
TEST(other_types_never_share_a_folder)
{
    enum { LETTERS = lengthof(alphabet), TYPES = LETTERS * LETTERS * LETTERS };
    auto_free char **meanings = mem_zero(TYPES * sizeof *meanings);
    auto_free char **slugs = mem_zero(TYPES * sizeof *slugs);

    for (size_t i = 0; i < TYPES; i++) {
        const size_t letters[] = { i % LETTERS, i / LETTERS % LETTERS, i / LETTERS / LETTERS };
        auto_free char *type = mem_printf("%s%s%s", alphabet[letters[0]].letter,
                                          alphabet[letters[1]].letter, alphabet[letters[2]].letter);
        auto_str slug = STR_MAX(KIB(1));

        meanings[i] = meaning_of(letters);
        slugs[i] = mem_text(slug_of(&slug, span_of(type)));
        CHECK_AT(i, store_key_is_good(slugs[i]));
    }
    for (size_t i = 0; i < TYPES; i++)
        for (size_t k = 0; k < i; k++)
            if ((strcmp(slugs[i], slugs[k]) == 0) != (strcmp(meanings[i], meanings[k]) == 0))
                CHECK_STR(slugs[i], slugs[k]);
    for (size_t i = 0; i < TYPES; i++) {
        free(meanings[i]);
        free(slugs[i]);
    }
}

/* --- whole keys ----------------------------------------------------------------------------- */

#define UUID "7F2D0C7E-5A2E-4B58-9A3E-2C5B3E3F1A10"
#define PATIENT "0b6a2d53-88a1-4c0e-b8c7-9a54f0d6e2b1"

static const struct key_rules rules = {
    .prefix = "clinic/",
    .linked = "docs/{patient_id}/{type-slug}/{filemaker_id}.{ext}",
    .unlinked = "docs/unlinked/{type-slug}/{filemaker_id}.{ext}",
    .type_folders = "referral=referrals, letter , scan = x/y",
};

static const struct key_facts facts = { .patient_id = PATIENT,
                                        .type = { "Letter", 6 },
                                        .filemaker_id = { UUID, 36 },
                                        .record_id = 17,
                                        .container = "",
                                        .repetition = 1,
                                        .ext = "pdf" };

static void check_key(size_t index, const struct key_rules *r, const struct key_facts *f,
                      const char *want)
{
    auto_str key = STR_MAX(STORE_KEY_MAX);
    struct err err = { 0 };

    CHECK_AT(index, key_make(r, f, &key, &err) == (want != NULL));
    if (want) {
        CHECK_STR(str_text(&key), want);
        CHECK_AT(index, store_key_is_good(str_text(&key)));
    }
}

TEST(a_key_is_made_of_what_is_known)
{
    struct sha256 hash = sha256_of(span_of("bytes"));
    struct key_facts f[9];

    for (size_t i = 0; i < lengthof(f); i++)
        f[i] = facts;
    f[1].patient_id = NULL;
    f[2].type = span_of(" REFERRAL ");
    f[3].filemaker_id = SPAN_NONE;
    f[4].version = &hash;
    f[5].container = "Scan (old)";
    f[5].repetition = 3;
    f[6].container = "Scan";
    f[6].version = &hash;
    f[6].filemaker_id = SPAN_NONE;
    f[7].type = span_of("scan");
    f[8].type = SPAN_NONE;
    check_key(0, &rules, &f[0], "clinic/docs/" PATIENT "/letter/" UUID ".pdf");
    check_key(1, &rules, &f[1], "clinic/docs/unlinked/letter/" UUID ".pdf");
    check_key(2, &rules, &f[2], "clinic/docs/" PATIENT "/referrals/" UUID ".pdf");
    check_key(3, &rules, &f[3], "clinic/docs/" PATIENT "/letter/rec-17.pdf");
    check_key(4, &rules, &f[4], "clinic/docs/" PATIENT "/letter/" UUID "~277089d91c0b.pdf");
    check_key(5, &rules, &f[5], "clinic/docs/" PATIENT "/letter/" UUID "-scan-=28old=29-3.pdf");
    check_key(6, &rules, &f[6], "clinic/docs/" PATIENT "/letter/rec-17-scan-1~277089d91c0b.pdf");
    check_key(7, &rules, &f[7], "clinic/docs/" PATIENT "/x/y/" UUID ".pdf");
    check_key(8, &rules, &f[8], "clinic/docs/" PATIENT "/untyped/" UUID ".pdf");
}

/* Free-text types may hold names: those that are not listed are hashed. */
TEST(types_that_are_not_listed_are_hashed)
{
    struct key_rules listed = rules;
    struct key_facts named = facts;

    listed.listed_only = true;
    check_key(0, &listed, &facts, "clinic/docs/" PATIENT "/letter/" UUID ".pdf");
    named.type = span_of("Letter of Mr. Smith");
    check_key(1, &listed, &named, "clinic/docs/" PATIENT "/type=d42f91305393/" UUID ".pdf");
    named.type = span_of("letter  OF mr. smith");
    check_key(2, &listed, &named, "clinic/docs/" PATIENT "/type=d42f91305393/" UUID ".pdf");
}

TEST(a_template_knows_four_names)
{
    static const struct {
        const char *linked, *want;
        enum err_kind kind;
    } cases[] = {
        { "{filemaker_id}", "clinic/" UUID, ERR_NONE },
        { "{ext}/{ext}/{filemaker_id}", "clinic/pdf/pdf/" UUID, ERR_NONE },
        { "fixed", "clinic/fixed", ERR_NONE },
        { "{patient}", NULL, ERR_USAGE },
        { "{}", NULL, ERR_USAGE },
        { "{filemaker_id", "clinic/" UUID, ERR_NONE },
        { "a}b", "clinic/a}b", ERR_NONE },
    };
    auto_free char *long_template = mem_zero(1000);
    struct key_rules r = rules;
    auto_str key = STR_MAX(STORE_KEY_MAX);
    struct err err = { 0 };

    for (size_t i = 0; i < lengthof(cases); i++) {
        str_reset(&key);
        err = (struct err){ 0 };
        r.linked = cases[i].linked;
        CHECK_AT(i, key_make(&r, &facts, &key, &err) == (cases[i].kind == ERR_NONE));
        CHECK_AT(i, err.kind == cases[i].kind);
        if (cases[i].want)
            CHECK_STR(str_text(&key), cases[i].want);
    }
    str_reset(&key);
    memset(long_template, 'x', 999);
    r.linked = long_template;
    CHECK(!key_make(&r, &facts, &key, &err) && err.kind == ERR_DATA);
    r = rules;
    r.unlinked = "{patient_id}/{filemaker_id}";
    str_reset(&key);
    CHECK(!key_make(&r, &(struct key_facts){ .container = "", .ext = "x" }, &key, &err));
    CHECK(err.kind == ERR_USAGE && strstr(err.msg, "unlinked") != NULL);
}

TEST(a_template_is_looked_at_before_it_is_used)
{
    static const struct {
        const char *template;
        bool is_linked;
        const char *says; /* NULL: it is good */
    } cases[] = {
        { "{filemaker_id}", true, NULL },
        { "a/{patient_id}/{type-slug}/{filemaker_id}.{ext}", true, NULL },
        { "{filemaker_id}", false, NULL },
        { "{patient_id}/{filemaker_id}", false, "'{patient_id}' is not one of" },
        { "", true, "no {filemaker_id}" },
        { "all/{ext}", true, "no {filemaker_id}" },
        { "filemaker_id", true, "no {filemaker_id}" },
        { "{nonsense}/{filemaker_id}", true, "'{nonsense}' is not one of" },
        { "{filemaker_id}/{FILEMAKER_ID}", true, "'{FILEMAKER_ID}' is not one of" },
        { "{filemaker_id}/{}", true, "'{}' is not one of" },
        { "{filemaker_id}/{ext", true, "'{ext' is not one of" },
        { "{{filemaker_id}", true, "'{{filemaker_id}' is not one of" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };

        CHECK_AT(i, key_template_check(cases[i].template, cases[i].is_linked, &err)
                        == (cases[i].says == NULL));
        if (cases[i].says)
            CHECK_AT(i, err.kind == ERR_USAGE && strstr(err.msg, cases[i].says) != NULL);
    }
}
