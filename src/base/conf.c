/* Configuration files over inih, which calls back once per line and does not say which line. */
#include "base/conf.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/text.h"
#include "base/utf8.h"

#include <ini.h>

enum { CONF_MAX = 1 << 20 };

/* One key's value in the file. Lines are gathered first, because a value may span several. */
struct conf_entry {
    const struct conf_key *key;
    char *name; /* as the file has it */
    char *text;
    int line;
};

struct conf {
    struct conf_entry *entries;
    size_t count;
};

struct conf_reading {
    const char *path;
    struct span rest; /* of the file */
    const struct conf_key *keys;
    struct conf *conf;
    struct conf_entry *last; /* the one that the next line may continue */
    bool indented;           /* the line at hand begins with a blank    */
    int line;
    struct err *err;
};

void conf_free(struct conf *conf)
{
    if (!conf)
        return;
    for (size_t i = 0; i < conf->count; i++) {
        free(conf->entries[i].name);
        free(conf->entries[i].text);
    }
    free(conf->entries);
    free(conf);
}

void auto_conf_cleanup(struct conf **conf)
{
    conf_free(*conf);
}

static struct conf_entry *entry_find(const struct conf *conf, const char *section, const char *name)
{
    for (size_t i = 0; conf && i < conf->count; i++)
        if (strcmp(conf->entries[i].key->section, section) == 0
            && strcmp(conf->entries[i].name, name) == 0)
            return &conf->entries[i];
    return NULL;
}

int conf_line(const struct conf *conf, const char *section, const char *name)
{
    const struct conf_entry *entry = entry_find(conf, section, name);

    return entry ? entry->line : 0;
}

const char *conf_value(const struct conf *conf, const char *section, const char *name)
{
    const struct conf_entry *entry = entry_find(conf, section, name);

    return entry ? entry->text : NULL;
}

static bool takes_any(const struct conf_key *key)
{
    return strcmp(key->name, "*") == 0;
}

bool conf_free_key(const struct conf *conf, const char *section, size_t index, const char **name_r,
                   const char **value_r, int *line_r)
{
    for (size_t i = 0; i < conf->count; i++) {
        const struct conf_entry *entry = &conf->entries[i];

        if (!takes_any(entry->key) || strcmp(entry->key->section, section) != 0 || index-- > 0)
            continue;
        *name_r = entry->name;
        *value_r = entry->text;
        if (line_r)
            *line_r = entry->line;
        return true;
    }
    return false;
}

/*
 * Text copied from web pages brings invisible blanks and marks, which make a name wrong that looks
 * right. A lone carriage return makes one line of a whole file.
 */
static bool line_is_visible(struct conf_reading *reading, struct span line)
{
    struct span rest = span_ends(line, "\r") ? span_first(line, line.size - 1) : line;
    const char *fault;

    for (size_t i = 0; i < rest.size; i++)
        if (rest.at[i] == '\r')
            return err_set(reading->err, ERR_USAGE, 0,
                           "%s:%d: lines end in carriage returns alone, as on old Macs: save the "
                           "file with the line ends of Unix or Windows",
                           reading->path, reading->line);
    if (span_starts(span_trim(rest), "#") || span_starts(span_trim(rest), ";"))
        return true;
    for (struct span part; rest.at;) {
        part = span_cut(&rest, '\t');
        fault = text_id_fault(part);
        if (fault)
            return err_set(reading->err, ERR_USAGE, 0,
                           "%s:%d: the line holds %s: type it anew, do not copy it", reading->path,
                           reading->line, fault);
    }
    return true;
}

static bool line_check(struct conf_reading *reading, struct span line, size_t max)
{
    if (line.size > max)
        return err_set(
            reading->err, ERR_USAGE, 0,
            "%s:%d: the line is longer than %zu bytes (go on in the next line, beginning "
            "it with a blank)",
            reading->path, reading->line, max);
    if (!utf8_is_valid(line) || memchr(line.at, '\0', line.size))
        return err_set(reading->err, ERR_USAGE, 0, "%s:%d: the line is not text in UTF-8",
                       reading->path, reading->line);
    return line_is_visible(reading, line);
}

/* inih's fgets: counts lines, and refuses those that inih would silently cut. */
static char *next_line(char *text, int room, void *arg)
{
    struct conf_reading *reading = arg;
    struct span line;

    if (reading->err->kind != ERR_NONE || reading->rest.size == 0)
        return NULL;
    line = span_cut(&reading->rest, '\n');
    reading->line++;
    if (!line_check(reading, line, (size_t)room - 2))
        return NULL;
    reading->indented = line.size && strchr(" \t\r\v\f", line.at[0]);
    if (span_starts(line, "["))
        reading->last = NULL;
    memcpy(text, line.at, line.size);
    memcpy(text + line.size, "\n", 2);
    return text;
}

static const struct conf_key *key_find(const struct conf_key *keys, const char *section,
                                       const char *name, bool *section_known_r)
{
    *section_known_r = false;
    for (; keys->section; keys++) {
        if (strcmp(keys->section, section) != 0)
            continue;
        *section_known_r = true;
        if (strcmp(keys->name, name) == 0 || takes_any(keys))
            return keys;
    }
    return NULL;
}

/* inih takes every line that begins with a blank as more of the last key's value. */
static bool goes_on(const struct conf_reading *reading)
{
    return reading->indented && reading->last;
}

/* An indented `key = value` is more often meant as a new key than as more of the last value. */
static bool is_key_line(const struct conf_reading *reading, const char *section, const char *value)
{
    struct span rest = span_of(value);
    auto_free char *name = span_text(span_trim(span_cut(&rest, '=')));
    bool section_known;

    return rest.at && !takes_any(reading->last->key)
           && key_find(reading->keys, section, name, &section_known);
}

/* Older versions of inih leave the comment in a line that continues a value. */
static struct span without_comment(struct span value)
{
    for (size_t i = 1; i < value.size; i++)
        if (value.at[i] == ';' && strchr(" \t", value.at[i - 1]))
            return span_trim(span_first(value, i));
    return value;
}

/* Joined with a blank, unless the line before ends in a backslash: for a long URL. */
static char *lines_join(struct span before, struct span more)
{
    bool closely = span_ends(before, "\\");

    if (closely)
        before.size--;
    return mem_printf(SPAN_FORMAT "%s" SPAN_FORMAT, SPAN_ARGS(before), closely ? "" : " ",
                      SPAN_ARGS(more));
}

static bool entry_go_on(struct conf_reading *reading, const char *value)
{
    struct span more = without_comment(span_of(value));
    struct conf_entry *entry = reading->last;
    char *longer;

    if (is_key_line(reading, entry->key->section, value))
        return err_set(reading->err, ERR_USAGE, 0,
                       "%s:%d: a line that begins with a blank goes on with '%s' of line %d; for a "
                       "key of its own, remove the blank",
                       reading->path, reading->line, entry->name, entry->line);
    longer = lines_join(span_of(entry->text), more);
    free(entry->text);
    entry->text = longer;
    return true;
}

static bool entry_add(struct conf_reading *reading, const struct conf_key *key, const char *name,
                      const char *value)
{
    struct conf *conf = reading->conf;
    const struct conf_entry *before = entry_find(conf, key->section, name);

    if (before)
        return err_set(reading->err, ERR_USAGE, 0,
                       "%s:%d: '%s' in [%s] was given on line %d already", reading->path,
                       reading->line, name, key->section, before->line);
    conf->entries = mem_grow(conf->entries, (conf->count + 1) * sizeof *conf->entries);
    reading->last = &conf->entries[conf->count++];
    *reading->last = (struct conf_entry){ key, mem_text(name), mem_text(value), reading->line };
    return true;
}

static bool no_section(const struct conf_reading *reading, const char *section)
{
    struct nearest near = { .wanted = section };

    for (const struct conf_key *key = reading->keys; key->section; key++)
        nearest_offer(&near, key->section);
    return err_set(reading->err, ERR_USAGE, 0, "%s:%d: there is no section [%.64s]%s%s%s",
                   reading->path, reading->line, section, near.best ? "; is [" : "",
                   near.best ? near.best : "", near.best ? "] meant?" : "");
}

/* An unknown key that another section has is more often in the wrong section than misspelled. */
static const char *section_with(const struct conf_key *keys, const char *name)
{
    for (; keys->section; keys++)
        if (strcmp(keys->name, name) == 0)
            return keys->section;
    return NULL;
}

static bool no_key(const struct conf_reading *reading, const char *section, const char *name)
{
    const char *elsewhere = section_with(reading->keys, name);
    struct nearest near = { .wanted = name };
    auto_free char *meant = NULL;

    for (const struct conf_key *key = reading->keys; key->section; key++)
        if (strcmp(key->section, section) == 0)
            nearest_offer(&near, key->name);
    if (elsewhere)
        meant = mem_printf("it belongs in [%s]", elsewhere);
    else if (near.best)
        meant = mem_printf("is '%s' meant?", near.best);
    return err_set(reading->err, ERR_USAGE, 0,
                   "%s:%d: there is no key '%.64s' in [%s]%s%s ('fmferry settings' explains all "
                   "of them)",
                   reading->path, reading->line, name, section, meant ? "; " : "",
                   meant ? meant : "");
}

static int on_value(void *arg, const char *section, const char *name, const char *value)
{
    struct conf_reading *reading = arg;
    bool section_known;
    const struct conf_key *key = key_find(reading->keys, section, name, &section_known);

    if (reading->err->kind != ERR_NONE)
        return 0;
    if (!*section)
        return err_set(reading->err, ERR_USAGE, 0,
                       "%s:%d: '%.64s' stands before the first [section]", reading->path,
                       reading->line, name);
    if (!section_known)
        return no_section(reading, section);
    if (!key)
        return no_key(reading, section, name);
    if (key->refusal)
        return err_set(reading->err, ERR_USAGE, 0, "%s:%d: %s", reading->path, reading->line,
                       key->refusal);
    return goes_on(reading) ? entry_go_on(reading, value) : entry_add(reading, key, name, value);
}

void conf_fallbacks(const struct conf_key *keys, void *object)
{
    for (; keys->section; keys++) {
        struct err err = { 0 };

        if (!keys->refusal && !takes_any(keys)
            && !field_set(object, &keys->field, keys->fallback, &err))
            abort();
    }
}

static bool lines_read(struct conf_reading *reading)
{
    int bad_line = ini_parse_stream(next_line, reading, on_value, reading);

    if (reading->err->kind != ERR_NONE)
        return false;
    if (bad_line > 0)
        return err_set(reading->err, ERR_USAGE, 0,
                       "%s:%d: this is neither '[section]' nor 'key = value'", reading->path,
                       bad_line);
    return true;
}

static bool entries_apply(const struct conf *conf, const char *path, void *object, struct err *err)
{
    for (size_t i = 0; i < conf->count; i++) {
        const struct conf_entry *entry = &conf->entries[i];

        if (!takes_any(entry->key) && !field_set(object, &entry->key->field, entry->text, err))
            return err_ctx(err, "%s:%d: %s", path, entry->line, entry->name);
    }
    return true;
}

static bool file_read(const char *path, struct str *text, struct err *err)
{
    if (fs_read(path, text, err))
        return true;
    if (err->kind == ERR_DATA)
        err->kind = ERR_USAGE;
    return err_ctx(err, "the configuration");
}

/* A byte order mark of UTF-8 is harmless; UTF-16 is refused. */
static bool file_is_plain(const char *path, struct span bytes, struct err *err)
{
    bool has_mark = text_without_mark(bytes).size < bytes.size;
    const char *strange = has_mark ? NULL : text_strange(bytes);

    if (!strange || !span_starts(span_of(strange), "is UTF-16"))
        return true;
    return err_set(err, ERR_USAGE, 0, "%s: the file %s", path, strange);
}

bool conf_read_text(const char *path, struct span text, const struct conf_key *keys, void *object,
                    struct conf **conf_r, struct err *err)
{
    auto_conf *conf = mem_new(struct conf);
    struct err seen = { 0 };
    struct conf_reading reading = { .path = path, .keys = keys, .conf = conf, .err = &seen };

    conf_fallbacks(keys, object);
    if (!file_is_plain(path, text, err))
        return false;
    reading.rest = text_without_mark(text);
    if (!lines_read(&reading) || !entries_apply(conf, path, object, &seen)) {
        conf_fallbacks(keys, object); /* `object` may not point into what is freed here */
        *err = seen;
        return false;
    }
    *conf_r = take(conf);
    return true;
}

bool conf_read(const char *path, const struct conf_key *keys, void *object, struct conf **conf_r,
               struct err *err)
{
    auto_str text = STR_MAX(CONF_MAX);

    return file_read(path, &text, err)
           && conf_read_text(path, str_span(&text), keys, object, conf_r, err);
}
