/* Names of files as a header has them. tests/console/test_take.py has a browser's reading of them. */
#include "console/server/disposition.h"

#include "document/disposition.h"
#include "tap.h"

#define X10 "xxxxxxxxxx"
#define X80 X10 X10 X10 X10 X10 X10 X10 X10
#define PLAIN(name) "attachment; filename=\"" name "\""
#define BOTH(plain, full) "attachment; filename=\"" plain "\"; filename*=UTF-8''" full

TEST(thirty_awkward_names)
{
    static const struct {
        const char *name, *header;
    } cases[] = {
        { "letter.pdf", PLAIN("letter.pdf") },
        { "two words.pdf", PLAIN("two words.pdf") },
        { "Référ.pdf", BOTH("R_f_r.pdf", "R%C3%A9f%C3%A9r.pdf") },
        { "伊藤.pdf", BOTH("__.pdf", "%E4%BC%8A%E8%97%A4.pdf") },
        { "tooth \U0001F9B7.jpg", BOTH("tooth _.jpg", "tooth%20%F0%9F%A6%B7.jpg") },
        { "e\u0301.pdf", BOTH("e_.pdf", "e%CC%81.pdf") },
        { "100%.pdf", BOTH("100_.pdf", "100%25.pdf") },
        { "a%41.pdf", BOTH("a_41.pdf", "a%2541.pdf") },
        { "a;b,c=d.pdf", BOTH("a_b_c_d.pdf", "a%3Bb%2Cc%3Dd.pdf") },
        { "it's (new) & [old]!.pdf",
          BOTH("it_s _new_ _ _old__.pdf", "it%27s%20%28new%29%20%26%20%5Bold%5D%21.pdf") },
        { "\"quoted\".pdf", PLAIN("_quoted_.pdf") },
        { "back\\slash.pdf", PLAIN("back_slash.pdf") },
        { "../../etc/passwd", PLAIN("_._.._etc_passwd") },
        { "C:\\scans\\1.pdf", PLAIN("C__scans_1.pdf") },
        { "a*b?c<d>e|f.pdf", PLAIN("a_b_c_d_e_f.pdf") },
        { "line\r\nSet-Cookie: a=b.pdf",
          BOTH("line__Set-Cookie_ a_b.pdf", "line__Set-Cookie_%20a%3Db.pdf") },
        { "tab\there.pdf", PLAIN("tab_here.pdf") },
        { "invoice\u202efdp.exe", PLAIN("invoice_fdp.exe") },
        { "no\u200bwidth.pdf", PLAIN("no_width.pdf") },
        { "\xff\xfe.pdf", PLAIN("__.pdf") },
        { ".htaccess", PLAIN("_htaccess") },
        { ".", PLAIN("document") },
        { "..", PLAIN("document") },
        { "", PLAIN("document") },
        { "   ", PLAIN("document") },
        { "ends in a dot.", PLAIN("ends in a dot") },
        { " blanks .pdf ", PLAIN("blanks .pdf") },
        { "con.pdf", PLAIN("_con.pdf") },
        { "LPT1", PLAIN("_LPT1") },
        { "console.pdf", PLAIN("console.pdf") },
        { X80 X10 X10 "y.pdf", PLAIN(X80 X10 "xxxxxx.pdf") },
        { X80 X10 "xxxxx\u00e9yyyy.pdf", BOTH(X80 X10 "xxxxx_.pdf", X80 X10 "xxxxx%C3%A9.pdf") },
        { X80 X10 X10 "y.no extension but words", PLAIN(X80 X10 X10) },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str header = STR_MAX(2000);

        attachment_write(span_of(cases[i].name), &header);
        CHECK_AT(i, strcmp(str_text(&header), cases[i].header) == 0);
    }
}

/* The parser that reads what FileMaker sends is another one's hand. */
TEST(a_good_name_is_read_back)
{
    static const char *const names[] = { "letter.pdf", "Référ.pdf", "伊藤 \U0001F9B7 100%.pdf",
                                         "a;b,c=d'e.pdf" };

    for (size_t i = 0; i < lengthof(names); i++) {
        auto_str header = STR_MAX(2000), back = STR_MAX(500);

        attachment_write(span_of(names[i]), &header);
        disposition_name(str_text(&header), &back);
        CHECK_STR(str_text(&back), names[i]);
    }
}
