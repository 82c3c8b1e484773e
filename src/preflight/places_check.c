/* Looks for folders, a table and a script. */
#include "preflight/places_check.h"

#include "base/mem.h"
#include "base/nearest.h"
#include "filemaker/names.h"
#include "http/http.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_MAX = 256 * 1024, SHOWN_MAX = 200 };

static void summary_add(struct str *said, const char *format, const char *name)
{
    str_add_text(said, said->size ? "; " : "");
    str_printf(said, "%s '%s'", format, name);
}

/* --- folders -------------------------------------------------------------------------------- */

static bool mounted_is_empty(const char *path)
{
    DIR *folder = opendir(path);
    size_t names = 0;

    while (folder && names < 3 && readdir(folder))
        names++; /* "." and ".." are always there */
    if (folder)
        (void)closedir(folder);
    return names < 3;
}

static void mounted_folder_check(struct span from, const char *path, struct str *said,
                                 struct str *problems, struct str *notes)
{
    struct stat about;
    char text[128];

    if (stat(path, &about) < 0)
        str_printf(problems,
                   "the folder '%s' ([source] reference_map, for '" SPAN_FORMAT "'): %s. Mount it, "
                   "or correct the path\n",
                   path, SPAN_ARGS(from), strerror_r(errno, text, sizeof text));
    else if (!S_ISDIR(about.st_mode))
        str_printf(problems, "'%s' ([source] reference_map) is not a folder\n", path);
    else if (access(path, R_OK | X_OK) < 0)
        str_printf(problems,
                   "the folder '%s' ([source] reference_map): %s. Let this user read it\n", path,
                   strerror_r(errno, text, sizeof text));
    else if (mounted_is_empty(path))
        str_printf(notes, "the folder '%s' ([source] reference_map) is empty: is it mounted?\n",
                   path);
    else
        summary_add(said, "the folder", path);
}

void places_check_folders(const char *map, struct str *said, struct str *problems,
                          struct str *notes)
{
    struct span rest = span_of(map);

    while (rest.size) {
        struct span to = span_cut(&rest, ',');
        struct span from = span_trim(span_cut(&to, '='));
        auto_free char *path = to.at ? span_text(span_trim(to)) : mem_text("");

        if (from.size == 0 && !*path)
            continue;
        if (from.size == 0 || !*path)
            str_printf(problems,
                       "[source] reference_map: '" SPAN_FORMAT "' is not of the form C:/Scans = "
                       "/mnt/scans\n",
                       SPAN_ARGS(from));
        else
            mounted_folder_check(from, path, said, problems, notes);
    }
}

static bool file_passed(void *arg, const struct folder_entry *entry, struct err *err)
{
    (void)arg;
    (void)entry;
    (void)err;
    return true;
}

bool places_check_backup(const struct engine_settings *settings, struct str *said,
                         struct str *notes, struct err *err)
{
    struct backup_files files;

    if (!backup_walk(settings->backup, file_passed, NULL, &files, err))
        return false;
    str_printf(said, "%sthe backup's folder has %ju files", said->size ? "; " : "",
               (uintmax_t)files.files);
    if (files.encrypted)
        str_printf(
            notes,
            "%ju of %ju files in the backup's folder are FileMaker's secure storage, which is "
            "encrypted: they do not come from there (docs/fmp12.md says how to make a copy "
            "that can be read)\n",
            (uintmax_t)files.encrypted, (uintmax_t)files.files);
    if (files.odd)
        str_printf(notes,
                   "%ju in the backup's folder are links or no plain files: none is followed\n",
                   (uintmax_t)files.odd);
    return true;
}

/* --- a script ------------------------------------------------------------------------------- */

static bool script_is_listed(struct span names, const char *wanted, struct str *near_r)
{
    struct nearest near = { .wanted = wanted };
    struct span rest = names;

    while (rest.size) {
        auto_free char *name = span_text(span_cut(&rest, '\n'));
        const char *before = near.best;

        if (strcmp(name, wanted) == 0)
            return true;
        nearest_offer(&near, name);
        if (near.best != before) {
            str_reset(near_r);
            str_add_text(near_r, near.best);
            near.best = ""; /* the name goes, that there is one stays */
        }
    }
    return false;
}

static bool error_is_canceled(const struct err *err)
{
    return err->kind == ERR_CANCELED;
}

static bool script_check(const char *script, struct source_reader *reader, struct str *said,
                         struct str *problems, struct str *notes, struct err *err)
{
    auto_str names = STR_MAX(NAMES_MAX), near = STR_MAX(SHOWN_MAX);

    if (!source_names(reader, FILEMAKER_SCRIPTS, &names, err)) {
        str_printf(notes, "the script '%s' could not be looked for: %s\n", script, err->msg);
        return !error_is_canceled(err);
    }
    if (script_is_listed(str_span(&names), script, &near))
        summary_add(said, "the script", script);
    else if (!names.cut)
        str_printf(problems,
                   "the account sees no script '%s' ([source] script_name)%s%s%s. Spell it as in "
                   "FileMaker, and let the account's privilege set run it\n",
                   script, near.size ? "; is '" : "", str_text(&near), near.size ? "' meant?" : "");
    return true;
}

/* --- OData ---------------------------------------------------------------------------------- */

static const char *why_no_table(int status)
{
    switch (status) {
    case HTTP_UNAUTHORIZED:
    case HTTP_FORBIDDEN:
        return "the account may not use OData: give its privilege set the extended privilege "
               "fmodata";
    case 400:
    case HTTP_NOT_FOUND:
        return "OData knows no such table occurrence, or OData is switched off on the server: "
               "spell it as in the relationships graph";
    default:
        return NULL;
    }
}

static bool odata_table_check(const char *table, struct source_reader *reader, struct str *said,
                              struct str *problems, struct str *notes, struct err *err)
{
    const char *why;

    if (source_odata_table(reader, table, err)) {
        summary_add(said, "the OData table", table);
        return true;
    }
    why = err->kind == ERR_REMOTE ? why_no_table(err->code) : NULL;
    if (why)
        str_printf(problems, "'%s' ([source] odata_table): %s (%s)\n", table, why, err->msg);
    else
        str_printf(notes, "the OData table '%s' could not be tried: %s\n", table, err->msg);
    return !error_is_canceled(err);
}

bool places_check_server(const struct engine_settings *settings, struct source_reader *reader,
                         struct str *said, struct str *problems, struct str *notes, struct err *err)
{
    return (!*settings->odata_table
            || odata_table_check(settings->odata_table, reader, said, problems, notes, err))
           && (!*settings->script
               || script_check(settings->script, reader, said, problems, notes, err));
}
