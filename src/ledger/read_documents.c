/* Reads documents with their stored versions. */
#include "ledger/read.h"

#include "base/mem.h"
#include "ledger/inside.h"

/* --- all of them ------------------------------------------------------------------------------ */

static void document_version_read(const struct sql_rows *rows, struct ledger_document *document)
{
    struct span hash = sql_get_bytes(rows, 16);

    document->has_version = !sql_is_null(rows, 14);
    document->key = sql_get_text(rows, 14);
    document->size = sql_get_i64(rows, 15);
    document->has_sha256 = hash.size == SHA256_SIZE;
    if (document->has_sha256)
        memcpy(document->sha256.bytes, hash.at, SHA256_SIZE);
    document->mime = sql_get_text(rows, 17);
    document->mark = sql_get_text(rows, 18);
}

static struct ledger_document document_read(const struct sql_rows *rows, enum ledger_state state)
{
    struct ledger_document document = { .record_id = sql_get_i64(rows, 0),
                                        .filemaker_id = sql_get_text(rows, 1),
                                        .identity = sql_get_text(rows, 2),
                                        .patient_id = sql_get_text(rows, 3),
                                        .type = sql_get_text(rows, 4),
                                        .container = sql_get_text(rows, 5),
                                        .repetition = sql_get_i64(rows, 6),
                                        .storage = sql_get_text(rows, 7),
                                        .mod_id = sql_get_i64(rows, 8),
                                        .state = state,
                                        .class = sql_get_text(rows, 10),
                                        .link = sql_get_text(rows, 11),
                                        .patient = sql_get_text(rows, 12),
                                        .tries = sql_get_i64(rows, 13),
                                        .who = sql_get_text(rows, 19),
                                        .reason = sql_get_text(rows, 20),
                                        .linked_by = sql_get_text(rows, 21),
                                        .linked_us = sql_get_i64(rows, 22) };

    document_version_read(rows, &document);
    return document;
}

bool ledger_each_document(struct ledger *ledger,
                          bool (*each)(void *arg, const struct ledger_document *document),
                          void *arg, struct err *err)
{
    struct ledger_words words;
    auto_rows *rows = NULL;
    bool more = true;
    enum step step = STEP_END;

    if (!sql_query(ledger->sql, &LEDGER_SURVEY_DOCUMENTS, sql_args(sql_i64(ledger->source)), &rows,
                   err))
        return false;
    while (more
           && (step = ledger_next(rows, (struct ledger_word_columns){ .state = 9 }, &words, err))
                  == STEP_ROW) {
        struct ledger_document document = document_read(rows, words.state);

        more = each(arg, &document);
    }
    if (!more)
        return err_set(err, ERR_CANCELED, 0, "the walk was ended");
    return step == STEP_END;
}

/* --- those of one record ---------------------------------------------------------------------- */

void ledger_document_states_free(struct ledger_document_state *documents, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(documents[i].identity);
        free(documents[i].container);
        free(documents[i].filemaker_id);
        free(documents[i].type);
        ledger_version_clear(&documents[i].version);
    }
    free(documents);
}

static struct ledger_version state_version_read(const struct sql_rows *rows)
{
    struct span sha256 = sql_get_bytes(rows, 14);
    struct ledger_version version = { .number = sql_get_i64(rows, 12),
                                      .key = ledger_column_or_null(rows, 13),
                                      .has_sha256 = sha256.size == SHA256_SIZE,
                                      .size_bytes = (uint64_t)sql_get_i64(rows, 15),
                                      .mod_id = (uint64_t)sql_get_i64(rows, 16),
                                      .mark = ledger_column_or_null(rows, 17),
                                      .imprint = ledger_column_or_null(rows, 18),
                                      .mark_stood = sql_get_i64(rows, 19) != 0,
                                      .stored = true };

    if (version.has_sha256)
        memcpy(version.sha256.bytes, sha256.at, SHA256_SIZE);
    return version;
}

static struct ledger_document_state document_state_read(const struct sql_rows *rows,
                                                        const struct ledger_words *words)
{
    return (struct ledger_document_state){ .document = sql_get_i64(rows, 0),
                                           .epoch = sql_get_i64(rows, 1),
                                           .state = words->state,
                                           .held = sql_get_i64(rows, 3) != 0,
                                           .identity = ledger_column(rows, 4),
                                           .container = ledger_column(rows, 5),
                                           .repetition = (int)sql_get_i64(rows, 6),
                                           .filemaker_id = ledger_column_or_null(rows, 7),
                                           .type = ledger_column(rows, 8),
                                           .link = words->link,
                                           .size = sql_get_i64(rows, 10),
                                           .mod_id = (uint64_t)sql_get_i64(rows, 11),
                                           .version = state_version_read(rows) };
}

bool ledger_document_states(struct ledger *ledger, uint64_t record_id,
                            struct ledger_document_state **documents_r, size_t *count_r,
                            struct err *err)
{
    auto_rows *rows = NULL;
    struct ledger_document_state *documents = NULL;
    struct ledger_words words;
    size_t count = 0;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_WHOLE,
                   sql_args(sql_i64(ledger->source), sql_i64((int64_t)record_id)), &rows, err))
        return false;
    while ((step = ledger_next(rows, (struct ledger_word_columns){ 2, 9 }, &words, err))
           == STEP_ROW) {
        documents = mem_grow(documents, (count + 1) * sizeof *documents);
        documents[count++] = document_state_read(rows, &words);
    }
    if (step == STEP_ERROR) {
        ledger_document_states_free(documents, count);
        return false;
    }
    *documents_r = documents;
    *count_r = count;
    return true;
}

/* --- whether there is one --------------------------------------------------------------------- */

bool ledger_knows_key(struct ledger *ledger, const char *key, bool *knows_r, struct err *err)
{
    int64_t count;

    if (!sql_number(ledger->sql,
                    ledger->step < LEDGER_STEP_OF_KEY_NUMBERS ? &LEDGER_KEY_KNOWN_OF_STEP_5
                                                              : &LEDGER_KEY_KNOWN,
                    sql_args(sql_text(key), ledger_key_number(key)), 0, &count, err))
        return false;
    *knows_r = count > 0;
    return true;
}

bool ledger_knows_identity(struct ledger *ledger, const char *identity, bool *knows_r,
                           struct err *err)
{
    int64_t count;

    if (!sql_number(ledger->sql, &LEDGER_IDENTITY_KNOWN,
                    sql_args(sql_i64(ledger->source), sql_text(identity)), 0, &count, err))
        return false;
    *knows_r = count > 0;
    return true;
}
