/* Checks [source] date_format against dates of the documents, before the first row is written. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "engine/engine.h"
#include "source/source.h"

/*
 * Looks at the first and the last records of the layout, if dates stand in a text field there. If
 * one of them contradicts the form that was told, dates that could be either are not read any more.
 *   settings   with `containers` read; loses the form that was told
 *   notes      gets a sentence about that, ended by a newline
 * Pages that cannot be read are left to other checks. Fails with ERR_CANCELED.
 */
must_check bool date_check_run(struct engine_settings *settings, struct source_reader *reader,
                               struct str *notes, struct err *err);
