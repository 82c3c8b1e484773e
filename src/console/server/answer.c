/* Puts answers together. */
#include "console/server/answer.h"

#include <assert.h>
#include <stdarg.h>

static const char html_type[] = "text/html; charset=utf-8";

struct answer answer_start(void)
{
    return (struct answer){ .status = 200, .type = html_type, .body = STR_MAX(ANSWER_BODY_MAX) };
}

static void stream_end(struct answer *answer)
{
    if (answer->stream.free)
        answer->stream.free(answer->stream.arg);
    answer->stream = (struct answer_stream){ 0 };
}

void answer_clear(struct answer *answer)
{
    str_clear(&answer->body);
    stream_end(answer);
    for (size_t i = 0; i < answer->header_count; i++)
        free(answer->headers[i].value);
    answer->header_count = 0;
    free(take(answer->type_kept));
}

void answer_restart(struct answer *answer)
{
    str_reset(&answer->body);
    stream_end(answer);
    answer->fixed = SPAN_NONE;
    answer->may_be_kept = false;
    answer->type = html_type;
    free(take(answer->type_kept));
}

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    return false;
}

void answer_header(struct answer *answer, const char *name, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    int size;

    va_start(args, format);
    size = vasprintf(&text, format, args);
    va_end(args);
    assert(size >= 0 && !has_control(text) && answer->header_count < ANSWER_HEADERS);
    answer->headers[answer->header_count++] = (struct answer_header){ name, text };
}

void answer_go_to(struct answer *answer, const char *to)
{
    answer_restart(answer);
    answer->status = 303;
    answer_header(answer, "Location", "%s", to);
}

void answer_of_others(struct answer *answer, char *type)
{
    free(answer->type_kept);
    answer->type_kept = type;
    answer->type = type;
}

void answer_json(struct answer *answer)
{
    answer->type = "application/json";
}
