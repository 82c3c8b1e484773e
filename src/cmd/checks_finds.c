/* The step of `fmferry check` that measures how a run reads records. */
#include "cmd/checks.h"

#include "base/time.h"

struct pace_words {
    char find[TIME_TEXT_SIZE], single[TIME_TEXT_SIZE];
};

static struct pace_words pace_words_of(const struct find_check *f)
{
    struct pace_words words;

    (void)time_for_people(f->find_us, words.find);
    (void)time_for_people(f->single_us, words.single);
    return words;
}

static void slow_say(const struct find_check *f, const char *key, struct str *notes)
{
    struct pace_words took = pace_words_of(f);

    str_printf(
        notes,
        "a find of %zu records takes %s, one record by itself %s: a run reads each by "
        "itself, in about twice as many requests. The usual cause is that '%s' has no index: "
        "in FileMaker, Manage > Database > Fields > Options > Storage > Indexing: All\n",
        f->asked, took.find, took.single, key);
}

static void unused_say(const struct find_check *f, const char *key, struct str *notes)
{
    switch (f->verdict) {
    case FIND_USED:
    case FIND_NOT_WANTED:
        break;
    case FIND_NO_IDS:
        str_printf(notes,
                   "a page gave fewer than two ids in '%s' that a find can look for: a run "
                   "reads each record by itself\n",
                   key);
        break;
    case FIND_REFUSED:
        str_printf(
            notes,
            "the server refuses to find records by '%s' (%s): a run reads each by itself, in "
            "about twice as many requests. May the account's privilege set see the field, "
            "and is it on the layout?\n",
            key, f->why.msg);
        break;
    case FIND_TOO_MUCH:
        str_printf(notes,
                   "%zu records by one find are too much for the server (%s): a run asks for half "
                   "as many, until it answers\n",
                   f->asked, f->why.msg);
        break;
    case FIND_SLOW:
        slow_say(f, key, notes);
        break;
    case FIND_MISSES:
        str_printf(notes,
                   "a find of %zu records by '%s' gives %zu of them, though all are there: a run "
                   "reads each by itself. The field's index may not be whole: turn indexing off "
                   "and on again in FileMaker\n",
                   f->asked, key, f->found);
        break;
    }
}

static void used_say(const struct checks *c, struct preflight_result *tried)
{
    const struct find_check *f = &c->find;
    struct pace_words took = pace_words_of(f);
    char page[TIME_TEXT_SIZE];

    (void)time_for_people(c->sample.page_us, page);
    str_printf(&tried->ok_text,
               "%zu by one find, which takes %s; one by itself takes %s, a page of %ju %s",
               f->asked, took.find, took.single, (uintmax_t)c->sample.page_records, page);
    if (f->found < f->asked)
        str_printf(
            &tried->notes,
            "a find of %zu records gives %zu of them: a run reads the others by themselves\n",
            f->asked, f->found);
}

bool check_finds(struct checks *c, struct preflight_result *tried, struct err *err)
{
    if (!find_check_take(c->engine, c->reader, c->sample.page_records, &c->find, err))
        return false;
    c->find_is_known = true;
    if (c->find.verdict == FIND_USED)
        used_say(c, tried);
    else if (c->find.verdict == FIND_NOT_WANTED)
        str_add_text(&tried->ok_text, "each by itself, as [source] records_at_once says");
    else
        unused_say(&c->find, c->engine->fields.key, &tried->notes);
    return true;
}
