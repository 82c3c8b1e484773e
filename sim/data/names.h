/* Names for made-up people and places. No real person is meant. */
#pragma once

#include "base/base.h"

const char *name_first(uint64_t chance);
const char *name_last(uint64_t chance);
const char *name_street(uint64_t chance);
const char *name_suburb(uint64_t chance);
