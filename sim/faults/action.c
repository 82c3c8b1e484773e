/* The table of twists, and the reading of an action. */
#include "sim/faults/action.h"

enum { CHOICES_MOST = 5 };

enum twist_takes {
    TAKES_NOTHING, /* the member is a flag */
    TAKES_TIME,
    TAKES_NUMBER,
    TAKES_SIGNED,
    TAKES_PLACE,
    TAKES_SHARE,
    TAKES_TEXT,
    TAKES_CHOICE, /* one of the row's words; the member is an enum whose 1 is the first of them */
    TAKES_STATUS,
    TAKES_STALL,
};

struct twist_plan {
    const char *name;
    enum twist_takes takes;
    size_t offset, size; /* of the member of struct twist */
    const char *choices[CHOICES_MOST];
};

#define MEMBER(member) offsetof(struct twist, member), sizeof((struct twist *)NULL)->member

static const struct twist_plan twist_plans[] = {
    { "delay", TAKES_TIME, MEMBER(delay_us) },
    { "status", TAKES_STATUS, MEMBER(status) },
    { "code", TAKES_NUMBER, MEMBER(code) },
    { "reset before", TAKES_NOTHING, MEMBER(reset_before) },
    { "reset after", TAKES_NOTHING, MEMBER(reset_after) },
    { "reset upload", TAKES_NOTHING, MEMBER(reset_upload) },
    { "reset at", TAKES_PLACE, MEMBER(reset_at) },
    { "stall at", TAKES_STALL, MEMBER(stall_at) }, /* before the shorter name */
    { "stall", TAKES_TIME, MEMBER(stall_us) },
    { "trickle", TAKES_NUMBER, MEMBER(trickle) },
    { "cut fitting", TAKES_PLACE, MEMBER(cut_fitting) }, /* before the shorter name */
    { "cut", TAKES_PLACE, MEMBER(cut) },
    { "longer", TAKES_NUMBER, MEMBER(longer) },
    { "no-length", TAKES_NOTHING, MEMBER(no_length) },
    { "bad-chunk", TAKES_NOTHING, MEMBER(bad_chunk) },
    { "flip", TAKES_PLACE, MEMBER(flip) },
    { "empty-page", TAKES_NOTHING, MEMBER(empty_page) },
    { "empty", TAKES_NOTHING, MEMBER(empty) },
    { "html", TAKES_NOTHING, MEMBER(html) },
    { "bom", TAKES_NOTHING, MEMBER(bom) },
    { "pad", TAKES_NUMBER, MEMBER(pad) },
    { "compress", TAKES_CHOICE, MEMBER(coding), { "gzip", "deflate", "label" } },
    { "redirect", TAKES_TEXT, MEMBER(redirect) },
    { "deny", TAKES_TEXT, MEMBER(deny) },
    { "endless-headers", TAKES_NOTHING, MEMBER(endless_headers) },
    { "twice", TAKES_NOTHING, MEMBER(twice) },
    { "replay", TAKES_TIME, MEMBER(replay_us) },
    { "swap", TAKES_NOTHING, MEMBER(swap) },
    { "tls-alert at", TAKES_PLACE, MEMBER(alert_at) },
    { "found-count", TAKES_SIGNED, MEMBER(found_delta) },
    { "miss", TAKES_SHARE, MEMBER(missed) },
    { "repeat-edge", TAKES_NOTHING, MEMBER(repeat_edge) },
    { "wrong-mod-id", TAKES_NOTHING, MEMBER(wrong_mod_id) },
    { "url-host", TAKES_TEXT, MEMBER(url_host) },
    { "no-extension", TAKES_NOTHING, MEMBER(no_extension) },
    { "media", TAKES_TEXT, MEMBER(media) },
    { "stale", TAKES_CHOICE, MEMBER(stale), { "401", "404", "400", "no-cookie" } },
    { "answer", TAKES_CHOICE, MEMBER(reaction), { "edit", "touch", "replace", "clear", "alter" } },
};

/* "gzip, deflate or label" */
static bool choice_error(struct err *err, const struct twist_plan *plan, struct span word)
{
    auto_str all = STR_MAX(256);

    for (size_t i = 0; i < CHOICES_MOST && plan->choices[i]; i++) {
        bool last = i + 1 == CHOICES_MOST || !plan->choices[i + 1];

        str_printf(&all, "%s%s", i == 0 ? "" : last ? " or " : ", ", plan->choices[i]);
    }
    return word_error(err, str_text(&all), word);
}

static bool choice_read(struct words *words, const struct twist_plan *plan, unsigned *choice_r,
                        struct err *err)
{
    struct span word = word_next(words);

    for (unsigned i = 0; i < CHOICES_MOST && plan->choices[i]; i++) {
        if (span_is(word, plan->choices[i])) {
            *choice_r = i + 1;
            return true;
        }
    }
    return choice_error(err, plan, word);
}

/* N [html] [json] [applied] */
static bool status_read(struct words *words, struct twist_status *status, struct err *err)
{
    uint64_t n;

    if (!words_number(words, &n, err))
        return false;
    if (n < 100 || n > 599)
        return err_set(err, ERR_USAGE, 0, "an HTTP status is from 100 to 599");
    status->status = (int)n;
    for (;;) {
        if (words_are_next(words, "json"))
            status->as_json = true;
        else if (words_are_next(words, "applied"))
            status->applied = true;
        else if (!words_are_next(words, "html"))
            return true;
    }
}

static bool stall_read(struct words *words, struct twist_stall *stall, struct err *err)
{
    return words_place(words, &stall->at, err) && words_time(words, &stall->time_us, err);
}

static bool text_read(struct words *words, struct action *action, const char **text_r,
                      struct err *err)
{
    if (!words_text(words, &action->text, err))
        return false;
    *text_r = action->text;
    return true;
}

static bool argument_read(struct words *words, const struct twist_plan *plan, struct action *action,
                          struct err *err)
{
    void *member = (char *)&action->twist + plan->offset;

    switch (plan->takes) {
    case TAKES_NOTHING:
        *(bool *)member = true;
        return true;
    case TAKES_TIME:
        return words_time(words, member, err);
    case TAKES_NUMBER:
        return words_number(words, member, err);
    case TAKES_SIGNED:
        return words_signed(words, member, err);
    case TAKES_PLACE:
        return words_place(words, member, err);
    case TAKES_SHARE:
        return words_chance(words, member, err);
    case TAKES_TEXT:
        return text_read(words, action, member, err);
    case TAKES_CHOICE:
        return choice_read(words, plan, member, err);
    case TAKES_STATUS:
        return status_read(words, member, err);
    case TAKES_STALL:
        return stall_read(words, member, err);
    }
    abort();
}

/* `size` stays 0 if the words do not begin with the name of a twist. */
static bool twist_read(struct words *words, struct action *action, struct err *err)
{
    for (size_t i = 0; i < lengthof(twist_plans); i++) {
        const struct twist_plan *plan = &twist_plans[i];

        if (!words_are_next(words, plan->name))
            continue;
        action->offset = plan->offset;
        action->size = plan->size;
        return argument_read(words, plan, action, err) || err_ctx(err, "%s", plan->name);
    }
    return true;
}

bool action_read(struct words *words, struct action *action, struct err *err)
{
    if (!event_read(words, &action->event, err))
        return false;
    if (!action->event.run && !twist_read(words, action, err))
        return false;
    if (!action->event.run && !action->size)
        return word_error(err, "something that can happen", span_trim(words->rest));
    return words_end(words, err);
}

void action_clear(struct action *action)
{
    event_clear(&action->event);
    free(action->text);
    action->text = NULL;
}

void action_to_twist(const struct action *action, struct twist *twist)
{
    memcpy((char *)twist + action->offset, (const char *)&action->twist + action->offset,
           action->size);
}
