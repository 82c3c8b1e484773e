/* Asks for FileMaker Server: its address, who we are there, the file, the layout of the documents; or for a file. */
#include "cmd/guide.h"

#include "base/mem.h"
#include "filemaker/names.h"
#include "http/http.h"
#include "preflight/preflight.h"

enum { NAMES_MAX = 1024 * 1024 };

static void result_say(const struct preflight_result *result)
{
    struct span rest = str_span(&result->notes);

    if (result->ok_text.size)
        ask_say("✔", str_text(&result->ok_text));
    while (rest.size) {
        auto_free char *note = span_text(span_cut(&rest, '\n'));

        ask_say("!", note);
    }
}

/* --- the address ---------------------------------------------------------------------------- */

static bool address_ask(struct guide *g, struct err *err)
{
    ask_say("",
            "The address of FileMaker Server, such as https://fms.example.com. Without a server: "
            "fmp12:PATH, a FileMaker file that nobody has open; or manifest:PATH, a list and its "
            "files.");
    return guide_key(g, "Address", "source", "url", NULL, err)
           && guide_plain(g, "source", "url", err);
}

static bool address_try(struct guide *g, struct err *err)
{
    auto_preflight_result result = PREFLIGHT_RESULT;

    if (!guide_file_open(g, err) || !guide_read(g, err)
        || !preflight_server(&g->settings.engine, g->reader, &result, err))
        return false;
    result_say(&result);
    return true;
}

static bool authority_ask(struct guide *g, struct err *err)
{
    return guide_key(g, "Certificates to trust (a PEM file; Enter: the system's)", "source",
                     "ca_file", NULL, err);
}

/* A certificate that is not trusted is no wrong address: the authority's file is asked for. */
static bool address_or_trust_try(struct guide *g, struct err *err)
{
    if (address_try(g, err))
        return true;
    if (err->kind != ERR_NET || err->code != HTTP_NO_TRUST || !strstr(err->msg, "ca_file"))
        return false;
    ask_say("✘", err->msg);
    *err = (struct err){ 0 };
    return authority_ask(g, err) && address_try(g, err);
}

/* --- the account and the file --------------------------------------------------------------- */

static bool account_ask(struct guide *g, struct err *err)
{
    return guide_key(g, "Account with the extended privilege fmrest", "source", "account", NULL,
                     err)
           && guide_secret(g, GUIDE_PASSWORD, "Its password", "source", "password_file",
                           "fmferry.password", err);
}

static void names_list(const struct str *names, struct ask_list *list)
{
    struct span rest = str_span(names);

    while (rest.size) {
        auto_free char *name = span_text(span_cut(&rest, '\n'));

        if (strcmp(name, "-") != 0) /* a line between groups of layouts */
            ask_list_add(list, name, NULL);
    }
}

static bool database_name_ask(struct guide *g, struct err *err)
{
    return guide_key(g, "Name of the file, without .fmp12", "source", "database", NULL, err);
}

/*
 * Offers the files that the account may see. Some servers list none, or all to anybody. If account
 * and password are refused, the try says so.
 */
static bool database_ask(struct guide *g, struct err *err)
{
    auto_str names = STR_MAX(NAMES_MAX);
    auto_ask_list list = { 0 };
    auto_free char *answer = NULL;
    const char *before = draft_value(g->draft, "source", "database");
    struct err why = { 0 };

    if (source_names(g->reader, FILEMAKER_DATABASES, &names, &why))
        names_list(&names, &list);
    else if (why.kind == ERR_REMOTE && why.code == HTTP_UNAUTHORIZED)
        return true;
    if (list.count == 0)
        return database_name_ask(g, err);
    ask_list_print(&list);
    if (!ask_choice(g->cancel, "File", &list, *before ? before : list.names[0], NULL, &answer, err))
        return false;
    guide_set(g, "source", "database", answer);
    return true;
}

static bool login_ask(struct guide *g, struct err *err)
{
    struct err why = { 0 };

    if (!account_ask(g, err))
        return false;
    return guide_read(g, &why) ? database_ask(g, err) : database_name_ask(g, err);
}

static bool login_try(struct guide *g, struct err *err)
{
    auto_free char *said = NULL;

    g->is_logged_in = false;
    if (!guide_read(g, err) || !preflight_login(&g->settings.engine, g->reader, err))
        return false;
    g->is_logged_in = true;
    said = mem_printf("'%s' opens '%s'", g->settings.engine.filemaker.account,
                      g->settings.engine.filemaker.database);
    ask_say("✔", said);
    return true;
}

/* --- a file --------------------------------------------------------------------------------- */

/* Nothing in a file says what the solution is called; mostly the file is. */
static bool file_name_ask(struct guide *g, struct err *err)
{
    const char *path = strchr(draft_value(g->draft, "source", "url"), ':') + 1;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    const char *before = draft_value(g->draft, "source", "database");
    auto_free char *stem =
        span_text(span_first(span_of(name), dot ? (size_t)(dot - name) : strlen(name)));

    return guide_key(g, "Name of the solution, the same for newer copies of the file", "source",
                     "database", *before ? before : stem, err);
}

static bool login_or_file(struct guide *g, struct err *err)
{
    if (!guide_is_file(g))
        return guide_until(g, login_ask, login_try, NULL, err);
    g->is_logged_in = g->reader;
    return file_name_ask(g, err);
}

/* --- the layout ----------------------------------------------------------------------------- */

void guide_layouts_list(struct guide *g, struct ask_list *list)
{
    auto_str names = STR_MAX(NAMES_MAX);
    struct err ignored;

    if (g->is_logged_in && source_names(g->reader, FILEMAKER_LAYOUTS, &names, &ignored))
        names_list(&names, list);
}

static bool layout_ask(struct guide *g, struct err *err)
{
    const char *question = guide_is_file(g) ? "Table of the documents" : "Layout of the documents";
    auto_ask_list list = { 0 };
    auto_free char *answer = NULL;
    const char *before = draft_value(g->draft, "source", "layout");

    guide_layouts_list(g, &list);
    if (list.count == 0)
        return guide_key(g, question, "source", "layout", NULL, err);
    ask_list_print(&list);
    if (!ask_choice(g->cancel, question, &list, *before ? before : NULL, NULL, &answer, err))
        return false;
    guide_set(g, "source", "layout", answer);
    return true;
}

static bool layout_try(struct guide *g, struct err *err)
{
    const char *name = draft_value(g->draft, "source", "layout");
    auto_free char *said = NULL;

    filemaker_layout_clear(&g->layout);
    if (!g->is_logged_in)
        return true; /* it was kept; so is this */
    if (!source_layout(g->reader, name, &g->layout, err))
        return false;
    said = mem_printf("%s: %zu fields", name, g->layout.count);
    ask_say("✔", said);
    return true;
}

bool guide_source(struct guide *g, struct err *err)
{
    guide_head("FileMaker");
    if (!guide_until(g, address_ask, address_or_trust_try, NULL, err) || !login_or_file(g, err))
        return false;
    if (!*draft_value(g->draft, "source", "database") && !database_name_ask(g, err))
        return false;
    guide_head("The documents");
    return guide_until(g, layout_ask, layout_try, NULL, err);
}
