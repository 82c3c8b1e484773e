/* The base of every file: attributes, and the few macros that a function cannot replace. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The result says whether it worked; ignoring it does not compile. */
#define must_check __attribute__((warn_unused_result))

/* Checks the arguments of a printf-like function; both places count from 1. */
#define printf_like(text_place, first_place)                                                       \
    __attribute__((__format__(__printf__, text_place, first_place)))

#define lengthof(array) (sizeof(array) / sizeof((array)[0]))

/* The offset of a member; does not compile unless the member has this type. */
#define offset_of_typed(object, member, type)                                                      \
    (offsetof(object, member) + 0 * sizeof(char[_Generic(((object *)NULL)->member, type : 1)]))

#define KIB(n) ((size_t)(n) << 10)
#define MIB(n) ((size_t)(n) << 20)

/* The answer of an iterator. On STEP_ERROR the caller's `err` says why. */
enum step { STEP_ROW, STEP_END, STEP_ERROR };

void auto_free_cleanup(void *pointer_to_pointer);
void auto_close_cleanup(int *fd);

/* `auto_free char *p`: freed when the scope is left. `auto_close int fd`: closed unless -1. */
#define auto_free __attribute__((cleanup(auto_free_cleanup)))
#define auto_close __attribute__((cleanup(auto_close_cleanup)))

/* Hands a pointer on and forgets it here, so that its cleanup finds NULL. */
#define take(pointer)                                                                              \
    __extension__({                                                                                \
        __auto_type take_value = (pointer);                                                        \
        (pointer) = NULL;                                                                          \
        take_value;                                                                                \
    })

/* The same for a file descriptor. */
#define take_fd(fd)                                                                                \
    __extension__({                                                                                \
        int take_value = (fd);                                                                     \
        (fd) = -1;                                                                                 \
        take_value;                                                                                \
    })
