/* A note about the source for each run that is alive: "gate 17" = "4 5 120000 0". */
#include "ledger/gates.h"

#include "base/mem.h"
#include "base/num.h"
#include "ledger/inside.h"

enum { NAME_SIZE = 32 };

static const char *gate_name(int64_t run, char name[NAME_SIZE])
{
    (void)snprintf(name, NAME_SIZE, "gate %jd", (intmax_t)run);
    return name;
}

bool ledger_gate_note(struct ledger *ledger, const struct ledger_gate *gate, struct err *err)
{
    char name[NAME_SIZE];
    auto_free char *text = mem_printf("%jd %jd %jd %d", (intmax_t)gate->width,
                                      (intmax_t)gate->sessions, (intmax_t)gate->average_us,
                                      gate->rests);

    return ledger_note_write(ledger, gate_name(ledger->run, name), text, err);
}

bool ledger_gate_forget(struct ledger *ledger, int64_t run, struct err *err)
{
    char name[NAME_SIZE];

    return sql_run(
        ledger->sql, &LEDGER_NOTE_DROP,
        sql_args(sql_i64(ledger->source), sql_text(gate_name(run ? run : ledger->run, name))), err);
}

static bool number_next(struct span *rest, int64_t *number_r)
{
    uint64_t number;
    struct err ignored;

    if (!num_u64(span_cut(rest, ' '), 0, INT64_MAX, &number, &ignored))
        return false;
    *number_r = (int64_t)number;
    return true;
}

bool ledger_gate_read(struct ledger *ledger, int64_t run, struct ledger_gate *gate_r, bool *has_r,
                      struct err *err)
{
    char name[NAME_SIZE];
    auto_free char *text = NULL;
    struct ledger_gate gate;
    struct span rest;
    int64_t rests;

    if (!ledger_note_read(ledger, gate_name(run, name), &text, err))
        return false;
    *has_r = text != NULL;
    if (!text)
        return true;
    rest = span_of(text);
    if (!number_next(&rest, &gate.width) || !number_next(&rest, &gate.sessions)
        || !number_next(&rest, &gate.average_us) || !number_next(&rest, &rests))
        return err_set(err, ERR_DATA, 0, "the ledger's note '%s' is none", name);
    gate.rests = rests != 0;
    *gate_r = gate;
    return true;
}
