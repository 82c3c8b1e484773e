/*
 * Write back: fields of the solution's choosing that are filled together with the mark, so that
 * FileMaker's own users find a document in its new place. What a field is to hold follows from the
 * document's version and the rules alone, so that nothing more needs to be kept of each document
 * (docs/decisions/0123-write-back.md).
 *
 * A rule is a template with names in braces:
 *
 *   {console_url}   the document's page in the console
 *   {key}           where the object lies in the store
 *   {sha256}        of its bytes, 64 digits
 *   {bytes}         how many it has
 *   {date}          the day of the mark, 2026-11-23
 *
 * Pure; any thread.
 */
#pragma once

#include "base/base.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"

/* What a test of writing leaves in a field that it cannot empty again: ours, at any time. */
#define WRITEBACK_TEST "fmferry check --write-test"

enum { WRITEBACK_FIELDS_MAX = 16, WRITEBACK_VALUE_MAX = 8192 };

struct writeback_rule {
    char *field, *template;
};

/* The rules as they stood at one time. */
struct writeback {
    char *console; /* where the console's pages are, without a slash at its end; "": not told */
    struct writeback_rule rules[WRITEBACK_FIELDS_MAX];
    size_t count; /* 0: nothing is written back */
};

/* What the names in braces stand for. All borrowed. */
struct writeback_facts {
    struct uuid row; /* the id of the document's row */
    const char *key;
    const struct sha256 *sha256;
    uint64_t size_bytes;
    struct span mark; /* in any form that FileMaker gives it */
};

void writeback_clear(struct writeback *writeback);
#define auto_writeback __attribute__((cleanup(writeback_clear))) struct writeback

/*
 * Adds a rule.
 * Fails with ERR_USAGE: too many rules, a field that another fills, no template, a name that is
 * not known, a brace left open, {console_url} where `console` is "", a value that could be longer
 * than WRITEBACK_VALUE_MAX.
 */
must_check bool writeback_add(struct writeback *writeback, const char *field, const char *template,
                              struct err *err);

/* The most bytes that a rule's field may have to hold. */
size_t writeback_most(const struct writeback *writeback, size_t rule);

/* Adds what a rule's field is to hold; never more than WRITEBACK_VALUE_MAX bytes. */
void writeback_value(const struct writeback *writeback, size_t rule,
                     const struct writeback_facts *facts, struct str *to);

/* The rules as one text, by which a ledger remembers them. The caller frees. */
char *writeback_text(const struct writeback *writeback);

/*
 * Reads such a text.
 *   writeback_r   empty before; the caller clears it
 * Fails with ERR_DATA.
 */
must_check bool writeback_read(const char *text, struct writeback *writeback_r, struct err *err);
