/*
 * The rules of a scenario, and the requests and times that set them off. Chance follows from the
 * seed, the rule, the record and how often that record was asked for, so that the order in which
 * threads run changes nothing.
 */
#include "sim/faults/scenario.h"

#include "sim/base/chance.h"
#include "sim/base/map.h"
#include "sim/faults/scenario_line.h"
#include "sim/sim.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"

#include <pthread.h>

struct rule {
    struct scenario_line line;
    uint64_t seen;    /* requests of its kind and record */
    struct map *each; /* record -> how often seen         */
};

struct scenario {
    pthread_mutex_t lock;
    uint64_t seed;
    struct rule **rules;
    size_t count, room;
};

struct scenario *scenario_new(uint64_t seed)
{
    struct scenario *scenario = mem_new(struct scenario);

    scenario->seed = seed;
    (void)pthread_mutex_init(&scenario->lock, NULL);
    return scenario;
}

static void rule_free(struct rule *rule)
{
    scenario_line_clear(&rule->line);
    map_free(rule->each, NULL);
    free(rule);
}

void scenario_free(struct scenario *scenario)
{
    if (!scenario)
        return;
    for (size_t i = 0; i < scenario->count; i++)
        rule_free(scenario->rules[i]);
    free(scenario->rules);
    (void)pthread_mutex_destroy(&scenario->lock);
    free(scenario);
}

/* --- requests ------------------------------------------------------------------------------- */

/* How often, this request included: among those the rule has seen, and among those of its record.
 */
struct times_seen {
    uint64_t all, of_record;
};

static struct times_seen rule_counts(struct rule *rule, const struct request *request)
{
    struct times_seen times = { .all = ++rule->seen };
    void **slot;

    times.of_record = times.all;
    if (request->record_id && (rule->line.each_record || rule->line.has_chance)) {
        slot = map_slot(rule->each, request->record_id);
        times.of_record = (uintptr_t)*slot + 1; /* a count, kept where a pointer would stand */
        *slot = (void *)(uintptr_t)times.of_record;
    }
    return times;
}

static bool record_fits(const struct scenario_line *line, uint64_t record_id)
{
    if (!line->has_records)
        return true;
    if (line->records_every)
        return record_id && record_id % line->records_every == 0;
    return record_id >= line->records.first && record_id <= line->records.last;
}

static bool time_fits(const struct scenario_line *line, int64_t since_us)
{
    return since_us >= line->from_us && (!line->to_us || since_us < line->to_us);
}

static bool count_fits(const struct scenario_line *line, uint64_t n)
{
    if (n <= line->skip)
        return false;
    n -= line->skip;
    if ((line->first && n > line->first) || (line->nth && n != line->nth)
        || (line->every && n % line->every != 0))
        return false;
    return true;
}

static bool chance_fits(const struct scenario *scenario, const struct rule *rule,
                        const struct request *request, uint64_t n)
{
    uint64_t chance =
        chance_of(chance_of(scenario->seed, rule->line.number, 77), request->record_id, n);

    return !rule->line.has_chance || chance_unit(chance) < rule->line.chance;
}

static bool rule_meets(struct scenario *scenario, struct rule *rule, const struct request *request,
                       int64_t since_us)
{
    struct times_seen times;

    if (rule->line.when != WHEN_REQUEST || !(rule->line.kinds >> request->route.kind & 1)
        || !record_fits(&rule->line, request->record_id) || !time_fits(&rule->line, since_us)
        || (rule->line.reaching && !request_reaches(request, rule->line.reaching))
        || (rule->line.has_above && request_limit(request) <= rule->line.above))
        return false;
    times = rule_counts(rule, request);
    return count_fits(&rule->line, rule->line.each_record ? times.of_record : times.all)
           && chance_fits(scenario, rule, request, times.of_record);
}

/* --- events --------------------------------------------------------------------------------- */

/* Runs the event of an action; a twist of the request has none. */
static bool event_run(struct sim *sim, const struct event *event, struct err *err)
{
    return !event->run || event->run(sim, event, err);
}

/* The next rule from `*index` on that applies to a request; NULL at the end. */
static const struct rule *next_met(struct sim *sim, const struct request *request, size_t *index)
{
    struct scenario *scenario = sim->scenario;
    int64_t since_us = time_mono_us() - sim->started_us;
    const struct rule *met = NULL;

    (void)pthread_mutex_lock(&scenario->lock);
    while (!met && *index < scenario->count) {
        struct rule *rule = scenario->rules[(*index)++];

        if (rule_meets(scenario, rule, request, since_us))
            met = rule;
    }
    (void)pthread_mutex_unlock(&scenario->lock);
    return met;
}

static void rule_apply(struct sim *sim, const struct rule *rule)
{
    struct err err;

    (void)sim_count(&sim->faults, 1);
    if (!event_run(sim, &rule->line.action.event, &err))
        log_warn("line %u of the scenario: %s", rule->line.number, err.msg);
}

void scenario_meet(struct sim *sim, struct request *request)
{
    const struct rule *rule;
    size_t index = 0;

    while ((rule = next_met(sim, request, &index)) != NULL) {
        log_debug("request %ju (%s, record %ju): line %u of the scenario applies",
                  (uintmax_t)request->number, request_kind_name(request->route.kind),
                  (uintmax_t)request->record_id, rule->line.number);
        action_to_twist(&rule->line.action, &request->twist);
        rule_apply(sim, rule);
    }
}

static bool event_is_due(struct rule *rule, const struct request *request)
{
    const struct scenario_line *line = &rule->line;

    if ((line->when != WHEN_AFTER && line->when != WHEN_EVERY)
        || !(line->kinds >> request->route.kind & 1))
        return false;
    rule->seen++;
    return line->when == WHEN_AFTER ? rule->seen == line->count : rule->seen % line->count == 0;
}

/* The next rule from `*index` on with an event that this request sets off; NULL at the end. */
static const struct rule *next_due(struct scenario *scenario, const struct request *request,
                                   size_t *index)
{
    const struct rule *due = NULL;

    (void)pthread_mutex_lock(&scenario->lock);
    while (!due && *index < scenario->count) {
        struct rule *rule = scenario->rules[(*index)++];

        if (event_is_due(rule, request))
            due = rule;
    }
    (void)pthread_mutex_unlock(&scenario->lock);
    return due;
}

void scenario_after(struct sim *sim, const struct request *request)
{
    const struct rule *rule;
    size_t index = 0;

    while ((rule = next_due(sim->scenario, request, &index)) != NULL)
        rule_apply(sim, rule);
}

/* --- by the clock --------------------------------------------------------------------------- */

struct timed_rule {
    struct sim *sim;
    const struct rule *rule; /* rules live as long as the scenario, timers end before it */
};

/* When a rule applies; WHEN_NEVER: it was forgotten. */
static enum line_when rule_when(struct scenario *scenario, const struct rule *rule)
{
    (void)pthread_mutex_lock(&scenario->lock);
    enum line_when when = rule->line.when;
    (void)pthread_mutex_unlock(&scenario->lock);
    return when;
}

static int64_t timed_run(void *arg)
{
    const struct timed_rule *timed = arg;
    enum line_when when = rule_when(timed->sim->scenario, timed->rule);

    if (when == WHEN_NEVER)
        return 0;
    rule_apply(timed->sim, timed->rule);
    return when == WHEN_EACH_TIME ? timed->rule->line.time_us : 0;
}

static void timed_start(struct sim *sim, const struct rule *rule)
{
    struct timed_rule *timed = mem_new(struct timed_rule);

    *timed = (struct timed_rule){ sim, rule };
    timers_add(sim->timers, rule->line.time_us, timed_run, free, timed);
}

/* --- adding lines --------------------------------------------------------------------------- */

static const struct rule *rule_add(struct scenario *scenario, const struct scenario_line *line)
{
    struct rule *rule = mem_new(struct rule);

    rule->line = *line;
    rule->each = map_new();
    (void)pthread_mutex_lock(&scenario->lock);
    if (scenario->count == scenario->room) {
        scenario->room = scenario->room ? 2 * scenario->room : 16;
        scenario->rules = mem_grow(scenario->rules, scenario->room * sizeof *scenario->rules);
    }
    scenario->rules[scenario->count++] = rule;
    (void)pthread_mutex_unlock(&scenario->lock);
    return rule;
}

/* They stay where they are: threads that met one before may still look at it. */
static void rules_forget(struct scenario *scenario)
{
    (void)pthread_mutex_lock(&scenario->lock);
    for (size_t i = 0; i < scenario->count; i++)
        scenario->rules[i]->line.when = WHEN_NEVER;
    (void)pthread_mutex_unlock(&scenario->lock);
}

static bool line_take(struct sim *sim, struct span text, unsigned number, struct err *err)
{
    struct scenario_line line = { .number = number };
    bool good = scenario_line_read(text, &line, err);

    line.number = number;
    if (good && line.when == WHEN_NOW)
        good = event_run(sim, &line.action.event, err);
    else if (good && line.when == WHEN_FORGET)
        rules_forget(sim->scenario);
    else if (good && line.when != WHEN_NEVER) {
        const struct rule *rule = rule_add(sim->scenario, &line);

        if (line.when == WHEN_TIME || line.when == WHEN_EACH_TIME)
            timed_start(sim, rule);
        return true;
    }
    scenario_line_clear(&line);
    return good;
}

bool scenario_add(struct sim *sim, struct span lines, const char *name, struct err *err)
{
    for (unsigned number = 1; lines.at; number++)
        if (!line_take(sim, span_cut(&lines, '\n'), number, err))
            return err_ctx(err, "%s, line %u", name, number);
    return true;
}

bool scenario_read(struct sim *sim, const char *path, struct err *err)
{
    auto_str text = STR_MAX(MIB(4));

    return fs_read(path, &text, err) && scenario_add(sim, str_span(&text), path, err);
}
