/*
 * Runs the registered tests in the order of the file and prints TAP: the plan first, so that a test
 * which ends the program is missed. Arguments name the tests to run; --list names them all. With
 * $TAP_STOP the first failure is the last test. A debugger that stops at tap_fail() stops at each
 * check that fails, with the test one frame up.
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

/* Counts a check that failed; kept a function of its own for the debugger to stop at. */
__attribute__((noinline)) static void tap_fail(void)
{
    failures++;
}

void tap_check(bool good, const char *file, int line, const char *what)
{
    if (good)
        return;
    tap_fail();
    (void)printf("# %s:%d: %s\n", file, line, what);
}

void tap_check_at(bool good, size_t index, const char *file, int line, const char *what)
{
    if (good)
        return;
    tap_fail();
    (void)printf("# %s:%d: [%zu] %s\n", file, line, index, what);
}

void tap_check_text(const char *is, const char *want, const char *file, int line, const char *what)
{
    if (is && want && strcmp(is, want) == 0)
        return;
    tap_fail();
    (void)printf("# %s:%d: %s is \"%s\", not \"%s\"\n", file, line, what, is ? is : "(null)",
                 want ? want : "(null)");
}

void tap_skip(const char *why)
{
    skipped = why;
}

static int list_tests(void)
{
    for (struct tap_test *test = first; test; test = test->next)
        (void)printf("%s\n", test->name);
    return 0;
}

/* Marks the test of this name as wanted, or all where there is none; false: there is no such test. */
static bool mark_wanted(const char *name)
{
    bool found = false;

    for (struct tap_test *test = first; test; test = test->next) {
        if (name && strcmp(test->name, name) != 0)
            continue;
        test->is_wanted = found = true;
    }
    return found;
}

static unsigned count_wanted(void)
{
    unsigned count = 0;

    for (const struct tap_test *test = first; test; test = test->next)
        count += test->is_wanted;
    return count;
}

/* Runs what is wanted; how many of these tests failed. */
static unsigned run_wanted(void)
{
    unsigned number = 0, bad = 0;

    for (struct tap_test *test = first; test; test = test->next) {
        if (!test->is_wanted)
            continue;
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
    return bad;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list_tests();
    if (argc == 1)
        (void)mark_wanted(NULL);
    for (int i = 1; i < argc; i++)
        if (!mark_wanted(argv[i])) {
            (void)fprintf(stderr, "there is no test '%s' here; --list names all\n", argv[i]);
            return 2;
        }
    (void)printf("1..%u\n", count_wanted());
    (void)fflush(stdout);
    return run_wanted() ? 1 : 0;
}
