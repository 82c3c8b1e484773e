/* Frequent queries are answered by an index, also among ten million documents. */
#include "ledger/ledger.h"

#include "base/mem.h"
#include "folder.h"
#include "ledger/ledger_sql.h"
#include "tap.h"

static const struct {
    const struct sql_text *text;
    const char *index;
} wanted[] = {
    { &LEDGER_CLAIM_PICK, "USING INDEX fmferry_document_due" },
    { &LEDGER_NEXT_DUE, "INDEX fmferry_document_due" },
    { &LEDGER_DOCUMENTS_WAKE, "INDEX fmferry_document_tried" },
    { &LEDGER_HELD_ELSEWHERE, "INDEX fmferry_document_claimed" },
    { &LEDGER_DOCUMENT_FIND, "INDEX sqlite_autoindex_fmferry_document_1" },
    { &LEDGER_DOCUMENTS_OF_RECORD, "INDEX fmferry_document_record" },
    { &LEDGER_LOOK_TALLIES, "fmferry_tally USING PRIMARY KEY" },
    { &LEDGER_LOOK_TRAITS, "d USING INDEX fmferry_document_troubled" },
    { &LEDGER_LOOK_FAILURES, "d USING INDEX fmferry_document_troubled" },
    { &LEDGER_ATTEMPTS_USUAL, "fmferry_attempt USING PRIMARY KEY" },
    { &LEDGER_SHOWN_BY_KEYS, "INDEX fmferry_version_key (key_number=?)" },
    { &LEDGER_SHOWN_BY_NUMBERS, "d USING INTEGER PRIMARY KEY" },
    { &LEDGER_SHOWN_AFTER, "d USING INTEGER PRIMARY KEY" },
    { &LEDGER_FEED_ENTRIES, "fmferry_audit USING PRIMARY KEY (run=? AND seq>?)" },
    { &LEDGER_FEED_RUNS, "a USING PRIMARY KEY (run=?)" },
    { &LEDGER_LOOK_DOUBTS, "INDEX fmferry_document_troubled" },
};

/* All lines of SQLite's plan for a statement. `explain` must live while `sql` is open. */
static void plan_of(struct sql *sql, const struct sql_text *text, struct sql_text *explain,
                    struct str *to)
{
    auto_free char *words = mem_printf("explain query plan %s", text->sqlite);
    auto_rows *rows = NULL;
    struct err err = { 0 };

    *explain = (struct sql_text){ text->name, words, NULL };
    CHECK(sql_query(sql, explain, SQL_NO_ARGS, &rows, &err));
    while (rows && sql_next(rows, &err) == STEP_ROW) {
        str_add_span(to, sql_get_text(rows, 3));
        str_add_char(to, '\n');
    }
}

TEST(what_is_asked_often_has_an_index)
{
    char *folder = folder_new();
    auto_free char *url = mem_printf("sqlite:%s/ledger.db", folder);
    struct cancel *cancel = cancel_new();
    struct sql_text explains[lengthof(wanted)];
    struct ledger *ledger = NULL;
    struct err err = { 0 };

    CHECK(ledger_open(url, "source", cancel, &ledger, &err));
    for (size_t i = 0; ledger && i < lengthof(wanted); i++) {
        auto_str plan = STR_MAX(KIB(16));

        plan_of(ledger_sql(ledger), wanted[i].text, &explains[i], &plan);
        CHECK_AT(i, span_find(str_span(&plan), wanted[i].index) < plan.size);
        CHECK_AT(i, span_find(str_span(&plan), "SCAN fmferry_document") == plan.size);
    }
    ledger_close(ledger);
    cancel_free(cancel);
    folder_remove(folder);
}
