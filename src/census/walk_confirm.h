/*
 * Confirms the count of a walk: at one moment, walk and source held the same records. The rule
 * stands in walk_confirm.c.
 */
#pragma once

#include "census/walk.h"

enum { WALK_WHY_SIZE = 400 };

/*
 * Reads the whole source and confirms the count; where that fails, walks again a few times.
 *   why_r   "" if the count was confirmed; else why it could not be, for people: also where a
 *           record cannot be read even alone, which is then passed over
 * Fails with ERR_REMOTE, ERR_NET, ERR_DATA, ERR_CANCELED, and as the listener does.
 */
must_check bool walk_run(struct record_walk *walk, char why_r[WALK_WHY_SIZE], struct err *err);

/*
 * Confirms a confirmed count once more, at this moment: records that were added or deleted since
 * are taken into account. Where that fails, walks again. As walk_run().
 */
must_check bool walk_confirm(struct record_walk *walk, char why_r[WALK_WHY_SIZE], struct err *err);

/*
 * Reads the whole source for somebody who only looks: each record is told once.
 *   listener   with `tells_once`
 *   count_r    how many records there are
 *   why_r      as walk_run()
 * Fails as walk_run().
 */
must_check bool walk_each_once(struct source_reader *reader, const char *layout,
                               const struct cancel *cancel, const struct walk_listener *listener,
                               uint64_t *count_r, char why_r[WALK_WHY_SIZE], struct err *err);
