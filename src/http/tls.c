/*
 * One context for each file of certificates, kept with its servers' sessions until tls_teardown().
 * The lock is held only to look into these lists, and while a file is read for the first time.
 *
 * Sent bytes are gathered, so that a request with its body, several records of TLS, reaches the
 * kernel in one piece.
 */
#include "http/tls.h"

#include "base/mem.h"
#include "http/certificate.h"
#include "http/http.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>

enum {
    GATHER_SIZE = TLS_SEND_MAX + 8 * 1024, /* for the largest send and a head, with TLS records */
    SAID_SIZE = 256,
};

/* The last session of one server. */
struct tls_session {
    struct tls_session *next;
    char *server;
    SSL_SESSION *session;
};

struct tls_trust {
    struct tls_trust *next;
    char *ca_file; /* NULL: the system's */
    SSL_CTX *context;
    struct tls_session *sessions;
};

struct tls {
    struct tls_trust *trust;
    char *server; /* "name:port" */
    SSL *ssl;
    BIO *gather;    /* owned by `ssl` */
    bool is_passed; /* `ssl` has the bytes of this send; some may not be in the kernel yet */
    bool is_broken;
    char said[SAID_SIZE];
    char distrust[CERTIFICATE_WORDS]; /* why the certificate is refused, or "" */
};

static pthread_mutex_t trust_lock = PTHREAD_MUTEX_INITIALIZER;
static struct tls_trust *trusts;

/* --- sessions ------------------------------------------------------------------------------- */

static struct tls_session *tls_session_find(struct tls_trust *trust, const char *server)
{
    for (struct tls_session *kept = trust->sessions; kept; kept = kept->next)
        if (strcmp(kept->server, server) == 0)
            return kept;
    return NULL;
}

/* Keeps a session, and owns it from now on. */
static void session_keep(struct tls_trust *trust, const char *server, SSL_SESSION *session)
{
    struct tls_session *kept;

    (void)pthread_mutex_lock(&trust_lock);
    kept = tls_session_find(trust, server);
    if (!kept) {
        kept = mem_new(struct tls_session);
        kept->server = mem_text(server);
        kept->next = trust->sessions;
        trust->sessions = kept;
    }
    SSL_SESSION_free(kept->session);
    kept->session = session;
    (void)pthread_mutex_unlock(&trust_lock);
}

/* Resumes the kept session of the server, if there is one; the list keeps it, too. */
static void session_resume(struct tls *tls)
{
    struct tls_session *kept;

    (void)pthread_mutex_lock(&trust_lock);
    kept = tls_session_find(tls->trust, tls->server);
    if (kept && kept->session && SSL_set_session(tls->ssl, kept->session) != 1)
        abort();
    (void)pthread_mutex_unlock(&trust_lock);
}

/* Forgets a session after a failed handshake: the next one begins without it. */
static void session_forget(const struct tls *tls)
{
    struct tls_session *kept;

    (void)pthread_mutex_lock(&trust_lock);
    kept = tls_session_find(tls->trust, tls->server);
    if (kept)
        SSL_SESSION_free(take(kept->session));
    (void)pthread_mutex_unlock(&trust_lock);
}

/* OpenSSL gives us a new session; 1: we own it now. */
static int on_session(SSL *ssl, SSL_SESSION *session)
{
    struct tls *tls = SSL_get_app_data(ssl);

    session_keep(tls->trust, tls->server, session);
    return 1;
}

/* --- trust ---------------------------------------------------------------------------------- */

/* Describes the first failure, as certificates are at hand only here. The verdict stays. */
static int on_verified(int is_good, X509_STORE_CTX *verification)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls *tls = ssl ? SSL_get_app_data(ssl) : NULL;

    if (!is_good && tls && !*tls->distrust)
        certificate_tell(verification, tls->distrust);
    return is_good;
}

/*
 * A certificate in the file is trusted even if its own issuer is not there. AES with 128 bits comes
 * first, as everywhere but in OpenSSL: it is as good as the certificates around it, and cheaper. A
 * record's head and body, and the bytes after it, are received with one call to the socket.
 */
static SSL_CTX *context_new(void)
{
    static const unsigned char protocols[] = "\x08http/1.1";
    static const char ciphers[] = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                  "TLS_CHACHA20_POLY1305_SHA256";
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1
        || X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN) != 1
        || SSL_CTX_set_ciphersuites(context, ciphers) != 1
        || SSL_CTX_set_alpn_protos(context, protocols, sizeof protocols - 1) != 0)
        abort();
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, on_verified);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, on_session);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    return context;
}

static const char *error_reason(void)
{
    unsigned long code = ERR_peek_last_error();
    const char *text = ERR_reason_error_string(code);

    return text ? text : "no reason is known";
}

/* Of the system's folder only needed files are read; its one large file would take longer. */
static bool context_load(SSL_CTX *context, const char *ca_file, struct err *err)
{
    ERR_clear_error();
    if (ca_file ? SSL_CTX_load_verify_file(context, ca_file) == 1
                : SSL_CTX_set_default_verify_dir(context) == 1)
        return true;
    return err_set(err, ERR_USAGE, 0, "the CA file '%s' cannot be used: %s",
                   ca_file ? ca_file : "of the system", error_reason());
}

static struct tls_trust *trust_known(const char *ca_file)
{
    for (struct tls_trust *trust = trusts; trust; trust = trust->next)
        if (ca_file && trust->ca_file ? strcmp(trust->ca_file, ca_file) == 0
                                      : trust->ca_file == ca_file)
            return trust;
    return NULL;
}

static struct tls_trust *trust_read(const char *ca_file, struct err *err)
{
    SSL_CTX *context = context_new();
    struct tls_trust *trust;

    if (!context_load(context, ca_file, err)) {
        SSL_CTX_free(context);
        return NULL;
    }
    trust = mem_new(struct tls_trust);
    *trust = (struct tls_trust){ .next = trusts, .ca_file = mem_text(ca_file), .context = context };
    trusts = trust;
    return trust;
}

static struct tls_trust *trust_of(const char *ca_file, struct err *err)
{
    struct tls_trust *trust;

    (void)pthread_mutex_lock(&trust_lock);
    trust = trust_known(ca_file);
    if (!trust)
        trust = trust_read(ca_file, err);
    (void)pthread_mutex_unlock(&trust_lock);
    return trust;
}

static void trust_free(struct tls_trust *trust)
{
    struct tls_session *kept;

    while ((kept = trust->sessions)) {
        trust->sessions = kept->next;
        SSL_SESSION_free(kept->session);
        free(kept->server);
        free(kept);
    }
    SSL_CTX_free(trust->context);
    free(trust->ca_file);
    free(trust);
}

void tls_teardown(void)
{
    struct tls_trust *trust;

    while ((trust = trusts)) {
        trusts = trust->next;
        trust_free(trust);
    }
}

/* --- one connection ------------------------------------------------------------------------- */

/* The name that the certificate must have: without brackets of an address, without a last dot. */
static char *name_of(const char *host)
{
    struct span name = span_of(host);

    if (name.size && name.at[0] == '[')
        name = span_first(span_from(name, 1), name.size - 2);
    else if (name.size && name.at[name.size - 1] == '.')
        name.size--;
    return span_text(name);
}

/* Sets the name to ask for and to expect; an address is not asked for (RFC 6066, 3). */
static void host_expect(SSL *ssl, const char *host)
{
    auto_free char *name = name_of(host);
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

    if (X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1)
        return;
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
                                               | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (X509_VERIFY_PARAM_set1_host(param, name, 0) != 1
        || SSL_set_tlsext_host_name(ssl, name) != 1)
        abort();
}

/* Bytes come straight from the socket, and go to it through the buffer that gathers them. */
static BIO *bio_attach(SSL *ssl, int fd)
{
    BIO *socket = BIO_new_socket(fd, BIO_NOCLOSE), *gather = BIO_new(BIO_f_buffer());

    if (!socket || !gather || BIO_set_write_buffer_size(gather, GATHER_SIZE) != 1
        || BIO_up_ref(socket) != 1)
        abort();
    SSL_set_bio(ssl, socket, BIO_push(gather, socket));
    return gather;
}

bool tls_new(int fd, const char *ca_file, const struct url *server, struct tls **tls_r,
             struct err *err)
{
    struct tls_trust *trust = trust_of(ca_file, err);
    struct tls *tls;

    if (!trust)
        return false;
    tls = mem_new(struct tls);
    tls->trust = trust;
    tls->server = mem_printf("%s:%s", server->host, server->port);
    tls->ssl = SSL_new(trust->context);
    if (!tls->ssl || SSL_set_app_data(tls->ssl, tls) != 1)
        abort();
    host_expect(tls->ssl, server->host);
    tls->gather = bio_attach(tls->ssl, fd);
    SSL_set_connect_state(tls->ssl);
    session_resume(tls);
    *tls_r = tls;
    return true;
}

void tls_free(struct tls *tls)
{
    if (!tls)
        return;
    ERR_clear_error();
    if (!tls->is_broken && SSL_is_init_finished(tls->ssl))
        (void)SSL_shutdown(tls->ssl);
    SSL_free(tls->ssl);
    free(tls->server);
    free(tls);
}

/* Notes why it broke: OpenSSL's reason, the system's, or that the other side just went. */
static enum connection_step tls_break(struct tls *tls, int error, int number)
{
    char text[128];

    tls->is_broken = true;
    if (error == SSL_ERROR_SSL)
        (void)snprintf(tls->said, sizeof tls->said, "%s", error_reason());
    else if (number)
        (void)snprintf(tls->said, sizeof tls->said, "%s", strerror_r(number, text, sizeof text));
    else
        (void)snprintf(tls->said, sizeof tls->said, "the other side went away");
    ERR_clear_error();
    return CONNECTION_BROKEN;
}

/* The result of a call to OpenSSL that did not succeed. */
static enum connection_step tls_step_of(struct tls *tls, int result)
{
    int number = errno, error = SSL_get_error(tls->ssl, result);

    switch (error) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return CONNECTION_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return CONNECTION_ENDED;
    default:
        return tls_break(tls, error, number);
    }
}

static enum connection_step handshake_failed(struct tls *tls, struct err *err)
{
    long verdict = SSL_get_verify_result(tls->ssl);

    session_forget(tls);
    if (verdict != X509_V_OK)
        (void)err_set(err, ERR_NET, HTTP_NO_TRUST, "%s",
                      *tls->distrust ? tls->distrust : X509_verify_cert_error_string(verdict));
    else
        (void)err_set(err, ERR_NET, HTTP_NO_CONNECTION, "no TLS: %s",
                      *tls->said ? tls->said : "the other side ended it");
    return CONNECTION_BROKEN;
}

enum connection_step tls_handshake(struct tls *tls, bool *to_send_r, struct err *err)
{
    enum connection_step step;
    int result;

    errno = 0;
    ERR_clear_error();
    result = SSL_do_handshake(tls->ssl);
    if (result == 1)
        return CONNECTION_DONE;
    step = tls_step_of(tls, result);
    if (step == CONNECTION_AGAIN) {
        *to_send_r = SSL_want_write(tls->ssl);
        return step;
    }
    return handshake_failed(tls, err);
}

bool tls_is_resumed(const struct tls *tls)
{
    return SSL_session_reused(tls->ssl) == 1;
}

const char *tls_said(const struct tls *tls)
{
    return tls->said;
}

bool tls_holds_bytes(const struct tls *tls)
{
    return SSL_has_pending(tls->ssl);
}

static enum connection_step tls_flush(struct tls *tls)
{
    errno = 0;
    if (BIO_flush(tls->gather) == 1)
        return CONNECTION_DONE;
    return BIO_should_retry(tls->gather) ? CONNECTION_AGAIN
                                         : tls_break(tls, SSL_ERROR_SYSCALL, errno);
}

enum connection_step tls_send(struct tls *tls, struct span bytes, bool is_last)
{
    enum connection_step step = CONNECTION_DONE;
    size_t sent;

    if (!tls->is_passed) {
        errno = 0;
        ERR_clear_error();
        if (SSL_write_ex(tls->ssl, bytes.at, bytes.size, &sent) != 1)
            return tls_step_of(tls, 0);
        tls->is_passed = true;
    }
    if (is_last)
        step = tls_flush(tls);
    if (step != CONNECTION_AGAIN)
        tls->is_passed = false;
    return step;
}

enum connection_step tls_receive(struct tls *tls, void *bytes, size_t room, size_t *size_r)
{
    errno = 0;
    ERR_clear_error();
    if (SSL_read_ex(tls->ssl, bytes, room, size_r) == 1)
        return CONNECTION_DONE;
    return tls_step_of(tls, 0);
}
