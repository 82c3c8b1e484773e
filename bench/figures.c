/* Numbers by chance, and lines of figures. */
#include "figures.h"

#include "base/mem.h"

#include <sys/stat.h>

void bench_fail(const struct err *err)
{
    (void)fprintf(stderr, "%s\n", err->msg);
    exit(1);
}

uint64_t random_next(uint64_t *seed)
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

int64_t random_below(uint64_t *seed, int64_t end)
{
    return (int64_t)(random_next(seed) % (uint64_t)end);
}

void day_any(uint64_t *seed, int first, int years, char text[DAY_TEXT_SIZE])
{
    int year = first + (int)random_below(seed, years), month = 1 + (int)random_below(seed, 12);
    int day = 1 + (int)random_below(seed, 28);

    (void)snprintf(text, DAY_TEXT_SIZE, "%04d-%02d-%02d", year, month, day);
}

static int is_less(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

void times_tell(const char *name, int64_t *took_us, size_t count, int64_t rows)
{
    qsort(took_us, count, sizeof *took_us, is_less);
    printf("%-44s %8.2f %8.2f ms, %jd rows\n", name, (double)took_us[count / 2] / 1e3,
           (double)took_us[count * 99 / 100] / 1e3, (intmax_t)rows);
}

void index_size_tell(const char *folder)
{
    auto_free char *path = mem_printf("%s/index.db", folder);
    struct stat about;

    if (stat(path, &about) == 0)
        printf("%.0f MiB\n", (double)about.st_size / (1024 * 1024));
}
