/* Takes a document and answers for its pages. A worker has one document in its life. */
#include "job.h"

#include "base/base.h"
#include "html.h"
#include "image.h"
#include "office.h"
#include "pdf.h"
#include "text.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct job {
    int socket;
    struct span bytes; /* "": none yet */
    struct picture picture;
    struct pdf *pdf; /* open, unless it wants a password, which each request brings */
};

/* --- taking ----------------------------------------------------------------------------------- */

static bool job_map(struct job *job, int document, int room)
{
    struct stat about, lent;
    void *bytes, *space;

    if (fstat(document, &about) < 0 || fstat(room, &lent) < 0 || lent.st_size < WIRE_ROOM
        || about.st_size < 1 || about.st_size > WIRE_FILE_MAX)
        return false;
    bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, document, 0);
    space = mmap(NULL, WIRE_ROOM, PROT_READ | PROT_WRITE, MAP_SHARED, room, 0);
    if (bytes == MAP_FAILED || space == MAP_FAILED)
        return false;
    job->bytes = (struct span){ bytes, (size_t)about.st_size };
    job->picture.room = space;
    return true;
}

/* The first request brings the document, and none after it does. */
static bool descriptors_take(struct job *job, struct msghdr *message)
{
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    int fds[2];

    if (!header)
        return job->bytes.size > 0;
    if (job->bytes.size > 0 || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS
        || header->cmsg_len != CMSG_LEN(sizeof fds))
        return false;
    memcpy(fds, CMSG_DATA(header), sizeof fds);
    return job_map(job, fds[0], fds[1]) && close(fds[0]) == 0 && close(fds[1]) == 0;
}

static bool request_take(struct job *job, struct wire_request *request_r)
{
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr aligned;
    } beside;
    struct iovec body = { request_r, sizeof *request_r };
    struct msghdr message = { .msg_iov = &body,
                              .msg_iovlen = 1,
                              .msg_control = beside.bytes,
                              .msg_controllen = sizeof beside.bytes };
    struct pollfd ready = { .fd = job->socket, .events = POLLIN };

    return poll(&ready, 1, job->bytes.size > 0 ? WIRE_IDLE_S * 1000 : -1) > 0
           && recvmsg(job->socket, &message, MSG_CMSG_CLOEXEC) == sizeof *request_r
           && request_r->magic == WIRE_MAGIC && request_r->page > 0 && request_r->width >= 0
           && request_r->width <= WIRE_WIDTH_MAX && descriptors_take(job, &message);
}

/* --- answering -------------------------------------------------------------------------------- */

/* What was opened by a password is closed again: whoever asks next brings it, too. */
static enum wire_shape pdf_answer(struct job *job, const struct wire_request *request)
{
    const char *password = *request->password ? request->password : NULL;
    struct pdf *by_password = NULL;
    enum wire_shape shape = WIRE_OK;

    if (password)
        shape = pdf_open(job->bytes, password, &by_password);
    else if (!job->pdf)
        shape = pdf_open(job->bytes, NULL, &job->pdf);
    if (shape == WIRE_OK)
        shape = pdf_draw(password ? by_password : job->pdf, request->page, request->width,
                         &job->picture);
    pdf_close(by_password);
    return shape;
}

/* Words without a picture, one page of them. */
static enum wire_shape words_answer(enum wire_shape shape, const struct wire_request *request)
{
    if (shape == WIRE_OK && (request->width > 0 || request->page > 1))
        return WIRE_NO_PICTURE;
    return shape;
}

/* The bytes decide what a document is; whoever named its type may have been deceived. */
static enum wire_shape request_answer(struct job *job, const struct wire_request *request)
{
    if (request->page > WIRE_PAGES_MAX)
        return WIRE_TOO_LARGE;
    if (image_is_known(job->bytes))
        return image_draw(job->bytes, request->page, request->width, &job->picture);
    if (pdf_is_known(job->bytes))
        return pdf_answer(job, request);
    if (office_is_known(job->bytes))
        return words_answer(office_read(job->bytes, &job->picture), request);
    if (strncmp(request->mime, "text/plain", strlen("text/plain")) == 0) {
        text_read(job->bytes, &job->picture);
        return words_answer(WIRE_OK, request);
    }
    if (strncmp(request->mime, "text/html", strlen("text/html")) == 0)
        return words_answer(html_read(job->bytes, &job->picture), request);
    return WIRE_NO_PICTURE;
}

static bool answer_send(const struct job *job, enum wire_shape shape)
{
    const struct picture *picture = &job->picture;
    struct wire_answer answer = { .magic = WIRE_MAGIC,
                                  .shape = shape,
                                  .pages = picture->pages < WIRE_COUNT_MAX ? picture->pages
                                                                           : WIRE_COUNT_MAX,
                                  .text_size = picture->text_size };

    if (shape == WIRE_OK && picture->jpeg_size > 0) {
        answer.width = picture->width;
        answer.height = picture->height;
        answer.jpeg_size = picture->jpeg_size;
    }
    return send(job->socket, &answer, sizeof answer, MSG_NOSIGNAL) == sizeof answer;
}

void job_serve(int socket)
{
    struct job job = { .socket = socket };
    struct wire_request request;

    while (request_take(&job, &request)) {
        char *room = job.picture.room;
        enum wire_shape shape;

        request.mime[WIRE_MIME_SIZE - 1] = '\0';
        request.password[WIRE_PASSWORD_SIZE - 1] = '\0';
        job.picture = (struct picture){ .room = room };
        shape = request_answer(&job, &request);
        explicit_bzero(request.password, sizeof request.password);
        if (!answer_send(&job, shape))
            break;
    }
    pdf_close(job.pdf);
}
