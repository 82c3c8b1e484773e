/* Asks for the application's database, and for that of the ledger. Nothing is made there. */
#include "cmd/guide.h"

#include "base/mem.h"
#include "preflight/disk_room.h"
#include "sql/sql.h"

#include <unistd.h>

/* Reaches a database. A SQLite file that is not there yet will be made. */
static bool database_try(struct guide *g, const char *url, struct err *err)
{
    const char *path = disk_room_path(url);
    bool is_new = path && access(path, F_OK) < 0;
    auto_sql *sql = NULL;

    if (!guide_read(g, err))
        return false;
    if (is_new ? !guide_place_try(path, false, err) : !sql_open_reader(url, g->cancel, &sql, err))
        return false;
    ask_say("✔", is_new ? "it will be made" : "it can be opened");
    return true;
}

static bool url_of_file_ask(struct guide *g, const char *section, const char *file, struct err *err)
{
    const char *before = disk_room_path(draft_value(g->draft, section, "url"));
    auto_free char *path = NULL, *url = NULL;
    struct err why = { 0 };

    if (!ask_line(g->cancel, "Its file", before ? before : file, &path, err))
        return false;
    url = mem_printf("sqlite:%s", path);
    if (draft_set(g->draft, section, "url", url, &why))
        return true;
    ask_say("✘", why.msg);
    return url_of_file_ask(g, section, file, err);
}

static bool url_of_server_ask(struct guide *g, const char *section, struct err *err)
{
    const char *before = draft_value(g->draft, section, "url");

    ask_say("",
            "Its password is not asked for: it comes from a file of mode 0600, ~/.pgpass or the "
            "one that the URL names as passfile=FILE.");
    return guide_key(g, "URL, such as postgresql://nexus@db.example.com/nexus", section, "url",
                     span_starts(span_of(before), "postgresql") ? before : "", err);
}

static bool url_ask(struct guide *g, const char *section, const char *file, struct err *err)
{
    auto_ask_list list = { 0 };
    auto_free char *answer = NULL;

    ask_list_add(&list, "SQLite", "a file");
    ask_list_add(&list, "PostgreSQL", "a server");
    ask_list_print(&list);
    if (!ask_choice(g->cancel, "Kind", &list, "SQLite", NULL, &answer, err))
        return false;
    return strcmp(answer, "SQLite") == 0 ? url_of_file_ask(g, section, file, err)
                                         : url_of_server_ask(g, section, err);
}

static bool application_ask(struct guide *g, struct err *err)
{
    return url_ask(g, "registry", "fmferry.db", err);
}

static bool application_try(struct guide *g, struct err *err)
{
    return database_try(g, draft_value(g->draft, "registry", "url"), err);
}

static bool ledger_ask(struct guide *g, struct err *err)
{
    return url_ask(g, "ledger", "fmferry-ledger.db", err);
}

static bool ledger_try(struct guide *g, struct err *err)
{
    return database_try(g, draft_value(g->draft, "ledger", "url"), err);
}

bool guide_database(struct guide *g, struct err *err)
{
    bool same = true;

    guide_head("The application's database");
    if (!guide_until(g, application_ask, application_try, NULL, err))
        return false;
    guide_head("The ledger, the migration's own book");
    if (!ask_yes(g->cancel, "Keep it in the same database? Then row and book are written together",
                 true, &same, err))
        return false;
    if (!same)
        return guide_until(g, ledger_ask, ledger_try, NULL, err);
    guide_set(g, "ledger", "url", draft_value(g->draft, "registry", "url"));
    return true;
}
