/* Distances between short words: Levenshtein's, with two neighbours exchanged as one step. */
#include "base/nearest.h"

#include <ctype.h>

enum { WORD_MAX = 64 };

/* The letters that count. Longer words are cut: nobody mistypes those. */
static size_t letters_of(const char *word, char letters[WORD_MAX])
{
    size_t count = 0;

    for (; *word && count < WORD_MAX; word++)
        if (!strchr(" -_", *word))
            letters[count++] = (char)tolower((unsigned char)*word);
    return count;
}

static size_t least_of_three(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

static size_t distance_of(const char *a, size_t a_count, const char *b, size_t b_count)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];

    for (size_t k = 0; k <= b_count; k++)
        before[k] = last[k] = k;
    for (size_t i = 1; i <= a_count; i++) {
        size_t *spare = before;

        row[0] = i;
        for (size_t k = 1; k <= b_count; k++) {
            row[k] =
                least_of_three(last[k] + 1, row[k - 1] + 1, last[k - 1] + (a[i - 1] != b[k - 1]));
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1]
                && before[k - 2] + 1 < row[k])
                row[k] = before[k - 2] + 1;
        }
        before = last;
        last = row;
        row = spare;
    }
    return last[b_count];
}

void nearest_offer(struct nearest *near, const char *word)
{
    char wanted[WORD_MAX], offered[WORD_MAX];
    size_t wanted_count = letters_of(near->wanted, wanted);
    size_t count = letters_of(word, offered);
    size_t distance = distance_of(wanted, wanted_count, offered, count);

    if (wanted_count == 0 || count == 0
        || distance * 3 > (count > wanted_count ? count : wanted_count))
        return;
    if (near->best && distance >= near->distance)
        return;
    near->best = word;
    near->distance = distance;
}
