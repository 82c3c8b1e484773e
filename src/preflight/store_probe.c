/* Notes in the ledger: one for each store that its source was ever moved to. */
#include "preflight/store_probe.h"

#include "base/mem.h"
#include "preflight/pinned.h"

#include <ctype.h>

enum { TEXT_MAX = 1024, PROBE_DIGITS = 12 };

static char *note_of(const char *name)
{
    return mem_printf("store %s", name);
}

/* What is known; nothing where there is no ledger yet. */
static bool known_read(const struct engine_settings *settings, const char *name,
                       const struct cancel *cancel, struct store_traits *traits_r)
{
    auto_free char *note = note_of(name), *text = NULL;
    auto_ledger *ledger = NULL;
    struct err ignored;

    return ledger_open_reader(settings->ledger_url, settings->source_name, cancel, &ledger,
                              &ignored)
           && ledger_note_read(ledger, note, &text, &ignored) && text
           && store_traits_read(span_of(text), traits_r);
}

static bool store_at(const struct engine_settings *settings, const struct cancel *cancel,
                     const struct store_traits *traits, struct store **store_r, struct err *err)
{
    struct store_settings store = settings->store;

    store.traits = *traits;
    return store_open(&store, cancel, store_r, err);
}

/* A folder is tried each time: that is cheap, and it may have been mounted otherwise meanwhile. */
static bool must_try(enum trial trial, const struct store *store, const struct store_traits *known,
                     bool same)
{
    if (!*store_bucket(store))
        return true;
    switch (trial) {
    case TRIAL_NONE:
        return false;
    case TRIAL_NEEDED:
        return !same;
    case TRIAL_ALWAYS:
        return !same || known->deletes != STORE_NO;
    }
    abort();
}

/* As if nothing were known of a bucket; a folder that is known must not be made anew. */
static bool probe(const struct engine_settings *settings, const struct cancel *cancel,
                  struct store *known, struct store_traits *traits, struct err *err)
{
    const struct store_traits nothing = { 0 };
    auto_store *unknown = NULL;

    if (!*store_bucket(known))
        return store_probe(known, traits, err);
    return store_at(settings, cancel, &nothing, &unknown, err) && store_probe(unknown, traits, err);
}

static char *words_of(const struct store *store, const struct store_traits *traits, bool tried)
{
    auto_str text = STR_MAX(KIB(1));

    if (traits->conditional == STORE_UNKNOWN)
        return mem_printf("%s: it is there; what it does was not tried yet", store_name(store));
    store_traits_say(traits, &text);
    return mem_printf("%s: %s%s", store_name(store), str_text(&text),
                      tried ? "" : " (as was found before)");
}

void trial_known(const struct engine_settings *settings, const struct cancel *cancel,
                 struct store_traits *traits_r)
{
    auto_free char *name = NULL;
    struct err ignored; /* opening the store will say it */

    *traits_r = (struct store_traits){ 0 };
    if (store_name_of(&settings->store, &name, &ignored))
        (void)known_read(settings, name, cancel, traits_r);
}

bool trial_make(const struct engine_settings *settings, const struct cancel *cancel,
                enum trial trial, struct store_traits *traits_r, char **said_r, struct err *err)
{
    struct store_traits traits = { 0 };
    auto_free char *name = NULL;
    auto_store *store = NULL;
    bool same = false, tried;

    if (!steady_store(settings, cancel, err))
        return false;
    if (!store_name_of(&settings->store, &name, err))
        return false;
    (void)known_read(settings, name, cancel, &traits);
    if (trial == TRIAL_NONE && !span_starts(span_of(settings->store.url), "s3://")) {
        *traits_r = traits; /* to open a folder is to make it */
        *said_r = mem_printf("%s: not tried", settings->store.url);
        return true;
    }
    if (!store_at(settings, cancel, &traits, &store, err) || !store_probe_check(store, &same, err))
        return false;
    tried = must_try(trial, store, &traits, same);
    if (tried && !probe(settings, cancel, store, &traits, err))
        return false;
    *said_r = words_of(store, &traits, tried);
    *traits_r = traits;
    return true;
}

/* Twelve hex digits, and "-2" and so on for further ones. */
static bool is_of_a_trial(struct span id)
{
    size_t digits = 0;

    while (digits < id.size && isxdigit((unsigned char)id.at[digits]))
        digits++;
    return digits == PROBE_DIGITS && (id.size == digits || id.size == digits + 2);
}

bool trial_left(const struct engine_settings *settings, const struct cancel *cancel,
                struct str *names, size_t *count_r, struct err *err)
{
    auto_free char *prefix = mem_printf("%s" STORE_PROBE, settings->keys.prefix);
    auto_store *store = NULL;
    auto_list *list = NULL;
    struct store_entry entry;
    enum step step;

    *count_r = 0;
    if (!store_at(settings, cancel, &settings->store.traits, &store, err)
        || !store_list(store, prefix, &list, err))
        return false;
    while ((step = store_list_next(list, &entry, err)) == STEP_ROW)
        if (is_of_a_trial(span_of(entry.key + strlen(prefix))))
            str_printf(names, "%s%s", (*count_r)++ ? ", " : "", entry.key);
    return step == STEP_END;
}

bool trial_keep(struct ledger *ledger, const struct engine_settings *settings,
                const struct store_traits *traits, const struct cancel *cancel, struct err *err)
{
    auto_free char *name = NULL, *note = NULL, *known = NULL;
    auto_str text = STR_MAX(TEXT_MAX);

    (void)cancel;
    if (traits->conditional == STORE_UNKNOWN)
        return true;
    if (!store_name_of(&settings->store, &name, err))
        return false;
    note = note_of(name);
    store_traits_write(traits, &text);
    return ledger_note_read(ledger, note, &known, err)
           && ((known && strcmp(known, str_text(&text)) == 0)
               || ledger_note_write(ledger, note, str_text(&text), err));
}
