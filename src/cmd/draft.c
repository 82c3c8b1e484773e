/* The keys of a draft are kept in the order in which they were set, and written in the table's. */
#include "cmd/draft.h"

#include "base/mem.h"
#include "source/local.h"

enum { DRAFT_MAX = 256 * 1024 };

/* Stands for the file's path in messages, which draft_read() takes out again. */
#define NO_FILE "answers"

struct draft_entry {
    char *section, *name, *value;
};

struct draft {
    struct draft_entry *entries;
    size_t count;
};

/* A key that every configuration says, and the text that stands for its value until it is known. */
struct draft_needed {
    const char *section, *name;
    const char *stand_in; /* NULL: its default will do; "": it may stay empty */
};

/*
 * No name of a layout or a field has a default here: those of the settings' table are one
 * solution's, and would be taken for what somebody chose.
 */
static const struct draft_needed needed_keys[] = {
    { "source", "url", "https://fms.example.com" },
    { "source", "database", "NAME-OF-THE-FILE" },
    { "source", "account", "NAME-OF-THE-ACCOUNT" },
    { "source", "password_file", "fmferry.password" },
    { "source", "layout", "LAYOUT-OF-THE-DOCUMENTS" },
    { "source", "key_field", "FIELD-OF-THE-ID" },
    { "source", "container_field", "CONTAINER-FIELD" },
    { "source", "mark_field", "FIELD-OF-THE-EXPORT-DATE" },
    { "source", "type_field", "FIELD-OF-THE-TYPE" },
    { "source", "date_field", "FIELD-OF-THE-DATE" },
    { "source", "patient_field", "FIELD-OF-THE-PATIENTS-ID" },
    { "source", "author_field", "" },
    { "source", "created_field", "" },
    { "source", "time_zone", NULL },
    { "patients", "layout", "" },
    { "store", "url", NULL },
    { "registry", "url", NULL },
    { "ledger", "url", NULL },
};

struct draft *draft_new(void)
{
    return mem_new(struct draft);
}

static void draft_free(struct draft *draft)
{
    if (!draft)
        return;
    for (size_t i = 0; i < draft->count; i++) {
        free(draft->entries[i].section);
        free(draft->entries[i].name);
        free(draft->entries[i].value);
    }
    free(draft->entries);
    free(draft);
}

void auto_draft_cleanup(struct draft **draft)
{
    draft_free(*draft);
}

/* --- values --------------------------------------------------------------------------------- */

static struct draft_entry *entry_of(const struct draft *draft, const char *section,
                                    const char *name)
{
    for (size_t i = 0; i < draft->count; i++)
        if (strcmp(draft->entries[i].section, section) == 0
            && strcmp(draft->entries[i].name, name) == 0)
            return &draft->entries[i];
    return NULL;
}

const char *draft_value(const struct draft *draft, const char *section, const char *name)
{
    const struct draft_entry *entry = entry_of(draft, section, name);

    return entry ? entry->value : "";
}

static void entry_set(struct draft *draft, const char *section, const char *name, const char *value)
{
    struct draft_entry *entry = entry_of(draft, section, name);
    char *copy = mem_text(value);

    if (!entry) {
        draft->entries = mem_grow(draft->entries, (draft->count + 1) * sizeof *draft->entries);
        entry = &draft->entries[draft->count++];
        *entry = (struct draft_entry){ mem_text(section), mem_text(name), NULL };
    }
    free(entry->value);
    entry->value = copy;
}

/* Takes the place out of a message: the answers lie in no file, and their lines say nothing. */
static bool without_place(struct err *err)
{
    const char *rest = strstr(err->msg, ": ");

    if (rest && strncmp(err->msg, NO_FILE, strlen(NO_FILE)) == 0)
        memmove(err->msg, rest + 2, strlen(rest + 2) + 1);
    return false;
}

static void line_add(struct str *to, const char *name, const char *value)
{
    str_printf(to, "%s =%s%s\n", name, *value ? " " : "", value);
}

/* A key alone is read as its line in the file would be. */
static bool key_check(const char *section, const char *name, const char *value, struct err *err)
{
    auto_str text = STR_MAX(DRAFT_MAX);
    struct settings scratch = { 0 };
    auto_conf *conf = NULL;
    const char *kept;

    if (strpbrk(section, "]\r\n") || strpbrk(name, "\r\n"))
        return err_set(err, ERR_USAGE, 0, "a key is of the form section.key");
    if (strpbrk(value, "\r\n"))
        return err_set(err, ERR_USAGE, 0, "a value is one line");
    str_printf(&text, "[%s]\n", section);
    line_add(&text, name, value);
    if (!conf_read_text(NO_FILE, str_span(&text), settings_keys, &scratch, &conf, err))
        return without_place(err);
    kept = conf_value(conf, section, name);
    return (kept && strcmp(kept, value) == 0)
           || err_set(err, ERR_USAGE, 0,
                      "a configuration would not give '%.100s' back as it is: no blanks at its "
                      "ends, no ';' after a blank",
                      value);
}

bool draft_set(struct draft *draft, const char *section, const char *name, const char *value,
               struct err *err)
{
    if (!key_check(section, name, value, err))
        return false;
    entry_set(draft, section, name, value);
    return true;
}

/* --- words of a command line ---------------------------------------------------------------- */

/* "postgresql://nexus:PASSWORD@host/..." or "...?password=..." */
static bool url_tells_password(const char *value)
{
    const char *after = strstr(value, "://");
    struct span host = SPAN_NONE;
    const char *at, *colon;

    if (!after)
        return false;
    host = span_first(span_of(after + 3), strcspn(after + 3, "/?"));
    at = memchr(host.at, '@', host.size);
    colon = memchr(host.at, ':', host.size);
    return (at && colon && colon < at) || strstr(after, "password=");
}

bool draft_set_word(struct draft *draft, const char *word, struct err *err)
{
    struct span rest = span_of(word), key = span_cut(&rest, '='), section = span_cut(&key, '.');
    auto_free char *in = span_text(section), *name = span_text(key);

    if (!rest.at || section.size == 0 || key.size == 0)
        return err_set(err, ERR_USAGE, 0,
                       "--set wants section.key=value, such as source.layout=Documents");
    if (url_tells_password(rest.at))
        return err_set(err, ERR_USAGE, 0,
                       "--set %.40s.%.40s: everybody on this machine can read a command line: the "
                       "URL must hold no password (docs/machines.md says where it can be)",
                       in, name);
    return draft_set(draft, in, name, rest.at, err) || err_ctx(err, "--set %.40s.%.40s", in, name);
}

/* --- what is not known yet ------------------------------------------------------------------ */

static const struct conf_key *key_of(const char *section, const char *name)
{
    for (const struct conf_key *key = settings_keys; key->section; key++)
        if (strcmp(key->section, section) == 0 && strcmp(key->name, name) == 0)
            return key;
    abort();
}

static bool password_is_elsewhere(const struct draft *draft)
{
    return *draft_value(draft, "source", "password_env")
           || *draft_value(draft, "source", "password_command");
}

/* Nobody logs in to a file, and nothing is written to it. */
static bool is_for_a_server(const struct draft_needed *needed)
{
    return strcmp(needed->name, "account") == 0 || strcmp(needed->name, "password_file") == 0
           || strcmp(needed->name, "mark_field") == 0;
}

static const char *stand_in(const struct draft *draft, const struct draft_needed *needed)
{
    if (is_for_a_server(needed) && source_url_is_file(draft_value(draft, "source", "url")))
        return "";
    if (strcmp(needed->name, "password_file") == 0 && password_is_elsewhere(draft))
        return "";
    return needed->stand_in ? needed->stand_in : key_of(needed->section, needed->name)->fallback;
}

void draft_blank(struct draft *draft)
{
    for (size_t i = 0; i < lengthof(needed_keys); i++)
        if (needed_keys[i].stand_in)
            entry_set(draft, needed_keys[i].section, needed_keys[i].name, "");
}

void draft_fill(struct draft *draft)
{
    for (size_t i = 0; i < lengthof(needed_keys); i++) {
        const struct draft_needed *needed = &needed_keys[i];

        if (!entry_of(draft, needed->section, needed->name))
            entry_set(draft, needed->section, needed->name, stand_in(draft, needed));
    }
}

/* The password's file is no stand-in: it may well have that name. */
static bool needed_is_open(const struct draft *draft, const struct draft_needed *needed)
{
    return needed->stand_in && *needed->stand_in && strcmp(needed->name, "password_file") != 0
           && strcmp(draft_value(draft, needed->section, needed->name), needed->stand_in) == 0;
}

void draft_open_keys(const struct draft *draft, struct str *to)
{
    const char *section = "";

    for (size_t i = 0; i < lengthof(needed_keys); i++) {
        const struct draft_needed *needed = &needed_keys[i];

        if (!needed_is_open(draft, needed))
            continue;
        if (strcmp(section, needed->section) != 0)
            str_printf(to, "%s[%s] ", to->size ? "; " : "", needed->section);
        else
            str_add_text(to, ", ");
        section = needed->section;
        str_add_text(to, needed->name);
    }
}

/* --- the whole ------------------------------------------------------------------------------ */

static void help_add(struct str *to, const char *help)
{
    struct span rest = span_of(help);

    while (rest.size) {
        struct span line = span_cut(&rest, '\n');

        str_printf(to, "# " SPAN_FORMAT "\n", SPAN_ARGS(line));
    }
}

/* Adds what was set of one row of the table; "*" stands for any number of keys. */
static void row_add(const struct draft *draft, const struct conf_key *row, const char **section,
                    struct str *to)
{
    bool takes_any = strcmp(row->name, "*") == 0;

    for (size_t i = 0; i < draft->count; i++) {
        const struct draft_entry *entry = &draft->entries[i];

        if (strcmp(entry->section, row->section) != 0
            || (!takes_any && strcmp(entry->name, row->name) != 0))
            continue;
        if (strcmp(*section, row->section) != 0)
            str_printf(to, "\n[%s]\n", row->section);
        *section = row->section;
        help_add(to, row->help);
        line_add(to, entry->name, entry->value);
    }
}

static void draft_rows_add(const struct draft *draft, struct str *to)
{
    const char *section = "";

    for (const struct conf_key *row = settings_keys; row->section; row++)
        if (!row->refusal)
            row_add(draft, row, &section, to);
}

bool draft_read(const struct draft *draft, struct settings *settings, struct err *err)
{
    auto_str text = STR_MAX(DRAFT_MAX);

    draft_rows_add(draft, &text);
    return settings_read_text(NO_FILE, str_span(&text), settings, err) || without_place(err);
}

void draft_write(const struct draft *draft, struct str *to)
{
    str_add_text(
        to,
        "# The settings of fmferry: what it moves, and where to. These are the ones that a clinic\n"
        "# sets; 'fmferry settings' explains all of them, with their defaults.\n");
    draft_rows_add(draft, to);
}
