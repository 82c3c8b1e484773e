/* Traits as text: kept in the ledger, shown in `check`. */
#include "store/settings.h"

static const struct {
    const char *name;
    size_t offset;
} words[] = {
    { "conditional", offsetof(struct store_traits, conditional) },
    { "conditional-large", offsetof(struct store_traits, conditional_large) },
    { "checks-body", offsetof(struct store_traits, checks_body) },
    { "takes-sum", offsetof(struct store_traits, takes_sum) },
    { "checks-sum", offsetof(struct store_traits, checks_sum) },
    { "tells-sum", offsetof(struct store_traits, tells_sum) },
    { "checks-md5", offsetof(struct store_traits, checks_md5) },
    { "versioned", offsetof(struct store_traits, versioned) },
    { "locked", offsetof(struct store_traits, locked) },
    { "lists-v2", offsetof(struct store_traits, lists_v2) },
    { "lists-encoded", offsetof(struct store_traits, lists_encoded) },
    { "deletes", offsetof(struct store_traits, deletes) },
    { "unnamed", offsetof(struct store_traits, unnamed) },
    { "links", offsetof(struct store_traits, links) },
};

static const char *const answers[] = { "unknown", "yes", "no" };

void store_traits_write(const struct store_traits *traits, struct str *to)
{
    for (size_t i = 0; i < lengthof(words); i++) {
        enum store_trait answer;

        memcpy(&answer, (const char *)traits + words[i].offset, sizeof answer);
        str_printf(to, "%s%s=%s", i ? " " : "", words[i].name, answers[answer]);
    }
}

static bool trait_read(struct span text, enum store_trait *answer_r)
{
    for (size_t i = 0; i < lengthof(answers); i++) {
        if (span_is(text, answers[i])) {
            *answer_r = (enum store_trait)i;
            return true;
        }
    }
    return false;
}

static bool word_read(struct span word, struct store_traits *traits)
{
    struct span name = span_cut(&word, '=');
    enum store_trait answer;

    if (!trait_read(word, &answer))
        return false;
    for (size_t i = 0; i < lengthof(words); i++)
        if (span_is(name, words[i].name))
            memcpy((char *)traits + words[i].offset, &answer, sizeof answer);
    return true; /* a newer program's word is ignored */
}

bool store_traits_read(struct span text, struct store_traits *traits_r)
{
    struct store_traits traits = { 0 };
    struct span rest = text;

    if (text.size == 0)
        return false;
    while (rest.at)
        if (!word_read(span_cut(&rest, ' '), &traits))
            return false;
    *traits_r = traits;
    return true;
}

bool store_needs_hash_keys(const struct store_traits *traits, bool large)
{
    return traits->conditional == STORE_NO || (large && traits->conditional_large == STORE_NO);
}

bool store_needs_reading_back(const struct store_traits *traits)
{
    return traits->checks_body == STORE_NO && traits->checks_sum == STORE_NO
           && traits->checks_md5 == STORE_NO;
}

void store_traits_say(const struct store_traits *traits, struct str *to)
{
    bool any = store_needs_hash_keys(traits, false), large = store_needs_hash_keys(traits, true);

    str_add_text(to, any ? "the server may replace objects, so every key carries the hash of its "
                           "bytes"
                     : large ? "objects are never replaced; above 8 MiB they may be, so their keys "
                               "carry the hash of their bytes"
                             : "objects can be made and are never replaced");
    if (traits->takes_sum == STORE_NO)
        str_add_text(to, "; it refuses SHA-256 checksums, so none are sent");
    if (store_needs_reading_back(traits))
        str_add_text(to, "; nothing is checked on the way, so everything is read back");
    if (traits->versioned == STORE_YES)
        str_add_text(to, "; versioning is on");
    if (traits->locked == STORE_YES)
        str_add_text(to, "; object lock is on");
    if (traits->unnamed == STORE_NO)
        str_add_text(to, traits->links == STORE_YES
                             ? "; files have a hidden name until they are whole, and are linked"
                             : "; files have a hidden name until they are whole, and are renamed");
    if (traits->deletes == STORE_NO)
        str_add_text(to, "; nothing may be removed here, so the trial's object stays");
}
