/*
 * Connects to PostgreSQL.
 *
 * A server beyond this machine must prove by its certificate, name included, that it is the one
 * meant, before anything is sent to it. Whether it is beyond depends on the address that libpq will
 * really use: URL, environment and service file together, and every host of a list. We set the
 * required proof ourselves; neither environment nor service file can lower it. Once connected, the
 * socket is asked where it leads.
 *
 * "postgresql+unverified://" is the exception, for the owner of a network: it logs a warning, and
 * stands in the configuration.
 *
 * Nothing is set for a session: a pooler hands the session on to others. docs/decisions/0050.
 */
#include "sql/postgres_inside.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "sql/sql.h"

#include <arpa/inet.h>
#include <assert.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <sys/socket.h>

static const char unverified[] = "postgresql+unverified://";

/* --- where a connection leads --------------------------------------------------------------- */

static bool socket_is_local(const struct sockaddr *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    switch (address->sa_family) {
    case AF_UNIX:
        return true;
    case AF_INET:
        memcpy(&v4, address, sizeof v4);
        return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    case AF_INET6:
        memcpy(&v6, address, sizeof v6);
        return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr)
               || (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) && v6.sin6_addr.s6_addr[12] == 127);
    default:
        return false;
    }
}

/* Whether every address of a name, or this address, is on this machine. */
static bool resolves_to_local(const char *name, int flags)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = flags }, *all = NULL;
    bool here = true;

    if (getaddrinfo(name, NULL, &hints, &all) != 0 || !all)
        return false;
    for (const struct addrinfo *one = all; one; one = one->ai_next)
        here = here && socket_is_local(one->ai_addr);
    freeaddrinfo(all);
    return here;
}

/* Only the name localhost is taken for this machine: the addresses of others may change. */
bool postgres_is_local(const char *host, const char *address)
{
    if (*address)
        return resolves_to_local(address, AI_NUMERICHOST);
    if (!*host || *host == '/' || *host == '@')
        return true;
    return resolves_to_local(host, strcmp(host, "localhost") == 0 ? 0 : AI_NUMERICHOST);
}

static bool connection_is_local(const PGconn *connection)
{
    struct sockaddr_storage peer = { .ss_family = AF_UNSPEC };
    socklen_t size = sizeof peer;

    return getpeername(PQsocket(connection), (struct sockaddr *)&peer, &size) == 0
           && socket_is_local((const struct sockaddr *)&peer);
}

/* --- the settings of libpq ------------------------------------------------------------------ */

static const char *conninfo_value(const PQconninfoOption *options, const char *name)
{
    for (; options && options->keyword; options++)
        if (strcmp(options->keyword, name) == 0)
            return options->val && *options->val ? options->val : NULL;
    return NULL;
}

/* Hosts and addresses are lists; the n-th of one belongs to the n-th of the other. */
static bool all_are_local(const char *hosts, const char *addresses)
{
    struct span host_list = span_of(hosts ? hosts : "");
    struct span address_list = span_of(addresses ? addresses : "");

    do {
        auto_free char *host = span_text(span_cut(&host_list, ','));
        auto_free char *address = span_text(span_cut(&address_list, ','));

        if (!postgres_is_local(host, address))
            return false;
    } while (host_list.size || address_list.size);
    return true;
}

/* Only libpq reads service files: it begins to connect, and is asked which hosts it would use. */
static bool service_is_local(const char *url)
{
    const char *const names[] = { "dbname", "sslmode", "gssencmode", NULL };
    const char *const values[] = { url, "verify-full", "disable", NULL };
    PGconn *trial = PQconnectStartParams(names, values, 1);
    PQconninfoOption *options = trial ? PQconninfo(trial) : NULL;
    bool here =
        options
        && all_are_local(conninfo_value(options, "host"), conninfo_value(options, "hostaddr"));

    PQconninfoFree(options);
    PQfinish(trial);
    return here;
}

static bool url_is_local(const char *url, const PQconninfoOption *said)
{
    PQconninfoOption *defaults;
    const char *host = conninfo_value(said, "host"), *address = conninfo_value(said, "hostaddr");
    bool here;

    if (conninfo_value(said, "service") || getenv("PGSERVICE"))
        return service_is_local(url);
    defaults = PQconndefaults();
    here = all_are_local(host ? host : conninfo_value(defaults, "host"),
                         address ? address : conninfo_value(defaults, "hostaddr"));
    PQconninfoFree(defaults);
    return here;
}

/* --- the required proof --------------------------------------------------------------------- */

enum { OPTIONS_MAX = 20 };

/* Options for libpq. Later ones override earlier ones, ours override URL and environment. */
struct dial_options {
    const char *names[OPTIONS_MAX + 1], *values[OPTIONS_MAX + 1];
    size_t count;
};

static void option_set(struct dial_options *o, const char *name, const char *value)
{
    assert(o->count < OPTIONS_MAX);
    o->names[o->count] = name;
    o->values[o->count++] = value;
}

static bool password_is_elsewhere(const PQconninfoOption *said, struct err *err)
{
    return !conninfo_value(said, "password")
           || err_set(err, ERR_USAGE, 0,
                      "a password must not be written in the database URL: put it into a file of "
                      "mode 0600 and name that with ?passfile=FILE, or into PGPASSWORD");
}

static bool mode_is_proof(const char *mode, struct err *err)
{
    return !mode || strcmp(mode, "verify-full") == 0
           || err_set(err, ERR_USAGE, 0,
                      "sslmode=%.20s does not prove which database answers: leave it out, or use "
                      "verify-full with sslrootcert=FILE; a network that is trusted all the same "
                      "is said with '%s...' in the configuration",
                      mode, unverified);
}

static bool options_for_proof(struct dial_options *o, const PQconninfoOption *said, struct err *err)
{
    const char *least = conninfo_value(said, "ssl_min_protocol_version"), *roots;

    if (!mode_is_proof(conninfo_value(said, "sslmode"), err))
        return false;
    option_set(o, "sslmode", "verify-full");
    option_set(o, "gssencmode", "disable");
    option_set(o, "ssl_min_protocol_version",
               least && strcmp(least, "TLSv1.3") == 0 ? "TLSv1.3" : "TLSv1.2");
    if (conninfo_value(said, "sslrootcert"))
        option_set(o, "sslrootcert", conninfo_value(said, "sslrootcert"));
    else if (postgres_roots(&roots, err))
        option_set(o, "sslrootcert", roots);
    else
        return false;
    return true;
}

/* Requires encryption at least, unless the URL says otherwise. */
static void options_for_unverified(struct dial_options *o, const PQconninfoOption *said)
{
    option_set(o, "sslmode",
               conninfo_value(said, "sslmode") ? conninfo_value(said, "sslmode") : "require");
    option_set(o, "gssencmode", "disable");
}

/* On this machine the URL decides. To verify without named roots, the system's are used. */
static bool options_for_local(struct dial_options *o, const PQconninfoOption *said, struct err *err)
{
    const char *mode = conninfo_value(said, "sslmode"), *roots;

    if (!mode || strncmp(mode, "verify-", 7) != 0 || conninfo_value(said, "sslrootcert"))
        return true;
    if (!postgres_roots(&roots, err))
        return false;
    option_set(o, "sslrootcert", roots);
    return true;
}

static void options_for_session(struct dial_options *o)
{
    option_set(o, "application_name", "fmferry");
    option_set(o, "client_encoding", "UTF8");
    option_set(o, "connect_timeout", "15");
    option_set(o, "keepalives_idle", "10");
    option_set(o, "keepalives_interval", "5");
    option_set(o, "keepalives_count", "3");
    option_set(o, "tcp_user_timeout", "25000");
}

/* --- connecting ----------------------------------------------------------------------------- */

/* Cures, by a sign in the words of libpq. */
static const struct {
    const char *sign, *cure;
} cures[] = {
    { "certificate verify failed",
      "its certificate is not by an authority that this machine trusts, or has expired; name the "
      "file of its CA in the URL: ?sslrootcert=FILE" },
    { "does not match host name",
      "put a name that its certificate has into the URL as the host, or have a certificate made "
      "for this one" },
    { "server does not support SSL",
      "it is on another machine, so TLS must be on there (ssl = on, with a certificate)" },
    { "unsupported startup parameter",
      "the pooler takes no settings for a session: leave ?options= out of the URL and PGOPTIONS "
      "out of the environment, or connect to the server itself" },
    { "root certificate file", "name a file that is there: ?sslrootcert=FILE" },
};

static bool is_refusal(const char *words)
{
    static const char *const signs[] = { "authentication",    "does not exist",
                                         "certificate",       "does not support SSL",
                                         "startup parameter", "no such database",
                                         "no such user",      "SSL error" };

    for (size_t i = 0; i < lengthof(signs); i++)
        if (strstr(words, signs[i]))
            return true;
    return false;
}

/* libpq's words have several lines: what it tried, a hint below it, and so on for each address. */
static void lines_join(struct span said, struct str *to)
{
    while (said.size) {
        struct span line = span_cut(&said, '\n');

        if (to->size)
            str_add_text(to, span_starts(line, "\t") ? ": " : "; ");
        str_add_span(to, span_trim(line));
    }
}

static bool connection_refusal_say(const PGconn *connection, struct err *err)
{
    const char *words = PQerrorMessage(connection), *cure = "";
    auto_str said = STR_MAX(KIB(16));

    lines_join(span_trim(span_of(words)), &said);
    for (size_t i = 0; i < lengthof(cures) && !*cure; i++)
        if (strstr(words, cures[i].sign))
            cure = cures[i].cure;
    return err_set(err, ERR_DATABASE, is_refusal(words) ? SQL_REFUSED : SQL_AWAY,
                   SPAN_FORMAT "%s%s", SPAN_ARGS(span_first(str_span(&said), 320)),
                   *cure ? ": " : "", cure);
}

static void say_nothing(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

static bool connect_with(const struct dial_options *o, PGconn **connection_r, struct err *err)
{
    PGconn *connection = PQconnectdbParams(o->names, o->values, 1);

    if (!connection)
        abort();
    (void)PQsetNoticeProcessor(connection, say_nothing, NULL);
    (void)PQsetErrorVerbosity(connection, PQERRORS_SQLSTATE);
    if (PQstatus(connection) == CONNECTION_OK) {
        *connection_r = connection;
        return true;
    }
    (void)connection_refusal_say(connection, err);
    PQfinish(connection);
    return false;
}

/* --- checks of a connection ----------------------------------------------------------------- */

/* Asks the socket, not the settings, where the connection leads. */
static bool peer_is_as_required(PGconn *connection, bool may_be_unverified, struct err *err)
{
    return may_be_unverified || PQsslInUse(connection) || connection_is_local(connection)
           || err_set(err, ERR_USAGE, 0,
                      "the connection leads to another machine (%s) without TLS: name that machine "
                      "as the host in the URL",
                      PQhostaddr(connection));
}

/* Names and metadata hold any character. Other encodings refuse some, or check none. */
static bool encoding_is_whole(const PGconn *connection, struct err *err)
{
    const char *encoding = PQparameterStatus(connection, "server_encoding");

    return !encoding || strcmp(encoding, "UTF8") == 0
           || err_set(err, ERR_USAGE, 0,
                      "the database '%.63s' keeps its texts in %.20s, which %s: use one that was "
                      "made with encoding 'UTF8' (pg_dump the present one into a new one made by "
                      "createdb --encoding=UTF8 --template=template0)",
                      PQdb(connection), encoding,
                      strcmp(encoding, "SQL_ASCII") == 0 ? "is no encoding at all"
                                                         : "lacks most characters");
}

/* A day like 25.12.1961 is no date to us, and would be compared with nothing. */
static bool dates_are_plain(const PGconn *connection, struct err *err)
{
    const char *style = PQparameterStatus(connection, "DateStyle");

    return !style || span_starts(span_of(style), "ISO")
           || err_set(err, ERR_USAGE, 0,
                      "the database tells dates in the style '%.32s' although ISO was asked for (a "
                      "pooler that takes no DateStyle?): connect to the server itself",
                      style);
}

/* Runs a statement and reads the number that it gives, if any. False: `err` has the cause. */
static bool number_query(PGconn *connection, const char *statement, int64_t *number_r,
                         struct err *err)
{
    PGresult *result = postgres_answer(connection, PQsendQuery(connection, statement));
    ExecStatusType status = PQresultStatus(result);
    bool good = status == PGRES_COMMAND_OK
                || (status == PGRES_TUPLES_OK && PQntuples(result) == 1
                    && num_i64(span_of(PQgetvalue(result, 0, 0)), 0, INT32_MAX, number_r, err))
                || postgres_failed(connection, result, err);

    PQclear(result);
    return good;
}

/* Through a pooler in statement mode there are no transactions, and nothing can be done safely. */
static bool has_transactions(PGconn *connection, struct err *err)
{
    int64_t ignored;

    if (number_query(connection, "begin transaction read only", &ignored, err)
        && number_query(connection, "commit", &ignored, err))
        return true;
    if (!strstr(err->msg, "statement pooling"))
        return false;
    return err_set(err, ERR_USAGE, 0,
                   "the pooler before the database works in statement mode, in which nothing can "
                   "be written as a whole: connect to the server itself, or set pool_mode = "
                   "transaction or session for this database");
}

/* Whether a pooler answers: its clients get other process numbers than the server's sessions. */
static bool pooler_find(PGconn *connection, bool *pooled_r, struct err *err)
{
    int64_t number = 0;

    if (!number_query(connection, "select pg_backend_pid()", &number, err))
        return false;
    *pooled_r = number != PQbackendPID(connection);
    return !*pooled_r || has_transactions(connection, err);
}

/* --- the whole ------------------------------------------------------------------------------ */

static bool options_make(struct dial_options *o, const char *url, bool may_be_unverified,
                         const PQconninfoOption *said, bool *here_r, struct err *err)
{
    *here_r = url_is_local(url, said);
    option_set(o, "dbname", url);
    options_for_session(o);
    if (*here_r)
        return options_for_local(o, said, err);
    if (!may_be_unverified)
        return options_for_proof(o, said, err);
    options_for_unverified(o, said);
    log_warn("%s... in the configuration: nothing proves which database answers, and who can read "
             "or change what passes the network can read or change patients' data",
             unverified);
    return true;
}

static bool dial_as_said(const char *url, bool may_be_unverified, const PQconninfoOption *said,
                         PGconn **connection_r, struct err *err)
{
    struct dial_options o = { 0 };
    bool here;

    return password_is_elsewhere(said, err)
           && options_make(&o, url, may_be_unverified, said, &here, err)
           && connect_with(&o, connection_r, err);
}

static bool dial_url(const char *url, bool may_be_unverified, PGconn **connection_r, bool *pooled_r,
                     struct err *err)
{
    char *why = NULL;
    PQconninfoOption *said = PQconninfoParse(url, &why);
    PGconn *connection = NULL;
    bool good;

    PQfreemem(why);
    if (!said)
        return err_set(err, ERR_USAGE, 0, "the database URL cannot be read");
    good = dial_as_said(url, may_be_unverified, said, &connection, err);
    PQconninfoFree(said);
    if (good && peer_is_as_required(connection, may_be_unverified, err)
        && encoding_is_whole(connection, err) && dates_are_plain(connection, err)
        && pooler_find(connection, pooled_r, err)) {
        *connection_r = connection;
        return true;
    }
    PQfinish(connection);
    return false;
}

bool postgres_dial(const char *url, PGconn **connection_r, bool *pooled_r, struct err *err)
{
    bool may_be_unverified = span_starts(span_of(url), unverified);
    auto_free char *plain =
        may_be_unverified ? mem_printf("postgresql://%s", url + strlen(unverified)) : mem_text(url);

    return dial_url(plain, may_be_unverified, connection_r, pooled_r, err);
}
