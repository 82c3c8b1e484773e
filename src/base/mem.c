/* Allocation that does not fail. */
#include "base/mem.h"

#include <stdarg.h>
#include <sys/mman.h>

static void *or_die(void *memory)
{
    if (memory)
        return memory;
    (void)fputs("fmferry: out of memory\n", stderr);
    abort();
}

void *mem_zero(size_t size_bytes)
{
    return or_die(calloc(1, size_bytes ? size_bytes : 1));
}

void *mem_grow(void *old, size_t size_bytes)
{
    return or_die(realloc(old, size_bytes ? size_bytes : 1));
}

void *mem_pages(void *old, size_t old_bytes, size_t new_bytes)
{
    void *pages;

    if (new_bytes == old_bytes)
        return old;
    if (new_bytes == 0) {
        (void)munmap(old, old_bytes);
        return NULL;
    }
    pages = old_bytes
                ? mremap(old, old_bytes, new_bytes, MREMAP_MAYMOVE)
                : mmap(NULL, new_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return or_die(pages == MAP_FAILED ? NULL : pages);
}

void *mem_copy(const void *bytes, size_t size_bytes)
{
    char *copy = or_die(malloc(size_bytes + 1));

    if (size_bytes)
        memcpy(copy, bytes, size_bytes);
    copy[size_bytes] = '\0';
    return copy;
}

char *mem_text(const char *text)
{
    return text ? mem_copy(text, strlen(text)) : NULL;
}

/* Most texts are short. vasprintf() would grow a text bit by bit, and shrink it at the end. */
char *mem_printf(const char *format, ...)
{
    char small[512], *text;
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (length < 0)
        return or_die(NULL);
    if ((size_t)length < sizeof small)
        return mem_copy(small, (size_t)length);
    text = or_die(malloc((size_t)length + 1));
    va_start(args, format);
    (void)vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}
