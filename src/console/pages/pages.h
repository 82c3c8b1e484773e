/*
 * The functions that answer, one for each address (route.h says how they are called). Those that
 * belong together stand in one file: run.c, failures.c, ...
 */
#pragma once

#include "console/server/exchange.h"

/* --- first.c --------------------------------------------------------------------------------- */

must_check bool health_answer(struct exchange *x, struct err *err);
must_check bool first_answer(struct exchange *x, struct err *err);

/* --- login.c --------------------------------------------------------------------------------- */

must_check bool login_page_answer(struct exchange *x, struct err *err);
must_check bool login_answer(struct exchange *x, struct err *err);
must_check bool logout_answer(struct exchange *x, struct err *err);
must_check bool bye_answer(struct exchange *x, struct err *err);
must_check bool prove_page_answer(struct exchange *x, struct err *err);
must_check bool prove_answer(struct exchange *x, struct err *err);

/* --- setup.c --------------------------------------------------------------------------------- */

must_check bool setup_page_answer(struct exchange *x, struct err *err);
must_check bool setup_answer(struct exchange *x, struct err *err);

/* --- self.c ---------------------------------------------------------------------------------- */

must_check bool self_answer(struct exchange *x, struct err *err);
must_check bool self_password_answer(struct exchange *x, struct err *err);
must_check bool self_session_answer(struct exchange *x, struct err *err);

/* --- users.c --------------------------------------------------------------------------------- */

must_check bool users_answer(struct exchange *x, struct err *err);
must_check bool user_add_answer(struct exchange *x, struct err *err);
must_check bool user_answer(struct exchange *x, struct err *err);
must_check bool user_change_answer(struct exchange *x, struct err *err);

/* --- tokens.c -------------------------------------------------------------------------------- */

must_check bool tokens_answer(struct exchange *x, struct err *err);
must_check bool token_add_answer(struct exchange *x, struct err *err);
must_check bool token_end_answer(struct exchange *x, struct err *err);

/* --- tokens_api.c ---------------------------------------------------------------------------- */

must_check bool api_tokens_answer(struct exchange *x, struct err *err);
must_check bool api_token_add_answer(struct exchange *x, struct err *err);
must_check bool api_token_end_answer(struct exchange *x, struct err *err);

/* --- views.c --------------------------------------------------------------------------------- */

must_check bool views_answer(struct exchange *x, struct err *err);
must_check bool views_csv_answer(struct exchange *x, struct err *err);
must_check bool self_views_answer(struct exchange *x, struct err *err);

/* --- run.c ----------------------------------------------------------------------------------- */

must_check bool run_answer(struct exchange *x, struct err *err);
must_check bool live_answer(struct exchange *x, struct err *err);
must_check bool api_status_answer(struct exchange *x, struct err *err);
must_check bool metrics_answer(struct exchange *x, struct err *err);
must_check bool api_runs_answer(struct exchange *x, struct err *err);

/* --- failures.c ------------------------------------------------------------------------------ */

must_check bool failures_answer(struct exchange *x, struct err *err);

/* --- failure_one.c ---------------------------------------------------------------------------- */

must_check bool failure_answer(struct exchange *x, struct err *err);

/* --- decide.c -------------------------------------------------------------------------------- */

must_check bool decide_page_answer(struct exchange *x, struct err *err);
must_check bool decide_answer(struct exchange *x, struct err *err);

/* --- failures_api.c -------------------------------------------------------------------------- */

must_check bool api_failures_answer(struct exchange *x, struct err *err);
must_check bool api_failure_answer(struct exchange *x, struct err *err);
must_check bool api_decide_answer(struct exchange *x, struct err *err);

/* --- signoff.c ------------------------------------------------------------------------------- */

must_check bool signoff_page_answer(struct exchange *x, struct err *err);
must_check bool signoff_answer(struct exchange *x, struct err *err);
must_check bool signoff_report_answer(struct exchange *x, struct err *err);
must_check bool signoff_paper_answer(struct exchange *x, struct err *err);

/* --- signoff_api.c --------------------------------------------------------------------------- */

must_check bool api_grounds_answer(struct exchange *x, struct err *err);
must_check bool api_signoffs_answer(struct exchange *x, struct err *err);
must_check bool api_sign_answer(struct exchange *x, struct err *err);

/* --- patients.c ------------------------------------------------------------------------------ */

must_check bool patients_answer(struct exchange *x, struct err *err);
must_check bool patient_answer(struct exchange *x, struct err *err);
must_check bool search_answer(struct exchange *x, struct err *err);

/* --- patients_api.c -------------------------------------------------------------------------- */

must_check bool api_patients_answer(struct exchange *x, struct err *err);
must_check bool api_patient_answer(struct exchange *x, struct err *err);
must_check bool api_patient_documents_answer(struct exchange *x, struct err *err);
must_check bool api_index_answer(struct exchange *x, struct err *err);
must_check bool api_documents_answer(struct exchange *x, struct err *err);
/* --- file.c ---------------------------------------------------------------------------------- */

must_check bool file_answer(struct exchange *x, struct err *err);

/* --- document.c ------------------------------------------------------------------------------ */

must_check bool document_answer(struct exchange *x, struct err *err);

/* --- picture.c ------------------------------------------------------------------------------- */

must_check bool thumbnail_answer(struct exchange *x, struct err *err);
must_check bool document_page_answer(struct exchange *x, struct err *err);
must_check bool document_opened_page_answer(struct exchange *x, struct err *err);
must_check bool document_text_answer(struct exchange *x, struct err *err);
must_check bool api_document_text_answer(struct exchange *x, struct err *err);

/* --- document_api.c -------------------------------------------------------------------------- */

must_check bool api_document_answer(struct exchange *x, struct err *err);
must_check bool api_document_story_answer(struct exchange *x, struct err *err);

/* --- review.c -------------------------------------------------------------------------------- */

must_check bool review_answer(struct exchange *x, struct err *err);
must_check bool review_one_answer(struct exchange *x, struct err *err);
must_check bool review_accept_answer(struct exchange *x, struct err *err);

/* --- review_api.c ---------------------------------------------------------------------------- */

must_check bool api_review_answer(struct exchange *x, struct err *err);
must_check bool api_review_accept_answer(struct exchange *x, struct err *err);

/* --- unlinked.c ------------------------------------------------------------------------------ */

must_check bool unlinked_answer(struct exchange *x, struct err *err);
must_check bool api_unlinked_answer(struct exchange *x, struct err *err);
must_check bool api_unlinked_documents_answer(struct exchange *x, struct err *err);

/* --- giving.c, giving_api.c ------------------------------------------------------------------ */

must_check bool giving_page_answer(struct exchange *x, struct err *err);
must_check bool giving_answer(struct exchange *x, struct err *err);
must_check bool task_answer(struct exchange *x, struct err *err);
must_check bool api_giving_answer(struct exchange *x, struct err *err);
must_check bool api_task_answer(struct exchange *x, struct err *err);

/* --- upload.c, upload_api.c ------------------------------------------------------------------ */

must_check bool upload_page_answer(struct exchange *x, struct err *err);
must_check bool upload_answer(struct exchange *x, struct err *err);
must_check bool api_upload_answer(struct exchange *x, struct err *err);

/* --- nexus.c --------------------------------------------------------------------------------- */

must_check bool nexus_list_answer(struct exchange *x, struct err *err);
must_check bool nexus_row_answer(struct exchange *x, struct err *err);
must_check bool nexus_remove_answer(struct exchange *x, struct err *err);
must_check bool nexus_link_answer(struct exchange *x, struct err *err);
must_check bool nexus_upload_answer(struct exchange *x, struct err *err);
must_check bool once_answer(struct exchange *x, struct err *err);

/* --- away.c, away_api.c ---------------------------------------------------------------------- */

/* The page that asks; of a document that is away, whether it is to be brought back. */
must_check bool away_page_answer(struct exchange *x, struct err *err);
/* Does the one or the other, as the version says that was seen. */
must_check bool away_answer(struct exchange *x, struct err *err);
/* What is away, of a patient or of all. */
must_check bool away_list_answer(struct exchange *x, struct err *err);
/* As away_answer(), for programs, which say which of the two they want. */
must_check bool api_away_answer(struct exchange *x, struct err *err);
/* As away_list_answer(), each document with the version that bringing it back asks for. */
must_check bool api_away_list_answer(struct exchange *x, struct err *err);

/* --- edit.c, edit_api.c ---------------------------------------------------------------------- */

/* The form that asks for type and date of an upload. */
must_check bool edit_page_answer(struct exchange *x, struct err *err);
/* Does what it says, if the document is as its version says that was seen. */
must_check bool edit_answer(struct exchange *x, struct err *err);
/* As edit_answer(), for programs; what they do not name stays. */
must_check bool api_edit_answer(struct exchange *x, struct err *err);

/* --- take.c ---------------------------------------------------------------------------------- */

must_check bool print_answer(struct exchange *x, struct err *err); /* print.c */
must_check bool zip_make_answer(struct exchange *x, struct err *err);
must_check bool zip_take_answer(struct exchange *x, struct err *err);
must_check bool api_ticket_answer(struct exchange *x, struct err *err);
