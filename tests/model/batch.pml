/*
 * Two documents in one batch: a worker claims what is due, reads both records by one find, takes one after
 * the other across, and reads both marks back by one find. Two workers, kills at any step, claims that are
 * taken away from the dead and from those who only seem so. A find may miss a record that is there, or tell
 * of it as it was before its last change; FileMaker may say yes to a mark and not write it; people replace a
 * file and delete a record at any moment. Marks of both documents have the same texts. Storing is one step
 * here: what may happen in it is in crossing.pml.
 *
 * -D one of these breaks the protocol in one place, and must be caught:
 *   BYPOSITION  the n-th record of the answer goes to the n-th document that was asked for
 *   BACKBYPOS   so it does when the marks are read back
 *   MISSGONE    a record that the find misses is gone
 *   MISSDONE    a mark that the find misses was read back
 *   ALLTHERE    one mark that was read back counts for the batch
 *   DONEEARLY   FileMaker's yes to the mark is proof enough, without reading it back
 *   BLINDAGAIN  a mark that was not there is written again, whatever happened to the record since
 *   LATEMOD     the mark is guarded by a modification id that was read after the bytes
 *   NOFENCE     whoever lost its claim records all the same
 *   HANDANY     what was not begun is handed back, whoever holds it by now
 *   NOEXPIRE    what the dead held is never free again
 */
#ifndef MAXK
#define MAXK 1 /* kills                   */
#endif
#ifndef MAXE
#define MAXE 2 /* claims of each document */
#endif
#ifndef MAXL
#define MAXL 1 /* untrue answers          */
#endif

mtype = { WAITING, CLAIMED, STORED, DONE, GONE }; /* a document in the ledger */
/* what a worker knows of a document: not its own; its record is to be found, was found, was missed; its mark
   was asked for, is to be read singly, is there, is not there, cannot be there any more */
mtype = { NONE, CLAIM, FOUND, MISSED, MARKED, UNSEEN, THERE, ABSENT, STALE };

/* the source: a record's file is its first or its second */
byte mod[2], mark[2], wasmark[2];
bool second[2], deleted[2];
#define BYTES(r) (1 + 2 * (r) + second[r])
#define RECORD_OF(bytes) (((bytes) - 1) / 2)
/* the ledger */
mtype st[2] = WAITING;
byte ep[2], owner[2], lv[2], imod[2], imark[2], dmod[2];
byte kills = 0, lies = 0;
/* what must never be */
bool badbytes = false, regress = false;

#define DUE(d) ((st[d] == WAITING || st[d] == STORED) && owner[d] == 0 && ep[d] < MAXE)
#define OVER(d) ((st[d] == DONE && mod[d] == dmod[d]) || st[d] == GONE || (ep[d] == MAXE && owner[d] == 0))
#ifdef NOFENCE
#define HELD(d) (my[d] != 0)
#else
#define HELD(d) (owner[d] == _pid && ep[d] == my[d])
#endif
#define FORGET(d) knows[d] = NONE; m[d] = 0; my[d] = 0
#define KILL if :: atomic { kills < MAXK -> kills++; FORGET(0); FORGET(1); d = 0; b = 0 }; goto start :: skip fi
#define LIE lies < MAXL -> lies++

/* What was stored already is not fetched again: the first find tells of its mark. */
inline take(i) {
    if
    :: DUE(i) -> knows[i] = (st[i] == WAITING -> CLAIM : MARKED); st[i] = (st[i] == WAITING -> CLAIMED : STORED);
        ep[i]++; my[i] = ep[i]; owner[i] = _pid
    :: else -> skip
    fi
}

inline let_go(to) { if :: HELD(d) -> st[d] = to; owner[d] = 0 :: else -> skip fi; FORGET(d) }

/* Record r in the answer to the batch, taken for that of document i. */
inline find(i, r) {
    if
    :: knows[i] != CLAIM -> skip
    :: knows[i] == CLAIM && deleted[r] -> knows[i] = MISSED
    :: knows[i] == CLAIM && !deleted[r] -> knows[i] = FOUND; m[i] = mod[r]
    :: knows[i] == CLAIM && !deleted[r] && LIE; knows[i] = MISSED
    :: knows[i] == CLAIM && !deleted[r] && mod[r] > 0 && LIE; knows[i] = FOUND; m[i] = mod[r] - 1
    fi
}

/* What a reading says of the mark of document i. */
inline judge(i, at, text) {
    if
    :: text == imark[i] && at == imod[i] + 1 -> knows[i] = THERE
    :: at <= imod[i] -> knows[i] = ABSENT
    :: else -> knows[i] = STALE
    fi
}

inline find_mark(i, r) {
    if
    :: knows[i] != MARKED -> skip
    :: knows[i] == MARKED && deleted[r] -> knows[i] = UNSEEN
    :: knows[i] == MARKED && !deleted[r] -> judge(i, mod[r], mark[r])
    :: knows[i] == MARKED && !deleted[r] && LIE; knows[i] = UNSEEN
    :: knows[i] == MARKED && !deleted[r] && mod[r] > 0 && LIE; judge(i, mod[r] - 1, wasmark[r])
    fi
}

inline mark_lands() {
    badbytes = badbytes || lv[d] != BYTES(d);
    wasmark[d] = mark[d]; mark[d] = imark[d]; mod[d]++
}

inline put_mark() {
    if
    :: HELD(d) && !deleted[d] && mod[d] == imod[d] -> mark_lands(); knows[d] = MARKED
    :: HELD(d) && !deleted[d] && mod[d] == imod[d] && LIE; knows[d] = MARKED
    :: HELD(d) && (deleted[d] || mod[d] != imod[d]) -> knows[d] = MARKED /* 101, 306: the reading tells */
    :: !HELD(d) -> FORGET(d)
    fi
}

#ifdef BYPOSITION
#define FROM (d ^ swapped)
#else
#define FROM d
#endif

proctype Worker() {
    mtype knows[2] = NONE;
    byte m[2], my[2], d = 0, b = 0;
    bool swapped = false;
start:
    do
    :: atomic { DUE(0) || DUE(1) -> take(0); take(1) };
        KILL;
        if
        :: atomic { true -> find(0, 0); find(1, 1); find_mark(0, 0); find_mark(1, 1) }
#ifdef BYPOSITION
        :: atomic { knows[0] == CLAIM && knows[1] == CLAIM -> swapped = true; find(0, 1); find(1, 0) }
#endif
        fi;
        /* one after the other */
        do
        :: atomic { d == 2 -> d = 0 }; break
        :: atomic { d < 2 && knows[d] != FOUND && knows[d] != MISSED -> d++ }
        :: atomic { d < 2 && (knows[d] == FOUND || knows[d] == MISSED) -> /* it would take too long */
#ifdef HANDANY
                regress = regress || (st[d] == DONE && mod[d] == dmod[d]);
                st[d] = WAITING; owner[d] = 0; FORGET(d); d++ }
#else
                let_go(WAITING); d++ }
#endif
#ifdef MISSGONE
        :: atomic { d < 2 && knows[d] == MISSED -> let_go(GONE); d++ }
#else
        :: atomic { d < 2 && knows[d] == MISSED && deleted[d] -> let_go(GONE); d++ }
        :: atomic { d < 2 && knows[d] == MISSED && !deleted[d] -> knows[d] = FOUND; m[d] = mod[d] }
#endif
        :: atomic { d < 2 && knows[d] == FOUND && deleted[FROM] -> let_go(GONE); d++ }
        :: atomic { d < 2 && knows[d] == FOUND && !deleted[FROM] -> b = BYTES(FROM) };
#ifdef LATEMOD
            m[d] = mod[d];
#endif
            atomic {
                if
                :: !HELD(d) -> FORGET(d)
                :: HELD(d) ->
                    regress = regress || (st[d] == DONE && mod[d] == dmod[d]);
                    st[d] = STORED; lv[d] = b; imod[d] = m[d]; imark[d]++; m[d] = 0
                fi; b = 0 };
            atomic { if :: knows[d] == NONE -> skip :: else -> put_mark() fi };
            KILL;
#ifdef DONEEARLY
            atomic { if :: HELD(d) -> dmod[d] = imod[d] + 1; let_go(DONE) :: else -> skip fi };
#endif
            d++
        od;
        /* the marks, together */
#ifdef BACKBYPOS
        if
        :: atomic { true -> find_mark(0, 0); find_mark(1, 1) }
        :: atomic { knows[0] == MARKED && knows[1] == MARKED -> find_mark(0, 1); find_mark(1, 0) }
        fi;
#else
        atomic { true -> find_mark(0, 0); find_mark(1, 1) };
#endif
#ifdef ALLTHERE
        atomic {
            if :: knows[0] == THERE && knows[1] == ABSENT -> knows[1] = THERE
               :: knows[1] == THERE && knows[0] == ABSENT -> knows[0] = THERE
               :: else -> skip
            fi };
#endif
        do
        :: atomic { d == 2 -> d = 0 }; break
        :: atomic { d < 2 && knows[d] == NONE -> d++ }
        :: atomic { d < 2 && knows[d] == THERE -> if :: HELD(d) -> dmod[d] = imod[d] + 1 :: else -> skip fi;
                    let_go(DONE); d++ }
        :: atomic { d < 2 && knows[d] == STALE -> let_go(WAITING); d++ }
#ifdef BLINDAGAIN
        :: atomic { d < 2 && knows[d] == ABSENT && !deleted[d] -> mark_lands(); knows[d] = UNSEEN }
        :: atomic { d < 2 && knows[d] == ABSENT && deleted[d] -> knows[d] = UNSEEN }
#else
        :: atomic { d < 2 && knows[d] == ABSENT -> put_mark();
                    if :: knows[d] == MARKED -> knows[d] = UNSEEN :: else -> skip fi }
#endif
#ifdef MISSDONE
        :: atomic { d < 2 && knows[d] == UNSEEN -> if :: HELD(d) -> dmod[d] = imod[d] + 1 :: else -> skip fi;
                    let_go(DONE); d++ }
#else
        :: atomic { d < 2 && knows[d] == UNSEEN && deleted[d] -> let_go(GONE); d++ }
        :: atomic { d < 2 && knows[d] == UNSEEN && !deleted[d] -> judge(d, mod[d], mark[d]) }
#endif
        od
    :: atomic { OVER(0) && OVER(1) -> break }
    od
}

/* Who holds the door frees what others held. Worst of clocks: a lease may run out on the living. */
#ifndef NOEXPIRE
proctype Door() {
end: do
    :: atomic { owner[0] != 0 -> st[0] = (st[0] == CLAIMED -> WAITING : st[0]); owner[0] = 0 }
    :: atomic { owner[1] != 0 -> st[1] = (st[1] == CLAIMED -> WAITING : st[1]); owner[1] = 0 }
    od
}
#endif

/* What is done and was edited since is to be done again. */
proctype Census() {
end: do
    :: atomic { st[0] == DONE && owner[0] == 0 && mod[0] != dmod[0] -> st[0] = WAITING }
    :: atomic { st[1] == DONE && owner[1] == 0 && mod[1] != dmod[1] -> st[1] = WAITING }
    od
}

inline replace(r) { second[r] = true; wasmark[r] = mark[r]; mod[r]++ }

/* The first record's file is replaced, and either record may be deleted. */
proctype People() {
    atomic { true -> replace(0) };
    if :: atomic { true -> deleted[0] = true } :: atomic { true -> deleted[1] = true } :: skip fi
}

#define IS_TRUE(d) (lv[d] == BYTES(d) && mark[d] == imark[d])
/* stored or done: with the bytes of its own record */
#define B1 ((st[0] != STORED && st[0] != DONE || RECORD_OF(lv[0]) == 0) && (st[1] != STORED && st[1] != DONE || RECORD_OF(lv[1]) == 1))
/* done: mark and bytes agree, or the record was edited or deleted since */
#define B2(d) (st[d] != DONE || deleted[d] || mod[d] > dmod[d] || IS_TRUE(d))
/* gone: deleted */
#define B3(d) (st[d] != GONE || deleted[d])
#define B4 (!badbytes && !regress)

/* Looks after every step. REACH: whether the end that we want can come about at all. */
proctype Watch() {
#ifdef REACH
end: atomic { st[0] == DONE && st[1] == DONE && OVER(0) && OVER(1) && second[0] && lies == MAXL -> assert(false) }
#else
end: atomic { !(B1 && B2(0) && B2(1) && B3(0) && B3(1) && B4) ->
        printf("B1 %d B2 %d %d B3 %d %d B4 %d\n", B1, B2(0), B2(1), B3(0), B3(1), B4);
        assert(false) }
#endif
}

init {
    atomic { run Watch(); run Worker(); run Worker(); run People(); run Census();
#ifndef NOEXPIRE
             run Door();
#endif
    }
}
