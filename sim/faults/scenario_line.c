/* Reading a line, word by word. */
#include "sim/faults/scenario_line.h"

#include "sim/api/reaction.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"

struct line_words {
    struct span rest;
};

static struct span word_next(struct line_words *words)
{
    struct span rest = span_trim(words->rest), word;
    size_t size = 0;

    while (size < rest.size && rest.at[size] != ' ' && rest.at[size] != '\t')
        size++;
    word = span_first(rest, size);
    words->rest = span_from(rest, size);
    return word;
}

static bool word_is_next(struct line_words *words, const char *text)
{
    struct line_words ahead = *words;

    if (!span_is(word_next(&ahead), text))
        return false;
    *words = ahead;
    return true;
}

static bool word_error(struct err *err, const char *what, struct span word)
{
    if (!word.size)
        return err_set(err, ERR_USAGE, 0, "%s is missing at the end", what);
    return err_set(err, ERR_USAGE, 0, "'" SPAN_FORMAT "' is not %s",
                   SPAN_ARGS(span_first(word, 60)), what);
}

/* --- words with a meaning ------------------------------------------------------------------- */

static bool number_read(struct line_words *words, uint64_t *n_r, struct err *err)
{
    struct span word = word_next(words);

    return num_u64(word, 0, UINT64_MAX, n_r, err) || word_error(err, "a number", word);
}

static bool signed_read(struct line_words *words, int64_t *n_r, struct err *err)
{
    struct span word = word_next(words);
    struct span digits = span_starts(word, "+") ? span_from(word, 1) : word;

    return num_i64(digits, INT64_MIN, INT64_MAX, n_r, err)
           || word_error(err, "a number such as +5 or -5", word);
}

/* "250ms", "10s", "5m"; a bare number is seconds. */
static bool time_text_read(struct span word, int64_t *us_r)
{
    static const struct {
        const char *unit;
        int64_t us;
    } units[] = { { "ms", TIME_MS },
                  { "us", 1 },
                  { "s", TIME_SECOND },
                  { "m", 60 * (int64_t)TIME_SECOND },
                  { "h", 3600 * (int64_t)TIME_SECOND } };
    struct err err;
    uint64_t n;

    for (size_t i = 0; i < lengthof(units); i++) {
        if (!span_ends(word, units[i].unit))
            continue;
        if (!num_u64(span_first(word, word.size - strlen(units[i].unit)), 0, 1000000, &n, &err))
            return false;
        *us_r = (int64_t)n * units[i].us;
        return true;
    }
    return false;
}

static bool time_read(struct line_words *words, int64_t *us_r, struct err *err)
{
    struct span word = word_next(words);

    return time_text_read(word, us_r) || word_error(err, "a time such as 250ms, 10s or 2m", word);
}

static bool chance_read(struct line_words *words, double *chance_r, struct err *err)
{
    struct span word = word_next(words);
    auto_free char *text = span_text(word);
    bool percent = span_ends(word, "%");
    char *end;
    double n;

    if (percent)
        text[word.size - 1] = '\0';
    n = strtod(text, &end) / (percent ? 100 : 1);
    if (!*text || *end || !(n >= 0 && n <= 1))
        return word_error(err, "a chance such as 5% or 0.05", word);
    *chance_r = n;
    return true;
}

/* "N", "N..M", or "any N". */
static bool records_read(struct line_words *words, struct people_records *records, struct err *err)
{
    struct span word = word_next(words), last;
    size_t dots = span_find(word, "..");
    struct err ignored;

    if (span_is(word, "any"))
        return number_read(words, &records->some, err);
    last = dots < word.size ? span_from(word, dots + 2) : word;
    if (!num_u64(span_first(word, dots), 1, UINT64_MAX, &records->first, &ignored)
        || !num_u64(last, records->first, UINT64_MAX, &records->last, &ignored))
        return word_error(err, "a record id, a range such as 3..9, or any N", word);
    return true;
}

static bool place_text_read(struct span word, struct twist_place *place)
{
    struct err err;

    place->set = true;
    place->percent = span_ends(word, "%");
    return num_u64(place->percent ? span_first(word, word.size - 1) : word, 0,
                   place->percent ? 100 : UINT64_MAX, &place->n, &err);
}

static bool place_read(struct line_words *words, struct twist_place *place, struct err *err)
{
    struct span word = word_next(words);

    return place_text_read(word, place) || word_error(err, "a place such as 1000 or 50%", word);
}

static bool kinds_read(struct line_words *words, uint64_t *kinds, struct err *err)
{
    static const uint64_t streams = UINT64_C(1) << REQUEST_STREAM1 | UINT64_C(1) << REQUEST_STREAM2;
    static const uint64_t others = UINT64_C(1) << REQUEST_STATUS | UINT64_C(1) << REQUEST_ODATA;
    uint64_t all = (UINT64_C(1) << REQUEST_KINDS) - 1;
    struct span rest = word_next(words);

    if (!rest.size)
        return word_error(err, "a kind of request", rest);
    while (rest.at) {
        struct span word = span_cut(&rest, ',');
        enum request_kind kind;

        if (span_is(word, "any"))
            *kinds |= all & ~(UINT64_C(1) << REQUEST_STATUS);
        else if (span_is(word, "api"))
            *kinds |= all & ~streams & ~others;
        else if (span_is(word, "stream"))
            *kinds |= streams;
        else if (request_kind_read(word, &kind))
            *kinds |= UINT64_C(1) << kind;
        else
            return word_error(err, "a kind of request (list, get, find, patch, stream1, any, ...)",
                              word);
    }
    return true;
}

/* --- deeds ---------------------------------------------------------------------------------- */

static bool text_read(struct line_words *words, struct scenario_action *deed, const char **text_r,
                      struct err *err)
{
    struct span word = word_next(words);

    if (!word.size)
        return word_error(err, "a word", word);
    free(deed->text);
    deed->text = span_text(word);
    *text_r = deed->text;
    return true;
}

static bool status_word_read(struct line_words *words, struct scenario_action *deed,
                             struct err *err)
{
    struct twist_status *status = &deed->twist.status;
    uint64_t n;

    if (!number_read(words, &n, err))
        return false;
    if (n < 100 || n > 599)
        return err_set(err, ERR_USAGE, 0, "an HTTP status is from 100 to 599");
    status->status = (int)n;
    for (;;) {
        if (word_is_next(words, "json"))
            status->as_json = true;
        else if (word_is_next(words, "applied"))
            status->applied = true;
        else if (!word_is_next(words, "html"))
            return true;
    }
}

static bool stall_at_read(struct line_words *words, struct scenario_action *deed, struct err *err)
{
    return place_read(words, &deed->twist.stall_at.at, err)
           && time_read(words, &deed->twist.stall_at.time_us, err);
}

static bool coding_word_read(struct line_words *words, struct scenario_action *deed,
                             struct err *err)
{
    static const char *const ways[] = {
        [CODING_GZIP] = "gzip", [CODING_DEFLATE] = "deflate", [CODING_LABEL] = "label"
    };
    struct span word = word_next(words);

    for (enum twist_coding way = CODING_GZIP; way <= CODING_LABEL; way++) {
        if (span_is(word, ways[way])) {
            deed->twist.coding = way;
            return true;
        }
    }
    return word_error(err, "gzip, deflate or label", word);
}

static bool stale_read(struct line_words *words, struct scenario_action *deed, struct err *err)
{
    static const char *const ways[] = { [STALE_401] = "401",
                                        [STALE_404] = "404",
                                        [STALE_400] = "400",
                                        [STALE_NO_COOKIE] = "no-cookie" };
    struct span word = word_next(words);

    for (enum twist_stale way = STALE_401; way <= STALE_NO_COOKIE; way++) {
        if (span_is(word, ways[way])) {
            deed->twist.stale = way;
            return true;
        }
    }
    return word_error(err, "401, 404, 400 or no-cookie", word);
}

static bool answer_read(struct line_words *words, struct scenario_action *deed, struct err *err)
{
    struct span word = word_next(words);

    return reaction_read(word, &deed->twist.reaction)
           || word_error(err, "edit, touch, replace, clear or alter", word);
}

/* container RECORDS [field NAME] [repetition N] is WHAT */
static bool container_read(struct line_words *words, struct scenario_action *deed, struct err *err)
{
    struct event *event = &deed->event;
    uint64_t repetition = 1;
    struct span word;

    if (!records_read(words, &event->records, err))
        return false;
    if (word_is_next(words, "field") && !text_read(words, deed, &event->text, err))
        return false;
    if (word_is_next(words, "repetition") && !number_read(words, &repetition, err))
        return false;
    event->repetition = (unsigned)repetition;
    if (!word_is_next(words, "is"))
        return word_error(err, "'is' after the records", word_next(words));
    word = word_next(words);
    return content_state_read(word, &event->content)
           || word_error(
               err,
               "what a container can be (good, empty, embedded, secured, open, additional, "
               "reference, no-access, missing, truncated, error-page, zero)",
               word);
}

static bool set_read(struct line_words *words, struct scenario_action *deed, struct err *err)
{
    struct span name = word_next(words), value = word_next(words);

    if (!name.size)
        return word_error(err, "a switch", name);
    deed->text = value.size
                     ? mem_printf(SPAN_FORMAT "=" SPAN_FORMAT, SPAN_ARGS(name), SPAN_ARGS(value))
                     : span_text(name);
    deed->event.text = deed->text;
    return true;
}

static bool hold_read(struct line_words *words, struct scenario_action *deed, struct err *err)
{
    return records_read(words, &deed->event.records, err)
           && time_read(words, &deed->event.time_us, err);
}

enum action_argument {
    TAKES_NOTHING, /* the member is a flag */
    TAKES_TIME,
    TAKES_NUMBER,
    TAKES_SIGNED,
    TAKES_PLACE,
    TAKES_TEXT,
    TAKES_OWN,
};

struct action_name {
    const char *name;
    enum action_argument takes;
    size_t offset, size; /* of the member of struct twist */
    enum event_kind event;
    bool (*read)(struct line_words *words, struct scenario_action *deed, struct err *err);
};

#define TWIST(line_words, takes, member)                                                           \
    {                                                                                              \
        line_words, takes, offsetof(struct twist, member), sizeof((struct twist *)NULL)->member,   \
            EVENT_NONE, NULL                                                                       \
    }
#define TWIST_OWN(line_words, member, read)                                                        \
    {                                                                                              \
        line_words, TAKES_OWN, offsetof(struct twist, member),                                     \
            sizeof((struct twist *)NULL)->member, EVENT_NONE, read                                 \
    }
#define EVENT(line_words, kind, read)                                                              \
    {                                                                                              \
        line_words, TAKES_OWN, 0, 0, kind, read                                                    \
    }

static bool nothing_read(struct line_words *words, struct scenario_action *deed, struct err *err)
{
    (void)words;
    (void)deed;
    (void)err;
    return true;
}

static bool event_time_read(struct line_words *words, struct scenario_action *deed, struct err *err)
{
    return time_read(words, &deed->event.time_us, err);
}

static bool event_number_read(struct line_words *words, struct scenario_action *deed,
                              struct err *err)
{
    return number_read(words, &deed->event.number, err);
}

static bool event_records_read(struct line_words *words, struct scenario_action *deed,
                               struct err *err)
{
    return records_read(words, &deed->event.records, err);
}

/* Where one name begins with another, the longer stands first. */
static const struct action_name action_names[] = {
    TWIST("delay", TAKES_TIME, delay_us),
    TWIST_OWN("status", status, status_word_read),
    TWIST("code", TAKES_NUMBER, code),
    TWIST("reset before", TAKES_NOTHING, reset_before),
    TWIST("reset after", TAKES_NOTHING, reset_after),
    TWIST("reset upload", TAKES_NOTHING, reset_upload),
    TWIST("reset at", TAKES_PLACE, reset_at),
    TWIST_OWN("stall at", stall_at, stall_at_read),
    TWIST("stall", TAKES_TIME, stall_us),
    TWIST("trickle", TAKES_NUMBER, trickle),
    TWIST("cut fitting", TAKES_PLACE, cut_fitting),
    TWIST("cut", TAKES_PLACE, cut),
    TWIST("longer", TAKES_NUMBER, longer),
    TWIST("no-length", TAKES_NOTHING, no_length),
    TWIST("bad-chunk", TAKES_NOTHING, bad_chunk),
    TWIST("flip", TAKES_PLACE, flip),
    TWIST("empty-page", TAKES_NOTHING, empty_page),
    TWIST("empty", TAKES_NOTHING, empty),
    TWIST("html", TAKES_NOTHING, html),
    TWIST("bom", TAKES_NOTHING, bom),
    TWIST("pad", TAKES_NUMBER, pad),
    TWIST_OWN("compress", coding, coding_word_read),
    TWIST("redirect", TAKES_TEXT, redirect),
    TWIST("endless-headers", TAKES_NOTHING, endless_headers),
    TWIST("twice", TAKES_NOTHING, twice),
    TWIST("replay", TAKES_TIME, replay_us),
    TWIST("swap", TAKES_NOTHING, swap),
    TWIST("tls-alert at", TAKES_PLACE, alert_at),
    TWIST("found-count", TAKES_SIGNED, found_delta),
    TWIST("repeat-edge", TAKES_NOTHING, repeat_edge),
    TWIST("wrong-mod-id", TAKES_NOTHING, wrong_mod_id),
    TWIST("url-host", TAKES_TEXT, url_host),
    TWIST("no-extension", TAKES_NOTHING, no_extension),
    TWIST("media", TAKES_TEXT, media),
    TWIST_OWN("stale", stale, stale_read),
    TWIST_OWN("answer", reaction, answer_read),
    EVENT("drop-sessions", EVENT_DROP_SESSIONS, nothing_read),
    EVENT("down", EVENT_DOWN, event_time_read),
    EVENT("restart", EVENT_RESTART, event_time_read),
    EVENT("refuse", EVENT_REFUSE, event_time_read),
    EVENT("insert", EVENT_INSERT, event_number_read),
    EVENT("delete", EVENT_DELETE, event_records_read),
    EVENT("edit", EVENT_EDIT, event_records_read),
    EVENT("replace", EVENT_REPLACE, event_records_read),
    EVENT("hold", EVENT_HOLD, hold_read),
    EVENT("container", EVENT_CONTAINER, container_read),
    EVENT("patients-arrive", EVENT_ARRIVE, nothing_read),
    EVENT("set", EVENT_SET, set_read),
};

static bool argument_read(struct line_words *words, const struct action_name *name,
                          struct scenario_action *deed, struct err *err)
{
    void *member = (char *)&deed->twist + name->offset;

    switch (name->takes) {
    case TAKES_NOTHING:
        *(bool *)member = true;
        return true;
    case TAKES_TIME:
        return time_read(words, member, err);
    case TAKES_NUMBER:
        return number_read(words, member, err);
    case TAKES_SIGNED:
        return signed_read(words, member, err);
    case TAKES_PLACE:
        return place_read(words, member, err);
    case TAKES_TEXT:
        return text_read(words, deed, member, err);
    case TAKES_OWN:
        return name->read(words, deed, err);
    }
    abort();
}

/* Takes a name of one or two words. */
static bool name_take(struct line_words *words, const char *name)
{
    struct line_words ahead = *words;
    struct span rest = span_of(name);

    while (rest.at) {
        struct span word = span_cut(&rest, ' ');

        if (!span_equal(word_next(&ahead), word))
            return false;
    }
    *words = ahead;
    return true;
}

static bool action_read(struct line_words *words, struct scenario_action *deed, struct err *err)
{
    struct span left;

    for (size_t i = 0; i < lengthof(action_names); i++) {
        if (!name_take(words, action_names[i].name))
            continue;
        deed->event.kind = action_names[i].event;
        deed->offset = action_names[i].offset;
        deed->size = action_names[i].size;
        if (!argument_read(words, &action_names[i], deed, err))
            return err_ctx(err, "%s", action_names[i].name);
        left = word_next(words);
        return !left.size
               || err_set(err, ERR_USAGE, 0, "'" SPAN_FORMAT "' is one word too many",
                          SPAN_ARGS(span_first(left, 60)));
    }
    return word_error(err, "something that can happen", span_trim(words->rest));
}

void action_to_twist(const struct scenario_action *deed, struct twist *twist)
{
    memcpy((char *)twist + deed->offset, (const char *)&deed->twist + deed->offset, deed->size);
}

/* --- conditions ----------------------------------------------------------------------------- */

static bool record_condition(struct line_words *words, struct scenario_line *line, struct err *err)
{
    line->has_records = true;
    if (word_is_next(words, "every"))
        return number_read(words, &line->records_every, err);
    return records_read(words, &line->records, err);
}

static bool condition_read(struct line_words *words, struct scenario_line *line, struct span word,
                           struct err *err)
{
    if (span_is(word, "record"))
        return record_condition(words, line, err);
    if (span_is(word, "first")) {
        if (!number_read(words, &line->first, err))
            return false;
        line->each_record = word_is_next(words, "each");
        return true;
    }
    if (span_is(word, "nth"))
        return number_read(words, &line->nth, err);
    if (span_is(word, "every"))
        return number_read(words, &line->every, err);
    if (span_is(word, "after"))
        return number_read(words, &line->skip, err);
    if (span_is(word, "from"))
        return time_read(words, &line->from_us, err);
    if (span_is(word, "to"))
        return time_read(words, &line->to_us, err);
    if (span_is(word, "reaching"))
        return number_read(words, &line->reaching, err);
    if (span_is(word, "above")) {
        line->has_above = true;
        return number_read(words, &line->above, err);
    }
    if (span_is(word, "chance")) {
        line->has_chance = true;
        return chance_read(words, &line->chance, err);
    }
    return word_error(
        err,
        "a condition (record, first, nth, every, after, above, reaching, from, to, chance) or 'do'",
        word);
}

static bool request_line(struct line_words *words, struct scenario_line *line, struct err *err)
{
    line->when = WHEN_REQUEST;
    if (!kinds_read(words, &line->kinds, err))
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
static bool moment_line(struct line_words *words, struct scenario_line *line, bool once,
                        struct err *err)
{
    struct line_words ahead = *words;

    if (time_text_read(word_next(&ahead), &line->time_us)) {
        *words = ahead;
        line->when = once ? WHEN_TIME : WHEN_EACH_TIME;
    } else {
        line->when = once ? WHEN_AFTER : WHEN_EVERY;
        if (!kinds_read(words, &line->kinds, err) || !number_read(words, &line->count, err))
            return false;
    }
    if ((line->when == WHEN_EVERY && !line->count)
        || (line->when == WHEN_EACH_TIME && !line->time_us))
        return err_set(err, ERR_USAGE, 0, "every 0 is too often");
    if (!word_is_next(words, "do"))
        return word_error(err, "'do'", word_next(words));
    return action_read(words, &line->action, err);
}

static bool action_fits(const struct scenario_line *line, struct err *err)
{
    if (line->when == WHEN_NEVER || line->when == WHEN_REQUEST || line->action.event.kind)
        return true;
    return err_set(err, ERR_USAGE, 0,
                   "this happens to requests: say to which, as in 'on stream2 do ...'");
}

static bool words_read(struct line_words *words, struct scenario_line *line, struct err *err)
{
    struct line_words begin = *words;
    struct span word = word_next(words);

    if (!word.size)
        return true;
    if (span_is(word, "on"))
        return request_line(words, line, err);
    if (span_is(word, "after"))
        return moment_line(words, line, true, err);
    if (span_is(word, "every"))
        return moment_line(words, line, false, err);
    line->when = WHEN_NOW;
    if (span_is(word, "do"))
        return action_read(words, &line->action, err);
    if (span_is(word, "container") || span_is(word, "set"))
        return action_read(&begin, &line->action, err);
    return word_error(err, "how a line begins (on, after, every, do, container, set, #)", word);
}

bool scenario_line_read(struct span text, struct scenario_line *line_r, struct err *err)
{
    struct line_words words = { span_first(text, span_find(text, "#")) };

    return words_read(&words, line_r, err) && action_fits(line_r, err);
}

void scenario_line_clear(struct scenario_line *line)
{
    free(line->action.text);
    line->action.text = NULL;
}
