/*
 * The test harness: a test is a function, a check is a line, nothing jumps. Prints TAP.
 *
 *     TEST(numbers_are_whole)
 *     {
 *         CHECK(num_u64(span_of("12"), 0, 20, &n, &err));
 *         CHECK_AT(i, n == cases[i].want);   // names the row of a table
 *         CHECK_STR(str_text(&s), "twelve");
 *     }
 *
 * `unit_base_num numbers_are_whole` runs that test alone, `unit_base_num --list` names all.
 *
 * A test that cannot run here says so with SKIP("why") and returns; it is counted as skipped.
 */
#pragma once

#include "base/base.h"

struct tap_test {
    const char *name;
    void (*run)(void);
    bool is_wanted; /* named on the command line, or nothing was */
    struct tap_test *next;
};

void tap_register(struct tap_test *test);
void tap_check(bool good, const char *file, int line, const char *what);
void tap_check_at(bool good, size_t index, const char *file, int line, const char *what);
void tap_check_text(const char *is, const char *want, const char *file, int line, const char *what);
void tap_skip(const char *why);

#define TEST(test_name)                                                                            \
    static void test_name(void);                                                                   \
    __attribute__((constructor)) static void test_name##_register(void)                            \
    {                                                                                              \
        static struct tap_test test = { #test_name, test_name, false, NULL };                      \
        tap_register(&test);                                                                       \
    }                                                                                              \
    static void test_name(void)

#define CHECK(condition) tap_check((condition), __FILE__, __LINE__, #condition)
#define CHECK_AT(index, condition)                                                                 \
    tap_check_at((condition), (index), __FILE__, __LINE__, #condition)
#define CHECK_STR(is, want) tap_check_text((is), (want), __FILE__, __LINE__, #is)
#define SKIP(why)                                                                                  \
    do {                                                                                           \
        tap_skip(why);                                                                             \
        return;                                                                                    \
    } while (0)
