/* Gives advice on errors that the folder's disk or mount causes. */
#include "store/folder/errors.h"

#include "base/fs.h"

#include <stdarg.h>

/* The advice on an errno that concerns the whole folder. */
static const char *cure_of_errno(int code)
{
    switch (code) {
    case EROFS:
        return " (the folder is mounted for reading only: mount it for writing)";
    case ENOSPC:
        return " (the disk of the store's folder is full: make room, then run again)";
    case EDQUOT:
        return " (the quota on the store's folder is used up: raise it, then run again)";
    case ESTALE:
        return " (the file server has forgotten the folder: mount it anew, then run again)";
    case EIO:
        return " (the disk or the network under the store's folder fails: look at the kernel's "
               "log)";
    case ENOTCONN:
    case EHOSTDOWN:
        return " (the program or server behind the mount is gone: mount it anew, then run again)";
    case ELOOP:
        return " (a symbolic link lies there; none is followed below the store's folder)";
    default:
        return "";
    }
}

bool folder_failed(struct err *err, const char *format, ...)
{
    char words[sizeof err->msg];
    int code = errno;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(words, sizeof words, format, args);
    va_end(args);
    return err_set(err, ERR_OS, code, "%s: %s%s", words, strerrordesc_np(code),
                   cure_of_errno(code));
}

bool folder_write_all(int fd, struct span bytes, const char *what, struct err *err)
{
    if (fs_write_all(fd, bytes, what, err))
        return true;
    errno = err->code;
    return folder_failed(err, "writing '%s'", what);
}
