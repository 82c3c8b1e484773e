/*
 * The functions that answer, one for each address (route.h says how they are called). Those that
 * belong together stand in one file: pages_run.c, pages_failures.c, ...
 */
#pragma once

#include "console/exchange.h"

/* --- pages_first.c ---------------------------------------------------------------------------- */

must_check bool health_answer(struct exchange *x, struct err *err);
must_check bool first_answer(struct exchange *x, struct err *err);

/* --- pages_login.c ---------------------------------------------------------------------------- */

must_check bool login_page_answer(struct exchange *x, struct err *err);
must_check bool login_answer(struct exchange *x, struct err *err);
must_check bool logout_answer(struct exchange *x, struct err *err);
must_check bool bye_answer(struct exchange *x, struct err *err);
must_check bool prove_page_answer(struct exchange *x, struct err *err);
must_check bool prove_answer(struct exchange *x, struct err *err);

/* --- pages_setup.c ---------------------------------------------------------------------------- */

must_check bool setup_page_answer(struct exchange *x, struct err *err);
must_check bool setup_answer(struct exchange *x, struct err *err);

/* --- pages_self.c ----------------------------------------------------------------------------- */

must_check bool self_answer(struct exchange *x, struct err *err);
must_check bool self_password_answer(struct exchange *x, struct err *err);
must_check bool self_session_answer(struct exchange *x, struct err *err);

/* --- pages_users.c ---------------------------------------------------------------------------- */

must_check bool users_answer(struct exchange *x, struct err *err);
must_check bool user_add_answer(struct exchange *x, struct err *err);
must_check bool user_answer(struct exchange *x, struct err *err);
must_check bool user_change_answer(struct exchange *x, struct err *err);

/* --- pages_views.c ---------------------------------------------------------------------------- */

must_check bool views_answer(struct exchange *x, struct err *err);
must_check bool views_csv_answer(struct exchange *x, struct err *err);
must_check bool self_views_answer(struct exchange *x, struct err *err);

/* --- pages_run.c ------------------------------------------------------------------------------ */

must_check bool run_answer(struct exchange *x, struct err *err);
must_check bool live_answer(struct exchange *x, struct err *err);
must_check bool api_status_answer(struct exchange *x, struct err *err);
must_check bool api_runs_answer(struct exchange *x, struct err *err);

/* --- pages_failures.c ------------------------------------------------------------------------- */

must_check bool failures_answer(struct exchange *x, struct err *err);

/* --- failure_one.c ---------------------------------------------------------------------------- */

must_check bool failure_answer(struct exchange *x, struct err *err);

/* --- pages_decide.c --------------------------------------------------------------------------- */

must_check bool decide_page_answer(struct exchange *x, struct err *err);
must_check bool decide_answer(struct exchange *x, struct err *err);

/* --- pages_failures_api.c --------------------------------------------------------------------- */

must_check bool api_failures_answer(struct exchange *x, struct err *err);
must_check bool api_failure_answer(struct exchange *x, struct err *err);
must_check bool api_decide_answer(struct exchange *x, struct err *err);
