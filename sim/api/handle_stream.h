/* Which record a download is about, known before the request is handled. */
#pragma once

#include "sim/sim.h"

/* The record whose container a streaming URL means; 0 if it is none of ours. */
uint64_t stream_record_id(const struct sim *sim, const struct request *request);
