/* Sessions: a list under one lock, and a queue of tickets at each. */
#include "sim/request/session.h"

#include "sim/base/chance.h"

#include "base/mem.h"
#include "base/time.h"

#include <pthread.h>

struct session_variable {
    struct session_variable *next;
    char *name, *value;
};

struct session {
    char token[SESSION_TOKEN_SIZE];
    uint32_t serial;
    char *database, *account;
    int64_t used_us;
    uint64_t next_ticket, serving; /* equal: the session is free */
    bool ended;
    struct session_variable *globals;
};

struct sessions {
    struct session_rules rules;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    struct session **list; /* ended ones stay while requests wait for them */
    size_t count, room;
    uint32_t last_serial;
};

struct sessions *sessions_new(const struct session_rules *rules)
{
    struct sessions *sessions = mem_new(struct sessions);

    sessions->rules = *rules;
    (void)pthread_mutex_init(&sessions->lock, NULL);
    (void)pthread_cond_init(&sessions->turn, NULL);
    return sessions;
}

static void session_free(struct session *session)
{
    while (session->globals) {
        struct session_variable *global = session->globals;

        session->globals = global->next;
        free(global->name);
        free(global->value);
        free(global);
    }
    free(session->database);
    free(session->account);
    free(session);
}

void sessions_free(struct sessions *sessions)
{
    if (!sessions)
        return;
    for (size_t i = 0; i < sessions->count; i++)
        session_free(sessions->list[i]);
    free(sessions->list);
    (void)pthread_cond_destroy(&sessions->turn);
    (void)pthread_mutex_destroy(&sessions->lock);
    free(sessions);
}

static bool is_idle(const struct session *session)
{
    return session->serving == session->next_ticket;
}

/* Ends sessions that were idle for too long and frees those that ended. With the lock held. */
static void sessions_sweep(struct sessions *sessions)
{
    int64_t now = time_mono_us();
    size_t kept = 0;

    for (size_t i = 0; i < sessions->count; i++) {
        struct session *session = sessions->list[i];

        if (is_idle(session) && now - session->used_us > sessions->rules.idle_us)
            session->ended = true;
        if (session->ended && is_idle(session))
            session_free(session);
        else
            sessions->list[kept++] = session;
    }
    sessions->count = kept;
}

static size_t sessions_living(const struct sessions *sessions)
{
    size_t count = 0;

    for (size_t i = 0; i < sessions->count; i++)
        count += !sessions->list[i]->ended;
    return count;
}

static struct session *session_find(const struct sessions *sessions, struct span token)
{
    for (size_t i = 0; i < sessions->count; i++)
        if (!sessions->list[i]->ended && span_is(token, sessions->list[i]->token))
            return sessions->list[i];
    return NULL;
}

static struct session *session_add(struct sessions *sessions)
{
    struct session *session = mem_new(struct session);
    uint64_t seed = sessions->rules.seed;
    uint64_t n = ++sessions->last_serial;

    if (sessions->count == sessions->room) {
        sessions->room = sessions->room ? 2 * sessions->room : 16;
        sessions->list = mem_grow(sessions->list, sessions->room * sizeof *sessions->list);
    }
    sessions->list[sessions->count++] = session;
    session->serial = (uint32_t)n;
    session->used_us = time_mono_us();
    (void)snprintf(session->token, sizeof session->token, "%016jx%016jx%016jx%04x",
                   (uintmax_t)chance_of(seed, n, 1), (uintmax_t)chance_of(seed, n, 2),
                   (uintmax_t)chance_of(seed, n, 3), (unsigned)(chance_of(seed, n, 4) & 0xFFFF));
    return session;
}

bool session_login(struct sessions *sessions, struct span database, const char *account,
                   char token_r[SESSION_TOKEN_SIZE], uint32_t *serial_r)
{
    struct session *session = NULL;

    (void)pthread_mutex_lock(&sessions->lock);
    sessions_sweep(sessions);
    if (!sessions->rules.max || sessions_living(sessions) < sessions->rules.max) {
        session = session_add(sessions);
        session->database = span_text(database);
        session->account = mem_text(account);
        memcpy(token_r, session->token, SESSION_TOKEN_SIZE);
        *serial_r = session->serial;
    }
    (void)pthread_mutex_unlock(&sessions->lock);
    return session != NULL;
}

/* Waits until it is this ticket's turn, with the lock held. */
static bool wait_turn(struct sessions *sessions, struct session *session)
{
    uint64_t ticket = session->next_ticket++;

    while (session->serving != ticket)
        (void)pthread_cond_wait(&sessions->turn, &sessions->lock);
    if (!session->ended)
        return true;
    session->serving++;
    (void)pthread_cond_broadcast(&sessions->turn);
    return false;
}

struct session *session_take(struct sessions *sessions, struct span token, struct span database,
                             bool refuse, bool *busy_r)
{
    struct session *session;

    *busy_r = false;
    (void)pthread_mutex_lock(&sessions->lock);
    sessions_sweep(sessions);
    session = session_find(sessions, token);
    if (session && database.at && !span_is(database, session->database))
        session = NULL;
    if (session && refuse && !is_idle(session)) {
        *busy_r = true;
        session = NULL;
    }
    if (session && !wait_turn(sessions, session))
        session = NULL;
    (void)pthread_mutex_unlock(&sessions->lock);
    return session;
}

void session_give(struct sessions *sessions, struct session *session, bool used)
{
    if (!session)
        return;
    (void)pthread_mutex_lock(&sessions->lock);
    if (used)
        session->used_us = time_mono_us();
    session->serving++;
    (void)pthread_cond_broadcast(&sessions->turn);
    (void)pthread_mutex_unlock(&sessions->lock);
}

bool session_logout(struct sessions *sessions, struct span token, uint32_t *serial_r)
{
    struct session *session;

    (void)pthread_mutex_lock(&sessions->lock);
    sessions_sweep(sessions);
    session = session_find(sessions, token);
    if (session) {
        session->ended = true;
        *serial_r = session->serial;
    }
    (void)pthread_mutex_unlock(&sessions->lock);
    return session != NULL;
}

uint32_t session_serial(const struct session *session)
{
    return session->serial;
}

const char *session_account(const struct session *session)
{
    return session->account;
}

bool session_lives(struct sessions *sessions, uint32_t serial, struct span token, bool used)
{
    bool lives = false;

    (void)pthread_mutex_lock(&sessions->lock);
    sessions_sweep(sessions);
    for (size_t i = 0; i < sessions->count && !lives; i++) {
        struct session *session = sessions->list[i];

        lives = session->serial == serial && !session->ended
                && (!token.at || span_is(token, session->token));
        if (lives && used)
            session->used_us = time_mono_us();
    }
    (void)pthread_mutex_unlock(&sessions->lock);
    return lives;
}

size_t sessions_drop(struct sessions *sessions)
{
    size_t count;

    (void)pthread_mutex_lock(&sessions->lock);
    count = sessions_living(sessions);
    for (size_t i = 0; i < sessions->count; i++)
        sessions->list[i]->ended = true;
    (void)pthread_mutex_unlock(&sessions->lock);
    return count;
}

size_t sessions_count(struct sessions *sessions)
{
    size_t count;

    (void)pthread_mutex_lock(&sessions->lock);
    sessions_sweep(sessions);
    count = sessions_living(sessions);
    (void)pthread_mutex_unlock(&sessions->lock);
    return count;
}

void session_global_set(struct session *session, struct span name, struct span value)
{
    struct session_variable *global = session->globals;

    while (global && !span_is(name, global->name))
        global = global->next;
    if (!global) {
        global = mem_new(struct session_variable);
        global->name = span_text(name);
        global->next = session->globals;
        session->globals = global;
    }
    free(global->value);
    global->value = span_text(value);
}

struct span session_global(const struct session *session, struct span name)
{
    for (const struct session_variable *global = session->globals; global; global = global->next)
        if (span_is(name, global->name))
            return span_of(global->value);
    return SPAN_NONE;
}
