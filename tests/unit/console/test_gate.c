/* What passes the gate, and what is made of what does not, by requests that no browser would send. */
#include "console/handler.h"

#include "base/mem.h"
#include "base/time.h"
#include "console/console_db.h"
#include "console/inside.h"
#include "console/people/gate.h"
#include "console/people/session.h"
#include "console/people/token.h"
#include "console/server/throttle.h"
#include "console/views/view_log.h"
#include "folder.h"
#include "hand_clock.h"
#include "tap.h"

#include <strings.h>

/* 1 December 2026, 13:00 UTC. */
#define NOON 1796130000000000

enum { CALM = 40 };

static bool word_answer(struct exchange *x, struct err *err)
{
    (void)err;
    str_add_text(&x->answer.body, "passed");
    return true;
}

static bool fails_answer(struct exchange *x, struct err *err)
{
    (void)x;
    return err_set(err, ERR_DATABASE, SQL_AWAY, "secret words about the database");
}

static const struct route table[] = {
    { REQUEST_GET, "/open", RIGHT_PUBLIC, word_answer, "everybody" },
    { REQUEST_POST, "/open", RIGHT_PUBLIC, word_answer, "everybody", .skips_csrf = true },
    { REQUEST_GET, "/run", RIGHT_RUN, word_answer, "who watches" },
    { REQUEST_POST, "/run", RIGHT_RUN, word_answer, "who watches" },
    { REQUEST_GET, "/users", RIGHT_USERS, word_answer, "who adds users" },
    { REQUEST_GET, "/api/v1/run", RIGHT_RUN, word_answer, "programs", .query = "limit" },
    { REQUEST_GET, "/api/v1/fails", RIGHT_RUN, fails_answer, "what goes wrong" },
    { .path = NULL },
};

struct place {
    char *folder, *url;
    struct cancel *cancel;
    struct hand_clock hand;
    struct console_settings settings;
    struct console console;
    char key[SESSION_KEY_SIZE]; /* of an operator */
    char csrf[CSRF_SIZE];
    struct token_made token; /* with the right 'run', from 192.0.2.7 */
};

static void people_add(struct place *p)
{
    struct session_start start = { 1, "192.0.2.7", "a browser" };
    struct token_wish wish = {
        .name = "lab", .rights = "run", .addresses = "192.0.2.7", .days = 1
    };
    struct identity who;
    struct err err = { 0 };
    bool made;

    {
        auto_lent lent = { 0 };

        made = console_db_borrow(p->console.db, &lent, &err)
               && sql_script(lent.sql,
                             "insert into fmferry_account (account, name, shown, roles, made_us) "
                             "values (1, 'kim', 'Kim', 'operator', 0)",
                             &err)
               && token_make(lent.sql, &wish, NOON, &p->token, &err);
    }
    CHECK(made && session_begin(&p->console, &start, p->key, &err)
          && session_find(&p->console, p->key, true, &who, &err));
    (void)memcpy(p->csrf, who.csrf, sizeof p->csrf);
}

static struct place *place_new(void)
{
    struct place *p = mem_new(struct place);
    struct err err = { 0 };

    p->folder = folder_new();
    p->url = mem_printf("sqlite:%s/console.db", p->folder);
    p->cancel = cancel_new();
    hand_clock_set(&p->hand, NOON, p->cancel);
    p->settings = (struct console_settings){ .address = "127.0.0.1:8480",
                                             .names = "localhost, clinic.local",
                                             .idle_us = 3600 * TIME_SECOND,
                                             .day_us = 36000 * TIME_SECOND };
    p->console = (struct console){ .settings = &p->settings,
                                   .clock = &p->hand.clock,
                                   .practice = "Clinic",
                                   .requests = throttle_new(CALM, 60 * TIME_SECOND) };
    if (!console_db_open(p->url, p->cancel, &p->console.db, &err)
        || !view_log_open(p->console.db, p->console.clock, &p->console.views, &err))
        abort();
    people_add(p);
    return p;
}

static void place_end(struct place **p)
{
    view_log_close((*p)->console.views);
    console_db_close((*p)->console.db);
    throttle_free((*p)->console.requests);
    cancel_free((*p)->cancel);
    free((*p)->url);
    folder_remove((*p)->folder);
    free(*p);
}
#define auto_place __attribute__((cleanup(place_end))) struct place

/* --- a request -------------------------------------------------------------------------------- */

/* Names and values in turn, ended by NULL. */
struct sent {
    const char *const *headers;
};

static struct span header_of(void *arg, const char *name)
{
    const struct sent *sent = arg;

    for (size_t i = 0; sent->headers[i]; i += 2)
        if (strcasecmp(sent->headers[i], name) == 0)
            return span_of(sent->headers[i + 1]);
    return SPAN_NONE;
}

static struct answer ask(struct place *p, const char *method, const char *target,
                         const char *const *headers)
{
    struct sent sent = { headers };
    struct request_raw raw = { .method = method,
                               .target = span_of(target),
                               .address = "192.0.2.7",
                               .header = header_of,
                               .arg = &sent };
    struct answer answer;

    handle(&p->console, table, &raw, &answer);
    return answer;
}

static const char *header_got(const struct answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->header_count; i++)
        if (strcmp(answer->headers[i].name, name) == 0)
            return answer->headers[i].value;
    return "";
}

/* --- what must hold --------------------------------------------------------------------------- */

TEST(the_host_is_one_of_our_names)
{
    static const struct {
        const char *host;
        int status;
    } cases[] = {
        { "localhost", 200 },
        { "LOCALHOST:8480", 200 },
        { "clinic.local:1", 200 },
        { "127.0.0.1:8480", 200 },
        { "127.0.0.1", 200 },
        { "evil.example", 421 },
        { "localhost.evil.example", 421 },
        { "xlocalhost", 421 },
        { "", 421 },
        { ":8480", 421 },
        { "[::1]", 421 },
        { "[", 421 },
        { "localhost clinic.local", 421 },
        { "localhost,", 421 },
    };
    auto_place *p = place_new();

    for (size_t i = 0; i < lengthof(cases); i++) {
        const char *headers[] = { "Host", cases[i].host, NULL };
        struct answer answer = ask(p, "GET", "/open", headers);

        CHECK_AT(i, answer.status == cases[i].status);
        answer_clear(&answer);
    }
}

TEST(a_change_is_meant_by_whoever_is_logged_in)
{
    auto_place *p = place_new();
    auto_free char *cookie = mem_printf("a=b; %s=%s", SESSION_COOKIE, p->key);
    const struct {
        const char *path, *site, *origin, *csrf;
        int status;
    } cases[] = {
        { "/run", "same-origin", NULL, p->csrf, 200 },
        { "/run", NULL, "https://localhost", p->csrf, 200 },
        { "/run", "same-origin", "https://evil.example", p->csrf, 200 }, /* a browser's own word */
        { "/run", "same-origin", NULL, NULL, 403 },
        { "/run", "same-origin", NULL, "", 403 },
        { "/run", "same-origin", NULL, p->key, 403 },
        { "/run", "cross-site", "https://localhost", p->csrf, 403 },
        { "/run", "none", NULL, p->csrf, 403 },
        { "/run", NULL, NULL, p->csrf, 403 },
        { "/run", NULL, "", p->csrf, 403 },
        { "/run", NULL, "null", p->csrf, 403 },
        { "/run", NULL, "localhost", p->csrf, 403 },
        { "/run", NULL, "https://localhost:81", p->csrf, 403 },
        { "/run", NULL, "https://evil.example", p->csrf, 403 },
        { "/open", "same-origin", NULL, NULL, 200 },
        { "/open", NULL, NULL, NULL, 403 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        const char *headers[12] = { "Host", "localhost", "Cookie", cookie };
        size_t used = 4;
        struct answer answer;

        for (size_t one = 0; one < 3; one++) {
            static const char *const names[] = { "Sec-Fetch-Site", "Origin", "X-Fmferry-Token" };
            const char *value = one == 0   ? cases[i].site
                                : one == 1 ? cases[i].origin
                                           : cases[i].csrf;

            if (value) {
                headers[used++] = names[one];
                headers[used++] = value;
            }
        }
        answer = ask(p, "POST", cases[i].path, headers);
        CHECK_AT(i, answer.status == cases[i].status);
        answer_clear(&answer);
    }
}

TEST(a_token_is_good_with_its_right_and_from_its_address)
{
    auto_place *p = place_new();
    auto_free char *bearer = mem_printf("Bearer %s", p->token.text);
    const char *headers[] = { "Host", "localhost", "Authorization", bearer, NULL };
    static const struct {
        const char *method, *path;
        int status;
    } cases[] = {
        { "GET", "/open", 200 },
        { "GET", "/run", 200 },
        { "POST", "/run", 200 },
        { "GET", "/users", 403 },
        { "GET", "/api/v1/run", 200 },
        { "HEAD", "/run", 200 },
        { "DELETE", "/run", 405 },
        { "GET", "/nowhere", 404 },
        { "GET", "/api/v1/run?limit=1", 200 },
        { "GET", "/api/v1/run?x=1", 400 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct answer answer = ask(p, cases[i].method, cases[i].path, headers);

        CHECK_AT(i, answer.status == cases[i].status);
        answer_clear(&answer);
    }
}

TEST(who_asks_too_often_waits)
{
    static const char *const headers[] = { "Host", "localhost", NULL };
    auto_place *p = place_new();
    struct answer answer;

    for (size_t i = 0; i < CALM; i++) {
        answer = ask(p, "GET", "/open", headers);
        CHECK_AT(i, answer.status == 200);
        answer_clear(&answer);
    }
    answer = ask(p, "GET", "/open", headers);
    CHECK(answer.status == 429);
    CHECK_STR(header_got(&answer, "Retry-After"), "61");
    answer_clear(&answer);
    hand_clock_move(&p->hand, 60 * TIME_SECOND);
    answer = ask(p, "GET", "/open", headers);
    CHECK(answer.status == 200);
    answer_clear(&answer);
}

TEST(what_went_wrong_here_is_not_told)
{
    auto_place *p = place_new();
    auto_free char *bearer = mem_printf("Bearer %s", p->token.text);
    const char *headers[] = { "Host", "localhost", "Authorization", bearer, NULL };
    struct answer answer = ask(p, "GET", "/api/v1/fails", headers);

    CHECK(answer.status == 503);
    CHECK_STR(answer.type, "application/problem+json");
    CHECK(strstr(str_text(&answer.body), "urn:fmferry:problem:database-away"));
    CHECK(!strstr(str_text(&answer.body), "secret"));
    CHECK(strlen(header_got(&answer, "X-Request-Id")) == 36);
    CHECK_STR(header_got(&answer, "Cache-Control"), "no-store");
    answer_clear(&answer);
}
