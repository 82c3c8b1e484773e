/*
 * Functions that may not be used here, because each has a safer neighbour: str_* and snprintf for
 * text, num_* for numbers, time_* and the _r forms for dates, err_os for errno. The build includes
 * this file ahead of every source, so that using one does not compile. strtoul is as bad as strtol,
 * but a header of libpq names it.
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef sprintf /* clang's hardened headers make it a macro, which cannot be poisoned */
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok strerror
#pragma GCC poison atoi atol atoll atof strtol strtoll strtoull sscanf
#pragma GCC poison gmtime localtime ctime asctime tmpnam mktemp
