/*
 * demo: 500 documents of every type for 60 patients, each a real PDF, photo or scan with something
 * to read. Five of them are special cases to learn from; docs/fmsim.md names them.
 */
#include "sim/data/data.h"

#include "sim/base/chance.h"
#include "sim/data/clinic_documents.h"
#include "sim/data/clinic_patients.h"
#include "sim/data/clinic_solution.h"
#include "sim/data/paper.h"

#include "base/mem.h"

#include <pthread.h>

enum { DOCUMENTS = 500, PATIENTS = 60 };
enum { WHAT_TYPE = 1, WHAT_FILE, WHAT_PAGES, WHAT_STORE, WHAT_PAPER };

/* The special cases, counted from 0. */
enum {
    CASE_EMPTY = 40,      /* nothing in the container                */
    CASE_REFERENCE = 172, /* only a path was kept                    */
    CASE_STRANGER = 259,  /* of an unknown patient          */
    CASE_ODD_TYPE = 332,  /* a type that makes a bad name of a folder */
    CASE_BAD_DATE = 403,  /* not a date                     */
};

struct demo {
    struct painter painter; /* first, so that its demo can be found from it */
    struct clinic *clinic;
    pthread_mutex_t lock;
    struct blob *painted[DOCUMENTS];
};

static const char *demo_type(const struct clinic *clinic, uint64_t ordinal)
{
    if (ordinal == CASE_ODD_TYPE)
        return "Fit & Trial (L/R) — Ödem?";
    if (ordinal < CLINIC_TYPES) /* each type at least once */
        return clinic_types[ordinal];
    return clinic_types[chance_weighted(clinic_chance(clinic, ordinal, WHAT_TYPE),
                                        clinic_type_weights, CLINIC_TYPES)];
}

static int64_t demo_created(const struct clinic *clinic, uint64_t ordinal)
{
    return clinic_moment(clinic->seed, ordinal, DOCUMENTS, clinic_day(2024, 2, 5),
                         clinic_day(2024, 11, 15));
}

static int64_t demo_patient(const struct clinic *clinic, uint64_t ordinal)
{
    return ordinal == CASE_STRANGER ? -1 : clinic_some_patient(clinic, ordinal);
}

static const char *demo_date(const struct clinic *clinic, uint64_t ordinal)
{
    (void)clinic;
    return ordinal == CASE_BAD_DATE ? "31/02/2024" : NULL;
}

static bool is_among(const char *type, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(type, list[i]) == 0)
            return true;
    return false;
}

static enum paper_kind demo_kind(const char *type)
{
    static const char *const bills[] = { "Invoice",        "Quote",           "Purchase Order",
                                         "EFTPOS Receipt", "Delivery Docket", "Remittance Advice" };

    if (strcmp(type, "Cards") == 0)
        return PAPER_CARD;
    return is_among(type, bills, lengthof(bills)) ? PAPER_BILL : PAPER_LETTER;
}

static enum file_type demo_file_type(const struct clinic *clinic, uint64_t ordinal)
{
    static const enum file_type cards[] = { FILE_JPEG, FILE_HEIC, FILE_PNG, FILE_HEIC };
    uint64_t chance = chance_below(clinic_chance(clinic, ordinal, WHAT_FILE), 100);

    if (demo_kind(demo_type(clinic, ordinal)) == PAPER_CARD)
        return cards[chance_below(clinic_chance(clinic, ordinal, WHAT_FILE), lengthof(cards))];
    return chance < 93 ? FILE_PDF : chance < 97 ? FILE_TIFF : FILE_JPEG;
}

/* --- drawing -------------------------------------------------------------------------------- */

static unsigned demo_page_count(const struct clinic *clinic, uint64_t ordinal, enum paper_kind kind)
{
    uint64_t chance = clinic_chance(clinic, ordinal, WHAT_PAGES);

    return kind == PAPER_BILL ? 1 : 1 + (unsigned)chance_below(chance, 4);
}

static struct blob *document_paint(const struct clinic *clinic, uint64_t ordinal)
{
    int64_t patient = demo_patient(clinic, ordinal);
    const char *type = demo_type(clinic, ordinal);
    enum file_type file = demo_file_type(clinic, ordinal);
    auto_str first = STR_MAX(256), last = STR_MAX(256), born = STR_MAX(64), date = STR_MAX(64);
    auto_str number = STR_MAX(64);
    struct paper paper = { .kind = demo_kind(type),
                           .title = type,
                           .seed = clinic_chance(clinic, ordinal, WHAT_PAPER) };

    if (patient >= 0) {
        clinic_patient_name(clinic, (uint64_t)patient, &first, &last);
        clinic_patient_dob(clinic, (uint64_t)patient, &born);
    }
    str_printf(&first, "%s%s", first.size ? " " : "A new patient", str_text(&last));
    clinic_document_date(clinic, ordinal, &date);
    str_printf(&number, "No. %ju", (uintmax_t)(24000 + ordinal));
    paper.patient = str_text(&first);
    paper.patient_dob = born.size ? str_text(&born) : "(not recorded)";
    paper.date = str_text(&date);
    paper.number = str_text(&number);
    paper.pages = demo_page_count(clinic, ordinal, paper.kind);
    return file == FILE_PDF ? paper_pdf(&paper) : paper_picture(&paper, file);
}

static struct blob *demo_paint(const struct painter *painter, uint64_t ordinal)
{
    struct demo *demo = (struct demo *)(uintptr_t)painter;
    struct blob *blob;

    (void)pthread_mutex_lock(&demo->lock);
    if (!demo->painted[ordinal])
        demo->painted[ordinal] = document_paint(demo->clinic, ordinal);
    blob = blob_share(demo->painted[ordinal]);
    (void)pthread_mutex_unlock(&demo->lock);
    return blob;
}

static void demo_content(const struct clinic *clinic, uint64_t ordinal, struct content *content_r)
{
    static const enum content_store stores[] = { STORE_SECURED, STORE_EMBEDDED, STORE_SECURED,
                                                 STORE_OPEN };
    struct demo *demo = clinic->data;

    *content_r = (struct content){ .store = STORE_EMPTY };
    if (ordinal >= DOCUMENTS || ordinal == CASE_EMPTY)
        return;
    *content_r = (struct content){
        .store = stores[chance_below(clinic_chance(clinic, ordinal, WHAT_STORE), lengthof(stores))],
        .from = FROM_PAINTER,
        .type = demo_file_type(clinic, ordinal),
        .painter = &demo->painter,
        .subject = ordinal,
    };
    (void)snprintf(content_r->name, sizeof content_r->name, "%s %ju%s", demo_type(clinic, ordinal),
                   (uintmax_t)(24000 + ordinal), file_type_suffix(content_r->type));
    if (ordinal == CASE_REFERENCE)
        content_r->store = STORE_REFERENCE;
}

static const struct clinic_ops demo_ops = {
    .type = demo_type,
    .created = demo_created,
    .creator = clinic_some_creator,
    .content = demo_content,
    .patient = demo_patient,
    .date = demo_date,
};

static void demo_free(void *data)
{
    struct demo *demo = data;

    for (size_t i = 0; i < DOCUMENTS; i++)
        blob_release(demo->painted[i]);
    (void)pthread_mutex_destroy(&demo->lock);
    free(demo);
}

bool data_demo(const struct data_options *options, struct span rest, struct solution **solution_r,
               struct err *err)
{
    struct demo *demo;
    struct clinic *clinic;

    if (rest.at)
        return err_set(err, ERR_USAGE, 0, "--data demo takes nothing after a colon");
    demo = mem_new(struct demo);
    clinic = mem_new(struct clinic);
    demo->painter.paint = demo_paint;
    demo->clinic = clinic;
    (void)pthread_mutex_init(&demo->lock, NULL);
    *clinic = (struct clinic){
        .ops = &demo_ops,
        .seed = options->seed,
        .documents = DOCUMENTS,
        .patients = PATIENTS,
        .record_gap = options->record_gap,
        .data = demo,
        .data_free = demo_free,
    };
    *solution_r = clinic_solution(clinic);
    return true;
}
