/* The grammar of a line: when something happens, to which requests, and what. */
#include "sim/faults/scenario_line.h"

#include "sim/faults/words.h"

#include "base/time.h"

/* --- conditions ----------------------------------------------------------------------------- */

static bool record_condition(struct words *words, struct scenario_line *line, struct err *err)
{
    line->has_records = true;
    if (words_are_next(words, "every"))
        return words_number(words, &line->records_every, err);
    return words_records(words, &line->records, err);
}

static bool condition_read(struct words *words, struct scenario_line *line, struct span word,
                           struct err *err)
{
    if (span_is(word, "record"))
        return record_condition(words, line, err);
    if (span_is(word, "first")) {
        if (!words_number(words, &line->first, err))
            return false;
        line->each_record = words_are_next(words, "each");
        return true;
    }
    if (span_is(word, "nth"))
        return words_number(words, &line->nth, err);
    if (span_is(word, "every"))
        return words_number(words, &line->every, err);
    if (span_is(word, "after"))
        return words_number(words, &line->skip, err);
    if (span_is(word, "from"))
        return words_time(words, &line->from_us, err);
    if (span_is(word, "to"))
        return words_time(words, &line->to_us, err);
    if (span_is(word, "reaching"))
        return words_number(words, &line->reaching, err);
    if (span_is(word, "above")) {
        line->has_above = true;
        return words_number(words, &line->above, err);
    }
    if (span_is(word, "chance")) {
        line->has_chance = true;
        return words_chance(words, &line->chance, err);
    }
    return word_error(
        err,
        "a condition (record, first, nth, every, after, above, reaching, from, to, chance) or 'do'",
        word);
}

static bool request_line(struct words *words, struct scenario_line *line, struct err *err)
{
    line->when = WHEN_REQUEST;
    if (!words_kinds(words, &line->kinds, err))
        return false;
    for (;;) {
        struct span word = word_next(words);

        if (span_is(word, "do"))
            return action_read(words, &line->action, err);
        if (!condition_read(words, line, word, err))
            return false;
    }
}

/* after KIND N do ..., after 10s do ...; the same with every. */
static bool moment_line(struct words *words, struct scenario_line *line, bool once, struct err *err)
{
    if (words_time_is_next(words, &line->time_us)) {
        line->when = once ? WHEN_TIME : WHEN_EACH_TIME;
    } else {
        line->when = once ? WHEN_AFTER : WHEN_EVERY;
        if (!words_kinds(words, &line->kinds, err) || !words_number(words, &line->count, err))
            return false;
    }
    if ((line->when == WHEN_EVERY && !line->count)
        || (line->when == WHEN_EACH_TIME && !line->time_us))
        return err_set(err, ERR_USAGE, 0, "every 0 is too often");
    if (!words_are_next(words, "do"))
        return word_error(err, "'do'", word_next(words));
    return action_read(words, &line->action, err);
}

static bool forget_line(struct words *words, struct scenario_line *line, struct err *err)
{
    line->when = WHEN_FORGET;
    return words_end(words, err);
}

static bool action_fits(const struct scenario_line *line, struct err *err)
{
    if (line->when == WHEN_NEVER || line->when == WHEN_REQUEST || line->when == WHEN_FORGET
        || line->action.event.run)
        return true;
    return err_set(err, ERR_USAGE, 0,
                   "this happens to requests: say to which, as in 'on stream2 do ...'");
}

static bool words_read(struct words *words, struct scenario_line *line, struct err *err)
{
    struct words begin = *words;
    struct span word = word_next(words);

    if (!word.size)
        return true;
    if (span_is(word, "on"))
        return request_line(words, line, err);
    if (span_is(word, "after"))
        return moment_line(words, line, true, err);
    if (span_is(word, "every"))
        return moment_line(words, line, false, err);
    if (span_is(word, "forget"))
        return forget_line(words, line, err);
    line->when = WHEN_NOW;
    if (span_is(word, "do"))
        return action_read(words, &line->action, err);
    if (span_is(word, "container") || span_is(word, "set"))
        return action_read(&begin, &line->action, err);
    return word_error(err, "how a line begins (on, after, every, do, container, set, forget, #)",
                      word);
}

bool scenario_line_read(struct span text, struct scenario_line *line_r, struct err *err)
{
    struct words words = { span_first(text, span_find(text, "#")) };

    return words_read(&words, line_r, err) && action_fits(line_r, err);
}

void scenario_line_clear(struct scenario_line *line)
{
    action_clear(&line->action);
}
