/*
 * Parts stand between lines of two hyphens and the boundary. What came and is not settled yet is held
 * in a window: of a part's body that is less than one such line, of its head all of it.
 */
#include "console/server/multipart.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "document/disposition.h"

#include <string.h>

enum {
    LINE_MAX_BYTES = 4 + MULTIPART_BOUNDARY_MAX, /* CR LF, two hyphens, the boundary */
    WINDOW = 2 * MULTIPART_HEAD_MAX,
    NAME_MAX_BYTES = 4096,
};

enum place {
    PLACE_BEFORE, /* before the first boundary: of no meaning  */
    PLACE_LINE,   /* behind a boundary, before its line's end  */
    PLACE_HEAD,
    PLACE_BODY,
    PLACE_BEHIND, /* behind the last boundary: of no meaning   */
};

struct multipart {
    const struct multipart_sink *sink;
    char line[LINE_MAX_BYTES + 1];
    size_t line_size;
    enum place place;
    int parts;
    char held[WINDOW];
    size_t used;
};

/* --- the boundary ----------------------------------------------------------------------------- */

bool multipart_is_type(struct span type)
{
    return span_is_nocase(span_trim(span_cut(&type, ';')), "multipart/form-data");
}

/* RFC 2046, 5.1.1: bchars. A blank may not be the last. */
static bool is_boundary(struct span text)
{
    if (text.size == 0 || text.size > MULTIPART_BOUNDARY_MAX || text.at[text.size - 1] == ' ')
        return false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];

        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
            && (c == '\0' || !strchr("'()+_,-./:=? ", c)))
            return false;
    }
    return true;
}

bool multipart_new(struct span type, const struct multipart_sink *sink,
                   struct multipart **multipart_r, struct err *err)
{
    auto_free char *text = span_text(type);
    auto_str boundary = STR_MAX(NAME_MAX_BYTES);
    struct multipart *m;

    if (!multipart_is_type(type) || !disposition_has(text, "boundary", &boundary)
        || !is_boundary(str_span(&boundary)))
        return err_set(err, ERR_DATA, 0,
                       "Content-Type: multipart/form-data with a boundary of 1 to %d characters is "
                       "wanted",
                       MULTIPART_BOUNDARY_MAX);
    m = mem_new(struct multipart);
    *m = (struct multipart){ .sink = sink };
    m->line_size = (size_t)snprintf(m->line, sizeof m->line, "\r\n--%s", str_text(&boundary));
    /* The first boundary may stand at the very beginning. */
    memcpy(m->held, "\r\n", 2);
    m->used = 2;
    *multipart_r = m;
    return true;
}

void multipart_free(struct multipart *multipart)
{
    free(multipart);
}

/* --- the window ------------------------------------------------------------------------------- */

static struct span held_span(const struct multipart *m)
{
    return (struct span){ m->held, m->used };
}

static void held_drop(struct multipart *m, size_t size)
{
    memmove(m->held, m->held + size, m->used - size);
    m->used -= size;
}

/* Where a text begins in the window; beyond it: not there. */
static size_t held_find(const struct multipart *m, const char *text, size_t size)
{
    const char *found = memmem(m->held, m->used, text, size);

    return found ? (size_t)(found - m->held) : SIZE_MAX;
}

/* --- heads ------------------------------------------------------------------------------------ */

/* Browsers write a quote and line ends in names as %22, %0D and %0A, and nothing else. */
static void name_decode(struct span text, struct str *to)
{
    for (; text.size; text = span_from(text, 1)) {
        if (span_is_nocase(span_first(text, 3), "%22")) {
            str_add_char(to, '"');
            text = span_from(text, 2);
        } else if (span_is_nocase(span_first(text, 3), "%0D")
                   || span_is_nocase(span_first(text, 3), "%0A")) {
            text = span_from(text, 2);
        } else {
            str_add_char(to, *text.at);
        }
    }
}

/* Before anything is decoded: a header's line may hold a tab, and nothing else of the kind. */
static bool head_is_clean(struct span head)
{
    for (size_t i = 0; i < head.size; i++) {
        unsigned char c = (unsigned char)head.at[i];

        if ((c < ' ' && c != '\t' && c != '\r' && c != '\n') || c == 0x7f)
            return false;
        if (c == '\r' && (i + 1 == head.size || head.at[i + 1] != '\n'))
            return false;
        if (c == '\n' && (i == 0 || head.at[i - 1] != '\r'))
            return false;
    }
    return utf8_is_valid(head);
}

/* The value of a header; SPAN_NONE: it is not there. */
static struct span header_find(struct span head, const char *wanted)
{
    while (head.size) {
        struct span value = span_cut(&head, '\n'), name = span_cut(&value, ':');

        if (value.at && span_is_nocase(span_trim(name), wanted))
            return span_trim(value);
    }
    return SPAN_NONE;
}

static bool bytes_are_plain(struct span coding)
{
    return !coding.at || span_is_nocase(coding, "binary") || span_is_nocase(coding, "8bit")
           || span_is_nocase(coding, "7bit");
}

static bool part_begin(struct multipart *m, struct span disposition, struct err *err)
{
    auto_free char *text = span_text(disposition);
    auto_str name = STR_MAX(NAME_MAX_BYTES), sent = STR_MAX(NAME_MAX_BYTES),
             file = STR_MAX(NAME_MAX_BYTES);
    struct span kind = disposition;
    bool is_file;

    if (!span_is_nocase(span_trim(span_cut(&kind, ';')), "form-data")
        || !disposition_has(text, "name", &name))
        return err_set(err, ERR_DATA, 0, "a part of the form has no name");
    is_file = disposition_has(text, "filename", &sent) || disposition_has(text, "filename*", &sent);
    str_reset(&sent);
    disposition_name(text, &sent);
    name_decode(str_span(&sent), &file);
    return m->sink->begin(m->sink->arg, str_text(&name), is_file ? str_text(&file) : NULL, err);
}

static bool head_read(struct multipart *m, struct span head, struct err *err)
{
    if (!head_is_clean(head))
        return err_set(err, ERR_DATA, 0,
                       "the head of a part is not UTF-8 without control characters");
    if (!bytes_are_plain(header_find(head, "Content-Transfer-Encoding")))
        return err_set(err, ERR_DATA, 0, "the parts of a form are sent as they are, not encoded");
    if (++m->parts > MULTIPART_PARTS_MAX)
        return err_set(err, ERR_DATA, 0, "the form has more than %d parts", MULTIPART_PARTS_MAX);
    return part_begin(m, header_find(head, "Content-Disposition"), err);
}

/* --- steps: each sets `*on_r` if the next may follow, else more bytes are wanted --------------- */

static bool line_step(struct multipart *m, bool *on_r, struct err *err)
{
    size_t blanks = 0;

    while (blanks < m->used && (m->held[blanks] == ' ' || m->held[blanks] == '\t'))
        blanks++;
    if (m->used < blanks + 2) {
        *on_r = false;
        return m->used < MULTIPART_HEAD_MAX
               || err_set(err, ERR_DATA, 0, "behind a boundary stand too many blanks");
    }
    if (blanks == 0 && memcmp(m->held, "--", 2) == 0)
        m->place = PLACE_BEHIND;
    else if (memcmp(m->held + blanks, "\r\n", 2) == 0)
        m->place = PLACE_HEAD;
    else
        return err_set(err, ERR_DATA, 0,
                       "behind a boundary stands something else than a line's end");
    held_drop(m, blanks + 2);
    return true;
}

static bool head_step(struct multipart *m, bool *on_r, struct err *err)
{
    size_t end = held_find(m, "\r\n\r\n", 4);

    if (m->used >= 2 && memcmp(m->held, "\r\n", 2) == 0)
        return err_set(err, ERR_DATA, 0, "a part of the form has no name");
    if (end >= MULTIPART_HEAD_MAX) {
        *on_r = false;
        return m->used < MULTIPART_HEAD_MAX + 4
               || err_set(err, ERR_DATA, 0, "the head of a part is longer than %d bytes",
                          MULTIPART_HEAD_MAX);
    }
    if (!head_read(m, span_first(held_span(m), end), err))
        return false;
    held_drop(m, end + 4);
    m->place = PLACE_BODY;
    return true;
}

/* Bytes of a body, or of what stands before the first part and is passed over. */
static bool body_hand_on(struct multipart *m, size_t size, struct err *err)
{
    if (m->place == PLACE_BODY && size > 0
        && !m->sink->bytes(m->sink->arg, span_first(held_span(m), size), err))
        return false;
    held_drop(m, size);
    return true;
}

static bool body_step(struct multipart *m, bool *on_r, struct err *err)
{
    size_t end = held_find(m, m->line, m->line_size);
    bool is_body = m->place == PLACE_BODY;

    if (end == SIZE_MAX) {
        *on_r = false;
        return m->used < m->line_size || body_hand_on(m, m->used - m->line_size + 1, err);
    }
    if (!body_hand_on(m, end, err))
        return false;
    held_drop(m, m->line_size);
    m->place = PLACE_LINE;
    return !is_body || m->sink->end(m->sink->arg, err);
}

static bool step_do(struct multipart *m, bool *on_r, struct err *err)
{
    switch (m->place) {
    case PLACE_BEFORE:
    case PLACE_BODY:
        return body_step(m, on_r, err);
    case PLACE_LINE:
        return line_step(m, on_r, err);
    case PLACE_HEAD:
        return head_step(m, on_r, err);
    case PLACE_BEHIND:
        m->used = 0;
        *on_r = false;
        return true;
    }
    abort();
}

bool multipart_add(struct multipart *m, struct span bytes, struct err *err)
{
    while (bytes.size) {
        struct span piece = span_first(bytes, WINDOW - m->used);
        bool on = true;

        memcpy(m->held + m->used, piece.at, piece.size);
        m->used += piece.size;
        bytes = span_from(bytes, piece.size);
        while (on)
            if (!step_do(m, &on, err))
                return false;
    }
    return true;
}

bool multipart_end(const struct multipart *m, struct err *err)
{
    return m->place == PLACE_BEHIND
           || err_set(err, ERR_DATA, 0, "the form broke off before its end");
}
