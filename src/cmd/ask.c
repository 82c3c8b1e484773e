/* The terminal gives whole lines; while we wait for one, we listen to the request to stop. */
#include "cmd/ask.h"

#include "cmd/watch.h"

#include "base/foreign.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/num.h"
#include "base/utf8.h"
#include "report/terminal.h"

#include <poll.h>
#include <stdio.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

enum {
    LINE_MAX_BYTES = 4096,
    COLUMNS_LEAST = 40,
    COLUMNS_DEFAULT = 80,
    COLUMNS_MOST = 100,
    INDENT = 4,
    GAP = 2
};

int ask_columns(void)
{
    int columns = watch_form().columns;

    if (columns <= 0)
        return COLUMNS_DEFAULT;
    if (columns < COLUMNS_LEAST)
        return COLUMNS_LEAST;
    return columns < COLUMNS_MOST ? columns : COLUMNS_MOST;
}

/* --- saying --------------------------------------------------------------------------------- */

static void lines_print(const struct str *lines)
{
    (void)fputs(str_text(lines), stdout); /* others' texts in them were added by foreign_add() */
}

void ask_say(const char *mark, const char *text)
{
    auto_str lines = STR_MAX(KIB(128));
    struct terminal terminal = { .to = &lines, .columns = (size_t)ask_columns() - 1 };

    str_printf(&lines, "  %s ", *mark ? mark : " ");
    terminal_sentence(&terminal, INDENT, INDENT, text);
    lines_print(&lines);
}

/* --- a line --------------------------------------------------------------------------------- */

static bool answers_end(struct err *err)
{
    print("\n");
    return err_set(err, ERR_CANCELED, 0, "nothing was written");
}

static bool input_wait(const struct cancel *cancel)
{
    struct pollfd both[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                             { .fd = cancel_fd(cancel), .events = POLLIN } };

    (void)fflush(stdout);
    while (poll(both, lengthof(both), -1) < 0)
        if (errno != EINTR)
            return false;
    return both[1].revents == 0;
}

/* Reads up to the end of a line. What comes after it waits for the next question. */
static bool line_read(const struct cancel *cancel, char line[LINE_MAX_BYTES], struct err *err)
{
    size_t used = 0;

    while (used + 1 < LINE_MAX_BYTES) {
        if (!input_wait(cancel) || read(STDIN_FILENO, line + used, 1) != 1)
            return answers_end(err);
        if (line[used] == '\n')
            break;
        used++;
    }
    line[used] = '\0';
    return true;
}

bool ask_line(const struct cancel *cancel, const char *question, const char *fallback,
              char **answer_r, struct err *err)
{
    char line[LINE_MAX_BYTES];
    struct span answer;

    if (fallback && *fallback)
        print("  %s [%s]: ", question, fallback);
    else
        print("  %s: ", question);
    if (!line_read(cancel, line, err))
        return false;
    answer = span_trim(span_of(line));
    *answer_r = answer.size ? span_text(answer) : mem_text(fallback ? fallback : "");
    return true;
}

bool ask_secret(const struct cancel *cancel, const char *question, struct secret **secret_r,
                struct err *err)
{
    char line[LINE_MAX_BYTES];
    struct termios shown, hidden;
    bool good, is_terminal = tcgetattr(STDIN_FILENO, &shown) == 0;

    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    if (is_terminal) /* what was typed before was shown: it is no secret, and is thrown away */
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    print("  %s: ", question);
    good = line_read(cancel, line, err);
    if (is_terminal)
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &shown);
    if (good) {
        print("\n");
        *secret_r = *line ? secret_new(span_of(line)) : NULL;
    }
    explicit_bzero(line, sizeof line);
    return good;
}

bool ask_yes(const struct cancel *cancel, const char *question, bool fallback, bool *yes_r,
             struct err *err)
{
    for (;;) {
        auto_free char *answer = NULL;

        if (!ask_line(cancel, question, fallback ? "yes" : "no", &answer, err))
            return false;
        *yes_r = strchr("yY", *answer) != NULL;
        if (*answer && strchr("yYnN", *answer))
            return true;
        ask_say("", "yes or no?");
    }
}

bool ask_again(const struct cancel *cancel, bool *again_r, struct err *err)
{
    auto_free char *answer = NULL;

    if (!ask_line(cancel, "Enter: answer again; k: keep it as it is", NULL, &answer, err))
        return false;
    *again_r = strcasecmp(answer, "k") != 0 && strcasecmp(answer, "keep") != 0;
    return true;
}

/* --- a choice ------------------------------------------------------------------------------- */

void ask_list_add(struct ask_list *list, const char *name, const char *note)
{
    list->names = mem_grow(list->names, (list->count + 1) * sizeof *list->names);
    list->notes = mem_grow(list->notes, (list->count + 1) * sizeof *list->notes);
    list->names[list->count] = mem_text(name);
    list->notes[list->count++] = mem_text(note ? note : "");
}

void ask_list_clear(struct ask_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->names[i]);
        free(list->notes[i]);
    }
    free(list->names);
    free(list->notes);
    *list = (struct ask_list){ 0 };
}

static void item_add(const struct ask_list *list, size_t i, struct str *to)
{
    foreign_printf(to, "%3zu %s", i + 1, list->names[i]);
    if (*list->notes[i])
        foreign_printf(to, " (%s)", list->notes[i]);
}

static int widest_item(const struct ask_list *list)
{
    int widest = 1;

    for (size_t i = 0; i < list->count; i++) {
        auto_str item = STR_MAX(KIB(1));

        item_add(list, i, &item);
        if ((int)utf8_count(str_span(&item)) > widest)
            widest = (int)utf8_count(str_span(&item));
    }
    return widest;
}

/* Adds one row of the columns: every `rows`-th name from `row` on. */
static void row_add(const struct ask_list *list, size_t row, size_t rows, int width, struct str *to)
{
    str_printf(to, "%*s", INDENT - 1, "");
    for (size_t i = row; i < list->count; i += rows) {
        auto_str item = STR_MAX(KIB(1));
        int used;

        item_add(list, i, &item);
        used = (int)utf8_count(str_span(&item));
        str_add_span(to, str_span(&item));
        if (i + rows < list->count)
            str_printf(to, "%*s", width - used, "");
    }
    str_add_char(to, '\n');
}

/* Down first, then across, as ls does: neighbours in a solution mostly belong together. */
void ask_list_print(const struct ask_list *list)
{
    int width = widest_item(list) + GAP;
    int across = (ask_columns() - INDENT) / width;
    size_t columns = across > 1 ? (size_t)across : 1;
    size_t rows = (list->count + columns - 1) / columns;
    auto_str lines = STR_MAX(MIB(1));

    if (list->count == 0)
        return;
    for (size_t row = 0; row < rows; row++)
        row_add(list, row, rows, width, &lines);
    lines_print(&lines);
    ask_say("", "Answer with a number or a name.");
}

/* The place of a name: spelled so, by its number, or with other capitals. `count`: there is none. */
static size_t place_of(const struct ask_list *list, const char *answer)
{
    uint64_t number;
    struct err ignored;

    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->names[i], answer) == 0)
            return i;
    if (num_u64(span_of(answer), 1, list->count, &number, &ignored))
        return (size_t)number - 1;
    for (size_t i = 0; i < list->count; i++)
        if (strcasecmp(list->names[i], answer) == 0)
            return i;
    return list->count;
}

static void unknown_name_say(const struct ask_list *list, const char *answer)
{
    struct nearest near = { .wanted = answer };
    auto_free char *said = NULL;

    for (size_t i = 0; i < list->count; i++)
        nearest_offer(&near, list->names[i]);
    said = near.best ? mem_printf("there is no '%s'; is '%s' meant?", answer, near.best)
                     : mem_printf("there is no '%s'", answer);
    ask_say("✘", *answer ? said : "one of them must be chosen");
}

/* "[13 NexusExportDate]", as the list shows it. */
static char *choice_offer(const struct ask_list *list, const char *choice, const char *none)
{
    size_t place = choice ? place_of(list, choice) : list->count;

    if (choice && place < list->count)
        return mem_printf("%zu %s", place + 1, list->names[place]);
    return mem_text(choice ? choice : none ? "-" : "");
}

bool ask_choice(const struct cancel *cancel, const char *question, const struct ask_list *list,
                const char *choice, const char *none, char **answer_r, struct err *err)
{
    auto_free char *words = none ? mem_printf("%s (-: %s)", question, none) : mem_text(question);
    auto_free char *offer = choice_offer(list, choice, none);

    for (;;) {
        auto_free char *answer = NULL;
        bool again = true;
        size_t place;

        if (!ask_line(cancel, words, offer, &answer, err))
            return false;
        if (choice && strcmp(answer, offer) == 0) {
            *answer_r = mem_text(choice);
            return true;
        }
        place = place_of(list, answer);
        if (place < list->count || (none && strcmp(answer, "-") == 0)) {
            *answer_r = mem_text(place < list->count ? list->names[place] : "");
            return true;
        }
        unknown_name_say(list, answer);
        if (*answer && !ask_again(cancel, &again, err))
            return false;
        if (!again) {
            *answer_r = take(answer);
            return true;
        }
    }
}
