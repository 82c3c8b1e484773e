/* Runs a fuzz target on every file of its corpus, or on the files named, and prints TAP. */
#include "fuzz.h"

#include "base/fs.h"
#include "base/mem.h"

#include <dirent.h>

static unsigned count, bad;

/* Says what comes before it comes, so that a crash shows which file it was. */
static void replay(const char *path, const char *name)
{
    auto_str bytes = STR_MAX(MIB(1));
    struct err err = { 0 };

    (void)printf("# %s\n", name);
    (void)fflush(stdout);
    if (!fs_read(path, &bytes, &err)) {
        bad++;
        (void)printf("# %s\nnot ok %u - %s\n", err.msg, ++count, name);
        return;
    }
    (void)LLVMFuzzerTestOneInput((const uint8_t *)str_text(&bytes), bytes.size);
    (void)printf("ok %u - %s\n", ++count, name);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void replay_folder(const char *folder)
{
    struct dirent **entries = NULL;
    int found = scandir(folder, &entries, is_visible, alphasort);

    for (int i = 0; i < found; i++) {
        auto_free struct dirent *entry = entries[i];
        auto_free char *path = mem_printf("%s/%s", folder, entry->d_name);

        replay(path, entry->d_name);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        replay(argv[i], argv[i]);
    if (argc == 1)
        replay_folder(CORPUS);
    if (count == 0) {
        bad++;
        (void)printf("not ok %u - there is nothing in %s\n", ++count, CORPUS);
    }
    (void)printf("1..%u\n", count);
    return bad ? 1 : 0;
}
