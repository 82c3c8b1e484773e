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
    { .path = NULL },
};
