/* The traits are notes in the ledger: one for each store that its source was ever moved to. */
#include "preflight/store_probe.h"

#include "base/mem.h"
#include "preflight/pinned.h"
#include "store/open.h"

#include <ctype.h>

enum { TEXT_MAX = 1024, PROBE_DIGITS = 12 };

static char *probe_note_name(const char *name)
{
    return mem_printf("store %s", name);
}

/* Reads the note; none where there is no ledger yet. */
static bool known_traits_read(const struct engine_settings *settings, const char *name,
                              const struct cancel *cancel, struct store_traits *traits_r)
{
    auto_free char *note = probe_note_name(name), *text = NULL;
    auto_ledger *ledger = NULL;
    struct err ignored;

    return ledger_open_reader(settings->ledger_url, settings->source_name, cancel, &ledger,
                              &ignored)
           && ledger_note_read(ledger, note, &text, &ignored) && text
           && store_traits_read(span_of(text), traits_r);
}

static bool store_with_traits(const struct engine_settings *settings, const struct cancel *cancel,
                              const struct store_traits *traits, struct store **store_r,
                              struct err *err)
{
    struct store_settings store = settings->store;

    store.traits = *traits;
    return store_open(&store, cancel, store_r, err);
}

/* A folder is probed each time: that is cheap, and it may be mounted in another way by now. */
static bool must_probe(enum probe_mode mode, const struct store *store,
                       const struct store_traits *known, bool same)
{
    if (!*store_bucket(store))
        return true;
    switch (mode) {
    case PROBE_NEVER:
        return false;
    case PROBE_IF_NEEDED:
        return !same;
    case PROBE_ALWAYS:
        return !same || known->deletes != STORE_NO;
    }
    abort();
}

/* Opens a bucket as if nothing were known of it; a folder that is known must not be made anew. */
static bool bucket_probe(const struct engine_settings *settings, const struct cancel *cancel,
                         struct store *known, struct store_traits *traits, struct err *err)
{
    const struct store_traits nothing = { 0 };
    auto_store *unknown = NULL;

    if (!*store_bucket(known))
        return store_probe(known, traits, err);
    return store_with_traits(settings, cancel, &nothing, &unknown, err)
           && store_probe(unknown, traits, err);
}

static char *probe_words(const struct store *store, const struct store_traits *traits, bool tried)
{
    auto_str text = STR_MAX(KIB(1));

    if (traits->conditional == STORE_UNKNOWN)
        return mem_printf("%s: it is there; its behaviour has not been tried yet",
                          store_name(store));
    store_traits_say(traits, &text);
    return mem_printf("%s: %s%s", store_name(store), str_text(&text),
                      tried ? "" : " (as found before)");
}

void store_probe_known(const struct engine_settings *settings, const struct cancel *cancel,
                       struct store_traits *traits_r)
{
    auto_free char *name = NULL;
    struct err ignored; /* opening the store says it */

    *traits_r = (struct store_traits){ 0 };
    if (store_name_of(&settings->store, &name, &ignored))
        (void)known_traits_read(settings, name, cancel, traits_r);
}

bool store_probe_run(const struct engine_settings *settings, const struct cancel *cancel,
                     enum probe_mode mode, struct store_traits *traits_r, char **said_r,
                     struct err *err)
{
    struct store_traits traits = { 0 };
    auto_free char *name = NULL;
    auto_store *store = NULL;
    bool same = false, tried;

    if (!pinned_store_check(settings, cancel, err))
        return false;
    if (!store_name_of(&settings->store, &name, err))
        return false;
    (void)known_traits_read(settings, name, cancel, &traits);
    if (mode == PROBE_NEVER && !span_starts(span_of(settings->store.url), "s3://")) {
        *traits_r = traits; /* to open a folder is to make it */
        *said_r = mem_printf("%s: not tried", settings->store.url);
        return true;
    }
    if (!store_with_traits(settings, cancel, &traits, &store, err)
        || !store_probe_check(store, &same, err))
        return false;
    tried = must_probe(mode, store, &traits, same);
    if (tried && !bucket_probe(settings, cancel, store, &traits, err))
        return false;
    *said_r = probe_words(store, &traits, tried);
    *traits_r = traits;
    return true;
}

/* Twelve hex digits, then "-2" and so on for further ones. */
static bool is_probe_object(struct span id)
{
    size_t digits = 0;

    while (digits < id.size && isxdigit((unsigned char)id.at[digits]))
        digits++;
    return digits == PROBE_DIGITS && (id.size == digits || id.size == digits + 2);
}

bool store_probe_leftovers(const struct engine_settings *settings, const struct cancel *cancel,
                           struct str *names, size_t *count_r, struct err *err)
{
    auto_free char *prefix = mem_printf("%s" STORE_PROBE, settings->keys.prefix);
    auto_store *store = NULL;
    auto_list *list = NULL;
    struct store_entry entry;
    enum step step;

    *count_r = 0;
    if (!store_with_traits(settings, cancel, &settings->store.traits, &store, err)
        || !store_list(store, prefix, &list, err))
        return false;
    while ((step = store_list_next(list, &entry, err)) == STEP_ROW)
        if (is_probe_object(span_of(entry.key + strlen(prefix))))
            str_printf(names, "%s%s", (*count_r)++ ? ", " : "", entry.key);
    return step == STEP_END;
}

bool store_probe_keep(struct ledger *ledger, const struct engine_settings *settings,
                      const struct store_traits *traits, const struct cancel *cancel,
                      struct err *err)
{
    auto_free char *name = NULL, *note = NULL, *known = NULL;
    auto_str text = STR_MAX(TEXT_MAX);

    (void)cancel;
    if (traits->conditional == STORE_UNKNOWN)
        return true;
    if (!store_name_of(&settings->store, &name, err))
        return false;
    note = probe_note_name(name);
    store_traits_write(traits, &text);
    return ledger_note_read(ledger, note, &known, err)
           && ((known && strcmp(known, str_text(&text)) == 0)
               || ledger_note_write(ledger, note, str_text(&text), err));
}
