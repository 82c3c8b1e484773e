/*
 * Places in the program where a test can make it die. In a build without them (the default) nothing
 * of this is left: meson setup -Dfailpoints=true BUILD makes one with them.
 *
 * The environment says what happens:
 *   FMFERRY_FAIL=die@17           at the 17th place that is reached, whichever it is
 *   FMFERRY_FAIL=put.sent:die@2   at the second time that this place is reached
 *   FMFERRY_FAIL_LOG=FILE         the name of every place that is reached, one a line
 * To die is SIGKILL: nothing is flushed, closed or logged out.
 */
#pragma once

#ifdef FMFERRY_FAILPOINTS
void failpoint_reach(const char *name);
#define FAILPOINT(name) failpoint_reach(name)
#else
#define FAILPOINT(name) ((void)0)
#endif
