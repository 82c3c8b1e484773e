/*
 * Prints to the terminal, and lets nothing through by which a forged text could write a line of its
 * own.
 */
#include "audit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t difference_count;

/* How many bytes at the beginning move a terminal's cursor or turn its writing round; 0: none. */
static size_t steering_bytes(const char *text)
{
    const uint8_t *at = (const uint8_t *)text;

    if ((at[0] < 0x20 && at[0] != '\n') || at[0] == 0x7f)
        return 1;
    if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
        return 2;
    return at[0] == 0xe2
                   && ((at[1] == 0x80 && (at[2] == 0x8e || at[2] == 0x8f)) /* marks of direction */
                       || (at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae)
                       || (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9))
               ? 3
               : 0;
}

/*
 * Prints without steering bytes: a forged certificate must not be able to print "all is as
 * certified".
 */
__attribute__((__format__(__printf__, 2, 0))) static void say_to(FILE *to, const char *format,
                                                                 va_list args)
{
    char *text = NULL;

    if (vasprintf(&text, format, args) < 0)
        abort();
    for (const char *at = text; *at;) {
        size_t skip = steering_bytes(at);

        (void)fputc(skip ? '?' : *at, to);
        at += skip ? skip : 1;
    }
    free(text);
}

void audit_say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say_to(stdout, format, args);
    va_end(args);
}

_Noreturn void audit_give_up(const char *format, ...)
{
    va_list args;

    (void)fflush(stdout);
    (void)fprintf(stderr, "fmferry-audit: ");
    va_start(args, format);
    say_to(stderr, format, args);
    va_end(args);
    (void)fprintf(stderr, "\n");
    exit(EXIT_UNABLE);
}

static void piece_print(const char *name, struct piece piece)
{
    if (piece.size)
        audit_say("  %-7s %.*s\n", name, (int)piece.size, piece.at);
}

uint64_t audit_difference_count(void)
{
    return difference_count;
}

void audit_differ(const char *kind, const struct audit_line *line, const char *format, ...)
{
    va_list args;

    difference_count++;
    audit_say("%-18s", kind);
    if (line)
        audit_say(" record %-8.*s %.*s", (int)line->cells[CELL_RECORD].size,
                  line->cells[CELL_RECORD].at, (int)line->cells[CELL_IDENTITY].size,
                  line->cells[CELL_IDENTITY].at);
    audit_say("\n");
    if (line) {
        piece_print("key", line->cells[CELL_KEY]);
        piece_print("row", line->cells[CELL_ROW]);
    }
    audit_say("  ");
    va_start(args, format);
    say_to(stdout, format, args);
    va_end(args);
    audit_say("\n");
}
