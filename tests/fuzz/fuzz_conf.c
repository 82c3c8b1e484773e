/* Any bytes as a configuration file, over a table with every type of field. */
#include "fuzz.h"

#include "base/conf.h"
#include "base/fs.h"

#include <sys/mman.h>
#include <unistd.h>

struct settings {
    const char *url, *fields;
    int workers, order;
    uint64_t memory;
    bool careful;
    double price;
};

static const char *const orders[] = { "oldest", "newest", NULL };

static const struct conf_key keys[] = {
    { "source", "url", FIELD_OF_TEXT(struct settings, url), "http://localhost", "", NULL },
    { "source", "fields", FIELD_OF_TEXT(struct settings, fields), "", "", NULL },
    { "source", "password", { .type = FIELD_TEXT }, NULL, "", "a secret is named, not written" },
    { "run", "workers", FIELD_OF_INT(struct settings, workers, 1, 64), "4", "", NULL },
    { "run", "memory", FIELD_OF_BYTES(struct settings, memory, 1024, 1 << 30), "48M", "", NULL },
    { "run", "careful", FIELD_OF_FLAG(struct settings, careful), "yes", "", NULL },
    { "run", "order", FIELD_OF_CHOICE(struct settings, order, orders), "oldest", "", NULL },
    { "run", "price", FIELD_OF_DECIMAL(struct settings, price, 0, 10), "0.023", "", NULL },
    CONF_END,
};

static void check_settings(const struct settings *settings)
{
    assert(settings->url && settings->fields);
    assert(settings->workers >= 1 && settings->workers <= 64);
    assert(settings->order >= 0 && settings->order <= 1);
    assert(settings->memory >= 1024 && settings->memory <= 1 << 30);
    assert(settings->price >= 0 && settings->price <= 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_close int fd = memfd_create("conf", MFD_CLOEXEC);
    auto_conf *conf = NULL;
    struct settings settings;
    struct err err = { 0 };
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    assert(fs_write_all(fd, fuzz_span(data, size), path, &err));
    if (conf_read(path, keys, &settings, &conf, &err))
        assert(conf && err.kind == ERR_NONE);
    else
        assert(!conf && err.kind == ERR_USAGE && *err.msg);
    check_settings(&settings);
    return 0;
}
