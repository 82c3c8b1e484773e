/* Forms with files: their parts, whatever they hold, however they are cut. */
#include "console/server/multipart.h"

#include "tap.h"

#define TYPE "multipart/form-data; boundary=----b"
#define PART(head, body) "------b\r\nContent-Disposition: form-data; " head "\r\n\r\n" body "\r\n"
#define END "------b--\r\n"

struct parts {
    struct str text; /* "name|file name|bytes;" of each */
    int refuse_after;
};

static bool parts_begin(void *arg, const char *name, const char *file_name, struct err *err)
{
    struct parts *parts = arg;

    if (parts->refuse_after-- == 0)
        return err_set(err, ERR_DATA, 413, "enough");
    str_printf(&parts->text, "%s|%s|", name, file_name ? file_name : "-");
    return true;
}

static bool parts_bytes(void *arg, struct span bytes, struct err *err)
{
    (void)err;
    str_add_span(&((struct parts *)arg)->text, bytes);
    return true;
}

static bool parts_end(void *arg, struct err *err)
{
    (void)err;
    str_add_char(&((struct parts *)arg)->text, ';');
    return true;
}

static bool form_read(const char *type, struct span body, size_t piece, struct parts *parts,
                      struct err *err)
{
    struct multipart_sink sink = { parts_begin, parts_bytes, parts_end, parts };
    struct multipart *multipart;
    bool good = multipart_new(span_of(type), &sink, &multipart, err);

    if (!good)
        return false;
    while (good && body.size) {
        good = multipart_add(multipart, span_first(body, piece), err);
        body = span_from(body, piece);
    }
    good = good && multipart_end(multipart, err);
    multipart_free(multipart);
    return good;
}

TEST(parts_as_they_were_sent)
{
    static const struct {
        const char *type, *body, *parts;
    } cases[] = {
        { TYPE, PART("name=\"type\"", "Letter") END, "type|-|Letter;" },
        { TYPE, PART("name=type", "") END, "type|-|;" },
        { TYPE, PART("name=\"f\"; filename=\"a.pdf\"", "%PDF\r\n\r\n") END,
          "f|a.pdf|%PDF\r\n\r\n;" },
        { TYPE, PART("name=\"f\"; filename=\"\"", "") END, "f||;" },
        /* what is almost a boundary belongs to the file */
        { TYPE, PART("name=f", "\r\n------\r\n------c------b\n------b") END,
          "f|-|\r\n------\r\n------c------b\n------b;" },
        { TYPE, PART("name=f", "\r\r\n-----b\r") END, "f|-|\r\r\n-----b\r;" },
        /* names as browsers write them: RFC 7578, 4.2, and HTML's %22 */
        { TYPE, PART("name=f; filename=\"a%22b%0D%0A%41.pdf\"", "") END, "f|a\"b%41.pdf|;" },
        { TYPE, PART("name=f; filename=\"Bef\xC3\xBCnd; 1.pdf\"", "") END,
          "f|Bef\xC3\xBCnd; 1.pdf|;" },
        { TYPE, PART("name=f; filename*=UTF-8''na%C3%AFve.pdf", "") END, "f|na\xC3\xAFve.pdf|;" },
        /* before the first and behind the last boundary stands nothing of meaning */
        { TYPE, "words\r\n" PART("name=a", "1") END "------b\r\nmore", "a|-|1;" },
        { TYPE, PART("name=a", "1") PART("name=b", "2") END, "a|-|1;b|-|2;" },
        { TYPE, "------b \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" END, "a|-|1;" },
        { "Multipart/Form-Data; charset=utf-8; boundary=\"a b\"",
          "--a b\r\ncontent-disposition: FORM-DATA; name=a\r\nContent-Type: x/y\r\n\r\n1\r\n--a "
          "b--",
          "a|-|1;" },
        { TYPE, END, "" },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        for (size_t piece = 1; piece < 200; piece += piece < 20 ? 1 : 61) {
            struct parts parts = { STR_MAX(KIB(4)), 99 };
            struct err err = { 0 };

            CHECK_AT(i, form_read(cases[i].type, span_of(cases[i].body), piece, &parts, &err));
            CHECK_AT(i, strcmp(str_text(&parts.text), cases[i].parts) == 0);
            str_clear(&parts.text);
        }
}

TEST(what_is_no_form_is_refused)
{
    static const struct {
        const char *type, *body, *words;
    } cases[] = {
        { "multipart/form-data", "", "boundary" },
        { "multipart/mixed; boundary=a", "", "boundary" },
        { "multipart/form-data; boundary=", "", "boundary" },
        { "multipart/form-data; boundary=\"a\\\r\\\nb\"", "", "boundary" },
        { "multipart/form-data; boundary=\"a \"", "", "boundary" },
        { "multipart/form-data; "
          "boundary=1234567890123456789012345678901234567890123456789012345678901234567890a",
          "", "boundary" },
        { TYPE, "", "broke off" },
        { TYPE, PART("name=a", "1"), "broke off" },
        { TYPE, PART("name=a", "1") "------b-", "broke off" },
        { TYPE, PART("name=a", "1") "------bc\r\n" END, "line's end" },
        { TYPE, "------b\r\n\r\n1\r\n" END, "no name" },
        { TYPE, PART("filename=a", "1") END, "no name" },
        { TYPE, "------b\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n" END, "no name" },
        { TYPE,
          "------b\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; "
          "name=a\r\n\r\nMQ==\r\n" END,
          "not encoded" },
        { TYPE, PART("name=\"a\x01\"", "1") END, "control" },
        { TYPE, PART("name=\"a\nb\"", "1") END, "control" },
        { TYPE, PART("name=\"\xC3\"", "1") END, "UTF-8" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct parts parts = { STR_MAX(KIB(4)), 99 };
        struct err err = { 0 };

        CHECK_AT(i, !form_read(cases[i].type, span_of(cases[i].body), 7, &parts, &err));
        CHECK_AT(i, err.kind == ERR_DATA && strstr(err.msg, cases[i].words));
        str_clear(&parts.text);
    }
}

TEST(heads_and_parts_have_an_end)
{
    auto_str body = STR_MAX(MIB(1));
    struct parts parts = { STR_MAX(MIB(1)), 999 };
    struct err err = { 0 };

    str_add_text(&body, "------b\r\nX: ");
    for (int i = 0; i < MULTIPART_HEAD_MAX + 4; i++)
        str_add_char(&body, 'x');
    CHECK(!form_read(TYPE, str_span(&body), 1000, &parts, &err));
    CHECK(strstr(err.msg, "longer than"));
    str_reset(&body);
    for (int i = 0; i <= MULTIPART_PARTS_MAX; i++)
        str_add_text(&body, PART("name=a", ""));
    CHECK(!form_read(TYPE, str_span(&body), 1000, &parts, &err));
    CHECK(strstr(err.msg, "parts"));
    str_clear(&parts.text);
}

TEST(who_takes_the_parts_may_refuse_them)
{
    struct parts parts = { STR_MAX(KIB(4)), 1 };
    struct err err = { 0 };

    CHECK(!form_read(TYPE, span_of(PART("name=a", "1") PART("name=b", "2") END), 5, &parts, &err));
    CHECK(err.code == 413 && strcmp(str_text(&parts.text), "a|-|1;") == 0);
    str_clear(&parts.text);
}
