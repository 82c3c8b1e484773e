/* Numbers that FileMaker sends as text: record ids, modification ids, script errors. */
#pragma once

#include "json/writer.h"

/* Writes a member whose value is the number's digits in quotes. */
void digits_member(struct json_writer *w, const char *name, uint64_t n);
