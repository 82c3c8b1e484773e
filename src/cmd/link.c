/* `fmferry link` and `fmferry unlink`: documents to their patients, late or by hand. */
#include "cmd/commands.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "ledger/read.h"
#include "run/relink.h"

struct link_options {
    const char *document, *patient, *again, *by, *reason;
    bool all, history;
};

static bool says_something(const char *text)
{
    return text && span_trim(span_of(text)).size > 0;
}

/* A number is a record's, anything else a document's id. */
static void document_option_read(const char *text, struct ledger_link_selection *choice,
                                 struct str *lower)
{
    uint64_t record;
    struct err ignored;

    choice->search = LEDGER_LINKS_ONE;
    if (num_u64(span_of(text), 1, INT64_MAX, &record, &ignored)) {
        choice->record_id = (int64_t)record;
        return;
    }
    utf8_add_lower(lower, span_of(text));
    choice->identity = str_text(lower);
}

/* UUIDs may be spelled in more than one way; other ids are taken as they are. */
static const char *patient_option_read(const char *text, char patient[UUID_TEXT_SIZE])
{
    struct uuid uuid;

    return uuid_read_loose(span_of(text), &uuid) ? uuid_text(&uuid, patient) : text;
}

static bool by_hand_check(const struct link_options *o, struct err *err)
{
    return (says_something(o->by) && says_something(o->reason))
           || err_set(err, ERR_USAGE, 0,
                      "a person's decision about a document's patient needs a name and a reason: "
                      "--by and --reason");
}

static void number_tell(int64_t number, const char *what)
{
    if (number > 0)
        print("%jd %s\n", (intmax_t)number, what);
}

static void given_back_tell(const struct relink_result *r)
{
    if (r->given_back == 0)
        print("nothing was done: no person linked or unlinked this document by hand, so the "
              "patient's id "
              "decides already\n");
    else if (r->linked > 0)
        print("%jd document%s with the patient of %s id again, which decides from now on\n",
              (intmax_t)r->linked, r->linked == 1 ? " is" : "s are",
              r->linked == 1 ? "its" : "their");
    else
        print("the patient's id decides again from now on\n");
}

static int result_tell(const struct relink_request *request, const struct relink_result *r)
{
    if (request->by_id_again)
        given_back_tell(r);
    else
        print("%jd document%s looked at, %jd given to their patient, %jd taken from one\n",
              (intmax_t)r->examined, r->examined == 1 ? "" : "s", (intmax_t)r->linked,
              (intmax_t)r->unlinked);
    number_tell(r->completed, "that an earlier call left half-way, now where they belong");
    number_tell(r->waiting, "without a patient in the application yet");
    number_tell(r->review, "under review: 'fmferry patients review' says why");
    number_tell(r->orphaned,
                "left with a patient whom the application no longer knows by FileMaker's id");
    number_tell(r->failed, "that could not be moved: the log says why");
    return r->waiting + r->review + r->orphaned + r->failed > 0 ? EXIT_LEFT : EXIT_DONE;
}

static int relink_body(struct work *work, struct err *err)
{
    const struct relink_request *request = work->options;
    struct relink_result result = { 0 };

    if (!relink_documents(&work->settings.engine, request, work->cancel, &result, err))
        return -1;
    if ((request->by_hand || request->by_id_again) && result.examined == 0) {
        (void)err_set(err, ERR_USAGE, 0,
                      "no done document has this id or record number: see 'fmferry status'");
        return -1;
    }
    return result_tell(request, &result);
}

static int link_with(const struct cli_globals *globals, const struct relink_request *request,
                     struct err *err)
{
    return work_do(globals, WORK_SIGNALS | WORK_STORE | WORK_TRAITS | WORK_SHOWN, request,
                   relink_body, err);
}

static const char *patient_text(struct span patient, char *room, size_t size)
{
    (void)snprintf(room, size, SPAN_FORMAT,
                   SPAN_ARGS(patient.size ? span_first(patient, size - 1) : span_of("nobody")));
    return room;
}

static bool change_tell(void *arg, const struct ledger_link_change *change, struct err *err)
{
    char at[TIME_TEXT_SIZE], before[72], after[72];

    (void)arg;
    (void)err;
    print("%.19s  record %ju  %s -> %s", time_rfc3339(change->at_us, at),
          (uintmax_t)change->record_id, patient_text(change->before, before, sizeof before),
          patient_text(change->after, after, sizeof after));
    if (change->who.size)
        print("  by " SPAN_FORMAT ": " SPAN_FORMAT, SPAN_ARGS(change->who),
              SPAN_ARGS(change->reason));
    print("\n");
    return true;
}

static int history_tell(struct work *work, struct err *err)
{
    return ledger_link_history(work->ledger, change_tell, NULL, err) ? EXIT_DONE : -1;
}

/* Gives a document back to its patient's id. */
static int again_command(const struct cli_globals *globals, const struct link_options *o,
                         struct err *err)
{
    auto_str lower = STR_MAX(512);
    struct relink_request request = { .by_id_again = true, .who = o->by, .reason = o->reason };

    if (o->document || o->patient || o->all) {
        (void)err_set(err, ERR_USAGE, 0, "--again excludes --document, --patient and --all");
        return -1;
    }
    if (!by_hand_check(o, err))
        return -1;
    document_option_read(o->again, &request.choice, &lower);
    return link_with(globals, &request, err);
}

static int link_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct link_options *o = arg;
    auto_str lower = STR_MAX(512);
    char patient[UUID_TEXT_SIZE];
    struct relink_request request = { .choice.search = o->all ? LEDGER_LINKS_ALL
                                                              : LEDGER_LINKS_LATE };

    if (o->history)
        return work_do(globals, WORK_LEDGER, arg, history_tell, err);
    if (o->again)
        return again_command(globals, o, err);
    if (!o->document && !o->patient)
        return link_with(globals, &request, err);
    if (!o->document || !o->patient || o->all) {
        (void)err_set(err, ERR_USAGE, 0,
                      "linking by hand needs --document and --patient, without --all");
        return -1;
    }
    if (!by_hand_check(o, err))
        return -1;
    document_option_read(o->document, &request.choice, &lower);
    request.by_hand = true;
    request.patient = patient_option_read(o->patient, patient);
    request.who = o->by;
    request.reason = o->reason;
    return link_with(globals, &request, err);
}

static int unlink_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct link_options *o = arg;
    auto_str lower = STR_MAX(512);
    struct relink_request request = { .by_hand = true, .who = o->by, .reason = o->reason };

    if (!by_hand_check(o, err))
        return -1;
    document_option_read(o->document, &request.choice, &lower);
    return link_with(globals, &request, err);
}

static const struct opt link_opts[] = {
    OPT_FLAG(struct link_options, all, "all", 0,
             "look at every document, even those that have a patient:\n"
             "for when the application has given its patients new ids"),
    OPT_TEXT(struct link_options, document, "document", 0, "ID",
             "link by hand: the document's FileMaker id or record number"),
    OPT_TEXT(struct link_options, patient, "patient", 0, "ID",
             "link by hand: the patient's id in the application"),
    OPT_TEXT(struct link_options, again, "again", 0, "ID",
             "let the patient's id decide again about a document that was\n"
             "linked or unlinked by hand: its FileMaker id or record number"),
    OPT_TEXT(struct link_options, by, "by", 0, "NAME",
             "by hand, or again: the name of the person who decides"),
    OPT_TEXT(struct link_options, reason, "reason", 0, "TEXT", "by hand, or again: the reason"),
    OPT_FLAG(struct link_options, history, "history", 0,
             "change nothing; list every change of patient so far"),
    OPT_END,
};

static const struct opt unlink_opts[] = {
    OPT_NEED(struct link_options, document, "document", 0, "ID",
             "the document's FileMaker id or record number"),
    OPT_NEED(struct link_options, by, "by", 0, "NAME", "the name of the person who decides"),
    OPT_NEED(struct link_options, reason, "reason", 0, "TEXT", "the reason"),
    OPT_END,
};

static const struct link_options link_defaults = { 0 };

const struct cmd cmd_link = {
    "link",
    "Link documents to patients who have arrived since",
    "Documents whose patient was not in the application lie under unlinked/. This\n"
    "command finds the patients who have arrived, moves their documents to them, and\n"
    "removes nothing before the copy has been compared. It can be interrupted and\n"
    "called again at any time, even during a run. A link made by hand stays until a\n"
    "person decides again, or gives the document back to its patient's id (--again).",
    link_opts,
    &link_defaults,
    sizeof link_defaults,
    link_command,
    .examples = {
        { "fmferry link", "links whoever has arrived since" },
        { "fmferry link --document 8D0C44F1 --patient 17 --by 'A. Green' --reason 'she asked'",
          "links one document by hand, to the application's patient 17" },
        { "fmferry link --history", "who linked what by hand, when and why" },
    },
};

const struct cmd cmd_unlink = {
    "unlink",
    "Unlink a document from its patient, with a name and a reason",
    "The document goes to unlinked/ and stays there until a person links it again, or\n"
    "gives it back to its patient's id: 'fmferry link --again'. The name and the reason are kept in the ledger's history and its audit chain.",
    unlink_opts,
    &link_defaults,
    sizeof link_defaults,
    unlink_command,
    .examples = {
        { "fmferry unlink --document 8D0C44F1 --by 'A. Green' --reason 'it is her sister'",
          "takes a document from a patient who is the wrong one" },
    },
};
