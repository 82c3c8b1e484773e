/* The word that was probably meant. */
#include "base/nearest.h"

#include "tap.h"

static const char *const words[] = { "workers",  "memory_mib", "attempts", "retry_ms", "follow_s",
                                     "API_Docs", "id_Contact", "Type",     "DOB",      NULL };

TEST(finds_the_word_that_was_meant)
{
    static const struct {
        const char *wanted, *best;
    } cases[] = {
        { "wokers", "workers" },
        { "worker", "workers" },
        { "WORKERS", "workers" },
        { "owrkers", "workers" },
        { "memory-mib", "memory_mib" },
        { "memory", "memory_mib" },
        { "api docs", "API_Docs" },
        { "API_Doc", "API_Docs" },
        { "idContact", "id_Contact" },
        { "Typ", "Type" },
        { "Tpye", "Type" },
        { "D0B", "DOB" },
        { "nonsense", NULL },
        { "", NULL },
        { "__", NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct nearest near = { .wanted = cases[i].wanted };

        for (const char *const *word = words; *word; word++)
            nearest_offer(&near, *word);
        CHECK_STR(near.best ? near.best : "none", cases[i].best ? cases[i].best : "none");
    }
}

TEST(the_nearer_of_two_wins)
{
    struct nearest near = { .wanted = "workerz" };

    nearest_offer(&near, "worked");
    nearest_offer(&near, "workers");
    nearest_offer(&near, "workouts");
    CHECK_STR(near.best, "workers");
}

TEST(a_long_word_is_no_danger)
{
    char word[4096];
    struct nearest near = { .wanted = word };

    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    nearest_offer(&near, "workers");
    CHECK(near.best == NULL);
    nearest_offer(&near, word);
    CHECK(near.best == word);
}
