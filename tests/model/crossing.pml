/*
 * One document crossing: two movers, kills at any step, lost and late answers, people who replace the
 * file, edit the record or alter the mark at any moment, claims that are taken away from the dead and
 * from those who only seem so, the documented key with later versions beside it, and the application's
 * row in a database of its own. A transaction is one step; all else may come between: any time may pass
 * between the record's reading and that of its bytes, and between the mark and its reading back.
 *
 * -D one of these breaks the protocol in one place, and must be caught:
 *   UNCOND      a put replaces what is there
 *   COND412     a key that is taken counts as success
 *   TRUSTTO     a put without an answer counts as done
 *   NOMODID     the mark is written whatever happened to the record
 *   MARKFIRST   the mark is written before the ledger says stored
 *   NOFENCE     whoever lost its claim records all the same
 *   NOEXPIRE    what the dead held is never free again
 *   ROWNOFENCE  a late mover writes the row over a later one's
 *   LEDGERFIRST the ledger says stored before the row is there
 *   LAXMOD      our mark in the record is proof enough, whatever its modification id
 *   FORGETMARK  a version that is meant again forgets the mark that it had
 *   SAMEMARK    a mark may have the text of the one that stands there
 *   DONEEARLY   FileMaker's yes to the mark is proof enough, without reading it back
 *   LATEMOD     the mark is guarded by a modification id that was read after the bytes
 *
 * -DREREAD: the record is read again before the put, as for files that are read twice and for records with
 * several files. Broken with
 *   REREAD+WITHDRAWOLD an intent that an earlier try may have put is withdrawn with the rest
 *
 * -DNOMARK: there is no mark field. The record is read again before the put, and the document is done when
 * it is recorded. Broken with
 *   NOMARK+NOREREAD    the record is not read again
 *
 * -DREACTS: the solution may answer each mark with an edit of its own, in the same step, which may put
 * another file there. After the same
 * answer twice the record is fetched anew, and if it has the bytes that the mark was written for, the mark
 * that stands there counts: none is written, and the record is read again before the put. Broken with
 *   REACTS+BLINDKEEP  the mark counts after two answers, without looking at the record
 *   REACTS+ANYKEEP    it counts for whatever bytes were fetched
 *   REACTS+KEPTPLUS   one edit after a mark that stood there is taken for the mark
 *   REACTS+FIRSTKEEP  it counts at the first answer, without looking
 */
#ifdef NOMARK
#define REREAD
#endif
#ifndef MAXK
#define MAXK 1 /* kills            */
#endif
#ifndef MAXE
#define MAXE 3 /* claims           */
#endif
#ifndef MAXT
#define MAXT 1 /* lost or late answers */
#endif
#define MAXM 4   /* marks, from 1  */
#define HUMAN 15 /* a mark of people */

mtype = { WAITING, CLAIMED, STORED, DONE, FAILED };

/* the source */
byte src = 1, mod = 0, mark = 0;
byte turned = 0; /* the modification id under which people put their file there */
#define WAS(at) (turned != 0 && (at) >= turned -> 2 : 1)
/* the store: the documented key holds a content or 0; keys with a hash hold theirs, or not */
byte doc = 0;
bool hashed[3];
/* the ledger */
mtype st = WAITING;
byte ep = 0, owner = 0, lv = 0, dmod = 0, nm = 0, known = 0;
bool intent[3], ever[3];
byte ikey[3], imark[3], imod[3];
byte mver[MAXM + 1];
/* the application's row */
byte row = 0, rowep = 0;
/* how the record was found after the mark was written: which one, at which modId, how often in a row */
byte rmark = 0, rmod = 0, same = 0;
bool stood[3]; /* the mark of this version stood there before */
/* on the wire, their senders gone */
bool latep[6];
byte latem = 0, latemod = 0;
byte kills = 0, timeouts = 0;
/* what must never be */
bool badorder = false, badbytes = false, overwritten = false, badfail = false, lostobject = false, regress = false;

#define HELD (owner == _pid && ep == my)
#define AT(v, k) (((k) == 0 && doc == (v)) || ((k) == 1 && hashed[v]))
#define KILL if :: atomic { kills < MAXK -> kills++; FORGET }; goto start :: skip fi

inline put_lands(w, q) {
    if
    :: q == 1 -> hashed[w] = true
    :: q == 0 && doc == 0 -> doc = w
#ifdef UNCOND
    :: q == 0 && doc != 0 -> lostobject = (doc != w); doc = w
#else
    :: q == 0 && doc != 0 -> skip
#endif
    fi
}

inline replace() { if :: src == 1 -> src = 2; turned = mod + 1 :: else -> skip fi; mod++ }

inline mark_lands(i, at) {
    if
#ifdef NOMODID
    :: true ->
#else
    :: mod == at ->
#endif
        badorder = badorder || !ever[mver[i]];
        badbytes = badbytes || src != mver[i];
        overwritten = overwritten || mark == HUMAN;
        mark = i; mod++;
#ifdef REACTS
        if :: mod++ :: src == 1 -> replace() :: skip fi
#endif
#ifndef NOMODID
    :: else -> skip
#endif
    fi
}

#define FORGET v = 0; m = 0; my = 0; k = 0

inline let_go() { if :: HELD -> st = WAITING; owner = 0 :: else -> skip fi; FORGET }

/* The record's modification id and mark, which must be ours or none. */
inline read_record() {
    m = mod;
    if
    :: mark != 0 && (mark == HUMAN || !(known & (1 << mark))) ->
        badfail = mark != HUMAN;
        if :: HELD -> st = FAILED; owner = 0 :: else -> skip fi; FORGET; goto start
    :: else -> skip
    fi;
#ifdef REACTS
    keep = same >= 2 && rmod == mod && rmark == mark
#endif
}

/* The bytes that the container has by now. */
inline read_bytes() {
    v = src;
#if defined(REACTS) && !defined(ANYKEEP)
    keep = keep && ever[v] && lv == v
#endif
}

/* The record again: did it stay as it was? */
inline again() { if :: atomic { mod != m -> let_go() }; goto start :: atomic { mod == m -> skip } fi }

inline intend() {
    atomic {
        if :: HELD -> skip :: else -> FORGET; goto start fi;
        if
        :: intent[v] -> k = ikey[v]
        :: !intent[v] && (ever[3 - v] && ikey[3 - v] == 0) -> k = 1
        :: else -> k = 0
        fi;
#ifndef NOMARK
#ifdef FORGETMARK
        if :: intent[v] -> known = known & (255 - (1 << imark[v])) :: else -> skip fi;
#endif
#ifdef SAMEMARK
        if :: imark[v] == 0 -> nm++; imark[v] = nm :: else -> skip fi;
#else
        if
        :: keep -> imark[v] = rmark
        :: !keep -> nm++; imark[v] = nm
        fi;
#endif
        known = known | (1 << imark[v]); if :: keep -> skip :: !keep -> mver[imark[v]] = v fi;
#endif
        fresh = !intent[v];
        intent[v] = true; ikey[v] = k; imod[v] = m; stood[v] = keep };
}

/* Nothing was put under a new intent: it goes, with its mark. */
inline withdraw() {
    atomic {
        if
#ifdef WITHDRAWOLD
        :: HELD ->
#else
        :: HELD && fresh ->
#endif
            intent[v] = false; known = known & (255 - (1 << imark[v])); imark[v] = 0
        :: else -> skip
        fi; fresh = false }
}

/* As again(), with the intent there already. */
inline again_after() {
    if
    :: atomic { mod != m -> skip }; KILL; withdraw(); KILL; atomic { let_go() }; goto start
    :: atomic { mod == m -> fresh = false }
    fi
}

/* Both go on at the same time, and the put waits for both. */
inline intend_and_again() {
    if
    :: again(); intend(); fresh = false
    :: intend(); KILL; again_after()
    fi
}

proctype Mover() {
    byte v = 0, m = 0, my = 0, k = 0, u = 0;
    bool fresh = false, keep = false;
#ifdef DONEEARLY
    bool yes = false;
#endif
start:
    fresh = false; keep = false;
    do
    :: atomic { st == WAITING && owner == 0 && ep < MAXE && nm < MAXM ->
            st = CLAIMED; ep++; my = ep; owner = _pid };
        KILL;
#ifdef LATEMOD
        atomic { true -> read_bytes() };
        atomic { true -> read_record() };
#else
        atomic { true -> read_record() };
        atomic { true -> read_bytes() };
#endif
        KILL;
#ifdef NOREREAD
        intend(); fresh = false;
#elif defined(REREAD)
        intend_and_again();
#elif defined(REACTS)
        if :: atomic { keep -> skip }; intend_and_again() :: atomic { !keep -> skip }; intend(); fresh = false fi;
#else
        intend(); fresh = false;
#endif
        KILL;
put:    if
        :: atomic { true -> u = doc; put_lands(v, k) }
        :: atomic { timeouts < MAXT && !latep[v * 2 + k] -> timeouts++; latep[v * 2 + k] = true }
#ifdef TRUSTTO
        ; goto record
#endif
        :: atomic { timeouts < MAXT -> timeouts++; put_lands(v, k) }
        fi;
        KILL;
        /* what lies there now */
        if
        :: atomic { AT(v, k) -> skip }
#ifdef COND412
        :: atomic { !AT(v, k) && k == 0 && doc != 0 -> skip }
#else
        :: atomic { k == 0 && doc != 0 && doc != v && HELD && intent[doc] -> k = 1; ikey[v] = 1 }; goto put
        :: atomic { k == 0 && doc != 0 && doc != v && !HELD -> FORGET }; goto start
#endif
        :: atomic { !AT(v, k) && (k == 1 || doc == 0) -> let_go() }; goto start
        fi;
record: KILL;
#ifdef MARKFIRST
        atomic { mark_lands(imark[v], m); m = m };
        KILL;
#endif
#ifdef LEDGERFIRST
        atomic { if :: HELD && st == CLAIMED -> st = STORED; lv = v; ever[v] = true
                    :: else -> FORGET; goto start fi };
        KILL;
        atomic { if :: rowep <= my -> row = v; rowep = my :: else -> skip fi }
#else
        atomic {
            if
#if defined(ROWNOFENCE) || defined(NOFENCE) /* one database has one fence for both */
            :: true -> row = v; rowep = my
#else
            :: rowep <= my -> row = v; rowep = my
            :: else -> FORGET; goto start
#endif
            fi };
        KILL;
        atomic {
#ifdef NOFENCE
            regress = regress || (st == DONE && lv == src && v != lv);
            st = STORED; owner = _pid; lv = v; ever[v] = true
#else
            if :: HELD && st == CLAIMED -> st = STORED; lv = v; ever[v] = true
               :: else -> FORGET; goto start fi;
#ifdef NOMARK
            st = DONE; dmod = m; owner = 0; FORGET; goto start
#endif
#endif
        }
#endif
        ;
#ifdef REACTS
        if
        :: atomic { keep && HELD -> st = DONE; dmod = m; owner = 0; FORGET }; goto start
        :: atomic { keep -> keep = false }; goto judge /* as if resumed after a death */
        :: atomic { !keep -> skip }
        fi;
#endif
marking:
        KILL;
        if
#ifdef DONEEARLY
        :: atomic { HELD -> yes = (mod == imod[v]); mark_lands(imark[v], imod[v]) }
        :: atomic { HELD && mod == imod[v] && timeouts < MAXT -> timeouts++; yes = true } /* nothing written */
#else
        :: atomic { HELD -> mark_lands(imark[v], imod[v]) }
#endif
        :: atomic { HELD && latem == 0 && timeouts < MAXT -> timeouts++; latem = imark[v]; latemod = imod[v] }
        :: atomic { !HELD -> FORGET }; goto start
        fi;
#ifdef DONEEARLY
        atomic { if :: HELD && yes -> st = DONE; dmod = imod[v] + 1; owner = 0; yes = false; FORGET; goto start
                    :: else -> yes = false fi };
#endif
judge:  KILL;
        atomic {
            if
            :: !HELD -> skip
#ifdef LAXMOD
            :: HELD && mark == imark[lv] -> st = DONE; dmod = mod; owner = 0
            :: HELD && mark != imark[lv] && mod == imod[lv] -> goto marking
            :: HELD && mark != imark[lv] && mod != imod[lv] -> st = WAITING; owner = 0
#elif defined(REACTS)
#ifdef KEPTPLUS
            :: HELD && mark == imark[lv] && (mod == imod[lv] + 1 || (stood[lv] && mod == imod[lv])) ->
#else
            :: HELD && mark == imark[lv] && mod == imod[lv] + (stood[lv] -> 0 : 1) ->
#endif
                st = DONE; dmod = mod; owner = 0
            :: HELD && mark != imark[lv] && mod == imod[lv] -> goto marking
            :: HELD && stood[lv] && mod != imod[lv] -> st = WAITING; owner = 0
            :: HELD && !stood[lv] && mark == imark[lv] && mod > imod[lv] + 1 ->
                if :: same > 0 && same < 2 -> same++ :: same == 0 -> same = 1 :: else -> skip fi;
                rmark = mark; rmod = mod; owner = 0;
                if
#ifdef BLINDKEEP
                :: same >= 2 -> st = DONE; dmod = mod
                :: same < 2 -> st = WAITING
#elif defined(FIRSTKEEP)
                :: true -> st = DONE; dmod = mod
#else
                :: true -> st = WAITING
#endif
                fi
            :: HELD && !stood[lv] && mark != imark[lv] && mod != imod[lv] -> st = WAITING; owner = 0
#else
            :: HELD && mark == imark[lv] && mod == imod[lv] + 1 -> st = DONE; dmod = mod; owner = 0
            :: HELD && mod == imod[lv] -> goto marking
            :: HELD && mod != imod[lv] && !(mark == imark[lv] && mod == imod[lv] + 1) ->
                st = WAITING; owner = 0
#endif
            fi; FORGET }
    /* what somebody else stored: the record is read and judged before anything is written */
    :: atomic { st == STORED && owner == 0 && ep < MAXE -> ep++; my = ep; owner = _pid; v = lv }; goto judge
    :: atomic { (st == DONE && mod == dmod) || st == FAILED || (ep == MAXE && owner == 0) || nm == MAXM } ->
        break
    od
}

/* Who holds the door frees what others held. Worst of clocks: a lease may run out on the living. */
#ifndef NOEXPIRE
proctype Door() {
end: do :: atomic { owner != 0 -> if :: st == CLAIMED -> st = WAITING :: else -> skip fi; owner = 0 } od
}
#endif

/* The census: what was done and edited since is to be done again; so is what failed, if edited. */
proctype Census() {
end: do :: atomic { st == DONE && owner == 0 && mod != dmod -> st = WAITING } od
}

proctype People() {
    if
    :: atomic { true -> mod++ }; atomic { true -> replace() }
    :: atomic { true -> replace() }; if :: atomic { true -> mod++ } :: skip fi
    fi;
    if :: atomic { true -> mark = HUMAN; mod++ } :: skip fi
}

proctype Wire() {
end:
    do
    :: atomic { latep[2] -> latep[2] = false; if :: put_lands(1, 0) :: skip fi }
    :: atomic { latep[3] -> latep[3] = false; if :: put_lands(1, 1) :: skip fi }
    :: atomic { latep[4] -> latep[4] = false; if :: put_lands(2, 0) :: skip fi }
    :: atomic { latep[5] -> latep[5] = false; if :: put_lands(2, 1) :: skip fi }
    :: atomic { latem != 0 -> if :: mark_lands(latem, latemod) :: skip fi; latem = 0; latemod = 0 }
    od
}

#define STANDS(v) (AT(v, ikey[v]))
#define OURS (mark != 0 && mark != HUMAN)
/* a mark of ours stands for an object with its bytes */
#define I1 (!OURS || STANDS(mver[mark]))
/* stored or done: the object is there */
#define I2 ((st != STORED && st != DONE) || STANDS(lv))
/* one object per content, none without an intent, none lost */
#define I3 (!(doc == 1 && hashed[1]) && !(doc == 2 && hashed[2]) && (doc == 0 || intent[doc]) && !lostobject)
/* marks are written for bytes that were recorded, over nobody's mark */
#define I4 (!badorder && !badbytes && !overwritten)
/* done: mark, row and bytes agree, or the record was edited since; and what the ledger took for the record's
   bytes was there under the modification id that it names */
#ifdef NOMARK
#define AGREES (lv == src && row == lv)
#else
#define AGREES (mark == imark[lv] && mver[mark] == lv && lv == src && row == lv)
#endif
#define I5 (st != DONE || ((mod > dmod || AGREES) && lv == WAS(imod[lv])))
/* stored: the row is there */
#define I6 ((st != STORED && st != DONE) || row != 0)
/* our own mark never passes for somebody else's */
#define I7 (!badfail)
/* what is done and true is not taken back by somebody late */
#define I8 (!regress)
#ifdef REACTS
#define REACHED (st == DONE && lv == 2 && mod == dmod && AGREES && same == 2)
#else
#define REACHED (st == DONE && lv == 2 && mod == dmod && AGREES)
#endif

/* Looks after every step. REACH: whether the end that we want can come about at all. */
proctype Watch() {
#ifdef REACH
end: atomic { REACHED -> assert(false) }
#else
end: atomic { !(I1 && I2 && I3 && I4 && I5 && I6 && I7 && I8) ->
        printf("I1 %d I2 %d I3 %d I4 %d I5 %d I6 %d I7 %d I8 %d\n", I1, I2, I3, I4, I5, I6, I7, I8);
        assert(false) }
#endif
}

init {
    atomic { run Watch(); run Mover(); run Mover(); run People(); run Census(); run Wire();
#ifndef NOEXPIRE
             run Door();
#endif
    }
}
