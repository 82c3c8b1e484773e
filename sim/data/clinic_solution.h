/* The clinic as a solution: its tables, layouts, relations, value lists and scripts. */
#pragma once

#include "sim/data/clinic.h"

/* Makes the solution; takes `clinic`, which the solution frees. */
struct solution *clinic_solution(struct clinic *clinic);
