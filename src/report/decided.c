/* Words what was done with documents, and why others were left as they are. */
#include "report/decided.h"

#include "report/words.h"

/* One document, and several. */
struct verb_pair {
    const char *one, *many;
};

struct decided_verbs {
    const char *kind;
    struct verb_pair done, would;
    struct verb_pair waiting; /* why a document that waits was left alone */
    bool run_follows;         /* a run does what was decided */
};

static const struct decided_verbs decisions[] = {
    { "retry",
      { "waits again", "wait again" },
      { "would wait again", "would wait again" },
      { "was already waiting", "were already waiting" },
      true },
    { "accept",
      { "is accepted as it came", "are accepted as they came" },
      { "would be accepted as it came", "would be accepted as they came" },
      { "has tries left", "have tries left" },
      true },
    { "waive",
      { "is waived", "are waived" },
      { "would be waived", "would be waived" },
      { "was claimed meanwhile", "were claimed meanwhile" },
      false },
};

static const struct decided_verbs *verbs_of(const char *kind)
{
    for (size_t i = 0; i < lengthof(decisions); i++)
        if (strcmp(decisions[i].kind, kind) == 0)
            return &decisions[i];
    abort();
}

/* Why a document in this state was left alone. */
static struct verb_pair reason_of(const struct decided_verbs *words, enum ledger_state state)
{
    switch (state) {
    case LEDGER_WAITING:
        return words->waiting;
    case LEDGER_CLAIMED:
        return (struct verb_pair){ "is on its way", "are on their way" };
    case LEDGER_STORED:
        return (struct verb_pair){ "is stored and waits for its mark",
                                   "are stored and wait for their marks" };
    case LEDGER_DONE:
        return (struct verb_pair){ "has arrived", "have arrived" };
    case LEDGER_FAILED:
        return (struct verb_pair){ "has nothing to accept", "have nothing to accept" };
    case LEDGER_WAIVED:
        return (struct verb_pair){ "was already waived", "were already waived" };
    case LEDGER_GONE:
        return (struct verb_pair){ "is gone from FileMaker", "are gone from FileMaker" };
    }
    abort();
}

static void left_add(struct str *to, int64_t count, struct verb_pair reason)
{
    if (count == 0)
        return;
    str_add_text(to, "; ");
    words_count(to, count, reason.one, reason.many);
}

void decided_words(const char *kind, const struct ledger_decided *decided, bool only_looked,
                   struct str *to)
{
    const struct decided_verbs *words = verbs_of(kind);
    struct verb_pair verb = only_looked ? words->would : words->done;

    if (decided->changed == 0)
        str_printf(to, "no document %s", verb.one);
    else {
        words_count(to, decided->changed, "document ", "documents ");
        str_add_text(to, decided->changed == 1 ? verb.one : verb.many);
    }
    left_add(to, decided->held, (struct verb_pair){ "is on its way", "are on their way" });
    for (int i = 0; i < LEDGER_STATES; i++)
        left_add(to, decided->left[i], reason_of(words, (enum ledger_state)i));
}

bool decided_wants_run(const char *kind)
{
    return verbs_of(kind)->run_follows;
}
