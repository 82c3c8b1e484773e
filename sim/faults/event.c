/* The table of events. */
#include "sim/faults/event.h"

#include "base/mem.h"

/* --- doing them ----------------------------------------------------------------------------- */

typedef bool event_run(struct sim *sim, const struct event *event, struct err *err);

static bool sessions_lost(struct sim *sim, const struct event *event, struct err *err)
{
    (void)event;
    (void)err;
    (void)sessions_drop(sim->sessions);
    return true;
}

static bool engine_down(struct sim *sim, const struct event *event, struct err *err)
{
    (void)err;
    sim_down_for(sim, event->time_us);
    return true;
}

static bool engine_restarted(struct sim *sim, const struct event *event, struct err *err)
{
    return sessions_lost(sim, event, err) && engine_down(sim, event, err);
}

static bool connections_refused(struct sim *sim, const struct event *event, struct err *err)
{
    (void)err;
    sim_refuse_for(sim, event->time_us);
    return true;
}

static bool records_inserted(struct sim *sim, const struct event *event, struct err *err)
{
    (void)err;
    people_insert(sim, event->number);
    return true;
}

static bool records_deleted(struct sim *sim, const struct event *event, struct err *err)
{
    (void)err;
    people_delete(sim, event->records);
    return true;
}

static bool records_edited(struct sim *sim, const struct event *event, struct err *err)
{
    (void)err;
    people_edit(sim, event->records);
    return true;
}

static bool files_replaced(struct sim *sim, const struct event *event, struct err *err)
{
    (void)err;
    people_replace(sim, event->records);
    return true;
}

static bool records_held(struct sim *sim, const struct event *event, struct err *err)
{
    (void)err;
    people_hold(sim, event->records, event->time_us);
    return true;
}

static bool containers_spoiled(struct sim *sim, const struct event *event, struct err *err)
{
    (void)err;
    people_content(sim, event->records, event->text, event->repetition, &event->content);
    return true;
}

static bool patients_arrived(struct sim *sim, const struct event *event, struct err *err)
{
    (void)event;
    (void)err;
    people_arrive(sim);
    return true;
}

static bool switches_turned(struct sim *sim, const struct event *event, struct err *err)
{
    struct switches switches = sim->switches;

    if (!switches_set(&switches, span_of(event->text), err))
        return false;
    sim_switches_change(sim, &switches);
    return true;
}

/* --- reading their arguments ---------------------------------------------------------------- */

/* RECORDS [field NAME] [repetition N] is WHAT */
static bool container_read(struct words *words, struct event *event, struct err *err)
{
    uint64_t repetition = 1;
    struct span word;

    if (!words_records(words, &event->records, err))
        return false;
    if (words_are_next(words, "field") && !words_text(words, &event->text, err))
        return false;
    if (words_are_next(words, "repetition") && !words_number(words, &repetition, err))
        return false;
    event->repetition = (unsigned)repetition;
    if (!words_are_next(words, "is"))
        return word_error(err, "'is' after the records", word_next(words));
    word = word_next(words);
    return content_state_read(word, &event->content)
           || word_error(
               err,
               "what a container can be (good, empty, embedded, secured, open, additional, "
               "reference, no-access, missing, truncated, error-page, zero)",
               word);
}

static bool switch_read(struct words *words, struct event *event, struct err *err)
{
    struct span name = word_next(words), value = word_next(words);

    if (!name.size)
        return word_error(err, "a switch", name);
    event->text = value.size
                      ? mem_printf(SPAN_FORMAT "=" SPAN_FORMAT, SPAN_ARGS(name), SPAN_ARGS(value))
                      : span_text(name);
    return true;
}

/* --- the table ------------------------------------------------------------------------------ */

enum event_takes {
    TAKES_NOTHING,
    TAKES_TIME,
    TAKES_NUMBER,
    TAKES_RECORDS,
    TAKES_RECORDS_TIME,
    TAKES_CONTAINER,
    TAKES_SWITCH
};

static const struct event_plan {
    const char *name;
    enum event_takes takes;
    event_run *run;
} event_plans[] = {
    { "drop-sessions", TAKES_NOTHING, sessions_lost },
    { "down", TAKES_TIME, engine_down },
    { "restart", TAKES_TIME, engine_restarted },
    { "refuse", TAKES_TIME, connections_refused },
    { "insert", TAKES_NUMBER, records_inserted },
    { "delete", TAKES_RECORDS, records_deleted },
    { "edit", TAKES_RECORDS, records_edited },
    { "replace", TAKES_RECORDS, files_replaced },
    { "hold", TAKES_RECORDS_TIME, records_held },
    { "container", TAKES_CONTAINER, containers_spoiled },
    { "patients-arrive", TAKES_NOTHING, patients_arrived },
    { "set", TAKES_SWITCH, switches_turned },
};

static bool argument_read(struct words *words, enum event_takes takes, struct event *event,
                          struct err *err)
{
    switch (takes) {
    case TAKES_NOTHING:
        return true;
    case TAKES_TIME:
        return words_time(words, &event->time_us, err);
    case TAKES_NUMBER:
        return words_number(words, &event->number, err);
    case TAKES_RECORDS:
        return words_records(words, &event->records, err);
    case TAKES_RECORDS_TIME:
        return words_records(words, &event->records, err)
               && words_time(words, &event->time_us, err);
    case TAKES_CONTAINER:
        return container_read(words, event, err);
    case TAKES_SWITCH:
        return switch_read(words, event, err);
    }
    abort();
}

bool event_read(struct words *words, struct event *event_r, struct err *err)
{
    for (size_t i = 0; i < lengthof(event_plans); i++) {
        const struct event_plan *plan = &event_plans[i];

        if (!words_are_next(words, plan->name))
            continue;
        event_r->run = plan->run;
        return argument_read(words, plan->takes, event_r, err) || err_ctx(err, "%s", plan->name);
    }
    return true;
}

void event_clear(struct event *event)
{
    free(event->text);
    event->text = NULL;
}
