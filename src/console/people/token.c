/* Tokens for programs. */
#include "console/people/token.h"

#include "base/digest.h"
#include "base/time.h"
#include "console/console_db.h"
#include "console/console_sql.h"
#include "console/inside.h"

#include <arpa/inet.h>

enum { TOKEN_BYTES = 32, NAME_LEAST = 2, NAME_MOST = 40 };

/* --- of a request ----------------------------------------------------------------------------- */

/* Whether an address stands in a list with blanks between; an empty list has all. */
static bool address_is_listed(struct span list, const char *address)
{
    if (list.size == 0)
        return true;
    while (list.size)
        if (span_is(span_cut(&list, ' '), address))
            return true;
    return false;
}

bool token_may_have(enum right right)
{
    return right != RIGHT_PUBLIC && right != RIGHT_ANY && right != RIGHT_SIGN
           && right != RIGHT_USERS;
}

static unsigned rights_of(struct span names)
{
    unsigned rights = 0;

    while (names.size) {
        struct span name = span_cut(&names, ' ');

        for (int right = 0; right < RIGHTS; right++)
            if (token_may_have((enum right)right) && span_is(name, right_name((enum right)right)))
                rights |= 1U << right;
    }
    return rights;
}

bool token_find(struct console *console, struct span text, const char *address,
                struct identity *who_r, struct err *err)
{
    uint8_t bytes[TOKEN_BYTES];
    struct sha256 hash;
    auto_lent lent = { 0 };
    auto_rows *rows = NULL;
    enum step step;

    *who_r = (struct identity){ 0 };
    if (!hex_read(text, bytes, sizeof bytes))
        return true;
    hash = sha256_of((struct span){ (const char *)bytes, sizeof bytes });
    if (!console_db_borrow(console->db, &lent, err)
        || !sql_query(
            lent.sql, &CONSOLE_TOKEN_FIND,
            sql_args(sql_bytes(hash.bytes, SHA256_SIZE), sql_i64(clock_now_us(console->clock))),
            &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW && address_is_listed(sql_get_text(rows, 2), address)) {
        who_r->token = sql_get_i64(rows, 0);
        who_r->rights = rights_of(sql_get_text(rows, 1));
        (void)snprintf(who_r->name, sizeof who_r->name, SPAN_FORMAT,
                       SPAN_ARGS(sql_get_text(rows, 3)));
    }
    return step != STEP_ERROR;
}

/* --- making one ------------------------------------------------------------------------------- */

static bool name_may_be(const char *name, struct err *err)
{
    size_t size = strlen(name);

    if (size < NAME_LEAST || size > NAME_MOST
        || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") != size)
        return err_set(err, ERR_USAGE, 0,
                       "the name is to have %d to %d characters, each of a-z 0-9 . _ -", NAME_LEAST,
                       NAME_MOST);
    return true;
}

static void list_add(char list[TOKEN_LIST_SIZE], const char *word)
{
    size_t used = strlen(list);

    (void)snprintf(list + used, TOKEN_LIST_SIZE - used, "%s%s", used ? " " : "", word);
}

static bool right_of(struct span name, enum right *right_r)
{
    for (int right = 0; right < RIGHTS; right++)
        if (span_is(name, right_name((enum right)right))) {
            *right_r = (enum right)right;
            return true;
        }
    return false;
}

static bool right_add(struct span name, unsigned *set, struct err *err)
{
    enum right right;

    if (!right_of(name, &right) || !token_may_have(right))
        return err_set(err, ERR_USAGE, 0,
                       "'" SPAN_FORMAT
                       "' is no right that a token can have: docs/access.md has them",
                       SPAN_ARGS(span_first(name, 40)));
    *set |= 1U << right;
    return true;
}

/* In the order of the table, each once. */
static bool rights_read(const char *text, char rights_r[TOKEN_LIST_SIZE], struct err *err)
{
    struct span rest = span_of(text), word;
    unsigned set = 0;

    while ((word = span_word(&rest)).size)
        if (!right_add(word, &set, err))
            return false;
    if (!set)
        return err_set(err, ERR_USAGE, 0, "no right is named: a token without one opens nothing");
    rights_r[0] = '\0';
    for (int right = 0; right < RIGHTS; right++)
        if (set & (1U << right))
            list_add(rights_r, right_name((enum right)right));
    return true;
}

/* An address is kept as the socket will say it. */
static bool address_add(struct span word, char addresses[TOKEN_LIST_SIZE], struct err *err)
{
    char text[INET6_ADDRSTRLEN], normal[INET6_ADDRSTRLEN];
    struct in6_addr bytes;
    int family = span_find(word, ":") < word.size ? AF_INET6 : AF_INET;

    (void)snprintf(text, sizeof text, SPAN_FORMAT, SPAN_ARGS(word));
    if (word.size >= sizeof text || inet_pton(family, text, &bytes) != 1)
        return err_set(err, ERR_USAGE, 0,
                       "'" SPAN_FORMAT "' is no numeric address, such as 192.0.2.7 or 2001:db8::7",
                       SPAN_ARGS(span_first(word, 60)));
    if (strlen(addresses) + INET6_ADDRSTRLEN + 1 > TOKEN_LIST_SIZE)
        return err_set(err, ERR_USAGE, 0, "these are too many addresses for one token");
    list_add(addresses, inet_ntop(family, &bytes, normal, sizeof normal));
    return true;
}

static bool addresses_read(const char *text, char addresses_r[TOKEN_LIST_SIZE], struct err *err)
{
    struct span rest = span_of(text), word;

    addresses_r[0] = '\0';
    while ((word = span_word(&rest)).size)
        if (!address_add(word, addresses_r, err))
            return false;
    return true;
}

bool token_wish_read(const struct token_wish *wish, struct token_made *made_r, struct err *err)
{
    if (wish->days < 1 || wish->days > TOKEN_DAYS_MOST)
        return err_set(err, ERR_USAGE, 0, "a token is good for 1 to %d days", TOKEN_DAYS_MOST);
    return name_may_be(wish->name, err) && rights_read(wish->rights, made_r->rights, err)
           && addresses_read(wish->addresses, made_r->addresses, err);
}

/* Two that come at once may make one more than there should be, which does no harm. */
static bool room_is_left(struct sql *sql, int64_t now_us, struct err *err)
{
    int64_t count;

    if (!sql_number(sql, &CONSOLE_TOKEN_COUNT, sql_args(sql_i64(now_us)), 0, &count, err))
        return false;
    return count < TOKENS_MOST
           || err_set(err, ERR_USAGE, 0, "%d tokens are good already: end one first", TOKENS_MOST);
}

bool token_make(struct sql *sql, const struct token_wish *wish, int64_t now_us,
                struct token_made *made_r, struct err *err)
{
    uint8_t bytes[TOKEN_BYTES];
    auto_str text = STR_MAX(TOKEN_TEXT_SIZE);
    struct sha256 hash;

    if (!token_wish_read(wish, made_r, err) || !room_is_left(sql, now_us, err))
        return false;
    random_bytes(bytes, sizeof bytes);
    hex_add(&text, bytes, sizeof bytes);
    (void)snprintf(made_r->text, sizeof made_r->text, "%s", str_text(&text));
    hash = sha256_of((struct span){ (const char *)bytes, sizeof bytes });
    made_r->until_us = now_us + wish->days * 24 * 3600 * TIME_SECOND;
    return sql_number(sql, &CONSOLE_TOKEN_ADD,
                      sql_args(sql_bytes(hash.bytes, SHA256_SIZE), sql_text(wish->name),
                               sql_text(made_r->rights), sql_text(made_r->addresses),
                               sql_i64(wish->made_by), sql_i64(now_us), sql_i64(made_r->until_us)),
                      0, &made_r->token, err);
}

/* --- the list --------------------------------------------------------------------------------- */

const char *token_state(const struct token_seen *seen, int64_t now_us)
{
    return seen->ended_us ? "ended" : seen->until_us > now_us ? "good" : "expired";
}

static struct token_seen token_read(const struct sql_rows *rows)
{
    return (struct token_seen){ .token = sql_get_i64(rows, 0),
                                .name = sql_get_text(rows, 1),
                                .rights = sql_get_text(rows, 2),
                                .addresses = sql_get_text(rows, 3),
                                .made_us = sql_get_i64(rows, 4),
                                .until_us = sql_get_i64(rows, 5),
                                .ended_us = sql_is_null(rows, 6) ? 0 : sql_get_i64(rows, 6),
                                .made_by = sql_get_text(rows, 7) };
}

bool token_each(struct sql *sql, bool (*each)(void *arg, const struct token_seen *seen), void *arg,
                struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(sql, &CONSOLE_TOKENS, SQL_NO_ARGS, &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct token_seen seen = token_read(rows);

        if (!each(arg, &seen))
            return true;
    }
    return step == STEP_END;
}

bool token_end(struct sql *sql, int64_t token, int64_t now_us, bool *ended_r, struct err *err)
{
    if (!sql_run(sql, &CONSOLE_TOKEN_END, sql_args(sql_i64(token), sql_i64(now_us)), err))
        return false;
    *ended_r = sql_changed(sql) == 1;
    return true;
}
