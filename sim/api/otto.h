/*
 * OttoFMS, a program beside FileMaker Server that hands out keys: it takes calls of the Data API and of OData under
 * /otto, with a key in place of a token or a password, and keeps the sessions itself.
 */
#pragma once

#include "sim/api/answer.h"
#include "sim/sim.h"

/* Whether a request to it may pass; refused otherwise. Any thread. */
bool otto_lets_in(struct sim *sim, const struct request *request, struct answer *answer);

/*
 * The token of one of its sessions, which is opened if it does not live. The server's journal has no login of it.
 * False: there are too many sessions.
 */
bool otto_token(struct sim *sim, const struct request *request, char token_r[SESSION_TOKEN_SIZE]);
