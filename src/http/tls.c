/* The rules of libcurl's TLS that it has no option for, and the words for a certificate. */
#include "http/tls.h"

#include "base/mem.h"
#include "base/str.h"

#include <assert.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { GATHER_SIZE = 72 * 1024 }; /* for the largest send and a head, with TLS records */

/* The certificates of a CA's file: parsing one takes as long as moving a document. */
struct trust {
    struct trust *next;
    char *ca_file;
    struct stat file; /* as it was read */
    X509_STORE *store;
};

static pthread_mutex_t sessions_lock = PTHREAD_MUTEX_INITIALIZER;
static CURLSH *sessions;
static BIO_METHOD *sockets;
static pthread_mutex_t trusts_lock = PTHREAD_MUTEX_INITIALIZER;
static struct trust *trusts; /* of all threads; the latest of a file comes first */
static pthread_mutex_t setups_lock = PTHREAD_MUTEX_INITIALIZER;
static int setups; /* one for each tls_setup() that was not torn down yet */

/* --- sessions ------------------------------------------------------------------------------- */

static void on_lock(CURL *easy, curl_lock_data what, curl_lock_access access, void *context)
{
    (void)easy, (void)what, (void)access, (void)context;
    (void)pthread_mutex_lock(&sessions_lock);
}

static void on_unlock(CURL *easy, curl_lock_data what, void *context)
{
    (void)easy, (void)what, (void)context;
    (void)pthread_mutex_unlock(&sessions_lock);
}

/* --- trust ---------------------------------------------------------------------------------- */

static void trust_free(struct trust *trust)
{
    X509_STORE_free(trust->store);
    free(trust->ca_file);
    free(trust);
}

/* Reads a file as libcurl would read it. NULL: it cannot be used. */
static struct trust *trust_read(const char *ca_file, const struct stat *file)
{
    struct trust *trust = mem_new(struct trust);

    *trust = (struct trust){ trusts, mem_text(ca_file), *file, X509_STORE_new() };
    if (!trust->store)
        abort();
    (void)X509_STORE_set_flags(trust->store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
    if (X509_STORE_load_file(trust->store, ca_file) == 1)
        return trust;
    trust_free(trust);
    return NULL;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size
           && memcmp(&a->st_mtim, &b->st_mtim, sizeof a->st_mtim) == 0;
}

/* Whom a file vouches for. NULL: it cannot be used. */
static X509_STORE *trust_find(const char *ca_file)
{
    struct stat file = { 0 };
    struct trust *trust;

    (void)stat(ca_file, &file);
    (void)pthread_mutex_lock(&trusts_lock);
    for (trust = trusts; trust; trust = trust->next)
        if (strcmp(trust->ca_file, ca_file) == 0 && is_same_file(&trust->file, &file))
            break;
    if (!trust && (trust = trust_read(ca_file, &file)))
        trusts = trust;
    (void)pthread_mutex_unlock(&trusts_lock);
    return trust ? trust->store : NULL;
}

/* --- sending -------------------------------------------------------------------------------- */

static int socket_write(BIO *bio, const char *bytes, int size)
{
    ssize_t sent = send((int)(intptr_t)BIO_get_data(bio), bytes, (size_t)size, MSG_NOSIGNAL);

    BIO_clear_retry_flags(bio);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_write(bio);
    return (int)sent;
}

static long socket_ctrl(BIO *bio, int what, long number, void *with)
{
    (void)bio, (void)number, (void)with;
    return what == BIO_CTRL_FLUSH;
}

static int socket_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

static void sockets_setup(void)
{
    sockets = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (!sockets || BIO_meth_set_write(sockets, socket_write) != 1
        || BIO_meth_set_ctrl(sockets, socket_ctrl) != 1
        || BIO_meth_set_create(sockets, socket_create) != 1)
        abort();
}

/* --- setting up ----------------------------------------------------------------------------- */

static void sessions_setup(void)
{
    sessions = curl_share_init();
    if (!sessions || curl_share_setopt(sessions, CURLSHOPT_LOCKFUNC, on_lock) != CURLSHE_OK
        || curl_share_setopt(sessions, CURLSHOPT_UNLOCKFUNC, on_unlock) != CURLSHE_OK
        || curl_share_setopt(sessions, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK)
        abort();
}

void tls_setup(void)
{
    (void)pthread_mutex_lock(&setups_lock);
    if (setups++ == 0) {
        sockets_setup();
        sessions_setup();
    }
    (void)pthread_mutex_unlock(&setups_lock);
}

void tls_teardown(void)
{
    (void)pthread_mutex_lock(&setups_lock);
    if (--setups == 0) {
        if (curl_share_cleanup(take(sessions)) != CURLSHE_OK)
            abort();
        BIO_meth_free(take(sockets));
        for (struct trust *trust = take(trusts), *next; trust; trust = next) {
            next = trust->next;
            trust_free(trust);
        }
    }
    (void)pthread_mutex_unlock(&setups_lock);
}

/* --- rules of a context --------------------------------------------------------------------- */

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

/*
 * Sets the name to expect. libcurl compares names, too, but only after OpenSSL has trusted the
 * certificate, and would take the subject of one without names.
 */
static void host_expect(SSL_CTX *context, const char *host)
{
    auto_free char *name = name_of(host);
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param(context);

    if (X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1)
        return;
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
                                               | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (X509_VERIFY_PARAM_set1_host(param, name, 0) != 1)
        abort();
}

static struct tls *tls_of(const SSL *ssl)
{
    return SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
}

/* Describes the first failure, as certificates are at hand only here. The verdict stays. */
static int on_verified(int is_good, X509_STORE_CTX *verification)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls *tls = tls_of(ssl);

    if (!is_good && !*tls->distrust)
        certificate_tell(verification, tls->distrust);
    return is_good;
}

/*
 * While OpenSSL keeps sessions, it voids the one that a handshake of TLS 1.3 resumes, though other
 * threads have just begun with it. So until the handshake is over it keeps none: those of TLS 1.3
 * come after it.
 */
static void on_progress(const SSL *ssl, int where, int result)
{
    struct tls *tls = tls_of(ssl);
    SSL_CTX *context = SSL_get_SSL_CTX(ssl);
    long keeps = SSL_SESS_CACHE_CLIENT;

    (void)result;
    if (where & SSL_CB_HANDSHAKE_DONE)
        tls->ssl = (SSL *)(uintptr_t)ssl;
    if (!tls->ssl && SSL_version(ssl) == TLS1_3_VERSION)
        keeps = SSL_SESS_CACHE_OFF;
    (void)SSL_CTX_set_session_cache_mode(context, keeps | SSL_SESS_CACHE_NO_INTERNAL);
}

/*
 * Called for each connection, after libcurl's own settings. A record's head and body, and the bytes
 * after it, are received with one call to the socket, into a buffer that stays.
 */
static CURLcode on_context(CURL *easy, void *context, void *user)
{
    struct tls *tls = user;

    (void)easy;
    tls->distrust[0] = '\0';
    if (tls->ca_file && !tls->store && !(tls->store = trust_find(tls->ca_file)))
        return CURLE_SSL_CACERT_BADFILE;
    if (tls->store)
        SSL_CTX_set1_cert_store(context, tls->store);
    host_expect(context, tls->host);
    if (SSL_CTX_set_app_data(context, tls) != 1)
        abort();
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, on_verified);
    SSL_CTX_set_info_callback(context, on_progress);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_clear_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_clear_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    return CURLE_OK;
}

/* --- options -------------------------------------------------------------------------------- */

/*
 * Of the system's folder only needed files are read; its one large file would take longer. A file
 * of a CA is read in on_context(). To libcurl it is a folder, in which it never looks: connections
 * of different trust have different sessions.
 */
static void trust_set(CURL *easy, const char *ca_file)
{
    char *folder = NULL;

    (void)curl_easy_getinfo(easy, CURLINFO_CAPATH, &folder);
    if (ca_file || folder)
        CURL_SET(CURLOPT_CAINFO, NULL);
    if (ca_file)
        CURL_SET(CURLOPT_CAPATH, ca_file);
    CURL_SET(CURLOPT_CA_CACHE_TIMEOUT, -1L);
}

/* Shows the server a certificate of ours if it asks for one. */
static void client_set(CURL *easy, const struct http_route *route)
{
    bool has_key = route->client_key && *route->client_key;

    if (!route->client_certificate || !*route->client_certificate)
        return;
    CURL_SET(CURLOPT_SSLCERT, route->client_certificate);
    CURL_SET(CURLOPT_SSLKEY, has_key ? route->client_key : route->client_certificate);
    if (route->key_password) {
        auto_free char *password = span_text(secret_reveal(route->key_password));

        CURL_SET(CURLOPT_KEYPASSWD, password);
        explicit_bzero(password, strlen(password));
    }
}

/*
 * AES with 128 bits comes first, as everywhere but in OpenSSL: it is as good as the certificates
 * around it, and cheaper.
 */
void tls_options_set(CURL *easy, const struct http_settings *settings, struct tls *tls)
{
    assert(sessions);
    tls->ca_file = settings->ca_file;
    trust_set(easy, settings->ca_file);
    client_set(easy, &settings->route);
    CURL_SET(CURLOPT_SHARE, sessions);
    CURL_SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    CURL_SET(CURLOPT_TLS13_CIPHERS, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                    "TLS_CHACHA20_POLY1305_SHA256");
    CURL_SET(CURLOPT_SSL_CTX_FUNCTION, on_context);
    CURL_SET(CURLOPT_SSL_CTX_DATA, tls);
}

/* --- a connection --------------------------------------------------------------------------- */

/*
 * What libcurl gives OpenSSL for sending works only inside a call of libcurl: outside, it falls over
 * its missing handle as soon as a send fails. So records are gathered for a socket of our own.
 */
void tls_gather(struct tls *tls, int fd)
{
    BIO *to_socket;

    if (!tls->ssl)
        return;
    to_socket = BIO_new(sockets);
    tls->gather = BIO_new(BIO_f_buffer());
    if (!to_socket || !tls->gather || BIO_set_write_buffer_size(tls->gather, GATHER_SIZE) != 1)
        abort();
    BIO_set_data(to_socket, (void *)(intptr_t)fd);
    SSL_set0_wbio(tls->ssl, BIO_push(tls->gather, to_socket));
}

enum connection_step tls_flush(struct tls *tls)
{
    if (!tls->gather || BIO_flush(tls->gather) == 1)
        return CONNECTION_DONE;
    return BIO_should_retry(tls->gather) ? CONNECTION_AGAIN : CONNECTION_BROKEN;
}

bool tls_is_resumed(const struct tls *tls)
{
    return tls->ssl && SSL_session_reused(tls->ssl) == 1;
}

bool tls_is_ended(const struct tls *tls)
{
    return !tls->ssl || SSL_get_shutdown(tls->ssl) & SSL_RECEIVED_SHUTDOWN;
}

bool tls_holds_bytes(const struct tls *tls)
{
    return tls->ssl && SSL_has_pending(tls->ssl);
}
