/* The rules once more, in the verifier's own words. */
#include "verify/filled.h"

#include "base/mem.h"

enum { VALUE_MAX = 64 * 1024 };

static const uint8_t empty[SHA256_SIZE];

void filled_rules_clear(struct filled_rules *rules)
{
    free(rules->console);
    for (size_t i = 0; i < rules->count; i++) {
        free(rules->fields[i]);
        free(rules->templates[i]);
    }
    *rules = (struct filled_rules){ 0 };
}

bool filled_rules_read(const char *text, struct filled_rules *rules_r, struct err *err)
{
    struct span rest = span_of(text), console = span_cut(&rest, '\n');

    rules_r->console = console.size ? span_text(console) : mem_text("");
    while (rest.at) {
        struct span template = span_cut(&rest, '\n'), field = span_cut(&template, '\t');

        if (!template.at || !field.size || rules_r->count == FILLED_FIELDS_MAX)
            return err_set(err, ERR_DATA, 0, "the ledger's note of what is written back is none");
        rules_r->fields[rules_r->count] = span_text(field);
        rules_r->templates[rules_r->count++] = span_text(template);
    }
    return true;
}

void filled_hashes_add(struct str *to, const struct filled_rules *rules,
                       const struct filemaker_record *record)
{
    for (size_t i = 0; i < rules->count; i++) {
        struct span value = filemaker_text(record, rules->fields[i]);
        struct sha256 hash = sha256_of(value);

        str_add(to, (const char *)(value.size ? hash.bytes : empty), SHA256_SIZE);
    }
}

bool filled_hash_is_empty(struct span hash)
{
    return memcmp(hash.at, empty, SHA256_SIZE) == 0;
}

/* "11/23/2026 08:15:02" or "2026-11-23T08:15:02": the day, year first. */
static void day_add(struct str *to, struct span mark)
{
    if (mark.size < 10)
        return;
    if (mark.at[2] == '/')
        str_printf(to, "%.4s-%.2s-%.2s", mark.at + 6, mark.at, mark.at + 3);
    else
        str_add(to, mark.at, 10);
}

static void value_add(struct str *to, const struct filled_rules *rules, const char *template,
                      const struct filled_version *version)
{
    struct span rest = span_of(template);

    while (rest.at) {
        struct span name;

        str_add_span(to, span_cut(&rest, '{'));
        if (!rest.at)
            return;
        name = span_cut(&rest, '}');
        if (span_is(name, "console_url"))
            str_printf(to, "%s/documents/%s", rules->console, version->row);
        else if (span_is(name, "key"))
            str_add_span(to, version->key);
        else if (span_is(name, "sha256"))
            hex_add(to, version->sha256.at, version->sha256.size);
        else if (span_is(name, "bytes"))
            str_printf(to, "%ju", (uintmax_t)version->size_bytes);
        else if (span_is(name, "date"))
            day_add(to, version->mark);
    }
}

bool filled_by(const struct filled_rules *rules, const char *field,
               const struct filled_version *version, struct span hash)
{
    for (size_t i = 0; i < rules->count; i++) {
        auto_str value = STR_MAX(VALUE_MAX);
        struct sha256 ours;

        if (strcmp(rules->fields[i], field) != 0)
            continue;
        value_add(&value, rules, rules->templates[i], version);
        ours = sha256_of(str_span(&value));
        return memcmp(ours.bytes, hash.at, SHA256_SIZE) == 0;
    }
    return false;
}
