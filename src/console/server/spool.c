/* Fields first, files after them: so that what is to be done with a file is known before it comes. */
#include "console/server/spool.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <unistd.h>

struct spool {
    struct multipart_sink sink;
    struct multipart *multipart;
    char *path; /* in whose folder the files without a name are made */
    uint64_t file_max;
    struct spool_field fields[SPOOL_FIELDS];
    size_t field_count, field_bytes;
    struct spooled files[SPOOL_FILES];
    size_t file_count;
    struct sha256_stream *hash; /* of the file that is coming; NULL: a field is */
    struct err why;             /* of a failure; kind ERR_NONE: there is none   */
};

/* --- fields ----------------------------------------------------------------------------------- */

static bool field_begin(struct spool *s, const char *name, struct err *err)
{
    if (s->file_count > 0)
        return err_set(err, ERR_DATA, 0,
                       "the field '%.40s' stands behind a file: fields come first", name);
    for (size_t i = 0; i < s->field_count; i++)
        if (strcmp(s->fields[i].name, name) == 0)
            return err_set(err, ERR_DATA, 0, "the form has '%.40s' twice", name);
    if (s->field_count == SPOOL_FIELDS)
        return err_set(err, ERR_DATA, 0, "the form has more than %d fields", SPOOL_FIELDS);
    s->fields[s->field_count++] =
        (struct spool_field){ .name = mem_text(name), .value = STR_MAX(SPOOL_FIELDS_MAX) };
    return true;
}

static bool field_bytes(struct spool *s, struct span bytes, struct err *err)
{
    s->field_bytes += bytes.size;
    if (s->field_bytes > SPOOL_FIELDS_MAX)
        return err_set(err, ERR_DATA, SPOOL_TOO_LARGE, "the fields of the form may have %d bytes",
                       SPOOL_FIELDS_MAX);
    str_add_span(&s->fields[s->field_count - 1].value, bytes);
    return true;
}

/* Line ends and tabs may stand in what people type into a box. */
static bool field_end(const struct spool *s, struct err *err)
{
    const struct spool_field *field = &s->fields[s->field_count - 1];

    for (size_t i = 0; i < field->value.size; i++) {
        unsigned char c = (unsigned char)field->value.at[i];

        if ((c < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7f)
            return err_set(err, ERR_DATA, 0, "the field '%.40s' has control characters",
                           field->name);
    }
    return utf8_is_valid(str_span(&field->value))
           || err_set(err, ERR_DATA, 0, "the field '%.40s' is not UTF-8", field->name);
}

/* --- files ------------------------------------------------------------------------------------ */

static bool file_begin(struct spool *s, const char *name, struct err *err)
{
    int fd;

    if (s->file_count == SPOOL_FILES)
        return err_set(err, ERR_DATA, SPOOL_TOO_LARGE, "more than %d files at once", SPOOL_FILES);
    if (!fs_open_unnamed(s->path, &fd, err))
        return false;
    s->files[s->file_count++] = (struct spooled){ .name = mem_text(name), .fd = fd };
    s->hash = sha256_stream_new();
    return true;
}

static bool file_bytes(struct spool *s, struct span bytes, struct err *err)
{
    struct spooled *file = &s->files[s->file_count - 1];

    if (bytes.size > s->file_max - file->size_bytes)
        return err_set(err, ERR_DATA, SPOOL_TOO_LARGE,
                       "file %zu is larger than %ju MiB: [console] upload_mib says how large one "
                       "may be",
                       s->file_count, (uintmax_t)(s->file_max / MIB(1)));
    file->size_bytes += bytes.size;
    sha256_stream_add(s->hash, bytes);
    return fs_write_all(file->fd, bytes, "the console's state", err);
}

static void file_end(struct spool *s)
{
    s->files[s->file_count - 1].sha256 = sha256_stream_end(s->hash);
    auto_sha256_stream_cleanup(&s->hash);
    s->hash = NULL;
}

/* A browser sends a nameless file of no bytes where none was chosen. */
static void nothing_drop(struct spool *s)
{
    struct spooled *last = &s->files[s->file_count - 1];

    if (*last->name || last->size_bytes > 0)
        return;
    free(last->name);
    (void)close(last->fd);
    s->file_count--;
}

/* --- parts ------------------------------------------------------------------------------------ */

static bool part_begin(void *arg, const char *name, const char *file_name, struct err *err)
{
    return file_name ? file_begin(arg, file_name, err) : field_begin(arg, name, err);
}

static bool part_bytes(void *arg, struct span bytes, struct err *err)
{
    struct spool *s = arg;

    return s->hash ? file_bytes(s, bytes, err) : field_bytes(s, bytes, err);
}

static bool part_end(void *arg, struct err *err)
{
    struct spool *s = arg;

    if (!s->hash)
        return field_end(s, err);
    file_end(s);
    nothing_drop(s);
    return true;
}

/* --- the form --------------------------------------------------------------------------------- */

struct spool *spool_new(const char *folder, struct span type, uint64_t file_max)
{
    struct spool *s = mem_new(struct spool);

    *s = (struct spool){ .sink = { part_begin, part_bytes, part_end, s },
                         .path = mem_printf("%s/upload", folder),
                         .file_max = file_max };
    (void)!multipart_new(type, &s->sink, &s->multipart, &s->why);
    return s;
}

void spool_free(struct spool *s)
{
    if (!s)
        return;
    multipart_free(s->multipart);
    sha256_stream_free(s->hash);
    for (size_t i = 0; i < s->field_count; i++) {
        free(s->fields[i].name);
        str_clear(&s->fields[i].value);
    }
    for (size_t i = 0; i < s->file_count; i++) {
        free(s->files[i].name);
        (void)close(s->files[i].fd);
    }
    free(s->path);
    free(s);
}

void spool_add(struct spool *s, struct span bytes)
{
    if (s->why.kind == ERR_NONE)
        (void)!multipart_add(s->multipart, bytes, &s->why);
}

bool spool_end(struct spool *s, struct err *err)
{
    if (s->why.kind == ERR_NONE && multipart_end(s->multipart, &s->why))
        return true;
    *err = s->why;
    return false;
}

size_t spool_field_count(const struct spool *s)
{
    return s->field_count;
}

const struct spool_field *spool_field(const struct spool *s, size_t i)
{
    return &s->fields[i];
}

size_t spool_file_count(const struct spool *s)
{
    return s->file_count;
}

const struct spooled *spool_file(const struct spool *s, size_t i)
{
    return &s->files[i];
}

void spool_tell(const struct spool *s, struct str *to)
{
    char hex[SHA256_HEX_SIZE];

    for (size_t i = 0; i < s->field_count; i++)
        if (strcmp(s->fields[i].name, "csrf") != 0)
            str_printf(to, "%s=%s\n", s->fields[i].name, str_text(&s->fields[i].value));
    for (size_t i = 0; i < s->file_count; i++)
        str_printf(to, "%s %s\n", sha256_hex(&s->files[i].sha256, hex), s->files[i].name);
}
