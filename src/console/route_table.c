/* Every address of the console. */
#include "console/assets.h"
#include "console/pages.h"
#include "console/route.h"

const struct route routes[] = {
    { REQUEST_GET, "/health", RIGHT_PUBLIC, health_answer, "whether the console lives" },
    { REQUEST_GET, "/assets/{hash}/{name}", RIGHT_PUBLIC, assets_answer, "style and script" },
    { REQUEST_GET, "/", RIGHT_ANY, first_answer, "leads to the first page that one may use" },

    { REQUEST_GET, "/login", RIGHT_PUBLIC, login_page_answer, "the page where one logs in" },
    { REQUEST_POST, "/login", RIGHT_PUBLIC, login_answer, "logs in", .skips_csrf = true },
    { REQUEST_POST, "/logout", RIGHT_ANY, logout_answer, "logs out" },
    { REQUEST_GET, "/bye", RIGHT_PUBLIC, bye_answer, "the page after that" },
    { REQUEST_GET, "/setup/{code}", RIGHT_PUBLIC, setup_page_answer, "sets an account up" },
    { REQUEST_POST, "/setup/{code}", RIGHT_PUBLIC, setup_answer, "the same", .skips_csrf = true },
    { REQUEST_GET, "/prove", RIGHT_ANY, prove_page_answer, "asks for password and code again" },
    { REQUEST_POST, "/prove", RIGHT_ANY, prove_answer, "the same" },
    { REQUEST_GET, "/self", RIGHT_ANY, self_answer, "one's own account and sessions" },
    { REQUEST_POST, "/self/password", RIGHT_ANY, self_password_answer, "changes the password" },
    { REQUEST_POST, "/self/session", RIGHT_ANY, self_session_answer, "ends a session" },
    { REQUEST_GET, "/users", RIGHT_USERS, users_answer, "who has an account" },
    { REQUEST_POST, "/users", RIGHT_USERS, user_add_answer, "adds an account" },
    { REQUEST_GET, "/users/{name}", RIGHT_USERS, user_answer, "one account" },
    { REQUEST_POST, "/users/{name}", RIGHT_USERS, user_change_answer, "changes it" },

    { REQUEST_GET, "/views", RIGHT_VIEWS, views_answer, "who saw what" },
    { REQUEST_GET, "/views.csv", RIGHT_VIEWS, views_csv_answer, "the same, as CSV" },
    { REQUEST_GET, "/self/views", RIGHT_ANY, self_views_answer, "what one saw and did oneself" },

    { REQUEST_GET, "/run", RIGHT_RUN, run_answer, "how the migration stands" },
    { REQUEST_GET, "/live", RIGHT_RUN, live_answer, "the same as it changes", .is_stream = true },
    { REQUEST_GET, "/failures", RIGHT_FAILURES, failures_answer, "what did not arrive, and why" },
    { REQUEST_POST, "/failures/choose", RIGHT_FAILURES, decide_page_answer,
      "says exactly what a decision would do" },
    { REQUEST_GET, "/failures/choose", RIGHT_FAILURES, decide_page_answer, "the same" },
    { REQUEST_POST, "/failures/decide", RIGHT_FAILURES, decide_answer, "carries a decision out" },
    { REQUEST_GET, "/failures/{document}", RIGHT_FAILURES, failure_answer, "one failure" },
    { REQUEST_GET, "/api/v1/status", RIGHT_RUN, api_status_answer, "status --json" },
    { REQUEST_GET, "/api/v1/runs", RIGHT_RUN, api_runs_answer, "the runs" },
    { REQUEST_GET, "/api/v1/failures", RIGHT_FAILURES, api_failures_answer, "the failures" },
    { REQUEST_GET, "/api/v1/failures/{document}", RIGHT_FAILURES, api_failure_answer,
      "one failure with all its tries" },
    { REQUEST_POST, "/api/v1/decisions", RIGHT_FAILURES, api_decide_answer,
      "puts failures back to waiting, or waives them" },
    { .path = NULL },
};
