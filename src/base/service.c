/* A datagram for each message, to a socket that the environment names; '@' stands for an abstract one. */
#include "base/service.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MESSAGE_MAX = 1024 };

struct service {
    int socket; /* -1: nobody wants to be told */
};

static bool address_read(const char *path, struct sockaddr_un *address_r, socklen_t *size_r)
{
    size_t length = path ? strlen(path) : 0;
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    if (length < 2 || length >= sizeof address.sun_path || (*path != '/' && *path != '@'))
        return false;
    memcpy(address.sun_path, path, length);
    if (*path == '@')
        address.sun_path[0] = '\0';
    *address_r = address;
    *size_r = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return true;
}

struct service *service_new(void)
{
    struct service *service = mem_new(struct service);
    struct sockaddr_un address;
    socklen_t size;

    service->socket = -1;
    if (!address_read(getenv("NOTIFY_SOCKET"), &address, &size))
        return service;
    service->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (service->socket >= 0 && connect(service->socket, (struct sockaddr *)&address, size) < 0) {
        log_warn("the service manager does not listen: %s", strerrordesc_np(errno));
        (void)close(service->socket);
        service->socket = -1;
    }
    return service;
}

void service_free(struct service *service)
{
    if (!service)
        return;
    if (service->socket >= 0)
        (void)close(service->socket);
    free(service);
}

static void message_send(const struct service *service, const char *text)
{
    if (service->socket >= 0)
        (void)send(service->socket, text, strlen(text), MSG_NOSIGNAL);
}

void service_ready(struct service *service, const char *what)
{
    auto_str text = STR_MAX(MESSAGE_MAX);

    str_printf(&text, "READY=1\nSTATUS=%s", what);
    message_send(service, str_text(&text));
}

void service_alive(struct service *service)
{
    message_send(service, "WATCHDOG=1");
}

void service_stopping(struct service *service)
{
    message_send(service, "STOPPING=1");
}
