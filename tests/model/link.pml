/*
 * A stored document goes to the key of its patient, while it is linked by two processes, each of which
 * may be killed at any step, and while a put to either key may land late.
 *   DELETEFIRST  the old object goes before the row points to the new one
 *   NOCOMPARE    whatever lies at the new key counts as moved
 *   NOFENCE      whoever comes late points the row back
 */
bool old = true, lateold = true; /* the object at the first key; a put of it still on the wire */
byte new = 0;                    /* at the patient's key: 0 nothing, 1 our bytes, 2 something else */
byte row = 0;                    /* where the row points: 0 the old key, 1 the new one */
byte ep = 0, kills = 0;
bool back = false;

#define KILL if :: atomic { kills < 2 -> kills++; my = 0 }; goto start :: skip fi

proctype Linker() {
    byte my = 0;
start:
    do
    :: atomic { ep < 4 && (row == 0 || old) -> ep++; my = ep };
        KILL;
        if
        :: atomic { row == 1 -> skip }; goto remove
        :: atomic { row == 0 && old && new == 0 -> new = 1 } /* copied: a conditional put */
        :: atomic { row == 0 && new != 0 -> skip }           /* taken: looked at below    */
        :: atomic { row == 0 && !old && new == 0 -> my = 0 }; goto start
        fi;
        KILL;
#ifndef NOCOMPARE
        if :: atomic { new == 2 -> my = 0 }; break :: else -> skip fi; /* a conflict, reported */
#endif
#ifdef DELETEFIRST
        old = false;
        KILL;
#endif
        atomic {
            if
#ifdef NOFENCE
            :: true -> back = back || (row == 1 && ep != my); row = 1
#else
            :: ep == my -> row = 1
            :: else -> my = 0; goto start
#endif
            fi };
        KILL;
remove: atomic { if :: row == 1 && new == 1 -> old = false :: else -> skip fi };
        my = 0
    :: atomic { row == 1 && !old } -> break
    :: atomic { ep == 4 } -> break
    od
}

/* Somebody else's object may already lie at the new key; a late put makes the old one again. */
proctype World() {
    if :: atomic { new == 0 -> new = 2 } :: skip fi
end: atomic { lateold -> lateold = true; old = true }
}

/* The row always leads to the document's bytes; nobody late writes over a later one. */
proctype Watch() {
end: atomic { !((row == 0 && old) || (row == 1 && new == 1)) || back -> assert(false) }
}

init { atomic { run Watch(); run World(); run Linker(); run Linker() } }
