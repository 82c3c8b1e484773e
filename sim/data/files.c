/* files:DIR: one record for each regular file of a folder, with its bytes unchanged. */
#include "sim/data/data.h"

#include "sim/base/chance.h"
#include "sim/data/clinic_solution.h"

#include "base/mem.h"

#include <dirent.h>
#include <sys/stat.h>

struct files {
    char *folder;
    char **names; /* sorted */
    char **paths;
    size_t count, room;
};

static void files_free(void *data)
{
    struct files *files = data;

    for (size_t i = 0; i < files->count; i++) {
        free(files->names[i]);
        free(files->paths[i]);
    }
    free(files->names);
    free(files->paths);
    free(files->folder);
    free(files);
}

/* Lists of the folder's contents are not documents. */
static bool is_document(const char *folder, const char *name)
{
    auto_free char *path = mem_printf("%s/%s", folder, name);
    struct stat about;

    return name[0] != '.' && !span_starts(span_of(name), "README")
           && strcmp(name, "SHA256SUMS") != 0 && stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

static void file_add(struct files *files, const char *name)
{
    if (files->count == files->room) {
        files->room = files->room ? 2 * files->room : 64;
        files->names = mem_grow(files->names, files->room * sizeof *files->names);
    }
    files->names[files->count++] = mem_text(name);
}

static int name_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool folder_read(struct files *files, struct err *err)
{
    DIR *folder = opendir(files->folder);
    struct dirent *entry;

    if (!folder)
        return err_os(err, "opening the folder '%s'", files->folder);
    while ((entry = readdir(folder)) != NULL)
        if (is_document(files->folder, entry->d_name))
            file_add(files, entry->d_name);
    (void)closedir(folder);
    if (files->count)
        qsort(files->names, files->count, sizeof *files->names, name_compare);
    files->paths = mem_zero(files->count * sizeof *files->paths);
    for (size_t i = 0; i < files->count; i++)
        files->paths[i] = mem_printf("%s/%s", files->folder, files->names[i]);
    return true;
}

/* A picture is a card; everything else is a letter or a report. */
static const char *files_type(const struct clinic *clinic, uint64_t ordinal)
{
    const struct files *files = clinic->data;

    if (ordinal >= files->count)
        return "Letter";
    switch (file_type_of_name(span_of(files->names[ordinal]))) {
    case FILE_JPEG:
    case FILE_PNG:
    case FILE_TIFF:
    case FILE_HEIC:
        return "Cards";
    case FILE_PDF:
        return "Report";
    case FILE_TEXT:
    case FILE_HTML:
    case FILE_XLS:
    case FILE_JSON:
    case FILE_GZIP:
    case FILE_OTHER:
        return "Letter";
    }
    abort();
}

static int64_t files_created(const struct clinic *clinic, uint64_t ordinal)
{
    return clinic_moment(clinic->seed, ordinal, clinic->documents + 1, clinic_day(2024, 2, 5),
                         clinic_day(2024, 11, 15));
}

static const char *files_name(const struct clinic *clinic, uint64_t ordinal)
{
    const struct files *files = clinic->data;

    return ordinal < files->count ? files->names[ordinal] : "";
}

static void files_content(const struct clinic *clinic, uint64_t ordinal, struct content *content_r)
{
    const struct files *files = clinic->data;

    *content_r = (struct content){ .store = STORE_EMPTY };
    if (ordinal >= files->count)
        return;
    *content_r = (struct content){
        .store = STORE_EMBEDDED,
        .from = FROM_FILE,
        .type = file_type_of_name(span_of(files->names[ordinal])),
        .path = files->paths[ordinal],
    };
    (void)snprintf(content_r->name, sizeof content_r->name, "%s", files->names[ordinal]);
}

static const struct clinic_ops files_ops = {
    .type = files_type,
    .created = files_created,
    .creator = clinic_some_creator,
    .content = files_content,
    .patient = clinic_some_patient,
    .file_name = files_name,
};

bool data_files(const struct data_options *options, struct span rest, struct solution **solution_r,
                struct err *err)
{
    struct files *files = mem_new(struct files);
    struct clinic *clinic;

    files->folder = span_text(rest);
    if (!folder_read(files, err)) {
        files_free(files);
        return err_ctx(err, "--data files:DIR");
    }
    clinic = mem_new(struct clinic);
    *clinic = (struct clinic){
        .ops = &files_ops,
        .seed = options->seed,
        .documents = files->count,
        .patients = 60,
        .record_gap = options->record_gap,
        .data = files,
        .data_free = files_free,
    };
    *solution_r = clinic_solution(clinic);
    return true;
}
