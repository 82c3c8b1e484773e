/*
 * The terminal, which a display shares with the log and with print(): whoever writes a line has the
 * display step aside first. Safe from any thread.
 */
#pragma once

#include "base/base.h"

/* Called before and after others write (`before` true, then false), with the screen locked. NULL for none. */
void screen_display(void (*around)(void *arg, bool before), void *arg);

/* Others write between these two. Returns whether there is a display. */
bool screen_begin(void);
void screen_end(void);

/* The display itself writes between these two. */
void screen_lock(void);
void screen_unlock(void);
