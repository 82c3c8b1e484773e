/* Walks over expat's events, with the path so far and a text for each level of it. */
#include "store/s3/xml.h"

#include <expat.h>

enum { PATH_MAX_SIZE = 512 };

struct s3_xml_walker {
    XML_Parser parser;
    s3_xml_ended *ended;
    void *arg;
    struct err *err;
    char *root;
    int depth;
    struct str path;                        /* of the element at hand, below the root */
    struct str texts[S3_XML_DEPTH_MAX + 1]; /* of each level                          */
};

static void walk_stop(struct s3_xml_walker *walk)
{
    (void)XML_StopParser(walk->parser, XML_FALSE);
}

static void walk_refuse(struct s3_xml_walker *walk, const char *why)
{
    if (walk->err->kind == ERR_NONE)
        (void)err_set(walk->err, ERR_DATA, 0, "an XML answer %s", why);
    walk_stop(walk);
}

static void XMLCALL on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct s3_xml_walker *walk = arg;

    (void)attributes;
    if (walk->depth == S3_XML_DEPTH_MAX || strlen(name) >= S3_XML_NAME_SIZE) {
        walk_refuse(walk, "is deeper, or has longer names, than any of S3's");
        return;
    }
    str_reset(&walk->texts[walk->depth]);
    if (walk->depth++ == 0) {
        (void)snprintf(walk->root, S3_XML_NAME_SIZE, "%s", name);
        return;
    }
    if (walk->path.size)
        str_add_char(&walk->path, '/');
    str_add_text(&walk->path, name);
}

static void path_up(struct s3_xml_walker *walk)
{
    const char *slash = walk->path.size ? strrchr(walk->path.at, '/') : NULL;

    str_cut(&walk->path, slash ? (size_t)(slash - walk->path.at) : 0);
}

static void XMLCALL on_end(void *arg, const XML_Char *name)
{
    struct s3_xml_walker *walk = arg;
    struct str *text;

    (void)name;
    if (walk->err->kind != ERR_NONE)
        return; /* expat reports the end of an empty element even after a stop */
    text = &walk->texts[--walk->depth];
    if (text->cut || walk->path.cut)
        walk_refuse(walk, "has a text that is too long");
    else if (walk->ended
             && !walk->ended(walk->arg, str_text(&walk->path), str_span(text), walk->err))
        walk_stop(walk);
    path_up(walk);
}

static void XMLCALL on_text(void *arg, const XML_Char *text, int size)
{
    struct s3_xml_walker *walk = arg;

    str_add(&walk->texts[walk->depth - 1], text, (size_t)size);
}

static void XMLCALL on_doctype(void *arg, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int has_more)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_more;
    walk_refuse(arg, "declares a document type");
}

static bool walk_all(struct s3_xml_walker *walk, struct span text)
{
    XML_SetUserData(walk->parser, walk);
    XML_SetElementHandler(walk->parser, on_start, on_end);
    XML_SetCharacterDataHandler(walk->parser, on_text);
    XML_SetStartDoctypeDeclHandler(walk->parser, on_doctype);
    if (text.size > INT32_MAX)
        return err_set(walk->err, ERR_DATA, 0, "an XML answer of %zu bytes", text.size);
    if (XML_Parse(walk->parser, text.at ? text.at : "", (int)text.size, XML_TRUE) == XML_STATUS_OK)
        return true;
    if (walk->err->kind == ERR_NONE)
        (void)err_set(walk->err, ERR_DATA, 0, "not well-formed XML: %s",
                      XML_ErrorString(XML_GetErrorCode(walk->parser)));
    return false;
}

bool s3_xml_walk(struct span text, char root_r[S3_XML_NAME_SIZE], s3_xml_ended *ended, void *arg,
                 struct err *err)
{
    struct err why = { 0 };
    struct s3_xml_walker walk = {
        .ended = ended, .arg = arg, .err = &why, .root = root_r, .path = STR_MAX(PATH_MAX_SIZE)
    };
    bool good;

    root_r[0] = '\0';
    for (size_t i = 0; i < lengthof(walk.texts); i++)
        walk.texts[i].max = S3_XML_TEXT_MAX;
    walk.parser = XML_ParserCreate("UTF-8");
    if (!walk.parser)
        abort();
    good = walk_all(&walk, span_trim(text));
    XML_ParserFree(walk.parser);
    for (size_t i = 0; i < lengthof(walk.texts); i++)
        str_clear(&walk.texts[i]);
    str_clear(&walk.path);
    if (!good)
        *err = why;
    return good;
}

void s3_xml_add(struct str *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '&')
            str_add_text(to, "&amp;");
        else if (*text == '<')
            str_add_text(to, "&lt;");
        else if (*text == '>')
            str_add_text(to, "&gt;");
        else if (*text == '"')
            str_add_text(to, "&quot;");
        else
            str_add_char(to, *text);
    }
}
