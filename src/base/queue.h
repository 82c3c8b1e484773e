/*
 * Hands pointers from thread to thread. A thread does not touch an item again once it has pushed
 * it. Safe from any thread.
 */
#pragma once

#include "base/base.h"

struct queue;

/* `room`: how many items fit, at least 1; a push beyond that waits. */
struct queue *queue_new(size_t room);
void queue_free(struct queue *queue); /* NULL is allowed; items still inside are not freed */

/* Waits for room. False if the queue was closed: the item is still the caller's. */
must_check bool queue_push(struct queue *queue, void *item);

/* Waits for an item. NULL once the queue is closed and empty. */
void *queue_pop(struct queue *queue);

/* As queue_pop(), but NULL also when nothing came within `wait_us`; 0 only looks. */
void *queue_pop_within(struct queue *queue, int64_t wait_us);

/*
 * Waits until `count` items are inside, or `wait_us` have passed, or the queue is closed; takes
 * none. Returns how many are inside. One thread at a time: the one that pops. Items before the last
 * do not wake it, as they would wake queue_pop_within() in a loop.
 */
size_t queue_wait_for(struct queue *queue, size_t count, int64_t wait_us);

/* Nothing more goes in; what is inside still comes out. */
void queue_close(struct queue *queue);
bool queue_is_closed(struct queue *queue);

size_t queue_size(struct queue *queue);
