/* What is read for an assignment, and when there is nothing to read. */
#include "engine/assignment.h"

#include "base/time.h"
#include "document/row.h"
#include "ledger/documents.h"
#include "registry/previous.h"

static void marks_clear(struct assignment *a)
{
    for (size_t i = 0; i < a->mark_count; i++)
        free(a->marks[i]);
    free(take(a->marks));
    a->mark_count = 0;
    ledger_edits_clear(&a->edits);
}

void assignment_free(struct assignment *assignment)
{
    if (!assignment)
        return;
    ledger_claim_clear(&assignment->claim);
    ledger_versions_free(assignment->versions, assignment->version_count);
    marks_clear(assignment);
    free(assignment->usual_class);
    ledger_last_failure_clear(&assignment->last_failure);
    free(assignment->previous_key);
    free(assignment);
}

/* The patient whom a person chose stands above the patient's id. */
static bool patient_by_hand(struct assignment *a)
{
    a->match = a->claim.patient ? REGISTRY_ONE_PATIENT : REGISTRY_NO_PATIENT;
    (void)snprintf(a->patient, sizeof a->patient, "%s", a->claim.patient ? a->claim.patient : "");
    return true;
}

static bool patient_find(struct assignment *a, bool has_dob, struct registry *registry,
                         struct err *err)
{
    struct span id = span_of(a->claim.patient_id);

    a->doubt = "";
    if (a->claim.by_hand)
        return patient_by_hand(a);
    return registry_match(registry, id, &a->match, a->patient, err)
           && (!has_dob || a->match != REGISTRY_ONE_PATIENT
               || registry_patient_dob(registry, id, a->patient_dob, err));
}

/* The key under which an earlier importer's row has this document. */
static bool previous_key_find(struct assignment *a, const char *source_name,
                              struct registry *registry, struct err *err)
{
    struct uuid filemaker_id, ours;

    if (!source_name || *a->claim.container || !a->claim.filemaker_id
        || !uuid_read_loose(span_of(a->claim.filemaker_id), &filemaker_id))
        return true;
    ours = row_id(source_name, a->claim.identity, a->claim.container, a->claim.repetition);
    return registry_previous(registry, &filemaker_id, &ours, &a->previous_key, err);
}

bool assignment_read_marks(struct assignment *assignment, struct ledger *ledger, struct err *err)
{
    uint64_t record_id = assignment->claim.record_id;

    marks_clear(assignment);
    return ledger_marks(ledger, record_id, &assignment->marks, &assignment->mark_count, err)
           && ledger_edits_read(ledger, record_id, time_now_us(), &assignment->edits, err);
}

bool assignment_fill(struct assignment *assignment, const struct assignment_rules *rules,
                     struct ledger *ledger, struct registry *registry, struct err *err)
{
    struct assignment *a = assignment;
    /* A document in its first claim has no past; its record may have, if it has other documents. */
    bool is_first = a->claim.epoch <= 1;

    return patient_find(a, rules->has_patient_dob, registry, err)
           && (a->claim.attempts == 0
               || ledger_usual_class(ledger, a->claim.document, a->claim.attempts, &a->usual_class,
                                     err))
           && ((is_first && !rules->has_siblings) || assignment_read_marks(a, ledger, err))
           && (is_first
               || ledger_last_failure_read(ledger, a->claim.document, &a->last_failure, err))
           && (is_first
               || ledger_versions(ledger, a->claim.document, &a->versions, &a->version_count, err))
           && previous_key_find(a, rules->adopt_source, registry, err);
}
