/* A path means nothing on another machine, so a folder and a file are named with theirs. */
#include "cmd/named.h"

#include "base/mem.h"
#include "cmd/shown.h"

#include <limits.h>
#include <unistd.h>

/* "/srv/documents on server-3"; a path that leads nowhere yet stays as it was written. */
static void path_add(struct str *to, struct span written)
{
    auto_free char *path = span_text(written);
    auto_free char *whole = realpath(path, NULL);
    char host[HOST_NAME_MAX + 1] = "";

    (void)gethostname(host, sizeof host - 1);
    str_printf(to, "%s on %s", whole ? whole : path, host);
}

/* Words a URL: a folder's or a database file's as a path, any other as it stands. */
static char *url_words(const char *url)
{
    struct span span = span_of(url);
    auto_str words = STR_MAX(KIB(16));

    if (span_starts(span, "dir:")) {
        str_add_text(&words, "the folder ");
        path_add(&words, span_from(span, strlen("dir:")));
    } else if (span_starts(span, "sqlite:")) {
        str_add_text(&words, "the SQLite database ");
        path_add(&words, span_from(span, strlen("sqlite:")));
    } else {
        shown_text(&words, url);
    }
    return str_take(&words);
}

static char *store_words(const struct store_settings *store)
{
    auto_free char *url = url_words(store->url);
    auto_str words = STR_MAX(KIB(16));

    str_add_text(&words, url);
    if (!span_starts(span_of(store->url), "s3://"))
        return str_take(&words);
    str_add_text(&words, " at ");
    shown_text(&words, store->endpoint && *store->endpoint ? store->endpoint : "AWS");
    return str_take(&words);
}

static char *server_words(const char *url)
{
    auto_str words = STR_MAX(KIB(16));

    shown_text(&words, url);
    return str_take(&words);
}

void named_parties(const struct settings *settings, struct report_parties *parties_r)
{
    const struct engine_settings *engine = &settings->engine;

    *parties_r = (struct report_parties){
        .practice = settings->practice,
        .server = server_words(engine->filemaker.url),
        .file = engine->filemaker.database,
        .store = store_words(&engine->store),
        .application = url_words(engine->registry.url),
        .ledger = url_words(engine->ledger_url),
    };
}

void named_clear(struct report_parties *parties)
{
    free(parties->server);
    free(parties->store);
    free(parties->application);
    free(parties->ledger);
    *parties = (struct report_parties){ 0 };
}
