/*
 * Lists a bucket, a page at a time. Version 2 is asked for; if a server answers in version 1, the
 * next pages are asked for in that. A page that does not continue after the last one is an error:
 * some servers give the same one for ever.
 */
#include "store/s3/list.h"

#include "base/mem.h"
#include "base/num.h"
#include "store/s3/xml.h"

enum { EMPTY_MAX = 100, PAGE_KEYS = 500, PAGE_MAX = 8 * 1024 * 1024 };

struct s3_list_page {
    char **keys;
    uint64_t *sizes;
    size_t count, room, next;
    bool is_truncated, is_encoded, is_v2;
    char *token;  /* NextContinuationToken, or NULL */
    char *key_at; /* of the entry at hand           */
    uint64_t size_at;
};

struct s3_list {
    struct store_list list;
    char *prefix, *last; /* `last`: the last key of the page before */
    unsigned empty;      /* pages in a row that said "more" and had nothing */
    struct s3_list_page page;
    bool is_v1, is_finished;
};

static void list_page_clear(struct s3_list_page *page)
{
    for (size_t i = 0; i < page->count; i++)
        free(page->keys[i]);
    free(page->keys);
    free(page->sizes);
    free(page->token);
    free(page->key_at);
    *page = (struct s3_list_page){ 0 };
}

/* --- reading a page ------------------------------------------------------------------------- */

static int hex_digit_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* Decodes "%XX" and "+", which is a blank here. */
static void key_decode(char *text)
{
    char *to = text;

    for (const char *at = text; *at; at++) {
        int high = *at == '%' ? hex_digit_value(at[1]) : -1,
            low = high >= 0 ? hex_digit_value(at[2]) : -1;

        if (low >= 0) {
            *to++ = (char)(high * 16 + low);
            at += 2;
        } else {
            *to++ = *at == '+' ? ' ' : *at;
        }
    }
    *to = '\0';
}

static void entry_add(struct s3_list_page *page)
{
    if (page->count == page->room) {
        page->room = page->room ? 2 * page->room : 64;
        page->keys = mem_grow(page->keys, page->room * sizeof page->keys[0]);
        page->sizes = mem_grow(page->sizes, page->room * sizeof page->sizes[0]);
    }
    page->sizes[page->count] = page->size_at;
    page->keys[page->count++] = take(page->key_at);
    page->size_at = 0;
}

static void text_take(char **to, struct span text)
{
    free(*to);
    *to = span_text(text);
}

static bool on_list_element(void *arg, const char *path, struct span text, struct err *err)
{
    struct s3_list_page *page = arg;

    if (strcmp(path, "Contents/Key") == 0)
        text_take(&page->key_at, text);
    else if (strcmp(path, "Contents/Size") == 0)
        return num_u64(span_trim(text), 0, INT64_MAX, &page->size_at, err);
    else if (strcmp(path, "Contents") == 0 && page->key_at)
        entry_add(page);
    else if (strcmp(path, "IsTruncated") == 0)
        page->is_truncated = span_is(span_trim(text), "true");
    else if (strcmp(path, "EncodingType") == 0)
        page->is_encoded = span_is(span_trim(text), "url");
    else if (strcmp(path, "KeyCount") == 0)
        page->is_v2 = true;
    else if (strcmp(path, "NextContinuationToken") == 0)
        text_take(&page->token, text);
    return true;
}

/* Checks that each key comes after the one before, from page to page, too. */
static bool keys_are_in_order(const struct s3_list *list, struct err *err)
{
    const char *last = list->last;

    for (size_t i = 0; i < list->page.count; i++) {
        const char *key = list->page.keys[i];

        if (last && strcmp(key, last) <= 0)
            return err_set(err, ERR_DATA, STORE_MISMATCH,
                           "the server lists '%.200s' after '%.200s': its pages are out of order",
                           key, last);
        last = key;
    }
    return true;
}

static bool list_page_read(struct s3_list *list, struct s3_answer *answer, struct err *err)
{
    struct s3_list_page *page = &list->page;
    auto_str body = STR_MAX(PAGE_MAX);
    char root[S3_XML_NAME_SIZE];

    if (!s3_answer_body(answer, &body, err)
        || !s3_xml_walk(str_span(&body), root, on_list_element, page, err))
        return false;
    if (strcmp(root, "ListBucketResult") != 0)
        return err_set(err, ERR_DATA, STORE_MISMATCH, "the answer is no listing");
    for (size_t i = 0; page->is_encoded && i < page->count; i++)
        key_decode(page->keys[i]);
    return keys_are_in_order(list, err);
}

/* --- asking for one ------------------------------------------------------------------------- */

static void query_add(struct sigv4_pair *query, size_t *count, const char *name, const char *value)
{
    query[(*count)++] = (struct sigv4_pair){ span_of(name), span_of(value) };
}

static bool page_fetch(struct s3_list *list, const char *token, struct err *err)
{
    struct sigv4_pair query[6];
    struct s3_request request = { .method = "GET", .query = query };
    auto_s3_answer answer = { 0 };
    char most[16];

    (void)snprintf(most, sizeof most, "%d", PAGE_KEYS);
    query_add(query, &request.query_count, "encoding-type", "url");
    query_add(query, &request.query_count, "max-keys", most);
    query_add(query, &request.query_count, "prefix", list->prefix);
    if (!list->is_v1)
        query_add(query, &request.query_count, "list-type", "2");
    if (token)
        query_add(query, &request.query_count, "continuation-token", token);
    else if (list->is_v1 && list->last)
        query_add(query, &request.query_count, "marker", list->last);
    if (!s3_request_with_retries(&s3_store_of(list->list.store)->client, &request, &answer, err))
        return false;
    if (answer.class != S3_FINE)
        return s3_answer_error(&answer, err);
    return list_page_read(list, &answer, err);
}

/* Ends a listing if the server says "more" again and again, and gives nothing. */
static bool listing_advances(struct s3_list *list, const char *token_before, struct err *err)
{
    const char *token = list->page.token;

    list->empty = list->page.count ? 0 : list->empty + 1;
    if (list->empty < EMPTY_MAX
        && (list->page.count || !token || !token_before || strcmp(token, token_before) != 0))
        return true;
    return err_set(err, ERR_DATA, STORE_MISMATCH,
                   "the server says that more follows, and lists nothing");
}

/* Fetches the page after the one at hand, which is used up. */
static bool page_next(struct s3_list *list, struct err *err)
{
    auto_free char *token = take(list->page.token);

    if (list->page.count) {
        free(list->last);
        list->last = take(list->page.keys[list->page.count - 1]);
    }
    list_page_clear(&list->page);
    if (!page_fetch(list, token, err))
        return false;
    if (!list->page.is_v2 && !list->page.token)
        list->is_v1 = true;
    list->is_finished = !list->page.is_truncated;
    if (list->is_finished)
        return true;
    if (list->is_v1 ? list->page.count == 0 : !list->page.token)
        return err_set(err, ERR_DATA, STORE_MISMATCH,
                       "the server says that more follows, but not after what");
    return listing_advances(list, token, err);
}

/* --- the listing ---------------------------------------------------------------------------- */

bool s3_list(struct store *store, const char *prefix, struct store_list **list_r, struct err *err)
{
    struct s3_list *list = mem_new(struct s3_list);

    list->list.store = store;
    list->prefix = mem_text(prefix);
    if (!page_next(list, err)) {
        s3_list_free(&list->list);
        return false;
    }
    *list_r = &list->list;
    return true;
}

enum step s3_list_next(struct store_list *base, struct store_entry *entry_r, struct err *err)
{
    struct s3_list *list = (struct s3_list *)base;
    struct s3_list_page *page = &list->page;

    while (page->next == page->count) {
        if (list->is_finished)
            return STEP_END;
        if (!page_next(list, err))
            return STEP_ERROR;
    }
    *entry_r = (struct store_entry){ page->keys[page->next], page->sizes[page->next] };
    page->next++;
    return STEP_ROW;
}

void s3_list_free(struct store_list *base)
{
    struct s3_list *list = (struct s3_list *)base;

    list_page_clear(&list->page);
    free(list->prefix);
    free(list->last);
    free(list);
}
