/* What a service manager is told, on a socket of our own. */
#include "base/service.h"

#include "base/mem.h"
#include "folder.h"
#include "tap.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int manager_open(const char *path)
{
    int socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    CHECK(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path));
    CHECK(bind(socket_fd, (struct sockaddr *)&address, sizeof address) == 0);
    return socket_fd;
}

/* The next message; "" if there is none. */
static const char *manager_hears(int manager)
{
    static char text[256];
    ssize_t size = recv(manager, text, sizeof text - 1, MSG_DONTWAIT);

    text[size > 0 ? size : 0] = '\0';
    return text;
}

TEST(a_manager_hears_each_step)
{
    auto_folder *folder = folder_new();
    auto_free char *path = folder_path(folder, "notify");
    auto_close int manager = manager_open(path);
    struct service *service;

    CHECK(setenv("NOTIFY_SOCKET", path, 1) == 0);
    service = service_new();
    CHECK_STR(manager_hears(manager), "");
    service_ready(service, "3 of 5 documents done");
    CHECK_STR(manager_hears(manager), "READY=1\nSTATUS=3 of 5 documents done");
    service_alive(service);
    CHECK_STR(manager_hears(manager), "WATCHDOG=1");
    service_stopping(service);
    CHECK_STR(manager_hears(manager), "STOPPING=1");
    service_free(service);
}

TEST(without_a_manager_nobody_is_told)
{
    static const char *const sockets[] = { "", "/", "relative", "/nowhere/at/all" };

    for (size_t i = 0; i < lengthof(sockets); i++) {
        struct service *service;

        CHECK_AT(i, setenv("NOTIFY_SOCKET", sockets[i], 1) == 0);
        service = service_new();
        service_ready(service, "x");
        service_alive(service);
        service_stopping(service);
        service_free(service);
    }
    CHECK(unsetenv("NOTIFY_SOCKET") == 0);
}
