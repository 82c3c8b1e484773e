/*
 * Notes of an audit: a first line that says of which certificate and bucket, and then the place of each
 * line that was found right. They are the auditor's own file; whoever can write it can spare an object
 * from being read again.
 */
#include "bucket.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { HEAD_ROOM = 2048 };

struct audit_notes {
    FILE *file;
    pthread_mutex_t lock;
};

static void head_write(const struct certificate *c, const struct bucket_options *o,
                       char head_r[HEAD_ROOM])
{
    char hex[HEX_SIZE];
    int size = snprintf(head_r, HEAD_ROOM, "fmferry-audit 1 %s %s %s\n", hash_hex(&c->root, hex),
                        o->url, o->endpoint ? o->endpoint : "aws");

    if (size < 0 || size >= HEAD_ROOM)
        audit_give_up("the bucket's name is too long");
}

/* A line that was cut off by a crash is no number, and its object is read again. */
static void places_read(FILE *file, size_t count, bool *right_r)
{
    char line[64];

    while (fgets(line, sizeof line, file)) {
        size_t size = strlen(line);
        uint64_t place;

        if (size && line[size - 1] == '\n' && piece_number((struct piece){ line, size - 1 }, &place)
            && place < count)
            right_r[place] = true;
    }
}

struct audit_notes *audit_notes_open(const char *path, const struct certificate *c,
                                     const struct bucket_options *o, bool *right_r)
{
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    struct audit_notes *notes = calloc(1, sizeof *notes);
    char head[HEAD_ROOM], is[HEAD_ROOM];

    if (!notes)
        audit_give_up("no memory");
    notes->file = fd >= 0 ? fdopen(fd, "a+") : NULL;
    if (!notes->file)
        audit_give_up("opening '%s': %s", path, strerrordesc_np(errno));
    (void)pthread_mutex_init(&notes->lock, NULL);
    head_write(c, o, head);
    rewind(notes->file);
    if (fgets(is, sizeof is, notes->file)) {
        if (strcmp(is, head) != 0)
            audit_give_up("'%s' has the notes of another audit: name another file", path);
        places_read(notes->file, c->line_count, right_r);
    }
    if (fseek(notes->file, 0, SEEK_END) != 0
        || (ftell(notes->file) == 0 ? fputs(head, notes->file) : fputc('\n', notes->file)) == EOF)
        audit_give_up("writing '%s': %s", path, strerrordesc_np(errno));
    return notes;
}

bool audit_notes_add(struct audit_notes *notes, size_t place)
{
    bool good;

    (void)pthread_mutex_lock(&notes->lock);
    good = fprintf(notes->file, "%zu\n", place) > 0 && fflush(notes->file) == 0;
    (void)pthread_mutex_unlock(&notes->lock);
    return good;
}

void audit_notes_close(struct audit_notes *notes)
{
    if (!notes)
        return;
    (void)fclose(notes->file);
    (void)pthread_mutex_destroy(&notes->lock);
    free(notes);
}
