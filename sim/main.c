/* fmsim: the options, and the run from start to SIGTERM. */
#include "sim/content/paint.h"
#include "sim/data/data.h"
#include "sim/faults/people.h"
#include "sim/faults/scenario.h"
#include "sim/file/truth.h"
#include "sim/server/certs.h"
#include "sim/server/server.h"
#include "sim/server/swap.h"
#include "sim/sim.h"

#include "base/cli.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"

#include <openssl/ssl.h>
#include <signal.h>
#include <unistd.h>

struct main_options {
    const char *data, *cert_dir, *scenario, *journal, *truth, *account, *otto_key, *claris,
        *claris_code, *sizes, *patients, *half_dir;
    const char *switches, *seed, *time_zone, *certificate;
    int claris_seconds, claris_ahead;
    int port, generation, max_sessions, idle_seconds, latency_ms, quota_mib, record_gap;
    int live_inserts, live_deletes, live_edits, live_replaces;
    bool http;
};

static const struct main_options defaults = {
    .data = "demo",
    .account = "api:secret",
    .sizes = "small",
    .patients = "late",
    .switches = "",
    .seed = "1",
    .time_zone = "",
    .certificate = "good",
    .claris_seconds = 3600,
    .max_sessions = 100,
    .idle_seconds = 900,
    .record_gap = 1,
};

static const struct opt options_table[] = {
    OPT_TEXT(struct main_options, data, "data", 'd', "SET",
             "the data set: demo (the default), seed-replay, seed-half,\n"
             "generate:N,BYTES, files:DIR, shape:FILE"),
    OPT_INT(struct main_options, port, "port", 'p', "PORT", 0, 65535,
            "where to listen on 127.0.0.1; 0 (the default) takes a free one"),
    OPT_FLAG(struct main_options, http, "http", 0, "plain HTTP instead of TLS"),
    OPT_TEXT(struct main_options, cert_dir, "cert-dir", 0, "DIR",
             "where ca.pem and the server's certificate are kept or made;\n"
             "without it a temporary folder that goes away in the end"),
    OPT_TEXT(struct main_options, certificate, "certificate", 0, "KIND",
             "good, expired, wrong-name or self-signed"),
    OPT_TEXT(struct main_options, account, "account", 'a', "NAME:PASSWORD",
             "the account that may log in (default api:secret)"),
    OPT_TEXT(struct main_options, otto_key, "otto-key", 0, "KEY",
             "OttoFMS stands before the server, at /otto, and takes this key"),
    OPT_TEXT(struct main_options, claris, "claris", 0, "MAIL:PASSWORD",
             "FileMaker Cloud: this account may sign in at the address itself, as by\n"
             "Claris ID, and an FMID token from there alone opens the file"),
    OPT_TEXT(struct main_options, claris_code, "claris-code", 0, "KIND:CODE",
             "the code that a sign-in wants beside the password: sms:123456, app:123456"),
    OPT_INT(struct main_options, claris_seconds, "claris-seconds", 0, "N", 1, 86400,
            "how long an FMID token is good (default 3600)"),
    OPT_INT(struct main_options, claris_ahead, "claris-ahead", 0, "SECONDS", -86400, 86400,
            "how far the sign-in's clock is ahead of this machine's"),
    OPT_TEXT(struct main_options, scenario, "scenario", 'f', "FILE",
             "what goes wrong, for whom and when: see docs/fmsim.md"),
    OPT_TEXT(struct main_options, journal, "journal", 'j', "FILE",
             "append a JSON line for every effect and every file served"),
    OPT_TEXT(struct main_options, truth, "truth", 't', "FILE",
             "in the end, write the true content of every container"),
    OPT_TEXT(struct main_options, switches, "switches", 0, "LIST",
             "how an unsettled matter is settled: strict, lenient, random:SEED,\n"
             "NAME=VALUE with commas; --switches alone lists them"),
    OPT_INT(struct main_options, generation, "generation", 'g', "N", 0, 1000,
            "the server's version: 19, 20, 21, 22 or 26 (default: what most do);\n"
            "--switches come after it"),
    OPT_INT(struct main_options, max_sessions, "max-sessions", 0, "N", 0, 100000,
            "sessions at a time (default 100; 0: any number); one more is 812"),
    OPT_INT(struct main_options, idle_seconds, "idle-seconds", 0, "N", 1, 1000000,
            "a session expires after so long without use (default 900)"),
    OPT_INT(struct main_options, latency_ms, "latency-ms", 0, "N", 0, 600000,
            "the least duration of every call"),
    OPT_INT(struct main_options, quota_mib, "quota-mib", 0, "N", 0, 1000000,
            "bytes that may be sent; then error 953 (default: no limit)"),
    OPT_TEXT(struct main_options, seed, "seed", 's', "N",
             "the seed of everything that is made up (default 1)"),
    OPT_TEXT(struct main_options, sizes, "sizes", 0, "KIND",
             "small or real: documents of seed-replay around 24 or 260 KiB"),
    OPT_TEXT(struct main_options, patients, "patients", 0, "WHEN",
             "late or all: the 142 patients of seed-replay who arrive later"),
    OPT_TEXT(struct main_options, half_dir, "half-dir", 0, "DIR",
             "the folder for the first importer's objects and database (seed-half)"),
    OPT_INT(struct main_options, record_gap, "record-gap", 0, "N", 1, 1000,
            "record ids lie 1 to N apart (default 1: no gaps)"),
    OPT_TEXT(struct main_options, time_zone, "time-zone", 0, "NAME",
             "the zone of the file's stamps (default: the machine's)"),
    OPT_INT(struct main_options, live_inserts, "live-inserts", 0, "N", 0, 60000,
            "people at work: new documents a minute"),
    OPT_INT(struct main_options, live_deletes, "live-deletes", 0, "N", 0, 60000, "... deleted"),
    OPT_INT(struct main_options, live_edits, "live-edits", 0, "N", 0, 60000, "... corrected"),
    OPT_INT(struct main_options, live_replaces, "live-replaces", 0, "N", 0, 60000,
            "... given another file"),
    OPT_END,
};

/* Everything that was opened, so that one function closes it all. */
struct running {
    struct sim sim;
    struct cancel *stop;
    SSL_CTX *tls;
    struct server *server;
    char *cert_dir, *host;
    bool cert_dir_is_ours;
};

static void folder_remove(const char *folder)
{
    static const char *const names[] = { "ca.pem", "ca-key.pem", "server.pem", "server-key.pem" };

    for (size_t i = 0; i < lengthof(names); i++) {
        auto_free char *path = mem_printf("%s/%s", folder, names[i]);

        (void)unlink(path);
    }
    (void)rmdir(folder);
}

static void running_end(struct running *r)
{
    if (r->sim.timers)
        timers_stop(r->sim.timers);
    server_end(r->server);
    timers_free(r->sim.timers);
    scenario_free(r->sim.scenario);
    swaps_free(r->sim.swaps);
    sessions_free(r->sim.sessions);
    identity_free(r->sim.identity);
    journal_close(r->sim.journal);
    solution_free(r->sim.solution);
    cancel_free(r->stop);
    SSL_CTX_free(r->tls);
    if (r->cert_dir_is_ours)
        folder_remove(r->cert_dir);
    free(r->cert_dir);
    free(r->host);
    paint_end();
}

static bool choice_is(const char *value, const char *yes, const char *no, const char *option,
                      bool *yes_r, struct err *err)
{
    *yes_r = strcmp(value, yes) == 0;
    if (*yes_r || strcmp(value, no) == 0)
        return true;
    return err_set(err, ERR_USAGE, 0, "--%s: '%.40s' is neither %s nor %s", option, value, yes, no);
}

static bool seed_read(const char *text, uint64_t *seed_r, struct err *err)
{
    if (num_u64(span_of(text), 0, UINT64_MAX, seed_r, err))
        return true;
    err->kind = ERR_USAGE;
    return err_ctx(err, "--seed");
}

static bool solution_start(struct running *r, const struct main_options *o, struct err *err)
{
    struct data_options data = { .set = o->data,
                                 .seed = r->sim.seed,
                                 .record_gap = (unsigned)o->record_gap,
                                 .half_dir = o->half_dir };

    return choice_is(o->sizes, "real", "small", "sizes", &data.real_sizes, err)
           && choice_is(o->patients, "all", "late", "patients", &data.all_patients, err)
           && data_open(&data, &r->sim.solution, err);
}

static bool generation_start(struct sim *sim, int number, struct err *err)
{
    return number == 0
           || (generation_find(number, &sim->options.generation, err)
               && switches_set(&sim->switches, span_of(sim->options.generation->switches), err));
}

/* The pool and the client that Claris documents. */
static bool identity_start(struct sim *sim, const struct main_options *o, struct err *err)
{
    struct identity_rules rules = { .account = o->claris,
                                    .pool = "us-west-2_NqkuZcXQY",
                                    .client = "4l9rvl4mv5es1eep1qe97cautn",
                                    .code = o->claris_code,
                                    .token_s = o->claris_seconds,
                                    .ahead_s = o->claris_ahead,
                                    .seed = sim->seed };

    if (!o->claris)
        return true;
    if (!strchr(o->claris, ':'))
        return err_set(err, ERR_USAGE, 0, "--claris is MAIL:PASSWORD");
    if (rules.code && !span_starts(span_of(rules.code), "sms:")
        && !span_starts(span_of(rules.code), "app:"))
        return err_set(err, ERR_USAGE, 0, "--claris-code is sms:CODE or app:CODE");
    sim->identity = identity_new(&rules);
    return true;
}

static bool sim_start(struct running *r, const struct main_options *o, struct err *err)
{
    struct sim *sim = &r->sim;

    r->stop = cancel_new();
    sim->stop = r->stop;
    sim->started_us = time_mono_us();
    sim->options = (struct sim_options){ .account = o->account,
                                         .otto_key = o->otto_key,
                                         .claris_ahead_s = o->claris_ahead,
                                         .latency_ms = o->latency_ms,
                                         .quota_mib = o->quota_mib,
                                         .http = o->http };
    switches_init(&sim->switches);
    if (!strchr(o->account, ':'))
        return err_set(err, ERR_USAGE, 0, "--account is NAME:PASSWORD");
    if (!seed_read(o->seed, &sim->seed, err) || !generation_start(sim, o->generation, err)
        || !switches_set(&sim->switches, span_of(o->switches), err)
        || !time_zone_set(o->time_zone, err) || !solution_start(r, o, err)
        || !identity_start(sim, o, err) || !journal_open(o->journal, &sim->journal, err))
        return false;
    sim->sessions =
        sessions_new(&(struct session_rules){ .max = (unsigned)o->max_sessions,
                                              .idle_us = (int64_t)o->idle_seconds * TIME_SECOND,
                                              .seed = sim->seed });
    sim->timers = timers_new();
    sim->swaps = swaps_new();
    (void)pthread_mutex_init(&sim->otto.lock, NULL);
    sim->scenario = scenario_new(sim->seed);
    return !o->scenario || scenario_read(sim, o->scenario, err);
}

static bool cert_dir_find(struct running *r, const struct main_options *o, struct err *err)
{
    const char *temporary = getenv("TMPDIR");

    if (o->cert_dir) {
        r->cert_dir = mem_text(o->cert_dir);
        return fs_make_folder(r->cert_dir, err);
    }
    r->cert_dir = mem_printf("%s/fmsim-XXXXXX", temporary ? temporary : "/tmp");
    if (!mkdtemp(r->cert_dir))
        return err_os(err, "making a folder for certificates");
    r->cert_dir_is_ours = true;
    return true;
}

static bool flaw_read(const char *name, enum cert_flaw *flaw_r, struct err *err)
{
    static const char *const names[] = { [CERT_GOOD] = "good",
                                         [CERT_EXPIRED] = "expired",
                                         [CERT_WRONG_NAME] = "wrong-name",
                                         [CERT_SELF_SIGNED] = "self-signed" };

    for (enum cert_flaw flaw = CERT_GOOD; flaw <= CERT_SELF_SIGNED; flaw++) {
        if (strcmp(name, names[flaw]) == 0) {
            *flaw_r = flaw;
            return true;
        }
    }
    return err_set(err, ERR_USAGE, 0,
                   "--certificate: '%.40s' is not good, expired, wrong-name or self-signed", name);
}

static bool tls_start(struct running *r, const struct main_options *o, struct err *err)
{
    enum cert_flaw flaw = CERT_GOOD;

    if (o->http)
        return true;
    return flaw_read(o->certificate, &flaw, err) && cert_dir_find(r, o, err)
           && certs_open(r->cert_dir, flaw, &r->tls, err);
}

static void running_announce(const struct running *r)
{
    auto_str line = STR_MAX(KIB(8));
    auto_str text = STR_MAX(KIB(4));
    struct json_writer w = JSON_WRITER(&line);
    char path[4096];

    json_open_object(&w);
    str_printf(&text, "%s://%s", r->tls ? "https" : "http", r->host);
    json_member_text(&w, "url", str_text(&text));
    str_reset(&text);
    if (r->tls) {
        str_printf(&text, "%s/ca.pem", r->cert_dir);
        json_member_text(&w, "ca_file", realpath(str_text(&text), path) ? path : str_text(&text));
    } else {
        json_name(&w, "ca_file");
        json_write_null(&w);
    }
    json_member_text(&w, "database", r->sim.solution->database);
    json_member_i64(&w, "pid", getpid());
    json_close_object(&w);
    (void)printf("%s\n", str_text(&line));
    (void)fflush(stdout);
}

static bool serve_until_signal(struct running *r, const struct main_options *o,
                               const sigset_t *signals, struct err *err)
{
    struct server_options listen = { .port = o->port, .connections_max = 1000 };
    int caught;

    if (!server_start(&r->sim, &listen, r->tls, &r->server, err))
        return false;
    r->host = mem_printf("127.0.0.1:%d", server_port(r->server));
    people_start(&r->sim, &(struct people_rates){ o->live_inserts, o->live_deletes, o->live_edits,
                                                  o->live_replaces });
    running_announce(r);
    (void)sigwait(signals, &caught);
    cancel_set(r->stop);
    timers_stop(r->sim.timers);
    server_end(r->server);
    r->server = NULL;
    return !o->truth || truth_write(o->truth, r->sim.solution, err);
}

static int print_switches(const struct main_options *o, struct err *err)
{
    auto_str text = STR_MAX(MIB(1));
    struct switches switches;

    switches_init(&switches);
    if (!switches_set(&switches, span_from(span_of(o->switches), 4), err))
        return -1;
    switches_list(&switches, &text);
    (void)fputs(str_text(&text), stdout);
    return EXIT_DONE;
}

static int sim_run(const struct cli_globals *globals, const void *options, struct err *err)
{
    const struct main_options *o = options;
    struct running r = { .cert_dir = NULL };
    sigset_t signals;
    bool good;

    (void)globals;
    if (span_starts(span_of(o->switches), "list"))
        return print_switches(o, err);
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    good = sim_start(&r, o, err) && tls_start(&r, o, err)
           && serve_until_signal(&r, o, &signals, err);
    running_end(&r);
    return good ? EXIT_DONE : -1;
}

static const char help[] =
    "fmsim behaves like a FileMaker Server that hosts a clinic's documents: the same paths,\n"
    "answers, headers, sessions, downloads and errors. Nothing leaves this machine: it listens on\n"
    "127.0.0.1 only. When it is ready it prints one line of JSON:\n"
    "\n"
    "  {\"url\":\"https://127.0.0.1:41373\",\"ca_file\":\"certs/ca.pem\",\n"
    "   \"database\":\"Clinic\",\"pid\":42}\n"
    "\n"
    "Try it:\n"
    "  fmsim --data generate:1000,20K --http --port 8080 &\n"
    "  curl -s http://127.0.0.1:8080/fmi/data/vLatest/productInfo\n"
    "  curl -s -u api:secret -H 'Content-Type: application/json' -d '{}' \\\n"
    "       http://127.0.0.1:8080/fmi/data/vLatest/databases/Clinic/sessions\n"
    "\n"
    "SIGTERM or Ctrl-C ends it: requests in hand are finished and the truth file is written.";

static const struct cmd command = {
    "",        "A simulated FileMaker Server (Data API), for rehearsals and tests.",
    help,      options_table,
    &defaults, sizeof defaults,
    sim_run,
};

/* `--switches` without a value asks for the list. */
static char **with_list(int argc, char **argv)
{
    char **words = mem_zero((size_t)(argc + 2) * sizeof *words);

    for (int i = 0; i < argc; i++)
        words[i] = argv[i];
    if (argc > 1 && strcmp(argv[argc - 1], "--switches") == 0)
        words[argc] = (char *)(uintptr_t) "list";
    return words;
}

int main(int argc, char **argv)
{
    static const struct cmd *const commands[] = { &command, NULL };
    static const struct program program = { .name = "fmsim",
                                            .version = "0.1.0",
                                            .summary = "A simulated FileMaker Server.",
                                            .cmds = commands };
    char **words = with_list(argc, argv);
    int code = cli_main(&program, words[argc] ? argc + 1 : argc, words);

    free(words);
    return code;
}
