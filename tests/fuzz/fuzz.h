/*
 * What a fuzz target is. It calls what it tests with the bytes it is given, and aborts where a
 * promise is broken: assert() is the check.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline struct span fuzz_span(const uint8_t *data, size_t size)
{
    return (struct span){ (const char *)data, size };
}
