/* Switches by name: set from a text, and listed for people. */
#include "sim/base/switches.h"

#include "sim/base/chance.h"

#include "base/num.h"

#include <ctype.h>

enum { VALUES_MAX = 4, WORD_SIZE = 32 };

/* A row of the list; its words are in capitals, with underscores. */
struct switch_plan {
    const char *name, *doubt, *meaning;
    unsigned strict, lenient;
    const char *values[VALUES_MAX];
};

#define SWITCH_WORD(id, value) #value
#define SWITCH_PLAN(id, doubt, meaning, strict, lenient, ...)                                      \
    { #id,                                                                                         \
      #doubt,                                                                                      \
      meaning,                                                                                     \
      SWITCH_VALUE(id, strict),                                                                    \
      SWITCH_VALUE(id, lenient),                                                                   \
      { SWITCH_EACH(SWITCH_WORD, id, __VA_ARGS__) } },

static const struct switch_plan plans[SWITCHES] = { SWITCH_LIST(SWITCH_PLAN) };

/* A word as people write it: no-cookie for NO_COOKIE. */
static const char *word_outside(const char *word, char text[WORD_SIZE])
{
    size_t i = 0;

    for (; word[i] && i < WORD_SIZE - 1; i++)
        text[i] = word[i] == '_' ? '-' : (char)tolower((uint8_t)word[i]);
    text[i] = '\0';
    return text;
}

static size_t value_count(const struct switch_plan *plan)
{
    size_t count = 0;

    while (count < VALUES_MAX && plan->values[count])
        count++;
    return count;
}

void switches_init(struct switches *switches)
{
    *switches = (struct switches){ .values = { 0 } };
}

static bool value_set(struct switches *switches, size_t id, struct span value, struct err *err)
{
    const struct switch_plan *plan = &plans[id];
    auto_str all = STR_MAX(256);
    char word[WORD_SIZE];

    for (size_t i = 0; i < value_count(plan); i++) {
        if (span_is(value, word_outside(plan->values[i], word))) {
            switches->values[id] = (uint8_t)i;
            return true;
        }
        str_printf(&all, "%s%s", i ? ", " : "", word);
    }
    return err_set(err, ERR_USAGE, 0, "the switch %s can be %s, not '" SPAN_FORMAT "'",
                   word_outside(plan->name, word), str_text(&all),
                   SPAN_ARGS(span_first(value, 40)));
}

static bool one_set(struct switches *switches, struct span item, struct err *err)
{
    struct span value = item;
    struct span name = span_cut(&value, '=');
    char word[WORD_SIZE];

    for (size_t i = 0; i < SWITCHES; i++)
        if (span_is(name, word_outside(plans[i].name, word)))
            return value_set(switches, i, value, err);
    return err_set(err, ERR_USAGE, 0,
                   "there is no switch '" SPAN_FORMAT "' (fmsim --switches lists them)",
                   SPAN_ARGS(span_first(name, 40)));
}

static void all_set(struct switches *switches, bool strict)
{
    for (size_t i = 0; i < SWITCHES; i++)
        switches->values[i] = (uint8_t)(strict ? plans[i].strict : plans[i].lenient);
}

static bool random_set(struct switches *switches, struct span seed_text, struct err *err)
{
    char word[WORD_SIZE];
    uint64_t seed;

    if (!num_u64(seed_text, 0, UINT64_MAX, &seed, err)) {
        err->kind = ERR_USAGE;
        return err_ctx(err, "random:SEED");
    }
    for (size_t i = 0; i < SWITCHES; i++)
        switches->values[i] =
            (uint8_t)chance_below(chance_of_text(seed, span_of(word_outside(plans[i].name, word))),
                                  value_count(&plans[i]));
    return true;
}

bool switches_set(struct switches *switches, struct span text, struct err *err)
{
    while (text.at) {
        struct span item = span_trim(span_cut(&text, ','));

        if (span_is(item, "strict") || span_is(item, "lenient"))
            all_set(switches, span_is(item, "strict"));
        else if (span_starts(item, "random:") && !random_set(switches, span_from(item, 7), err))
            return false;
        else if (item.size && !span_starts(item, "random:") && !one_set(switches, item, err))
            return false;
    }
    return true;
}

static void switch_describe(const struct switch_plan *plan, unsigned now, struct str *to)
{
    char word[WORD_SIZE], lenient[WORD_SIZE], doubt[WORD_SIZE];

    str_printf(to, "%-24s ", word_outside(plan->name, word));
    for (size_t i = 0; i < value_count(plan); i++)
        str_printf(to, i == now ? "%s[%s]" : "%s%s", i ? " | " : "",
                   word_outside(plan->values[i], word));
    str_printf(to, "\n        %s (%s; strict: %s, lenient: %s)\n", plan->meaning,
               word_outside(plan->doubt, doubt), word_outside(plan->values[plan->strict], word),
               word_outside(plan->values[plan->lenient], lenient));
}

void switches_list(const struct switches *switches, struct str *to)
{
    for (size_t i = 0; i < SWITCHES; i++)
        switch_describe(&plans[i], switches->values[i], to);
}
