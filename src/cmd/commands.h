/* The commands of fmferry, one file each. */
#pragma once

#include "base/cli.h"

extern const struct cmd cmd_init;
extern const struct cmd cmd_settings;
extern const struct cmd cmd_login;
extern const struct cmd cmd_check;
extern const struct cmd cmd_patients_import;
extern const struct cmd cmd_patients_undo;
extern const struct cmd cmd_patients_review;
extern const struct cmd cmd_patients_accept;
extern const struct cmd cmd_run;
extern const struct cmd cmd_reconcile;
extern const struct cmd cmd_status;
extern const struct cmd cmd_metrics;
extern const struct cmd cmd_notify;
extern const struct cmd cmd_failures;
extern const struct cmd cmd_report;
extern const struct cmd cmd_retry;
extern const struct cmd cmd_accept;
extern const struct cmd cmd_waive;
extern const struct cmd cmd_link;
extern const struct cmd cmd_unlink;
extern const struct cmd cmd_serve;
extern const struct cmd cmd_users_add;
extern const struct cmd cmd_users_list;
extern const struct cmd cmd_users_link;
extern const struct cmd cmd_users_role;
extern const struct cmd cmd_users_shut;
extern const struct cmd cmd_users_open;
extern const struct cmd cmd_tokens_add;
extern const struct cmd cmd_tokens_list;
extern const struct cmd cmd_tokens_end;
extern const struct cmd cmd_views_check;
extern const struct cmd cmd_views_export;
extern const struct cmd cmd_verify;
extern const struct cmd cmd_cutover;
extern const struct cmd cmd_undo;
extern const struct cmd cmd_export_bagit;
extern const struct cmd cmd_export_fhir;
extern const struct cmd cmd_tables;
extern const struct cmd cmd_records;
extern const struct cmd cmd_version;
extern const struct cmd cmd_manual;
extern const struct cmd cmd_completion;
