/*
 * Records as they came in one answer. The transfers whose records these are share them; all are of
 * one worker, so only its thread counts the users.
 */
#pragma once

#include "base/base.h"
#include "source/source.h"

struct records {
    struct filemaker_page page;
    int users;
};

/* Takes what is in the page, for one user. */
struct records *records_new(struct filemaker_page *page);

struct records *records_share(struct records *records); /* for one user more */
void records_release(struct records *records);          /* the last one frees; NULL is allowed */
