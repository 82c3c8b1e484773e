/* Reads the shared files line by line. A secret in them stays in the memory of the reader only. */
#include "store/aws/profile.h"

#include "base/fs.h"
#include "base/mem.h"

enum { FILE_MAX = 1024 * 1024 };

/* Whether a line begins this section; "[profile  work]" is "[profile work]". */
static bool section_is(struct span line, const char *section)
{
    struct span inside = span_from(line, 1), word, rest;

    inside = span_trim(span_cut(&inside, ']'));
    if (span_is(inside, section))
        return true;
    rest = inside;
    word = span_cut(&rest, ' ');
    return span_starts(span_of(section), "profile ") && span_is(word, "profile")
           && span_is(span_trim(rest), section + strlen("profile "));
}

/* Whether a line may hold a key; an indented one belongs to the key above it. */
static bool line_is_plain(struct span line)
{
    return line.size > 0 && !strchr(" \t#;", line.at[0]);
}

char *aws_profile_find(struct span text, const char *section, const char *key)
{
    struct span rest = text;
    bool inside = false;

    while (rest.at) {
        struct span line = span_cut(&rest, '\n');
        struct span value = line, name;

        if (span_starts(line, "[")) {
            inside = section_is(line, section);
            continue;
        }
        name = span_trim(span_cut(&value, '='));
        if (inside && line_is_plain(line) && value.at && span_is_nocase(name, key))
            return span_text(span_trim(value));
    }
    return NULL;
}

static char *path_of(const char *variable, const char *below_home)
{
    const char *path = getenv(variable), *home = getenv("HOME");

    if (path && *path)
        return mem_text(path);
    return mem_printf("%s%s", home ? home : "", below_home);
}

static char *file_find(const char *path, const char *section, const char *key)
{
    auto_str text = STR_MAX(FILE_MAX);
    struct err ignored;
    char *value = NULL;

    if (fs_read(path, &text, &ignored))
        value = aws_profile_find(str_span(&text), section, key);
    if (text.size)
        explicit_bzero(text.at, text.size);
    return value;
}

char *aws_profile_read_from(const char *profile, const char *key, char **path_r)
{
    auto_free char *credentials = path_of("AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"),
                   *config = path_of("AWS_CONFIG_FILE", "/.aws/config");
    auto_free char *section = strcmp(profile, "default") == 0 ? mem_text(profile)
                                                              : mem_printf("profile %s", profile);
    char *value = file_find(credentials, profile, key);

    *path_r = value ? take(credentials) : take(config);
    return value ? value : file_find(*path_r, section, key);
}

char *aws_profile_read(const char *profile, const char *key)
{
    auto_free char *path = NULL;

    return aws_profile_read_from(profile, key, &path);
}
