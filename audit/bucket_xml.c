/*
 * Reads one page of a bucket's list. The XML is the server's, so a document type, and with it every
 * entity, is refused.
 */
#include "bucket_xml.h"

#include <expat.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 16 * 1024 };

struct bucket_page {
    void (*each)(void *arg, struct piece key);
    void *arg;
    XML_Parser parser;
    char text[TEXT_MAX]; /* of the present element */
    size_t size;
    bool is_in_contents, is_cut, is_bad;
    char *token; /* of the next page; NULL: this is the last */
};

static void element_begins(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct bucket_page *page = arg;

    (void)attributes;
    page->size = 0;
    page->is_cut = false;
    if (strcmp(name, "Contents") == 0)
        page->is_in_contents = true;
}

static void text_comes(void *arg, const XML_Char *text, int size)
{
    struct bucket_page *page = arg;

    if ((size_t)size > TEXT_MAX - page->size) {
        page->is_cut = true;
        return;
    }
    memcpy(page->text + page->size, text, (size_t)size);
    page->size += (size_t)size;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Keys come encoded as in a URL, so that every byte can be said. */
static void text_decode(struct bucket_page *page)
{
    size_t to = 0;

    for (size_t i = 0; i < page->size; i++) {
        int high = page->text[i] == '%' && i + 2 < page->size ? hex_value(page->text[i + 1]) : -1;
        int low = high >= 0 ? hex_value(page->text[i + 2]) : -1;

        page->text[to++] = page->text[i] == '+' ? ' ' : page->text[i];
        if (low >= 0) {
            page->text[to - 1] = (char)(high * 16 + low);
            i += 2;
        }
    }
    page->size = to;
}

static void token_keep(struct bucket_page *page)
{
    free(page->token);
    page->token = strndup(page->text, page->size);
    page->is_bad = page->is_bad || !page->token;
}

static void element_ends(void *arg, const XML_Char *name)
{
    struct bucket_page *page = arg;

    if (page->is_cut)
        page->is_bad = true;
    else if (strcmp(name, "Contents") == 0)
        page->is_in_contents = false;
    else if (strcmp(name, "NextContinuationToken") == 0)
        token_keep(page);
    else if (strcmp(name, "Key") == 0 && page->is_in_contents) {
        text_decode(page);
        page->each(page->arg, (struct piece){ page->text, page->size });
    }
    page->size = 0;
}

static void type_refuse(void *arg, const XML_Char *name, const XML_Char *system,
                        const XML_Char *public, int has_internal)
{
    struct bucket_page *page = arg;

    (void)name;
    (void)system;
    (void)public;
    (void)has_internal;
    page->is_bad = true;
    (void)XML_StopParser(page->parser, XML_FALSE);
}

bool bucket_page_read(struct piece bytes, void (*each)(void *arg, struct piece key), void *arg,
                      char **token_r)
{
    struct bucket_page *page = calloc(1, sizeof *page);
    XML_Parser parser = XML_ParserCreate("UTF-8");
    bool good = page && parser && bytes.size <= INT_MAX;

    if (good) {
        *page = (struct bucket_page){ .each = each, .arg = arg, .parser = parser };
        XML_SetUserData(parser, page);
        XML_SetElementHandler(parser, element_begins, element_ends);
        XML_SetCharacterDataHandler(parser, text_comes);
        XML_SetStartDoctypeDeclHandler(parser, type_refuse);
        good = XML_Parse(parser, bytes.at, (int)bytes.size, 1) == XML_STATUS_OK && !page->is_bad;
    }
    *token_r = good ? page->token : NULL;
    if (page && !good)
        free(page->token);
    if (parser)
        XML_ParserFree(parser);
    free(page);
    return good;
}
