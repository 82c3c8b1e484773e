/*
 * Runs the registered tests in the order of the file and prints TAP: the plan first, so that a test
 * which ends the program is missed. With $TAP_STOP the first failure is the last test.
 */
#include "tap.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

static struct tap_test *first, **last = &first;
static unsigned failures;
static const char *skipped;

void tap_register(struct tap_test *test)
{
    *last = test;
    last = &test->next;
}

void tap_check(bool good, const char *file, int line, const char *what)
{
    if (good)
        return;
    failures++;
    (void)printf("# %s:%d: %s\n", file, line, what);
}

void tap_check_at(bool good, size_t index, const char *file, int line, const char *what)
{
    if (good)
        return;
    failures++;
    (void)printf("# %s:%d: [%zu] %s\n", file, line, index, what);
}

void tap_check_text(const char *is, const char *want, const char *file, int line, const char *what)
{
    if (is && want && strcmp(is, want) == 0)
        return;
    failures++;
    (void)printf("# %s:%d: %s is \"%s\", not \"%s\"\n", file, line, what, is ? is : "(null)",
                 want ? want : "(null)");
}

void tap_skip(const char *why)
{
    skipped = why;
}

int main(void)
{
    unsigned count = 0, number = 0, bad = 0;

    for (struct tap_test *test = first; test; test = test->next)
        count++;
    (void)printf("1..%u\n", count);
    (void)fflush(stdout);
    for (struct tap_test *test = first; test; test = test->next) {
        failures = 0;
        skipped = NULL;
        test->run();
        bad += failures > 0;
        (void)printf("%sok %u - %s%s%s\n", failures ? "not " : "", ++number, test->name,
                     skipped ? " # SKIP " : "", skipped ? skipped : "");
        (void)fflush(stdout);
        if (bad && getenv("TAP_STOP"))
            break;
    }
    return bad ? 1 : 0;
}
