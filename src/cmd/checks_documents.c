/* Steps about records: files, the mark, dates. Only check_writing() writes to FileMaker. */
#include "cmd/checks.h"

#include "base/mem.h"
#include "base/time.h"
#include "census/find_count.h"
#include "document/dates.h"
#include "fmp12/cause.h"
#include "preflight/mark_test.h"
#include "source/file_streams.h"

/* --- files ---------------------------------------------------------------------------------- */

static void count_say(struct str *to, int64_t count, const char *what)
{
    if (count > 0)
        str_printf(to, "%s%jd %s", to->size ? ", " : "", (intmax_t)count, what);
}

static void contents_say(const struct sample *s, struct preflight_result *tried)
{
    auto_str others = STR_MAX(KIB(1));

    count_say(&others, s->outside, "in the backup's folder, as FileMaker says");
    count_say(&others, s->empty, "empty");
    count_say(&others, s->references, "only pointed to, in folders of reference_map");
    count_say(&others, s->unmapped,
              "only pointed to, and not mounted here ([source] reference_map)");
    count_say(&others, s->no_access, "hidden from the account");
    count_say(&others, s->unknown, "with a text that is not a file");
    if (others.size)
        str_printf(&tried->notes, "of %jd documents looked at: %s\n", (intmax_t)s->documents,
                   str_text(&others));
}

static void failures_say(const struct sample *s, struct preflight_result *tried)
{
    for (int i = 0; i < FAILURES; i++)
        if (s->failures[i].count > 0)
            str_printf(&tried->notes, "%jd of %jd files tried: %s (%s): %s\n",
                       (intmax_t)s->failures[i].count, (intmax_t)s->tried,
                       failure_class_of((enum failure_kind)i)->name,
                       failure_class_of((enum failure_kind)i)->meaning, s->failures[i].words);
}

static void idle_containers_say(const struct checks *c, struct preflight_result *tried)
{
    for (size_t i = 0; i < c->containers.count && i < lengthof(c->sample.by_container); i++)
        if (c->sample.by_container[i] == 0)
            str_printf(&tried->notes, "container '%s' is empty in all %jd documents looked at\n",
                       c->containers.items[i].name, (intmax_t)c->sample.documents);
}

static void witness_say(const struct sample *s, const char *md5_fields,
                        struct preflight_result *tried)
{
    if (s->witnessed)
        str_printf(&tried->ok_text, "; %jd are proven by FileMaker's own MD5",
                   (intmax_t)s->witnessed);
    else if (*md5_fields)
        str_printf(&tried->notes,
                   "FileMaker says no MD5 of any of these files ([source] md5_field): the "
                   "calculation is GetContainerAttribute ( Doc ; \"MD5\" ), its result text\n");
}

/* One good file is enough. None at all is a problem if there should be some. */
bool check_file(struct checks *c, struct preflight_result *tried, struct err *err)
{
    const struct sample *s = &c->sample;

    (void)err;
    contents_say(s, tried);
    failures_say(s, tried);
    if (c->containers.count > 1)
        idle_containers_say(c, tried);
    if (s->good > 0) {
        str_printf(&tried->ok_text,
                   "%jd of %jd tried are whole; the first is stored %s; %jd bytes on "
                   "average",
                   (intmax_t)s->good, (intmax_t)s->tried, s->storage,
                   (intmax_t)(s->good_bytes / s->good));
        witness_say(s, c->engine->fields.md5_list, tried);
    } else if (s->tried > 0)
        str_printf(&tried->problems,
                   "none of %jd files over the whole layout could be fetched: the notes say why\n",
                   (intmax_t)s->tried);
    else if (s->passed > 0 && s->no_access == s->documents)
        str_printf(
            &tried->problems,
            "the account sees none of %jd containers: give its privilege set access to '%s'\n",
            (intmax_t)s->documents, c->engine->fields.container_list);
    else
        str_printf(&c->skipped, "none of %jd documents looked at has a file to fetch",
                   (intmax_t)s->documents);
    return true;
}

static void kind_say(struct str *to, uint64_t count, const char *what)
{
    count_say(to, (int64_t)count, what);
}

/* What no run can move as it is, and what helps. */
static void holdings_mend_say(const struct source_holdings *h, bool has_backup,
                              bool streams_are_named, struct preflight_result *tried)
{
    if (h->by_reference || (h->external && !has_backup))
        str_add_text(&tried->notes,
                     "what lies outside does not come from this file: its folder in a backup may "
                     "be named ([source] backup), or FileMaker's own tool makes a copy that holds "
                     "it: " FMP12_TOOL "\n");
    if (h->ambiguous)
        str_add_text(&tried->notes,
                     streams_are_named
                         ? "of several documents in one container each is moved under its own "
                           "name; one that has more streams than names fails\n"
                         : "several documents in one container are moved as soon as each has a "
                           "name: [source] container_field = Doc, Doc:2 and containers = each; "
                           "until then they fail (docs/fmp12.md)\n");
    if (h->broken || h->missing || h->other)
        str_add_text(&tried->notes,
                     "what is not as it should be fails, each with a word of its own: "
                     "'fmferry records' shows which records, docs/fmp12.md what "
                     "helps\n");
}

static void holdings_say(const struct source_holdings *h, const struct engine_settings *e,
                         struct preflight_result *tried)
{
    uint64_t others = h->ambiguous + h->broken + h->external + h->by_reference + h->missing
                      + h->other;
    auto_str kinds = STR_MAX(KIB(1));

    str_printf(&kinds, "%ju embedded and proven (%ju bytes)", (uintmax_t)h->embedded,
               (uintmax_t)h->whole_bytes);
    kind_say(&kinds, h->external, "outside the file, in FileMaker's folder");
    kind_say(&kinds, h->by_reference, "by reference: only their place is stored");
    kind_say(&kinds, h->ambiguous, "embedded, and several of their streams may be the document");
    kind_say(&kinds, h->broken, "embedded and broken");
    kind_say(&kinds, h->missing, "that are not there");
    kind_say(&kinds, h->other, "with a text, or something that is not known");
    str_printf(others ? &tried->notes : &tried->ok_text, "all containers of '%s': %s%s",
               e->fields.layout, str_text(&kinds), others ? "\n" : "");
    if (h->global)
        str_printf(&tried->notes, "%ju of them in fields that have one value for all records\n",
                   (uintmax_t)h->global);
    holdings_mend_say(h, e->backup, file_streams_are_named(e->fields.container_list), tried);
}

/* All documents of a file are looked at, where they lie and whether they are whole. */
static bool file_holdings_check(struct checks *c, struct preflight_result *tried, struct err *err)
{
    const char *table = c->engine->fields.layout;
    if (c->layout.count == 0) {
        str_add_text(&c->skipped, "the table is not there");
        return true;
    }
    if (!source_holdings_count(c->reader, table, &c->holdings_are_known, &c->holdings, err))
        return false;
    if (c->holdings.beside)
        str_printf(&tried->ok_text, "%ju files beside the list (%ju bytes)",
                   (uintmax_t)c->holdings.beside, (uintmax_t)c->holdings.whole_bytes);
    else
        holdings_say(&c->holdings, c->engine, tried);
    return true;
}

bool check_places(struct checks *c, struct preflight_result *tried, struct err *err)
{
    const struct engine_settings *e = c->engine;

    if (source_is_file(c->reader))
        return file_holdings_check(c, tried, err)
               && (!e->backup || preflight_places(e, c->reader, tried, err));
    if (!e->backup && !*e->reference_map && !*e->odata_table && !*e->script) {
        str_add_text(&tried->ok_text,
                     "none are named (backup, reference_map, odata_table, script_name)");
        return true;
    }
    return preflight_places(c->engine, c->reader, tried, err) && check_outside(c, tried, err);
}

/* --- the mark ------------------------------------------------------------------------------- */

/* Finds an unmarked record in the whole layout; takes the sample's if the find is refused. */
static bool unmarked_find(struct checks *c, uint64_t *record_r, struct err *err)
{
    auto_str query = STR_MAX(KIB(4));
    auto_page page = { 0 };

    *record_r = c->sample.unmarked_record;
    find_count_query(c->engine->fields.mark, "=", &query);
    if (!source_find(c->reader, c->engine->fields.layout, str_text(&query), NULL, 1, 1, &page, err))
        return err->kind == ERR_REMOTE && err->reason != 0;
    if (page.count > 0)
        *record_r = page.records[0].record_id;
    return true;
}

static void marks_say(const struct sample *s, struct preflight_result *tried)
{
    int64_t others = s->marked - s->marked_ours;

    if (s->marked_ours > 0)
        str_printf(&tried->ok_text, "; %jd of %jd records looked at carry a mark of ours",
                   (intmax_t)s->marked_ours, (intmax_t)s->looked);
    if (others > 0)
        str_printf(&tried->notes,
                   "%jd of %jd records looked at carry a mark that this ledger does not know: an "
                   "earlier importer was here, or another ledger. They are not moved; 'fmferry "
                   "reconcile' compares, and with --adopt takes over what is right\n",
                   (intmax_t)others, (intmax_t)s->looked);
    if (s->marked_malformed > 0)
        str_printf(&tried->notes,
                   "%jd of these marks are not a date with a time: is it the right field?\n",
                   (intmax_t)s->marked_malformed);
}

/* Which fields are filled with the mark. */
static void filled_say(const struct writeback *rules, struct str *to)
{
    for (size_t i = 0; i < rules->count; i++)
        str_printf(to, "%s'%s'", i ? ", " : "; it fills ", rules->rules[i].field);
}

static const char *why_no_marks(const struct checks *c)
{
    if (source_is_file(c->reader))
        return "a file is never changed: no record is marked, and the ledger alone keeps track\n";
    if (!source_has_finds(c->reader))
        return "by OData no record is marked, as it cannot write on the condition that a record is "
               "unchanged: the ledger alone keeps track\n";
    return "mark_field is empty: nothing is written to FileMaker, and the ledger alone keeps "
           "track\n";
}

bool check_mark(struct checks *c, struct preflight_result *tried, struct err *err)
{
    char now[STAMP_TEXT_SIZE];

    (void)err;
    if (!*c->engine->fields.mark) {
        str_add_text(&tried->notes, why_no_marks(c));
        return true;
    }
    str_printf(&tried->ok_text,
               "a mark made now would be '%s' in '%s'; writing it also changes the record's "
               "modification stamps",
               dates_stamp_text(time_now_us(), now), c->engine->fields.mark);
    filled_say(&c->engine->writeback, &tried->ok_text);
    marks_say(&c->sample, tried);
    return true;
}

/* Marks one record and takes the mark back, only if a person asked for it. */
bool check_writing(struct checks *c, struct preflight_result *tried, struct err *err)
{
    uint64_t record = 0;
    char *said = NULL;

    if (c->write_test) {
        if (!mark_test_run(c->engine, c->reader, c->cancel, c->write_test, &said, err))
            return false;
        str_add_text(&tried->ok_text, said);
        free(said);
        return true;
    }
    if (!*c->engine->fields.mark) {
        str_add_text(&c->skipped, "mark_field is empty");
        return true;
    }
    if (!unmarked_find(c, &record, err))
        return false;
    if (record)
        str_printf(&c->skipped,
                   "it writes to FileMaker: 'fmferry check --write-test %ju' marks that "
                   "record, and takes the mark back",
                   (uintmax_t)record);
    else
        str_add_text(&c->skipped,
                     "every record of the layout is already marked, so there is none to try it on");
    return true;
}

/* --- dates and times ------------------------------------------------------------------------ */

static void sample_dates_say(const struct checks *c, struct preflight_result *tried)
{
    const struct sample *s = &c->sample;
    const struct source_fields *f = &c->engine->fields;
    int64_t odd = s->dates_none + s->dates_unlike;

    if (s->dates_either > 0)
        str_printf(&tried->notes,
                   "%jd of %jd dates in '%s' could be day first or month first; they stay out of "
                   "the application until [source] date_format says which\n",
                   (intmax_t)s->dates_either, (intmax_t)s->dates, f->date);
    if (odd > 0 && odd == s->dates)
        str_printf(&tried->problems,
                   "none of %jd dates in '%s' can be read, such as one of the form %s: correct "
                   "[source] date_format or date_field\n",
                   (intmax_t)s->dates, f->date, s->odd_date_form);
    else if (odd > 0)
        str_printf(&tried->notes,
                   "%jd of %jd dates in '%s' cannot be read, such as one of the form %s: they are "
                   "kept as text\n",
                   (intmax_t)odd, (intmax_t)s->dates, f->date, s->odd_date_form);
}

bool check_times(struct checks *c, struct preflight_result *tried, struct err *err)
{
    char now[STAMP_TEXT_SIZE];
    const char *zone = c->settings->time_zone;

    (void)err;
    sample_dates_say(c, tried);
    str_printf(&tried->ok_text, "it is %s in %s", dates_stamp_text(time_now_us(), now),
               *zone ? zone : "this machine's time zone, which is taken for FileMaker's");
    if (c->sample.made_in_future > 0)
        str_printf(
            &tried->problems,
            "%jd of %jd records looked at were made later than tomorrow: this machine's clock "
            "or [source] time_zone is wrong\n",
            (intmax_t)c->sample.made_in_future, (intmax_t)c->sample.looked);
    return true;
}
