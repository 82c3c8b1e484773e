/*
 * PostgreSQL's errors, in words that may be kept: they end in the ledger, the report and the log,
 * where no patient's data belongs.
 */
#include "sql/postgres_inside.h"

#include "base/str.h"
#include "sql/sql.h"

#include <libpq-fe.h>

static const struct {
    const char *state; /* the first characters of an SQLSTATE */
    enum sql_cause cause;
} causes[] = {
    { "23", SQL_CONSTRAINT }, { "22", SQL_CONSTRAINT },   { "P0", SQL_CONSTRAINT },
    { "44", SQL_CONSTRAINT }, { "40001", SQL_BUSY },      { "40P01", SQL_BUSY },
    { "55P03", SQL_BUSY },    { "57014", SQL_BUSY },      { "53100", SQL_FULL },
    { "53", SQL_AWAY },       { "57P", SQL_AWAY },        { "25P03", SQL_AWAY },
    { "08", SQL_AWAY },       { "26000", SQL_BUSY },      { "42P05", SQL_BUSY },
    { "42P01", SQL_MISSING }, { "42703", SQL_MISSING },   { "3F000", SQL_MISSING },
    { "3D000", SQL_REFUSED }, { "25006", SQL_READ_ONLY }, { "42501", SQL_REFUSED },
    { "28", SQL_REFUSED },
};

static enum sql_cause cause_of(const char *state)
{
    for (size_t i = 0; i < lengthof(causes); i++)
        if (strncmp(state, causes[i].state, strlen(causes[i].state)) == 0)
            return causes[i].cause;
    return SQL_BROKEN;
}

/* Our own words; the longest prefix stands first. */
static const struct {
    const char *state, *words;
} refusals[] = {
    { "22001", "a text is longer than its column allows" },
    { "22003", "a number is larger than its column can hold" },
    { "22007", "a text is not in the form of a date or time" },
    { "22008", "a date or time is beyond what its column can hold" },
    { "22009", "a text is not in the form of a time zone" },
    { "22021", "a text holds what is no character in the database's encoding" },
    { "22023", "a value is not one that is allowed" },
    { "22030", "a JSON object has two members of one name" },
    { "22032", "a text is not JSON" },
    { "22P02", "a text is not in the form of its column's type" },
    { "22P03", "bytes are not in the form of their column's type" },
    { "22P05", "a text holds a character that the database's encoding lacks" },
    { "22", "a value is not one that its column can hold" },
    { "23502", "a column that must have a value was given none" },
    { "23503", "a row that this one refers to is not there, or is still referred to" },
    { "23505", "another row has the same value where each must have its own" },
    { "23514", "a value breaks a rule of the table (a check)" },
    { "23P01", "a row overlaps with another one (an exclusion)" },
    { "23", "a row breaks a rule of the table" },
    { "44", "a row is not one that the view shows" },
    { "P0", "a rule of the application's own (a trigger or function) refused the row" },
};

static const char *refusal_of(const char *state)
{
    for (size_t i = 0; i < lengthof(refusals); i++)
        if (strncmp(state, refusals[i].state, strlen(refusals[i].state)) == 0)
            return refusals[i].words;
    return NULL;
}

/* --- words that may be repeated ------------------------------------------------------------- */

/* Whether PostgreSQL's words in this class are about names and states, and never about values. */
static bool is_about_no_value(const char *state)
{
    static const char *const classes[] = { "08", "0A", "25", "26", "28", "3D", "3F", "40",
                                           "42", "53", "54", "55", "57", "58", "XX" };

    for (size_t i = 0; i < lengthof(classes); i++)
        if (strncmp(state, classes[i], 2) == 0)
            return true;
    return false;
}

/*
 * A function's words are the application's: RAISE takes any text and any SQLSTATE, and an error may
 * quote a statement that a function made of values. Errors of locks and of the server's state have
 * a context, too, which only says where PostgreSQL met them.
 */
static bool is_from_a_function(const PGresult *result, const char *state)
{
    const char *by = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    bool is_state = strncmp(state, "40", 2) == 0 || strncmp(state, "5", 1) == 0;

    return (by && span_starts(span_of(by), "exec_stmt"))
           || (!is_state && PQresultErrorField(result, PG_DIAG_CONTEXT));
}

/* If an application's rule refuses, the fault is this row's, whatever SQLSTATE the rule gave. */
static int cause_in_function(const char *state)
{
    enum sql_cause cause = cause_of(state);

    return (int)(cause == SQL_BUSY ? cause : SQL_CONSTRAINT);
}

/* Finds a type in the server's words, which may also hold a value: only known names are taken. */
static const char *type_named(const char *words)
{
    static const char *const types[] = { "uuid",      "bigint",
                                         "integer",   "smallint",
                                         "numeric",   "double precision",
                                         "boolean",   "jsonb",
                                         "json",      "timestamp with time zone",
                                         "timestamp", "date",
                                         "inet",      "bytea",
                                         "interval",  "time" };
    struct span text = span_of(words);

    for (size_t i = 0; i < lengthof(types); i++) {
        char wanted[64];

        (void)snprintf(wanted, sizeof wanted, "invalid input syntax for type %s: ", types[i]);
        if (span_starts(text, wanted))
            return types[i];
    }
    return NULL;
}

static void quoted_name_add(struct str *to, const char *what, const char *name)
{
    if (name)
        str_printf(to, ", %s \"" SPAN_FORMAT "\"", what, SPAN_ARGS(span_first(span_of(name), 63)));
}

/* Says the SQLSTATE and names of places, which are the application's and not patients' data. */
static bool say_refusal(const PGresult *result, const char *state, const char *words,
                        struct err *err)
{
    const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *type = PQresultErrorField(result, PG_DIAG_DATATYPE_NAME);
    auto_str text = STR_MAX(480);

    str_printf(&text, "%s (SQLSTATE %.5s", words, state);
    quoted_name_add(&text, "table", PQresultErrorField(result, PG_DIAG_TABLE_NAME));
    quoted_name_add(&text, "column", PQresultErrorField(result, PG_DIAG_COLUMN_NAME));
    quoted_name_add(&text, "constraint", PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME));
    quoted_name_add(&text, "type", type || !said ? type : type_named(said));
    str_add_char(&text, ')');
    return err_set(err, ERR_DATABASE, (int)cause_of(state), "%s", str_text(&text));
}

/* --- cures ---------------------------------------------------------------------------------- */

static const char *postgres_cure_of(const char *state, const char *words)
{
    if (strncmp(state, "26000", 5) == 0 || strncmp(state, "42P05", 5) == 0)
        return "a connection pooler gives our statements to other sessions: connect to the server "
               "itself, or through the pooler's session mode";
    if (strcmp(words, "query_wait_timeout") == 0)
        return "the pooler had no connection free for so long: raise its pool_size, or connect to "
               "the server itself";
    if (strstr(words, "unsupported startup parameter"))
        return "the pooler takes no settings for a session: leave ?options= out of the URL and "
               "PGOPTIONS out of the environment, or connect to the server itself";
    if (strncmp(state, "25006", 5) == 0)
        return "the database, the role or a pooled connection is set to read only";
    return NULL;
}

/* The server's words may have several lines; the first says what happened. */
static bool say_words(const char *state, const char *words, struct err *err)
{
    const char *cure = postgres_cure_of(state, words);
    struct span rest = span_of(words), line = span_trim(span_cut(&rest, '\n'));

    return err_set(err, ERR_DATABASE, (int)cause_of(state), SPAN_FORMAT "%s%s", SPAN_ARGS(line),
                   cure ? ": " : "", cure ? cure : "");
}

/* Without a result only libpq speaks; of servers it is set to give no more than the SQLSTATE. */
static bool say_away(const PGconn *connection, struct err *err)
{
    struct span rest = span_of(PQerrorMessage(connection));
    struct span line = span_trim(span_cut(&rest, '\n'));

    return err_set(err, ERR_DATABASE, SQL_AWAY, SPAN_FORMAT, SPAN_ARGS(line));
}

bool postgres_failed(const PGconn *connection, const PGresult *result, struct err *err)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *words;

    if (!state)
        return say_away(connection, err);
    words = refusal_of(state);
    if (is_from_a_function(result, state))
        (void)say_refusal(result, state, words ? words : refusal_of("P0"), err),
            err->code = cause_in_function(state);
    else if (words || !said || !is_about_no_value(state))
        (void)say_refusal(result, state, words ? words : "the database refused", err);
    else
        (void)say_words(state, said, err);
    if (PQstatus(connection) != CONNECTION_OK)
        err->code = SQL_AWAY;
    return false;
}

PGresult *postgres_answer(PGconn *connection, int sent)
{
    PGresult *kept = NULL, *next;

    while (sent && (next = PQgetResult(connection))) {
        if (PQresultErrorField(kept, PG_DIAG_SQLSTATE)) {
            PQclear(next);
            continue;
        }
        PQclear(kept);
        kept = next;
    }
    return kept;
}
