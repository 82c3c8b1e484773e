/* A few sessions, taken in turn. */
#include "sim/api/otto.h"

#include "sim/api/call.h"

#include "base/mem.h"

bool otto_lets_in(struct sim *sim, const struct request *request, struct answer *answer)
{
    const char *key = sim->options.otto_key;

    if (!key)
        answer_web(answer, 404);
    else if (request->route.kind == REQUEST_LOGIN || request->route.kind == REQUEST_LOGOUT)
        answer_web(answer, 405);
    else if (!span_is(request_token(request), key))
        answer_web(answer, 401);
    else
        return true;
    return false;
}

bool otto_token(struct sim *sim, const struct request *request, char token_r[SESSION_TOKEN_SIZE])
{
    char *token = sim->otto.tokens[request->number % lengthof(sim->otto.tokens)];
    auto_free char *account = span_text(span_of(sim->options.account));
    struct session *session;
    bool busy, is_there;
    uint32_t serial;

    (void)pthread_mutex_lock(&sim->otto.lock);
    session = session_take(sim->sessions, span_of(token), SPAN_NONE, true, &busy);
    is_there = session || busy
               || session_login(sim->sessions, request->route.database, account, token, &serial);
    if (session)
        session_give(sim->sessions, session, true);
    memcpy(token_r, token, SESSION_TOKEN_SIZE);
    (void)pthread_mutex_unlock(&sim->otto.lock);
    return is_there;
}
