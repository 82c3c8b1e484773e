/*
 * A worker that has been taken over. What it does with a request stands where the document's type
 * should be.
 */
#include "base/base.h"
#include "preview/wire.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_asked(const struct wire_request *request, const char *what)
{
    return strcmp(request->mime, what) == 0;
}

int main(void)
{
    struct wire_hello hello = { .magic = WIRE_MAGIC, .seccomp = 1 };
    struct wire_request request;
    struct wire_answer answer = { .magic = WIRE_MAGIC, .shape = WIRE_NO_PICTURE, .pages = 1 };

    (void)!write(WIRE_FD, &hello, sizeof hello);
    while (recv(WIRE_FD, &request, sizeof request, 0) == sizeof request) {
        if (is_asked(&request, "dies"))
            abort();
        if (is_asked(&request, "leaves"))
            _exit(0);
        if (is_asked(&request, "dies of pictures")) {
            if (request.width > 0)
                abort();
            answer = (struct wire_answer){ WIRE_MAGIC, WIRE_OK, 3, 0, 0, 0, 0 };
        }
        if (is_asked(&request, "lies"))
            answer = (struct wire_answer){ WIRE_MAGIC, WIRE_OK, 1, 320, 200, UINT32_MAX, 0 };
        if (is_asked(&request, "sends no JPEG"))
            answer = (struct wire_answer){ WIRE_MAGIC, WIRE_OK, 1, 320, 200, 4096, 0 };
        (void)!write(WIRE_FD, &answer, is_asked(&request, "stops short") ? 5 : sizeof answer);
        if (is_asked(&request, "answers and leaves"))
            _exit(0);
    }
    return 0;
}
