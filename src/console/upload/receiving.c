/* The bytes are looked at here; what is written to ledger, store and application is upload/'s. */
#include "console/upload/receiving.h"

#include "base/log.h"
#include "base/mem.h"
#include "console/documents/places.h"
#include "console/documents/visible.h"
#include "console/index/finding.h"
#include "console/inside.h"
#include "console/upload/described.h"
#include "console/upload/same.h"
#include "console/views/view_log.h"
#include "document/row.h"
#include "upload/kind.h"
#include "upload/upload.h"

#include <sys/mman.h>

enum { LOOKED_AT = 8 * 1024 * 1024, NAME_MAX_BYTES = 4096 };

/* Uploads that are sent again are recognised in this namespace. */
static const struct uuid again_space = { { 0x1d, 0x5c, 0x0f, 0x6e, 0x52, 0x7a, 0x4b, 0x0c, 0x8f,
                                           0x11, 0x75, 0x70, 0x6c, 0x6f, 0x61, 0x64 } };

void received_list_clear(struct received_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].title);
    }
    free(list->items);
    free(list->patient);
    *list = (struct received_list){ 0 };
}

const char *received_outcome_name(enum received_outcome outcome)
{
    static const char *const names[] = { "stored", "duplicate", "refused", "failed" };

    return names[outcome];
}

/* --- the form --------------------------------------------------------------------------------- */

static bool form_is_whole(struct exchange *x)
{
    const struct spool *files = request_files(x->request);
    const struct err *fault = request_files_fault(x->request);

    if (!files)
        return refuse(x, PROBLEM_BAD_REQUEST,
                      "a form with files is wanted: Content-Type: multipart/form-data");
    if (fault->kind == ERR_DATA)
        return refuse(x, fault->code == SPOOL_TOO_LARGE ? PROBLEM_TOO_LARGE : PROBLEM_BAD_REQUEST,
                      "%s", fault->msg);
    if (fault->kind != ERR_NONE) {
        log_error("request %s: %s", x->id, fault->msg);
        return refuse(x, PROBLEM_BUSY, "the console cannot keep the files: its disk may be full");
    }
    return spool_file_count(files) > 0 || refuse(x, PROBLEM_BAD_REQUEST, "no file was sent");
}

static bool asked_is_good(struct exchange *x, const struct receiving *asked)
{
    if (!*asked->patient)
        return refuse(x, PROBLEM_BAD_REQUEST, "the patient is missing");
    return described_is_good(x, asked->type, asked->day);
}

/* --- one file --------------------------------------------------------------------------------- */

/* One file of the form on its way. */
struct receiving_file {
    struct exchange *x;
    const struct receiving *asked;
    const char *patient;
    const struct spooled *sent;
    const struct same_list *there; /* what the patient has already */
    size_t copy;                   /* which of those with the same bytes in this form */
    struct detected_type type;
    struct received *to;
};

static bool outcome_set(struct received *to, enum received_outcome outcome,
                        enum problem_type problem, const char *words)
{
    to->outcome = outcome;
    to->problem = problem;
    (void)snprintf(to->words, sizeof to->words, "%s", words);
    return true;
}

static bool type_detect(struct receiving_file *f, struct err *err)
{
    size_t size = f->sent->size_bytes < LOOKED_AT ? (size_t)f->sent->size_bytes : LOOKED_AT;
    struct type_detector *detector;
    void *bytes;

    if (!uploads_detector(f->x->console->uploads, &detector, err))
        return false;
    bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, f->sent->fd, 0);
    if (bytes == MAP_FAILED)
        return err_os(err, "looking at an uploaded file");
    file_type_detect(detector, (struct span){ bytes, size }, &f->type);
    (void)munmap(bytes, size);
    return true;
}

/* The same key, patient and bytes are the same upload: whoever sends it again is told where it is. */
static void identity_make(const struct receiving_file *f, char identity[UUID_TEXT_SIZE])
{
    const struct identity *who = &f->x->who;
    char hex[SHA256_HEX_SIZE];
    auto_free char *name = NULL;
    struct uuid id;

    if (!*f->asked->key) {
        id = uuid_v4();
    } else {
        name = mem_printf("%s %jd\n%s\n%s\n%s\n%zu", who->token ? "token" : "account",
                          (intmax_t)(who->token ? who->token : who->account), f->asked->key,
                          f->patient, sha256_hex(&f->sent->sha256, hex), f->copy);
        id = uuid_v5(&again_space, span_of(name));
    }
    (void)uuid_text(&id, identity);
}

static bool upload_note(const struct receiving_file *f, const char *identity, const char *outcome,
                        struct err *err)
{
    auto_free char *detail = mem_printf("%s %s %s", f->asked->type, f->asked->day, f->to->name);
    struct uuid id = row_id(uploads_source(f->x->console->uploads), identity, "", 1);
    char row[UUID_TEXT_SIZE];

    if (f->to->has_row)
        id = f->to->row;
    return view_of(f->x,
                   (struct view_entry){ .what = VIEW_UPLOAD,
                                        .outcome = outcome,
                                        .row = uuid_text(&id, row),
                                        .patient = f->patient,
                                        .detail = detail },
                   err);
}

/* Where a document with these bytes is. */
static void there_tell(struct receiving_file *f, const struct visible *there)
{
    struct received *to = f->to;

    to->has_row = true;
    to->row = there->row;
    to->is_away = there->is_away;
    free(to->title);
    to->title = mem_printf("%s%s%s", *there->type ? there->type : "document",
                           *there->day ? " " : "", there->day);
    (void)outcome_set(to, RECEIVED_DUPLICATE, PROBLEM_DUPLICATE,
                      there->is_away
                          ? "the patient had a document with exactly these bytes: it was "
                            "taken away, and can be brought back"
                          : "the patient has a document with exactly these bytes");
}

/* One that was moved is found here; of an upload, the ledger decides in its one writer's thread. */
static bool moved_tell(struct receiving_file *f, const char *identity, bool *is_r, struct err *err)
{
    const struct visible *there = same_find(f->there, &f->sent->sha256);

    *is_r = there && !there->is_upload;
    if (!*is_r)
        return true;
    there_tell(f, there);
    return upload_note(f, identity, "refused", err);
}

static void result_tell(struct receiving_file *f, const struct upload_result *result)
{
    const struct visible *there = same_find(f->there, &f->sent->sha256);
    struct received *to = f->to;

    to->has_row = result->outcome != UPLOAD_FAILED && result->outcome != UPLOAD_OTHER;
    to->row = result->row;
    switch (result->outcome) {
    case UPLOAD_STORED:
        to->outcome = RECEIVED_STORED;
        return;
    case UPLOAD_DUPLICATE:
        (void)outcome_set(to, RECEIVED_DUPLICATE, PROBLEM_DUPLICATE,
                          "the patient has a document with exactly these bytes");
        if (there && memcmp(&there->row, &result->row, sizeof result->row) == 0)
            there_tell(f, there);
        return;
    case UPLOAD_UNDER_WAY:
        (void)outcome_set(to, RECEIVED_DUPLICATE, PROBLEM_UNDER_WAY,
                          "the same file is just being uploaded for this patient");
        return;
    case UPLOAD_OTHER:
        (void)outcome_set(to, RECEIVED_REFUSED, PROBLEM_KEY_USED,
                          "another file was sent under this key");
        return;
    case UPLOAD_FAILED:
        return;
    }
}

/* What failed is no refusal of the form: the other files go on. It may be sent again, with the same key. */
static void failure_tell(struct receiving_file *f, const struct upload_result *result,
                         const struct err *why)
{
    struct problem problem = { 0 };

    problem_of_err(why, &problem);
    log_error("request %s: an upload failed: %s", f->x->id,
              result->class ? result->class : why->msg);
    f->x->is_passing = true;
    (void)outcome_set(f->to, RECEIVED_FAILED,
                      problem.type == PROBLEM_BAD_REQUEST ? PROBLEM_INTERNAL : problem.type,
                      "it did not arrive: send it again");
}

static bool file_put(struct receiving_file *f, struct store *store, struct err *err)
{
    char identity[UUID_TEXT_SIZE];
    struct upload_file file = { .fd = f->sent->fd,
                                .size_bytes = f->sent->size_bytes,
                                .sha256 = f->sent->sha256,
                                .type = f->type,
                                .name = f->to->name };
    struct upload_order order = { .identity = identity,
                                  .patient = f->patient,
                                  .type = f->asked->type,
                                  .day = f->asked->day,
                                  .who = f->x->who.name,
                                  .anyway = f->asked->anyway };
    struct upload_result result;
    struct err why = { 0 };
    bool is_there;

    identity_make(f, identity);
    if (!moved_tell(f, identity, &is_there, err))
        return false;
    if (is_there)
        return true;
    if (!upload_note(f, identity, "asked", err))
        return false;
    if (upload_put(f->x->console->uploads, store, &file, &order, &result, &why))
        result_tell(f, &result);
    else
        failure_tell(f, &result, &why);
    return f->to->outcome != RECEIVED_STORED || upload_note(f, identity, NULL, err);
}

static bool kind_is_taken(struct receiving_file *f)
{
    if (upload_kind_is_taken(&f->type))
        return true;
    (void)outcome_set(f->to, RECEIVED_REFUSED, PROBLEM_KIND_REFUSED, "");
    (void)snprintf(f->to->words, sizeof f->to->words, "it is %s by its bytes; taken are %s",
                   f->type.mime, upload_kinds_text);
    return false;
}

static void name_keep(struct receiving_file *f)
{
    auto_str name = STR_MAX(NAME_MAX_BYTES);

    if (upload_name_make(span_of(f->sent->name), &f->type, &name))
        (void)snprintf(f->to->words, sizeof f->to->words,
                       "its bytes are of another kind than its name said: it is kept as .%s",
                       f->type.ext);
    free(f->to->name);
    f->to->name = str_take(&name);
}

static bool file_receive(struct receiving_file *f, struct store *store, struct err *err)
{
    f->to->name = mem_text(f->sent->name);
    if (f->sent->size_bytes == 0)
        return outcome_set(f->to, RECEIVED_REFUSED, PROBLEM_KIND_REFUSED, "it has no bytes");
    if (!type_detect(f, err))
        return false;
    if (!kind_is_taken(f))
        return true;
    name_keep(f);
    return file_put(f, store, err);
}

/* --- all of them ------------------------------------------------------------------------------ */

static size_t copies_before(const struct spool *files, size_t which)
{
    size_t count = 0;

    for (size_t i = 0; i < which; i++)
        count += sha256_equal(&spool_file(files, i)->sha256, &spool_file(files, which)->sha256);
    return count;
}

static bool files_receive(struct exchange *x, const struct receiving *asked,
                          struct received_list *list, struct err *err)
{
    const struct spool *files = request_files(x->request);
    auto_same_list there = { 0 };
    auto_loan loan = { 0 };
    struct store *store;

    if ((!asked->anyway && !same_read(x, list->patient, &there, err))
        || !places_store(x->console->places, &loan, &store, err))
        return false;
    list->items = mem_zero(spool_file_count(files) * sizeof *list->items);
    for (size_t i = 0; i < spool_file_count(files); i++) {
        struct receiving_file file = { .x = x,
                                       .asked = asked,
                                       .patient = list->patient,
                                       .sent = spool_file(files, i),
                                       .there = &there,
                                       .copy = copies_before(files, i),
                                       .to = &list->items[list->count++] };

        if (!file_receive(&file, store, err))
            return false;
    }
    return true;
}

bool receiving_all(struct exchange *x, const struct receiving *asked, struct received_list *list_r,
                   struct err *err)
{
    auto_finding_person person = { 0 };

    *list_r = (struct received_list){ 0 };
    if (!form_is_whole(x) || !asked_is_good(x, asked)
        || !finding_person_of(x, asked->patient, &person, err))
        return false;
    list_r->patient = mem_text(person.people.items[0].patient);
    return files_receive(x, asked, list_r, err);
}
