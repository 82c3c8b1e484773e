/* Pages that came instead of a file, and documents that look like such pages. */
#include "document/error_page.h"

#include "base/mem.h"
#include "tap.h"

#define BYTES(words)                                                                               \
    {                                                                                              \
        words, sizeof(words) - 1                                                                   \
    }

#define MESSAGE "{\"messages\":[{\"code\":\"952\",\"message\":\"Invalid token\"}],\"response\":{}}"
#define PROLOG "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

#define TITLE(words) "<!DOCTYPE html>\n<html><head><title>" words "</title></head></html>"

TEST(a_page_takes_two_signs)
{
    static const struct {
        struct span bytes;
        const char *ext; /* from the container's URL or the file's name */
        enum error_page_sign look;
    } cases[] = {
        /* A name for HTML: the document, unless it says that it is an error. */
        { BYTES("<html>"), "html", ERROR_PAGE_NONE },
        { BYTES("<html>"), "HTM", ERROR_PAGE_NONE },
        { BYTES(PROLOG "<html>"), "xhtml", ERROR_PAGE_NONE },
        { BYTES(TITLE("404 Not Found")), "html", ERROR_PAGE_LIKELY },
        /* A name that HTML may have, or none: old exports. */
        { BYTES("<!DOCTYPE html><html><body>502</body></html>"), NULL, ERROR_PAGE_LIKELY },
        { BYTES("\xef\xbb\xbf<html>"), NULL, ERROR_PAGE_LIKELY },
        { BYTES("<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">"), "xls",
          ERROR_PAGE_LIKELY },
        { BYTES("<html xmlns:w=\"urn:schemas-microsoft-com:office:word\">"), "doc",
          ERROR_PAGE_LIKELY },
        { BYTES(PROLOG "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\">"), NULL,
          ERROR_PAGE_LIKELY },
        { BYTES("<html>"), "json", ERROR_PAGE_LIKELY },
        { BYTES("<htmlish"), NULL, ERROR_PAGE_LIKELY },
        /* A name that HTML never has. */
        { BYTES("<!doctype HTML>"), "pdf", ERROR_PAGE_SURE },
        { BYTES("\r\n\t <html lang=\"en\">"), "PDF", ERROR_PAGE_SURE },
        { BYTES("<HEAD><TITLE>Error</TITLE></HEAD>"), "docx", ERROR_PAGE_SURE },
        { BYTES(PROLOG "<html xmlns=\"http://www.w3.org/1999/xhtml\">"), "jpg", ERROR_PAGE_SURE },
        /* The words of an error. */
        { BYTES(TITLE("502 Bad Gateway")), NULL, ERROR_PAGE_SURE },
        { BYTES(TITLE("HTTP Status 404 \xe2\x80\x93 Not Found")), "xls", ERROR_PAGE_SURE },
        { BYTES(TITLE("Service Unavailable")), "doc", ERROR_PAGE_SURE },
        { BYTES(TITLE("Attention Required! | Cloudflare")), NULL, ERROR_PAGE_SURE },
        { BYTES("<html><body><h1>Access Denied</h1>"), NULL, ERROR_PAGE_SURE },
        { BYTES(TITLE("FileMaker Server")), NULL, ERROR_PAGE_SURE },
        { BYTES(TITLE("4045 Main Street")), NULL, ERROR_PAGE_LIKELY },
        { BYTES(TITLE("Referral of 404 patients")), "doc", ERROR_PAGE_LIKELY },
        /* JSON. */
        { BYTES(MESSAGE), NULL, ERROR_PAGE_SURE },
        { BYTES(" \n" MESSAGE), "pdf", ERROR_PAGE_SURE },
        { BYTES(MESSAGE), "html", ERROR_PAGE_SURE },
        { BYTES(MESSAGE), "json", ERROR_PAGE_LIKELY },
        { BYTES(MESSAGE), "txt", ERROR_PAGE_LIKELY },
        { BYTES("{\"messages\":[{\"from\":\"a\",\"text\":\"b\"}]}"), NULL, ERROR_PAGE_LIKELY },
        { BYTES("{\"messages\":[{\"from\":\"a\",\"text\":\"b\"}]}"), "json", ERROR_PAGE_NONE },
        { BYTES("{\"messages\":[{\"from\":\"a\",\"text\":\"b\"}]}"), "png", ERROR_PAGE_SURE },
        { BYTES("{\"messages\":[]}"), NULL, ERROR_PAGE_LIKELY },
        { BYTES("{\"messages\":\"none\"}"), NULL, ERROR_PAGE_LIKELY },
        { BYTES("{\"name\":\"a JSON document\"}"), NULL, ERROR_PAGE_NONE },
        { BYTES("{\"messages\":"), NULL, ERROR_PAGE_NONE },
        /* Other files. */
        { BYTES(PROLOG "<ClinicalDocument>"), NULL, ERROR_PAGE_NONE },
        { BYTES("<svg><html>"), NULL, ERROR_PAGE_NONE },
        { BYTES("%PDF-1.4 <html>"), NULL, ERROR_PAGE_NONE },
        { BYTES("From: <html>"), NULL, ERROR_PAGE_NONE },
        { BYTES("<?xml"), NULL, ERROR_PAGE_NONE },
        { BYTES("<"), NULL, ERROR_PAGE_NONE },
        { BYTES(""), NULL, ERROR_PAGE_NONE },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, error_page_judge(cases[i].bytes, span_of(cases[i].ext)) == cases[i].look);
}

/* Nobody's error page is longer than a megabyte. */
TEST(a_long_page_is_a_file)
{
    enum { LONG = 1024 * 1024 + 1 };
    auto_free char *bytes = mem_zero(LONG);

    memset(bytes, ' ', LONG);
    memcpy(bytes, "<html>", 6);
    CHECK(error_page_judge((struct span){ bytes, LONG - 1 }, SPAN_NONE) == ERROR_PAGE_LIKELY);
    CHECK(error_page_judge((struct span){ bytes, LONG }, SPAN_NONE) == ERROR_PAGE_NONE);
}
