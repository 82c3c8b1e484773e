/* Paths as FileMaker writes them: one line per system, the system's name in front. */
#include "move/reference.h"

#include "base/mem.h"

#include <strings.h>

static const char *const kinds[] = { "filewin:",  "filemac:",    "filelinux:", "imagewin:",
                                     "imagemac:", "imagelinux:", "moviewin:",  "moviemac:",
                                     "file:",     "image:",      "movie:" };

/* What follows "filewin:" and the like; SPAN_NONE for a line of another kind. */
static struct span line_path(struct span line)
{
    for (size_t i = 0; i < lengthof(kinds); i++)
        if (span_starts(line, kinds[i]))
            return span_trim(span_from(line, strlen(kinds[i])));
    return SPAN_NONE;
}

/* Backslashes as slashes; "/C:/x" as "C:/x"; "//server/share" as it is. */
static char *path_clean(struct span path)
{
    char *text;

    if (path.size > 3 && path.at[0] == '/' && path.at[2] == ':')
        path = span_from(path, 1);
    text = span_text(path);
    for (char *c = text; *c; c++)
        if (*c == '\\')
            *c = '/';
    return text;
}

static bool leaves_folder(const char *rest)
{
    struct span left = span_of(rest);

    while (left.at)
        if (span_is(span_cut(&left, '/'), ".."))
            return true;
    return false;
}

/* Case does not count: the folders of Windows and macOS do not care, and people neither. */
static char *mapped(struct span from, struct span to, const char *path)
{
    auto_free char *prefix = path_clean(from);
    size_t length = strlen(prefix);
    const char *rest;

    while (length > 0 && prefix[length - 1] == '/')
        length--;
    rest = path + length;
    if (length == 0 || strncasecmp(path, prefix, length) != 0 || *rest != '/'
        || leaves_folder(rest))
        return NULL;
    return mem_printf(SPAN_FORMAT "%s", SPAN_ARGS(to), rest);
}

static char *path_mapped(const char *map, const char *path)
{
    struct span rest = span_of(map);

    while (rest.size) {
        struct span to = span_cut(&rest, ',');
        struct span from = span_trim(span_cut(&to, '='));
        char *here = to.at ? mapped(from, span_trim(to), path) : NULL;

        if (here)
            return here;
    }
    return NULL;
}

char *reference_path(const char *map, struct span value)
{
    while (value.size) {
        struct span path = line_path(span_trim(span_cut(&value, '\r')));
        auto_free char *clean = path.at ? path_clean(path) : NULL;
        char *here = clean ? path_mapped(map, clean) : NULL;

        if (here)
            return here;
    }
    return NULL;
}

struct span reference_name(struct span value)
{
    while (value.size) {
        struct span path = line_path(span_trim(span_cut(&value, '\r')));
        struct span name = path;

        for (size_t i = 0; i < path.size; i++)
            if (path.at[i] == '/' || path.at[i] == '\\')
                name = span_from(path, i + 1);
        if (name.size)
            return name;
    }
    return SPAN_NONE;
}
