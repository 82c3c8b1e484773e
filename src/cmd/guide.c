/* What the parts of the guide share: reading the draft, secrets, asking until it works. */
#include "cmd/guide.h"

#include "cmd/watch.h"

#include "base/foreign.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/url.h"

#include <unistd.h>

void guide_head(const char *text)
{
    bool is_bold = watch_form().colour;

    print("\n");
    if (is_bold)
        (void)fputs("\033[1m", stdout);
    print("%s", text);
    (void)fputs(is_bold ? "\033[0m\n" : "\n", stdout);
}

void guide_set(struct guide *g, const char *section, const char *name, const char *value)
{
    struct err err = { 0 };

    if (!draft_set(g->draft, section, name, value, &err))
        abort();
}

bool guide_key(struct guide *g, const char *question, const char *section, const char *name,
               const char *fallback, struct err *err)
{
    for (;;) {
        auto_free char *answer = NULL;
        struct err why = { 0 };

        if (!ask_line(g->cancel, question,
                      fallback ? fallback : draft_value(g->draft, section, name), &answer, err))
            return false;
        if (draft_set(g->draft, section, name, answer, &why))
            return true;
        ask_say("✘", why.msg);
    }
}

bool guide_plain(struct guide *g, const char *section, const char *name, struct err *err)
{
    auto_url url = { 0 };
    struct err ignored;
    bool yes = false;
    bool is_plain = url_read(draft_value(g->draft, section, name), &url, &ignored)
                    && strcmp(url.scheme, "http") == 0 && !url_is_loopback(&url);

    if (is_plain
        && !ask_yes(
            g->cancel,
            "http:// lets anybody on the network read what crosses it; use it all the same?", false,
            &yes, err))
        return false;
    if (yes || *draft_value(g->draft, section, "allow_http"))
        guide_set(g, section, "allow_http", yes ? "yes" : "no");
    return true;
}

/* --- secrets -------------------------------------------------------------------------------- */

bool guide_file_fits(const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/');
    auto_free char *folder =
        slash ? span_text(span_first(span_of(path), (size_t)(slash - path) + 1)) : mem_text(".");

    if (!*path)
        return err_set(err, ERR_USAGE, 0, "a name is needed");
    if (access(path, F_OK) == 0)
        return err_set(err, ERR_USAGE, 0, "'%s' is there already: name another file", path);
    return access(folder, W_OK | X_OK) == 0 || err_os(err, "writing to '%s'", folder);
}

/* Asks where a secret that was typed shall be kept: a file that is not there yet. */
static bool new_file_ask(struct guide *g, const char *section, const char *name, const char *file,
                         struct err *err)
{
    for (;;) {
        struct err why = { 0 };

        if (!guide_key(g, "File to keep it in, readable by you alone", section, name, file, err))
            return false;
        if (guide_file_fits(draft_value(g->draft, section, name), &why))
            return true;
        ask_say("✘", why.msg);
    }
}

bool guide_secret(struct guide *g, enum guide_secret_name which, const char *what,
                  const char *section, const char *name, const char *file, struct err *err)
{
    auto_free char *question = mem_printf("%s (not shown; Enter: it is in a file already)", what);

    secret_free(g->secrets[which]);
    g->secrets[which] = NULL;
    if (!ask_secret(g->cancel, question, &g->secrets[which], err))
        return false;
    if (g->secrets[which])
        return new_file_ask(g, section, name, file, err);
    return guide_key(g, "The file that holds it", section, name, NULL, err);
}

/* --- reading what there is ------------------------------------------------------------------ */

static void read_clear(struct guide *g)
{
    source_free(g->reader);
    g->reader = NULL;
    settings_clear(&g->settings);
}

static void file_clear(struct guide *g)
{
    source_file_close(g->file);
    free(g->file_url);
    g->file = NULL;
    g->file_url = NULL;
}

bool guide_is_file(const struct guide *g)
{
    return source_url_is_file(draft_value(g->draft, "source", "url"));
}

bool guide_file_open(struct guide *g, struct err *err)
{
    const char *url = draft_value(g->draft, "source", "url");

    if (g->file && strcmp(g->file_url, url) == 0)
        return true;
    read_clear(g);
    file_clear(g);
    if (!source_url_is_file(url))
        return true;
    if (!source_file_open(url, &g->file, err))
        return false;
    g->file_url = mem_text(url);
    return true;
}

bool guide_read(struct guide *g, struct err *err)
{
    struct settings *s = &g->settings;

    read_clear(g);
    if (!draft_read(g->draft, s, err))
        return false;
    s->password.given = g->secrets[GUIDE_PASSWORD];
    s->engine.store.secret_key.given = g->secrets[GUIDE_STORE_KEY];
    if (secret_source_is_set(&s->password) && !settings_password(s, err))
        return false;
    s->engine.file = g->file;
    s->patients.file = g->file;
    if (guide_is_file(g) && !g->file)
        return true; /* its address was kept, though it could not be opened */
    s->engine.filemaker.fails_when_full = true;
    return source_new(&s->engine.filemaker, s->engine.file, g->cancel, &g->reader, err);
}

bool guide_until(struct guide *g, bool (*ask)(struct guide *guide, struct err *err),
                 bool (*try)(struct guide *guide, struct err *err), bool *done_r, struct err *err)
{
    for (bool again = true; again;) {
        struct err why = { 0 };
        bool done;

        if (!ask(g, err))
            return false;
        done = try(g, &why);
        if (done_r)
            *done_r = done;
        if (done)
            return true;
        if (why.kind == ERR_CANCELED)
            return err_set(err, ERR_CANCELED, 0, "nothing was written");
        ask_say("✘", why.msg);
        if (!ask_again(g->cancel, &again, err))
            return false;
    }
    return true;
}

void guide_clear(struct guide *g)
{
    read_clear(g);
    file_clear(g);
    filemaker_layout_clear(&g->layout);
    str_clear(&g->accepted);
    for (size_t i = 0; i < GUIDE_SECRETS; i++)
        secret_free(g->secrets[i]);
}
