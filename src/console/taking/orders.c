/* A ring of tickets, known by the hashes of their codes, and the places of those who are sent one. */
#include "console/taking/orders.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/inside.h"

#include <pthread.h>

enum { TICKETS = 64, OF_ONE = 8, CODE_BYTES = 32, WAIT_SECONDS = 5 };

struct zip_ticket {
    bool is_good;
    struct sha256 hash;
    struct order_slot owner;
    struct selection selection;
    int64_t made_us;
};

struct orders {
    pthread_mutex_t lock;
    struct zip_ticket tickets[TICKETS];
    struct order_slot sent[ORDERS_SENT]; /* { 0, 0 }: a free place */
};

struct orders *orders_new(void)
{
    struct orders *orders = mem_new(struct orders);

    (void)pthread_mutex_init(&orders->lock, NULL);
    return orders;
}

void orders_free(struct orders *orders)
{
    if (!orders)
        return;
    for (size_t i = 0; i < TICKETS; i++)
        selection_clear(&orders->tickets[i].selection);
    (void)pthread_mutex_destroy(&orders->lock);
    free(orders);
}

static bool is_same(const struct order_slot *a, const struct order_slot *b)
{
    return a->account == b->account && a->token == b->token;
}

static struct order_slot slot_of(const struct exchange *x)
{
    return (struct order_slot){ x->who.account, x->who.token };
}

/* The place of a new ticket: the oldest of one who has many, else the oldest of all. */
static struct zip_ticket *place_of(struct orders *orders, const struct order_slot *owner)
{
    struct zip_ticket *oldest = &orders->tickets[0], *own = NULL;
    size_t count = 0;

    for (size_t i = 0; i < TICKETS; i++) {
        struct zip_ticket *one = &orders->tickets[i];

        if (!one->is_good || (oldest->is_good && one->made_us < oldest->made_us))
            oldest = one;
        if (!one->is_good || !is_same(&one->owner, owner))
            continue;
        count++;
        if (!own || one->made_us < own->made_us)
            own = one;
    }
    return count >= OF_ONE ? own : oldest;
}

void orders_put(struct exchange *x, struct selection *selection, char code_r[ORDER_CODE_SIZE])
{
    struct orders *orders = x->console->orders;
    auto_str text = STR_MAX(ORDER_CODE_SIZE);
    struct order_slot owner = slot_of(x);
    struct zip_ticket *ticket;
    uint8_t code[CODE_BYTES];

    random_bytes(code, sizeof code);
    hex_add(&text, code, sizeof code);
    (void)snprintf(code_r, ORDER_CODE_SIZE, "%s", str_text(&text));
    (void)pthread_mutex_lock(&orders->lock);
    ticket = place_of(orders, &owner);
    selection_clear(&ticket->selection);
    *ticket = (struct zip_ticket){ .is_good = true,
                                   .hash = sha256_of(str_span(&text)),
                                   .owner = owner,
                                   .selection = *selection,
                                   .made_us = clock_mono_us(x->console->clock) };
    (void)pthread_mutex_unlock(&orders->lock);
    *selection = (struct selection){ 0 };
}

static struct zip_ticket *ticket_of(struct orders *orders, const struct exchange *x,
                                    const char *code)
{
    int64_t since_us = clock_mono_us(x->console->clock) - ORDER_MINUTES * 60 * TIME_SECOND;
    struct sha256 hash = sha256_of(span_of(code));
    struct order_slot owner = slot_of(x);

    for (size_t i = 0; i < TICKETS; i++) {
        struct zip_ticket *one = &orders->tickets[i];

        if (one->is_good && one->made_us >= since_us && sha256_equal(&one->hash, &hash)
            && is_same(&one->owner, &owner))
            return one;
    }
    return NULL;
}

/* A free place; NULL: there is none, or this one has a place already. */
static struct order_slot *place_find(struct orders *orders, const struct order_slot *owner)
{
    static const struct order_slot nobody = { 0, 0 };
    struct order_slot *place = NULL;

    for (size_t i = 0; i < ORDERS_SENT; i++) {
        if (is_same(&orders->sent[i], owner))
            return NULL;
        if (is_same(&orders->sent[i], &nobody))
            place = &orders->sent[i];
    }
    return place;
}

bool orders_take(struct exchange *x, const char *code, struct selection *selection_r)
{
    struct orders *orders = x->console->orders;
    struct order_slot owner = slot_of(x), *place = NULL;
    struct zip_ticket *ticket;

    (void)pthread_mutex_lock(&orders->lock);
    ticket = ticket_of(orders, x, code);
    if (ticket && (place = place_find(orders, &owner)) != NULL) {
        *place = owner;
        *selection_r = ticket->selection;
        *ticket = (struct zip_ticket){ 0 };
    }
    (void)pthread_mutex_unlock(&orders->lock);
    if (place)
        return true;
    if (!ticket)
        return refuse(x, PROBLEM_NOT_THERE,
                      "this ZIP was sent already, or chosen more than %d minutes ago: choose anew",
                      ORDER_MINUTES);
    x->problem.wait_seconds = WAIT_SECONDS;
    return refuse(x, PROBLEM_TOO_MANY,
                  "one ZIP is sent to you at a time, and %d to all together; this one stays good",
                  ORDERS_SENT);
}

void orders_done(struct orders *orders, const struct order_slot *slot)
{
    (void)pthread_mutex_lock(&orders->lock);
    for (size_t i = 0; i < ORDERS_SENT; i++)
        if (is_same(&orders->sent[i], slot))
            orders->sent[i] = (struct order_slot){ 0 };
    (void)pthread_mutex_unlock(&orders->lock);
}
