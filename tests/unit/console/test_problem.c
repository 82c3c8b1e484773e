/* Problems as programs read them, and answers that are put together. */
#include "console/server/problem.h"

#include "sql/sql.h"
#include "tap.h"
#include "json/json.h"

static const char id[] = "0b8f1d3e-0000-4000-8000-000000000001";

TEST(each_kind_is_whole)
{
    for (int type = 0; type < PROBLEM_TYPES; type++) {
        struct problem problem = { 0 };
        struct answer answer = answer_start();
        auto_json *json = NULL;
        struct err err = { 0 };
        size_t at = (size_t)type;
        char status[16];

        str_add_text(&answer.body, "what was written before");
        CHECK_AT(at,
                 !problem_set(&problem, (enum problem_type)type, "because of %s", "\"<this>\"\n"));
        problem_json(&problem, id, &answer);
        CHECK_AT(at, json_read(str_span(&answer.body), &json, &err));
        CHECK_AT(at, answer.status >= 400 && answer.status < 600);
        (void)snprintf(status, sizeof status, "%d", answer.status);
        CHECK_AT(at, span_is(json_get(json_root(json), "status")->text, status));
        CHECK_AT(at, span_is(json_get(json_root(json), "detail")->text, "because of \"<this>\"\n"));
        CHECK_AT(at, span_ends(json_get(json_root(json), "instance")->text, id));
        CHECK_AT(at, span_ends(json_get(json_root(json), "type")->text,
                               problem_name((enum problem_type)type)));
        CHECK_AT(at, json_get(json_root(json), "mend")->text.size > 15);
        CHECK_STR(answer.type, "application/problem+json");
        answer_clear(&answer);
    }
}

TEST(names_are_given_once)
{
    for (int type = 0; type < PROBLEM_TYPES; type++)
        for (int other = 0; other < type; other++)
            CHECK_AT((size_t)type, strcmp(problem_name((enum problem_type)type),
                                          problem_name((enum problem_type)other))
                                       != 0);
}

TEST(an_error_of_ours_keeps_its_words_to_itself)
{
    static const struct {
        enum err_kind kind;
        int code;
        enum problem_type type;
    } cases[] = {
        { ERR_USAGE, 0, PROBLEM_BAD_REQUEST },
        { ERR_DATA, 0, PROBLEM_BAD_REQUEST },
        { ERR_DATABASE, SQL_AWAY, PROBLEM_DATABASE_AWAY },
        { ERR_DATABASE, SQL_COMMIT_LOST, PROBLEM_DATABASE_AWAY },
        { ERR_DATABASE, SQL_BUSY, PROBLEM_BUSY },
        { ERR_DATABASE, SQL_BROKEN, PROBLEM_INTERNAL },
        { ERR_NET, 0, PROBLEM_STORE_AWAY },
        { ERR_REMOTE, 500, PROBLEM_STORE_AWAY },
        { ERR_CANCELED, 0, PROBLEM_BUSY },
        { ERR_OS, EIO, PROBLEM_INTERNAL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct problem problem;
        struct err err = { 0 };

        (void)err_set(&err, cases[i].kind, cases[i].code, "words");
        problem_of_err(&err, &problem);
        CHECK_AT(i, problem.type == cases[i].type);
        CHECK_STR(problem.detail, cases[i].type == PROBLEM_BAD_REQUEST ? "words" : "");
    }
}

static const char *header_of(const struct answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->header_count; i++)
        if (strcmp(answer->headers[i].name, name) == 0)
            return answer->headers[i].value;
    return "";
}

TEST(what_belongs_to_a_problem_stands_in_headers)
{
    struct problem problem = { .type = PROBLEM_TOO_MANY, .wait_seconds = 7, .allow = "GET, HEAD" };
    struct answer answer = answer_start();

    answer.may_be_kept = true;
    problem_head(&problem, &answer);
    CHECK(answer.status == 429 && !answer.may_be_kept);
    CHECK_STR(header_of(&answer, "Retry-After"), "7");
    CHECK_STR(header_of(&answer, "Allow"), "GET, HEAD");
    CHECK_STR(header_of(&answer, "WWW-Authenticate"), "");
    problem = (struct problem){ .type = PROBLEM_NO_SESSION };
    problem_head(&problem, &answer);
    CHECK_STR(header_of(&answer, "WWW-Authenticate"), "Bearer");
    answer_clear(&answer);
}

/* A stream that was begun and is not sent is ended. */
static void count_end(void *arg)
{
    ++*(int *)arg;
}

TEST(an_answer_that_became_another_one_ends_its_stream)
{
    int ends = 0;
    struct answer answer = answer_start();

    answer.stream = (struct answer_stream){ .free = count_end, .arg = &ends, .size = -1 };
    str_add_text(&answer.body, "half a page");
    answer_go_to(&answer, "/run");
    CHECK(ends == 1 && answer.status == 303 && answer.body.size == 0);
    CHECK_STR(header_of(&answer, "Location"), "/run");
    answer.stream = (struct answer_stream){ .free = count_end, .arg = &ends, .size = -1 };
    answer_clear(&answer);
    CHECK(ends == 2);
}
