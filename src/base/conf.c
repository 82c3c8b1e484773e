/* Configuration files over inih, which calls back once per line and does not say which. */
#include "base/conf.h"

#include "base/mem.h"

#include <ini.h>

/* What the file says about one key: lines are gathered first, because a value may span several. */
struct entry {
    const struct conf_key *key;
    char *text;
    int line, last_line;
};

struct conf {
    struct entry *entries;
    size_t count;
};

struct reading {
    FILE *file;
    const char *path;
    const struct conf_key *keys;
    struct conf *conf;
    int line;
    struct err *err;
};

void conf_free(struct conf *conf)
{
    if (!conf)
        return;
    for (size_t i = 0; i < conf->count; i++)
        free(conf->entries[i].text);
    free(conf->entries);
    free(conf);
}

void auto_conf_cleanup(struct conf **conf)
{
    conf_free(*conf);
}

static struct entry *entry_find(const struct conf *conf, const char *section, const char *name)
{
    for (size_t i = 0; i < conf->count; i++)
        if (strcmp(conf->entries[i].key->section, section) == 0
            && strcmp(conf->entries[i].key->name, name) == 0)
            return &conf->entries[i];
    return NULL;
}

int conf_line(const struct conf *conf, const char *section, const char *name)
{
    const struct entry *entry = entry_find(conf, section, name);

    return entry ? entry->line : 0;
}

/* inih's fgets: counts lines, and refuses those that inih would silently cut. */
static char *next_line(char *text, int room, void *arg)
{
    struct reading *reading = arg;

    if (reading->err->kind != ERR_NONE || !fgets(text, room, reading->file))
        return NULL;
    reading->line++;
    if (!strchr(text, '\n') && !feof(reading->file)) {
        (void)err_set(reading->err, ERR_USAGE, 0,
                      "%s:%d: the line is longer than %d bytes (go on in the next line, beginning "
                      "it with a blank)",
                      reading->path, reading->line, room - 2);
        return NULL;
    }
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
        if (strcmp(keys->name, name) == 0)
            return keys;
    }
    return NULL;
}

static bool entry_add(struct reading *reading, const struct conf_key *key, const char *value)
{
    struct conf *conf = reading->conf;
    struct entry *entry = entry_find(conf, key->section, key->name);

    if (entry && entry->last_line != reading->line - 1)
        return err_set(reading->err, ERR_USAGE, 0,
                       "%s:%d: '%s' in [%s] was given on line %d already", reading->path,
                       reading->line, key->name, key->section, entry->line);
    if (entry) {
        char *longer = mem_printf("%s %s", entry->text, value);

        free(entry->text);
        entry->text = longer;
        entry->last_line = reading->line;
        return true;
    }
    conf->entries = mem_grow(conf->entries, (conf->count + 1) * sizeof *conf->entries);
    conf->entries[conf->count++] =
        (struct entry){ key, mem_text(value), reading->line, reading->line };
    return true;
}

static int on_value(void *arg, const char *section, const char *name, const char *value)
{
    struct reading *reading = arg;
    bool section_known;
    const struct conf_key *key = key_find(reading->keys, section, name, &section_known);

    if (reading->err->kind != ERR_NONE)
        return 0;
    if (!*section)
        return err_set(reading->err, ERR_USAGE, 0,
                       "%s:%d: '%.64s' stands before the first [section]", reading->path,
                       reading->line, name);
    if (!section_known)
        return err_set(reading->err, ERR_USAGE, 0, "%s:%d: there is no section [%.64s]",
                       reading->path, reading->line, section);
    if (!key)
        return err_set(reading->err, ERR_USAGE, 0,
                       "%s:%d: there is no key '%.64s' in [%s] ('fmferry init' writes a file with "
                       "all of them)",
                       reading->path, reading->line, name, section);
    if (key->refusal)
        return err_set(reading->err, ERR_USAGE, 0, "%s:%d: %s", reading->path, reading->line,
                       key->refusal);
    return entry_add(reading, key, value);
}

void conf_fallbacks(const struct conf_key *keys, void *object)
{
    for (; keys->section; keys++) {
        struct err err = { 0 };

        if (!keys->refusal && !field_set(object, &keys->field, keys->fallback, &err))
            abort();
    }
}

static bool lines_read(struct reading *reading)
{
    int bad_line = ini_parse_stream(next_line, reading, on_value, reading);

    if (reading->err->kind != ERR_NONE)
        return false;
    if (ferror(reading->file))
        return err_os(reading->err, "reading '%s'", reading->path);
    if (bad_line > 0)
        return err_set(reading->err, ERR_USAGE, 0,
                       "%s:%d: this is neither '[section]' nor 'key = value'", reading->path,
                       bad_line);
    return true;
}

static bool entries_apply(const struct conf *conf, const char *path, void *object, struct err *err)
{
    for (size_t i = 0; i < conf->count; i++) {
        const struct entry *entry = &conf->entries[i];

        if (!field_set(object, &entry->key->field, entry->text, err))
            return err_ctx(err, "%s:%d: %s", path, entry->line, entry->key->name);
    }
    return true;
}

bool conf_read(const char *path, const struct conf_key *keys, void *object, struct conf **conf_r,
               struct err *err)
{
    auto_conf *conf = mem_new(struct conf);
    struct err seen = { 0 };
    struct reading reading = { fopen(path, "re"), path, keys, conf, 0, &seen };
    bool good;

    if (!reading.file)
        return err_os(err, "opening the configuration '%s'", path);
    conf_fallbacks(keys, object);
    good = lines_read(&reading) && entries_apply(conf, path, object, &seen);
    (void)fclose(reading.file);
    if (!good) {
        *err = seen;
        return false;
    }
    *conf_r = take(conf);
    return true;
}
