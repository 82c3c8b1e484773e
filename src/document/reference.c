/* Reads paths as FileMaker writes them: one line per system, which begins with its name. */
#include "document/reference.h"

#include "base/mem.h"

#include <strings.h>

enum { PATH_ROOM = 16 * 1024 };

static const char *const kinds[] = { "filewin:",  "filemac:",    "filelinux:", "imagewin:",
                                     "imagemac:", "imagelinux:", "moviewin:",  "moviemac:",
                                     "file:",     "image:",      "movie:" };

/* The path after "filewin:" and the like; SPAN_NONE for a line of another kind. */
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

/* Adds a path's segments, but no empty one and no dot. False: one of them is "..". */
static bool segments_add(struct str *to, const char *path)
{
    struct span left = span_of(path);

    while (left.at) {
        struct span segment = span_cut(&left, '/');

        if (span_is(segment, ".."))
            return false;
        if (segment.size && !span_is(segment, "."))
            str_printf(to, "/" SPAN_FORMAT, SPAN_ARGS(segment));
    }
    return true;
}

/*
 * The path below `to` instead of `from`; NULL if it is not below `from`. Case does not count:
 * neither Windows nor macOS nor people heed it.
 *   folder_r   the length of the mounted folder's part of the path
 */
static char *path_replace(struct span from, struct span to, const char *path, size_t *folder_r)
{
    auto_free char *prefix = path_clean(from);
    auto_str here = STR_MAX(PATH_ROOM);
    size_t length = strlen(prefix);

    while (length > 0 && prefix[length - 1] == '/')
        length--;
    if (length == 0 || strncasecmp(path, prefix, length) != 0 || path[length] != '/')
        return NULL;
    str_add_span(&here, to);
    if (!segments_add(&here, path + length) || here.cut || here.size == to.size)
        return NULL;
    *folder_r = to.size;
    return str_take(&here);
}

static char *path_mapped(const char *map, const char *path, size_t *folder_r)
{
    struct span rest = span_of(map);

    while (rest.size) {
        struct span to = span_cut(&rest, ',');
        struct span from = span_trim(span_cut(&to, '='));
        char *here = to.at ? path_replace(from, span_trim(to), path, folder_r) : NULL;

        if (here)
            return here;
    }
    return NULL;
}

char *reference_path(const char *map, struct span value, const char **below_r)
{
    size_t folder = 0;

    while (value.size) {
        struct span path = line_path(span_trim(span_cut(&value, '\r')));
        auto_free char *clean = path.at ? path_clean(path) : NULL;
        char *here = clean ? path_mapped(map, clean, &folder) : NULL;

        if (here && below_r)
            *below_r = here + folder + 1;
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
