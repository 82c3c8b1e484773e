/*
 * The two ends of a copy that cost next to nothing, for measuring what is between them: an S3
 * server that forgets the bytes it is given, and a web server that gives the files of a folder.
 *
 * Of S3 it knows what a careful client asks: PUT with If-None-Match, HEAD, DELETE, uploads in
 * parts, and the checksum that came is the one that is answered. Signatures are not looked at. Of
 * objects only size and checksum are kept; but bodies as short as a client's probes are kept and
 * checked, so that a client finds what it would find on AWS. One thread for each connection; the
 * server stands on fmsim's.
 */
#include "sim/base/map.h"
#include "sim/request/http.h"
#include "sim/server/certs.h"
#include "sim/server/wire.h"

#include "base/cli.h"
#include "base/digest.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/time.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BACKLOG = 512, STACK = 1 << 18, WAIT_S = 60, PIECE = 64 * 1024, PROBE_MAX = 4096 };

struct null_store_options {
    const char *files, *cert_dir;
    int latency_ms, requests;
    bool http;
};

static const struct null_store_options defaults = { .cert_dir = "certs" };
static const struct opt options_table[] = {
    OPT_TEXT(struct null_store_options, files, "files", 'f', "DIR",
             "serve this folder's files under /files/"),
    OPT_TEXT(struct null_store_options, cert_dir, "cert-dir", 0, "DIR",
             "where certificates are kept or made"),
    OPT_INT(struct null_store_options, latency_ms, "latency-ms", 0, "N", 0, 60000,
            "how long the giving of a file takes at least"),
    OPT_INT(struct null_store_options, requests, "requests", 0, "N", 0, 1000000,
            "end a connection after so many, as FileMaker Server does after 100; 0: never"),
    OPT_FLAG(struct null_store_options, http, "http", 0, "plain HTTP instead of TLS"),
    OPT_END,
};

struct kept_object {
    uint64_t size_bytes;
    char *checksum, *sha256; /* x-amz-checksum-sha256, x-amz-meta-sha256; "" if none came */
    struct str body;         /* of a probe */
};

struct null_store {
    const struct null_store_options *options;
    struct cancel *stop;
    SSL_CTX *tls;
    pthread_mutex_t lock; /* of the objects; an object that is in the table does not change */
    struct map *objects;
    uint64_t uploads;
};

struct exchange {
    struct null_store *store;
    struct wire *wire;
    struct http_head head;
    struct str head_bytes;
    struct str probe; /* a body that is short enough to be kept */
    int served;       /* requests of this connection            */
};

/* --- objects -------------------------------------------------------------------------------- */

/* FNV-1a. Two keys of one hash would be taken for one; among millions that does not happen. */
static uint64_t key_hash(struct span key)
{
    uint64_t hash = 0xCBF29CE484222325u;

    for (size_t i = 0; i < key.size; i++)
        hash = (hash ^ (unsigned char)key.at[i]) * 0x100000001B3u;
    return hash;
}

/* False if there is one already. */
static bool object_keep(struct null_store *end, struct span key, struct kept_object *object)
{
    void **slot;
    bool is_new;

    (void)pthread_mutex_lock(&end->lock);
    slot = map_slot(end->objects, key_hash(key));
    is_new = *slot == NULL;
    if (is_new)
        *slot = object;
    (void)pthread_mutex_unlock(&end->lock);
    return is_new;
}

static const struct kept_object *object_find(struct null_store *end, struct span key)
{
    const struct kept_object *object;

    (void)pthread_mutex_lock(&end->lock);
    object = map_get(end->objects, key_hash(key));
    (void)pthread_mutex_unlock(&end->lock);
    return object;
}

static void object_drop(struct null_store *end, struct span key)
{
    (void)pthread_mutex_lock(&end->lock);
    *map_slot(end->objects, key_hash(key)) = NULL; /* another thread may still answer with it */
    (void)pthread_mutex_unlock(&end->lock);
}

static struct kept_object *object_new(const struct http_head *head, struct span probe)
{
    struct kept_object *object = mem_new(struct kept_object);

    object->size_bytes = head->content_length;
    object->body = (struct str)STR_MAX(PROBE_MAX);
    str_add_span(&object->body, probe);
    object->checksum = span_text(http_header_value(head, "x-amz-checksum-sha256"));
    object->sha256 = span_text(http_header_value(head, "x-amz-meta-sha256"));
    return object;
}

static void object_free(struct kept_object *object)
{
    str_clear(&object->body);
    free(object->checksum);
    free(object->sha256);
    free(object);
}

/* --- answers -------------------------------------------------------------------------------- */

static bool is_last(const struct exchange *x)
{
    int most = x->store->options->requests;

    return most && x->served == most;
}

static const char *last_line(const struct exchange *x)
{
    return is_last(x) ? "Connection: close\r\n" : "";
}

/* `lines`: further headers, each ended by CRLF. The body is announced, and sent but for HEAD. */
static bool exchange_answer(struct exchange *x, int status, const char *lines, struct span body)
{
    auto_str text = STR_MAX(MIB(64));

    str_printf(&text,
               "HTTP/1.1 %d %s\r\nServer: nothing\r\nx-amz-request-id: 1\r\n"
               "%sContent-Length: %zu\r\n%s\r\n",
               status, http_reason(status), last_line(x), body.size, lines);
    if (!span_is(x->head.method, "HEAD"))
        str_add_span(&text, body);
    return wire_write(x->wire, str_span(&text));
}

static bool exchange_refuse(struct exchange *x, int status, const char *code)
{
    auto_str body = STR_MAX(KIB(1));

    str_printf(&body, "<?xml version=\"1.0\"?><Error><Code>%s</Code></Error>", code);
    return exchange_answer(x, status, "Content-Type: application/xml\r\n", str_span(&body));
}

static void object_lines(const struct kept_object *object, struct str *to)
{
    str_add_text(to, "ETag: \"00000000000000000000000000000000\"\r\n");
    if (*object->checksum)
        str_printf(to, "x-amz-checksum-sha256: %s\r\n", object->checksum);
    if (*object->sha256)
        str_printf(to, "x-amz-meta-sha256: %s\r\n", object->sha256);
}

/* --- S3 ------------------------------------------------------------------------------------- */

static bool body_skip(struct exchange *x, uint64_t size)
{
    if (x->head.expects_continue && !wire_write(x->wire, span_of("HTTP/1.1 100 Continue\r\n\r\n")))
        return false;
    while (size > 0) {
        size_t here = wire_bytes(x->wire).size;
        size_t part = here < size ? here : (size_t)size;

        if (part == 0 && !wire_fill(x->wire, (int64_t)WAIT_S * TIME_SECOND))
            return false;
        if (x->head.content_length <= PROBE_MAX)
            str_add_span(&x->probe, span_first(wire_bytes(x->wire), part));
        wire_skip(x->wire, part);
        size -= part;
    }
    return true;
}

/* Whether the signed hash, checksum and MD5 of a probe's body are right. */
static bool is_as_said(const struct exchange *x)
{
    struct span signed_hash = http_header_value(&x->head, "x-amz-content-sha256");
    struct span sum = http_header_value(&x->head, "x-amz-checksum-sha256");
    struct span md5 = http_header_value(&x->head, "Content-MD5");
    struct sha256 hash = sha256_of(str_span(&x->probe));
    char hex[SHA256_HEX_SIZE];
    uint8_t md5_bytes[MD5_SIZE];
    auto_str text = STR_MAX(64), md5_text = STR_MAX(64);

    if (x->head.content_length > PROBE_MAX)
        return true;
    base64_add(&text, hash.bytes, sizeof hash.bytes);
    md5_of(str_span(&x->probe), md5_bytes);
    base64_add(&md5_text, md5_bytes, sizeof md5_bytes);
    return (signed_hash.size != 64 || span_is(signed_hash, sha256_hex(&hash, hex)))
           && (!sum.size || span_equal(sum, str_span(&text)))
           && (!md5.size || span_equal(md5, str_span(&md5_text)));
}

static bool object_put(struct exchange *x)
{
    struct kept_object *object;
    auto_str lines = STR_MAX(KIB(4));
    bool once = http_header_value(&x->head, "If-None-Match").at != NULL;

    if (!is_as_said(x))
        return exchange_refuse(x, 400, "BadDigest");
    object = object_new(&x->head, str_span(&x->probe));
    object_lines(object, &lines);
    if (object_keep(x->store, x->head.path, object))
        return exchange_answer(x, 200, str_text(&lines), SPAN_NONE);
    object_free(object);
    return once ? exchange_refuse(x, 412, "PreconditionFailed")
                : exchange_answer(x, 200, str_text(&lines), SPAN_NONE);
}

static bool part_put(struct exchange *x)
{
    struct kept_object *part = object_new(&x->head, SPAN_NONE);
    auto_str lines = STR_MAX(KIB(4));

    object_lines(part, &lines);
    object_free(part);
    return exchange_answer(x, 200, str_text(&lines), SPAN_NONE);
}

/* Begins a multipart upload. */
static bool upload_begin(struct exchange *x)
{
    auto_str body = STR_MAX(KIB(1));

    str_printf(&body,
               "<?xml version=\"1.0\"?><InitiateMultipartUploadResult><UploadId>u%ju</UploadId>"
               "</InitiateMultipartUploadResult>",
               (uintmax_t)__atomic_add_fetch(&x->store->uploads, 1, __ATOMIC_RELAXED));
    return exchange_answer(x, 200, "Content-Type: application/xml\r\n", str_span(&body));
}

/* Ends a multipart upload; neither size nor hash of its object is known here. */
static bool upload_end(struct exchange *x)
{
    static const char done[] = "<?xml version=\"1.0\"?><CompleteMultipartUploadResult>"
                               "<ETag>\"0-1\"</ETag></CompleteMultipartUploadResult>";
    bool once = http_header_value(&x->head, "If-None-Match").at != NULL;
    struct kept_object *object = object_new(&x->head, SPAN_NONE);

    if (!object_keep(x->store, x->head.path, object)) {
        object_free(object);
        if (once)
            return exchange_refuse(x, 412, "PreconditionFailed");
    }
    return exchange_answer(x, 200, "Content-Type: application/xml\r\n", span_of(done));
}

/* Describes the bucket: no versions, no locks, no uploads, no objects. */
static bool bucket_tell(struct exchange *x)
{
    static const struct {
        const char *asks, *answer;
    } answers[] = {
        { "versioning", "<VersioningConfiguration/>" },
        { "uploads", "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>"
                     "</ListMultipartUploadsResult>" },
        { "list-type", "<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated>"
                       "</ListBucketResult>" },
        { "location", "<LocationConstraint/>" },
    };

    for (size_t i = 0; i < lengthof(answers); i++) {
        auto_str body = STR_MAX(KIB(1));

        if (span_find(x->head.query, answers[i].asks) == x->head.query.size)
            continue;
        str_printf(&body, "<?xml version=\"1.0\"?>%s", answers[i].answer);
        return exchange_answer(x, 200, "Content-Type: application/xml\r\n", str_span(&body));
    }
    return exchange_refuse(x, 404, "NoSuchKey");
}

static bool object_get(struct exchange *x)
{
    const struct kept_object *object = object_find(x->store, x->head.path);
    auto_str lines = STR_MAX(KIB(4));

    if (!object || object->size_bytes != object->body.size)
        return exchange_refuse(x, 404, "NoSuchKey");
    object_lines(object, &lines);
    return exchange_answer(x, 200, str_text(&lines), str_span(&object->body));
}

static bool object_delete(struct exchange *x)
{
    if (x->head.query.size == 0)
        object_drop(x->store, x->head.path);
    return exchange_answer(x, 204, "", SPAN_NONE);
}

static bool object_head(struct exchange *x)
{
    const struct kept_object *object = object_find(x->store, x->head.path);
    auto_str lines = STR_MAX(KIB(4));

    if (!object)
        return exchange_refuse(x, 404, "NoSuchKey");
    object_lines(object, &lines);
    /* The size is announced; no byte of it is sent, for it is HEAD. */
    return exchange_answer(x, 200, str_text(&lines),
                           (struct span){ "", (size_t)object->size_bytes });
}

/* --- files ---------------------------------------------------------------------------------- */

static bool index_send(struct exchange *x)
{
    auto_str body = STR_MAX(MIB(64));
    DIR *folder = opendir(x->store->options->files);
    struct dirent *entry;

    while (folder && (entry = readdir(folder)))
        if (entry->d_name[0] != '.')
            str_printf(&body, "<a href=\"%s\">%s</a>\n", entry->d_name, entry->d_name);
    if (folder)
        (void)closedir(folder);
    return exchange_answer(x, 200, "Content-Type: text/html\r\n", str_span(&body));
}

static bool bytes_send(struct exchange *x, int fd, uint64_t size)
{
    char piece[PIECE];
    auto_str head = STR_MAX(KIB(1));

    str_printf(&head,
               "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nLast-Modified: "
               "Mon, 04 Nov 2024 00:00:00 GMT\r\n%sContent-Length: %ju\r\n\r\n",
               last_line(x), (uintmax_t)size);
    if (!wire_write(x->wire, str_span(&head)))
        return false;
    while (!span_is(x->head.method, "HEAD") && size > 0) {
        ssize_t got = read(fd, piece, sizeof piece);

        if (got <= 0 || !wire_write(x->wire, (struct span){ piece, (size_t)got }))
            return false;
        size -= (uint64_t)got;
    }
    return true;
}

static bool file_send(struct exchange *x, struct span name)
{
    auto_free char *path = mem_printf("%s/" SPAN_FORMAT, x->store->options->files, SPAN_ARGS(name));
    auto_close int fd = -1;
    struct stat about;

    if (!wire_pause(x->wire, x->store->options->latency_ms * TIME_MS))
        return false;
    if (span_find(name, "/") == name.size)
        fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about) < 0 || !S_ISREG(about.st_mode))
        return exchange_refuse(x, 404, "NoSuchKey");
    return bytes_send(x, fd, (uint64_t)about.st_size);
}

/* --- connections ---------------------------------------------------------------------------- */

static bool exchange_head_read(struct exchange *x)
{
    for (;;) {
        size_t size;

        switch (http_head_read(wire_bytes(x->wire), &x->head, &size)) {
        case HTTP_DONE:
            str_reset(&x->head_bytes);
            str_add_span(&x->head_bytes, span_first(wire_bytes(x->wire), size));
            wire_skip(x->wire, size);
            return http_head_read(str_span(&x->head_bytes), &x->head, &size) == HTTP_DONE;
        case HTTP_BAD:
            return false;
        case HTTP_MORE:
            if (!wire_fill(x->wire, (int64_t)WAIT_S * TIME_SECOND))
                return false;
        }
    }
}

static bool exchange_respond(struct exchange *x)
{
    struct span method = x->head.method, path = x->head.path;
    bool has_parts = span_find(x->head.query, "uploadId") < x->head.query.size;

    if (x->store->options->files && span_is(path, "/files/"))
        return index_send(x);
    if (x->store->options->files && span_starts(path, "/files/"))
        return file_send(x, span_from(path, strlen("/files/")));
    if (span_is(method, "PUT"))
        return has_parts ? part_put(x) : object_put(x);
    if (span_is(method, "POST"))
        return has_parts ? upload_end(x) : upload_begin(x);
    if (span_is(method, "HEAD"))
        return object_head(x);
    if (span_is(method, "DELETE"))
        return object_delete(x);
    return x->head.query.size ? bucket_tell(x) : object_get(x);
}

struct arrival {
    struct null_store *store;
    int fd;
};

static void *arrival_run(void *arg)
{
    struct arrival *arrival = arg;
    struct exchange x = { .store = arrival->store,
                          .head_bytes = STR_MAX(KIB(64)),
                          .probe = STR_MAX(PROBE_MAX) };
    bool keep = true;

    x.wire = wire_new(arrival->fd, arrival->store->tls, arrival->store->stop);
    keep = wire_begin(x.wire);
    while (keep && exchange_head_read(&x)) {
        str_reset(&x.probe);
        x.served++;
        keep = body_skip(&x, x.head.content_length) && exchange_respond(&x) && x.head.keep_alive
               && !is_last(&x);
    }
    wire_free(x.wire);
    str_clear(&x.head_bytes);
    str_clear(&x.probe);
    free(arrival);
    return NULL;
}

static void connection_arrive(struct null_store *end, int fd)
{
    struct arrival *arrival = mem_new(struct arrival);
    pthread_attr_t attributes;
    pthread_t thread;
    int yes = 1;

    *arrival = (struct arrival){ end, fd };
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK);
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attributes, arrival_run, arrival) != 0)
        abort();
    (void)pthread_attr_destroy(&attributes);
}

/* Until SIGTERM, which ends the process with whatever connections there are. */
static bool connections_serve(struct null_store *end, struct err *err)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    auto_close int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) < 0
        || listen(listener, BACKLOG) < 0
        || getsockname(listener, (struct sockaddr *)&address, &size) < 0)
        return err_os(err, "listening on 127.0.0.1");
    (void)printf("{\"url\":\"%s://127.0.0.1:%d\"}\n", end->tls ? "https" : "http",
                 ntohs(address.sin_port));
    (void)fflush(stdout);
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

        if (fd >= 0)
            connection_arrive(end, fd);
    }
}

static int null_store_run(const struct cli_globals *globals, const void *options, struct err *err)
{
    const struct null_store_options *o = options;
    struct null_store end = { .options = o, .objects = map_new() };

    (void)globals;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)pthread_mutex_init(&end.lock, NULL);
    end.stop = cancel_new();
    if (!o->http
        && (!fs_make_folder(o->cert_dir, err)
            || !certs_open(o->cert_dir, CERT_GOOD, &end.tls, err)))
        return -1;
    return connections_serve(&end, err) ? EXIT_DONE : -1;
}

static const struct cmd command = {
    "",
    "Both ends of a copy, as cheap as can be: an S3 that forgets, and files over HTTP.",
    NULL,
    options_table,
    &defaults,
    sizeof defaults,
    null_store_run,
};

int main(int argc, char **argv)
{
    static const struct cmd *const commands[] = { &command, NULL };
    static const struct program program = { .name = "null_store",
                                            .version = "0.1.0",
                                            .summary = "Both ends of a copy, for the bench.",
                                            .cmds = commands };

    return cli_main(&program, argc, argv);
}
