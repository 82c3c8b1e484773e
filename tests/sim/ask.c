/* The simulator without sockets of its own: a pair of connected ones per request. */
#include "ask.h"

#include "sim/data/data.h"
#include "sim/faults/scenario.h"
#include "sim/server/connection.h"
#include "sim/server/swap.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "json/json.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

struct bench {
    struct sim sim;
    struct cancel *stop;
    char *token;
};

struct bench *bench_new(const char *set, const char *switches)
{
    struct bench *bench = mem_new(struct bench);
    struct sim *sim = &bench->sim;
    struct data_options data = { .set = set, .seed = 1, .record_gap = 1 };
    struct err err;

    sim->stop = bench->stop = cancel_new();
    sim->seed = 1;
    sim->started_us = time_mono_us();
    sim->options.account = "api:secret";
    switches_init(&sim->switches);
    if (!switches_set(&sim->switches, span_of(switches), &err)
        || !data_open(&data, &sim->solution, &err) || !journal_open(NULL, &sim->journal, &err)) {
        (void)printf("Bail out! %s\n", err.msg);
        exit(1);
    }
    sim->sessions = sessions_new(
        &(struct session_rules){ .idle_us = 60 * (int64_t)TIME_SECOND, .seed = sim->seed });
    sim->timers = timers_new();
    sim->swaps = swaps_new();
    sim->scenario = scenario_new(sim->seed);
    return bench;
}

void bench_free(struct bench *bench)
{
    struct sim *sim = &bench->sim;

    cancel_set(bench->stop);
    timers_stop(sim->timers);
    timers_free(sim->timers);
    scenario_free(sim->scenario);
    swaps_free(sim->swaps);
    sessions_free(sim->sessions);
    journal_close(sim->journal);
    solution_free(sim->solution);
    cancel_free(bench->stop);
    free(bench->token);
    free(bench);
}

struct sim *bench_sim(struct bench *bench)
{
    return &bench->sim;
}

bool bench_scenario(struct bench *bench, const char *lines, struct err *err)
{
    return scenario_add(&bench->sim, span_of(lines), "lines", err);
}

/* --- one exchange --- */

struct exchange {
    struct bench *bench;
    int fd;
};

static void *exchange_run(void *arg)
{
    struct exchange *exchange = arg;
    struct wire *wire = wire_new(exchange->fd, NULL, exchange->bench->stop);

    connection_serve(&exchange->bench->sim, wire);
    wire_free(wire);
    return NULL;
}

static void send_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);

        if (sent <= 0)
            return;
        bytes += sent;
        size -= (size_t)sent;
    }
}

static void receive_all(int fd, struct str *to)
{
    char block[KIB(16)];
    ssize_t got;

    while ((got = recv(fd, block, sizeof block, 0)) > 0)
        str_add(to, block, (size_t)got);
}

static void split(struct asked *asked, size_t size)
{
    struct span all = { asked->raw, size };
    size_t end = span_find(all, "\r\n\r\n");
    uint64_t status = 0;
    struct err err;

    asked->head = span_first(all, end);
    asked->body = span_from(all, end + 4);
    if (num_u64(span_first(span_from(all, 9), 3), 100, 999, &status, &err))
        asked->status = (int)status;
}

struct asked bench_send(struct bench *bench, const char *bytes, size_t size)
{
    auto_str answer = STR_MAX(MIB(64));
    struct asked asked = { .status = 0 };
    struct exchange exchange = { .bench = bench };
    pthread_t thread;
    int fds[2];
    size_t got;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        abort();
    exchange.fd = fds[0];
    if (pthread_create(&thread, NULL, exchange_run, &exchange) != 0)
        abort();
    send_all(fds[1], bytes, size);
    (void)shutdown(fds[1], SHUT_WR);
    receive_all(fds[1], &answer);
    (void)pthread_join(thread, NULL);
    (void)close(fds[1]);
    got = answer.size;
    asked.raw = str_take(&answer);
    split(&asked, got);
    return asked;
}

struct asked bench_ask(struct bench *bench, const char *method, const char *path, const char *body)
{
    auto_str request = STR_MAX(MIB(1));

    if (path[0] == '/')
        str_printf(&request, "%s %s HTTP/1.1\r\n", method, path);
    else
        str_printf(&request, "%s /fmi/data/v2/databases/%s/%s HTTP/1.1\r\n", method,
                   bench->sim.solution->database, path);
    str_add_text(&request, "Host: fms.example.com\r\n");
    if (bench->token)
        str_printf(&request, "Authorization: Bearer %s\r\n", bench->token);
    if (body)
        str_printf(&request, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                   strlen(body));
    str_printf(&request, "\r\n%s", body ? body : "");
    return bench_send(bench, request.at, request.size);
}

void asked_clear(struct asked *asked)
{
    free(asked->raw);
    asked->raw = NULL;
}

void bench_login(struct bench *bench)
{
    auto_str request = STR_MAX(KIB(4));
    struct asked asked;

    str_printf(&request,
               "POST /fmi/data/v2/databases/%s/sessions HTTP/1.1\r\nHost: fms.example.com\r\n"
               "Authorization: Basic YXBpOnNlY3JldA==\r\nContent-Type: application/json\r\n"
               "Content-Length: 2\r\n\r\n{}",
               bench->sim.solution->database);
    asked = bench_send(bench, request.at, request.size);
    free(bench->token);
    bench->token = span_text(asked_header(&asked, "X-FM-Data-Access-Token"));
    asked_clear(&asked);
}

const char *bench_token(const struct bench *bench)
{
    return bench->token;
}

int asked_code(const struct asked *asked)
{
    auto_json *json = NULL;
    const struct json_value *code;
    int64_t n;
    struct err err;

    if (!json_read(asked->body, &json, &err))
        return -1;
    code = json_get(json_first(json_get(json_root(json), "messages")), "code");
    return code && num_i64(code->text, -1, 99999, &n, &err) ? (int)n : -1;
}

struct span asked_header(const struct asked *asked, const char *name)
{
    struct span rest = asked->head;

    while (rest.at) {
        struct span value = span_cut(&rest, '\n');
        struct span key = span_cut(&value, ':');

        if (value.at && span_is_nocase(key, name))
            return span_trim(value);
    }
    return SPAN_NONE;
}
