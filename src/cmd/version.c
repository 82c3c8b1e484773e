/* `fmferry version`: what this program is, for people who ask for help and for inventories. */
#include "version.h"
#include "cmd/commands.h"

#include "base/foreign.h"
#include "ledger/ledger.h"
#include "json/writer.h"

enum { TEXT_MAX = 4096 };

struct version_options {
    bool json;
};

static void version_json(const struct program *program, struct str *to)
{
    struct json_writer w = JSON_WRITER(to);

    json_open_object(&w);
    json_member_text(&w, "program", program->name);
    json_member_text(&w, "version", program->version);
    json_member_text(&w, "released", RELEASED);
    json_member_i64(&w, "ledger_schema", ledger_schema_step());
    json_member_flag(&w, "debugging", DEBUGGING);
    json_close_object(&w);
    str_add_char(to, '\n');
}

static int version_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct version_options *o = arg;
    auto_str text = STR_MAX(TEXT_MAX);

    (void)err;
    if (o->json)
        version_json(globals->program, &text);
    else
        str_printf(&text, "%s %s\nreleased %s; its ledger's schema has step %jd\n",
                   globals->program->name, globals->program->version, RELEASED,
                   (intmax_t)ledger_schema_step());
    print_raw(str_span(&text));
    return EXIT_DONE;
}

static const struct opt version_opts[] = {
    OPT_FLAG(struct version_options, json, "json", 0, "as JSON (docs/json.md)"),
    OPT_END,
};

static const struct version_options version_defaults = { 0 };

const struct cmd cmd_version = {
    "version",
    "Say which fmferry this is",
    "Version, day of release, and the step of the ledger's schema. A program refuses a ledger\n"
    "whose schema is newer than its own.",
    version_opts,
    &version_defaults,
    sizeof version_defaults,
    version_command,
    .heading = "The program itself",
    .examples = {
        { "fmferry version", "for who is asked which version it is" },
        { "fmferry version --json", "the same, for an inventory" },
    },
};
