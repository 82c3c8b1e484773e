/* Which program wrote a file of the offices of the nineties. Reads bytes, and trusts none of them. */
#pragma once

#include "base/str.h"

enum old_office { OLD_NONE, OLD_WORD, OLD_SHEET, OLD_RICH };

/*
 * By the first bytes, and for compound files by the stream that its folder names first: a letter may
 * have a sheet within it, and a sheet a letter ([MS-CFB] 2.6.1: entries of 128 bytes).
 */
enum old_office old_office_of(struct span bytes);
