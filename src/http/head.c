/* Reads a head line by line. */
#include "http/head.h"

#include "base/num.h"

#include <strings.h>

enum head_step head_find(struct span bytes, size_t *size_r)
{
    static const char start[] = "HTTP/";
    size_t known = bytes.size < sizeof start - 1 ? bytes.size : sizeof start - 1;
    struct span most = span_first(bytes, HEAD_MAX);

    if (known > 0 && memcmp(bytes.at, start, known) != 0)
        return HEAD_MALFORMED;
    for (const char *end = most.at + most.size, *line = most.at;
         (line = memchr(line, '\n', (size_t)(end - line))); line++) {
        const char *next = line + 1 < end && line[1] == '\r' ? line + 2 : line + 1;

        if (next < end && *next == '\n') {
            *size_r = (size_t)(next + 1 - bytes.at);
            return HEAD_COMPLETE;
        }
    }
    return bytes.size >= HEAD_MAX ? HEAD_MALFORMED : HEAD_MORE;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads "HTTP/1.1 200 OK"; the words are often missing. */
static bool status_line_read(struct span line, struct head *head)
{
    static const char sample[] = "HTTP/1.1 200";
    const char *at = line.at;

    if (line.size < sizeof sample - 1 || !span_starts(line, "HTTP/1.") || !is_digit(at[7])
        || at[8] != ' ' || at[9] == '0' || !is_digit(at[9]) || !is_digit(at[10])
        || !is_digit(at[11]) || (line.size > 12 && at[12] != ' '))
        return false;
    head->status = (at[9] - '0') * 100 + (at[10] - '0') * 10 + (at[11] - '0');
    head->closes = at[7] == '0';
    return true;
}

static void connection_read(const char *value, struct head *head)
{
    struct span rest = span_of(value);

    while (rest.size) {
        struct span word = span_trim(span_cut(&rest, ','));

        if (span_is_nocase(word, "close"))
            head->closes = true;
        else if (span_is_nocase(word, "keep-alive"))
            head->closes = false;
    }
}

/* Most names differ in their first letter. */
static bool header_is_named(const char *field, const char *name)
{
    return (field[0] | 0x20) == (name[0] | 0x20) && strcasecmp(field, name) == 0;
}

/* The string stored after this one: the value after a name, the next name after a value. */
static const char *text_after(const char *text)
{
    return text + strlen(text) + 1;
}

static bool content_length_read(const char *value, struct head *head)
{
    struct err ignored;
    uint64_t length;

    if (!num_u64(span_of(value), 0, INT64_MAX, &length, &ignored)
        || (head->length >= 0 && (int64_t)length != head->length))
        return false;
    head->length = (int64_t)length;
    return true;
}

static bool encoding_read(const char *value, struct head *head)
{
    bool is_chunked = strcasecmp(value, "chunked") == 0;

    head->is_chunked |= is_chunked;
    return is_chunked || strcasecmp(value, "identity") == 0;
}

static bool head_complain(struct head *head, const char *complaint)
{
    head->complaint = complaint;
    return false;
}

/* Reads the headers that decide where body and connection end. False: that cannot be known. */
static bool framing_read(struct head *head)
{
    const char *value;

    head->length = -1;
    for (const char *name = head->fields; name < head->fields_end; name = text_after(value)) {
        value = text_after(name);
        if (header_is_named(name, "Content-Length") && !content_length_read(value, head))
            return head_complain(head, "the answer announces two lengths, or one that is none");
        if (header_is_named(name, "Transfer-Encoding") && !encoding_read(value, head))
            return head_complain(head,
                                 "the answer was encoded on the way (Transfer-Encoding), which "
                                 "nobody asked for");
        if (header_is_named(name, "Connection"))
            connection_read(value, head);
    }
    /* With two ways to find the end, others may read the rest differently (RFC 9112, 6.3). */
    head->closes |= head->is_chunked && head->length >= 0;
    return true;
}

/* Writes a text at `to`, never past its old place, and returns the place after it. */
static char *text_put(char *to, struct span text)
{
    memmove(to, text.at, text.size);
    to[text.size] = '\0';
    return to + text.size + 1;
}

static bool head_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Whether a CR is in the middle: some take it for the end of the line (RFC 9112, 2.2). */
static bool has_return(struct span text)
{
    text = span_trim(text);
    return text.size && memchr(text.at, '\r', text.size);
}

/* A line that begins with a blank continues the value before it. */
static char *line_fold(char *to, struct span line)
{
    if (has_return(line))
        return NULL;
    to[-1] = ' ';
    return text_put(to, span_trim(line));
}

/* "Name: value" becomes name, zero, value, zero; NULL if it is not of that form. */
static char *field_put(char *to, struct span line)
{
    struct span value = line, name = span_cut(&value, ':');

    if (!value.at || name.size == 0 || head_is_blank(name.at[name.size - 1]) || has_return(value))
        return NULL;
    return text_put(text_put(to, name), span_trim(value));
}

bool head_read(char *bytes, size_t size, struct head *head_r)
{
    struct span rest = { bytes, size };
    char *to = bytes;

    *head_r =
        (struct head){ .fields = bytes, .complaint = "the headers of the answer make no sense" };
    if (memchr(bytes, '\0', size) || !status_line_read(span_trim(span_cut(&rest, '\n')), head_r))
        return false;
    while (to && rest.size) {
        struct span line = span_cut(&rest, '\n');

        if (span_trim(line).size == 0)
            continue;
        to = head_is_blank(line.at[0]) && to > bytes ? line_fold(to, line) : field_put(to, line);
    }
    if (!to)
        return false;
    head_r->fields_end = to;
    return framing_read(head_r);
}

const char *head_field(const struct head *head, const char *name, size_t index)
{
    const char *value;

    for (const char *at = head->fields; at < head->fields_end; at = text_after(value)) {
        value = text_after(at);
        if (header_is_named(at, name) && index-- == 0)
            return value;
    }
    return NULL;
}
