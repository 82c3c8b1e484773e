/*
 * A large document in parts: the upload's id stands in the ledger before the first part, and what was
 * begun is aborted before anything new is tried, so that no late Complete can land. The server's
 * Complete replaces what is there, as some do. The file is replaced once, and the mover killed twice.
 *   NOABORT   a new try leaves the old upload alone
 *   IDLATER   the upload's id is written down only after the parts
 */
byte src = 1, object = 0, stored = 0;
byte open[4];            /* the content of upload 1..3 on the server; 0: unknown or aborted */
bool wire[4];            /* a Complete for it still on its way  */
byte used = 0, noted = 0; /* the ledger knows this upload        */
byte kills = 0;
bool orphan = false;

#define KILL if :: atomic { kills < 2 -> kills++; v = 0; u = 0 }; goto start :: skip fi

proctype Mover() {
    byte v = 0, u = 0;
start:
    do
    :: atomic { stored != src && used < 3 -> v = src };
#ifndef NOABORT
        atomic { if :: noted != 0 -> open[noted] = 0; noted = 0 :: else -> skip fi };
#endif
        KILL;
        if :: atomic { object == v -> stored = v }; goto start :: else -> skip fi;
        atomic { used++; u = used; open[u] = v
#ifndef IDLATER
                 ; noted = u
#endif
               };
        KILL;
#ifdef IDLATER
        noted = u;
#endif
        if
        :: atomic { open[u] != 0 -> object = open[u]; open[u] = 0 }
        :: atomic { wire[u] = true }; v = 0; u = 0; goto start /* no answer; it may land later */
        fi;
        KILL;
        atomic { if :: object == v -> stored = v; noted = 0 :: else -> skip fi; v = 0; u = 0 }
    :: atomic { stored == src || used == 3 } -> break
    od
}

proctype People() { atomic { src = 2 } }

proctype Wire() {
end:
    do
    :: atomic { wire[1] -> wire[1] = false; if :: open[1] != 0 -> object = open[1]; open[1] = 0 :: else -> skip fi }
    :: atomic { wire[2] -> wire[2] = false; if :: open[2] != 0 -> object = open[2]; open[2] = 0 :: else -> skip fi }
    :: atomic { wire[3] -> wire[3] = false; if :: open[3] != 0 -> object = open[3]; open[3] = 0 :: else -> skip fi }
    od
}

/* What is said to be stored lies there; no upload is open that the ledger does not know. */
proctype Watch() {
end: atomic {
        ((stored != 0 && object != stored && stored == src)
        || (open[1] != 0 && noted != 1 && !wire[1] && stored == src)
        || (open[2] != 0 && noted != 2 && !wire[2] && stored == src)
        || (open[3] != 0 && noted != 3 && !wire[3] && stored == src)) -> assert(false) }
}

init { atomic { run Watch(); run Mover(); run People(); run Wire() } }
