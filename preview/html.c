/* libxml2 makes a tree of any page; its texts are taken in their order. */
#include "html.h"

#include "text.h"

#include <libxml/HTMLparser.h>

enum { SOURCE_MOST = 8 << 20 };

/* Elements that stand in a line. All others begin and end one. */
static const char *const within_a_line[] = {
    "a",      "abbr",   "acronym", "b",   "bdo", "big", "cite", "code",  "dfn",
    "em",     "font",   "i",       "kbd", "q",   "s",   "samp", "small", "span",
    "strike", "strong", "sub",     "sup", "tt",  "u",   "var",
};

static bool is_one_of(const xmlNode *node, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (node->name && strcasecmp((const char *)node->name, names[i]) == 0)
            return true;
    return false;
}

static bool has_no_words(const xmlNode *node)
{
    static const char *const mute[] = { "script", "style" };

    return is_one_of(node, mute, lengthof(mute));
}

static void line_end(struct str *text)
{
    if (text->size > 0 && text->at[text->size - 1] != '\n')
        str_add_char(text, '\n');
}

static void node_begin(const xmlNode *node, struct str *text)
{
    if (node->type == XML_TEXT_NODE && node->content)
        str_add_span(text, span_of((const char *)node->content));
    else if (node->type == XML_ELEMENT_NODE
             && !is_one_of(node, within_a_line, lengthof(within_a_line)))
        line_end(text);
}

/* The next one in the order of the page; `text` gets an end of line where a block is left. */
static const xmlNode *node_next(const xmlNode *node, struct str *text)
{
    if (node->children && node->type == XML_ELEMENT_NODE && !has_no_words(node))
        return node->children;
    while (node && !node->next) {
        node = node->parent;
        if (node && node->type == XML_ELEMENT_NODE)
            node_begin(node, text);
    }
    return node ? node->next : NULL;
}

enum wire_shape html_read(struct span bytes, struct picture *picture)
{
    auto_str source = STR_MAX(4 * SOURCE_MOST), text = STR_MAX(4 * SOURCE_MOST);
    htmlDocPtr page;

    if (bytes.size > SOURCE_MOST)
        return WIRE_TOO_LARGE;
    text_decode(bytes, &source);
    page = htmlReadMemory(source.at, (int)source.size, NULL, "UTF-8",
                          HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING
                              | HTML_PARSE_NONET | HTML_PARSE_NOIMPLIED);
    if (!page)
        return WIRE_DAMAGED;
    for (const xmlNode *node = xmlDocGetRootElement(page); node; node = node_next(node, &text))
        node_begin(node, &text);
    xmlFreeDoc(page);
    picture->pages = 1;
    picture_put_text(picture, str_span(&text));
    return WIRE_OK;
}
