/* Programs that are fed: what they get, how their end is told, and that a late one goes with all that it started. */
#include "base/child.h"

#include "base/mem.h"
#include "base/time.h"
#include "folder.h"
#include "tap.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

enum { LONG_US = 600 * TIME_SECOND, SOON_US = 200000, LOOK_US = 10000, LOOKS_MOST = 6000 };

/* sh -c 'before PATH after' */
static bool fed(const char *before, const char *path, const char *after, const char *input,
                int64_t limit_us, struct err *err)
{
    auto_free char *command = mem_printf("sh -c '%s %s %s'", before, path, after);

    return child_feed(command, "the notice", span_of(input), limit_us, err);
}

TEST(it_reads_what_it_is_given)
{
    auto_folder *folder = folder_new();
    auto_free char *path = folder_path(folder, "heard");
    char text[64] = "";
    struct err err;

    CHECK(fed("cat >", path, "", "two lines\nof text", LONG_US, &err));
    auto_close int in = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(read(in, text, sizeof text - 1) == 17);
    CHECK(strcmp(text, "two lines\nof text") == 0);
}

TEST(who_does_not_read_keeps_nobody_waiting)
{
    auto_free char *much = mem_zero(1 << 20);
    struct err err;

    memset(much, 'x', (1 << 20) - 1);
    CHECK(child_feed("true", "the notice", span_of(much), LONG_US, &err));
}

TEST(a_bad_end_is_told)
{
    struct err err;

    CHECK(!child_feed("sh -c 'exit 7'", "the notice", span_of(""), LONG_US, &err));
    CHECK(err.kind == ERR_OS);
    CHECK(strcmp(err.msg, "the notice: its command ended with status 7") == 0);
    CHECK(!child_feed("no-such-program-here", "the notice", span_of(""), LONG_US, &err));
    CHECK(err.kind == ERR_USAGE);
}

static bool is_let_go(int held)
{
    for (int tries = 0; tries < LOOKS_MOST; tries++) {
        if (flock(held, LOCK_EX | LOCK_NB) == 0)
            return true;
        (void)usleep(LOOK_US);
    }
    return false;
}

/* Its child holds a lock on a file for as long as it lives. */
TEST(a_late_one_is_killed_with_all_that_it_started)
{
    auto_folder *folder = folder_new();
    auto_free char *path = folder_path(folder, "held");
    auto_close int held = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct err err;

    CHECK(!fed("exec 9<", path, "; flock 9; sleep 3600 & wait", "", SOON_US, &err));
    CHECK(err.kind == ERR_OS && err.code == ETIMEDOUT);
    CHECK(is_let_go(held));
}
