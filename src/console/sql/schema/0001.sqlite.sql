-- The console: who may do what, and who saw what. Times are microseconds since 1970 UTC.
create table fmferry_account (
    account integer primary key,
    -- as it is typed, in lower case
    name text not null unique,
    -- as people read it
    shown text not null,
    -- "staff records"
    roles text not null,
    -- argon2id as libsodium writes it; null: not set yet
    password text,
    -- the secret of the second factor, sealed with the key of the state's folder; null: none yet
    totp blob,
    -- the newest step that was used: no code counts twice
    totp_step integer not null default 0,
    -- the hashes of the spare codes that are left, hexadecimal, with blanks between
    spare text not null default '',
    disabled_us integer,
    tries integer not null default 0,
    next_us integer not null default 0,
    made_us integer not null
) strict;

create table fmferry_session (
    session integer primary key,
    -- of the cookie, which is nowhere else but in the browser
    hash blob not null unique,
    account integer not null references fmferry_account,
    csrf blob not null,
    address text not null,
    agent text not null,
    begun_us integer not null,
    seen_us integer not null,
    proved_us integer not null,
    ended_us integer,
    why text
) strict;
create index fmferry_session_account on fmferry_session (account, ended_us);

create table fmferry_token (
    token integer primary key,
    hash blob not null unique,
    name text not null,
    rights text not null,
    addresses text not null,
    made_by integer not null,
    made_us integer not null,
    until_us integer not null,
    ended_us integer
) strict;

-- What is good for one use: a link that sets an account up.
create table fmferry_ticket (
    hash blob primary key,
    kind text not null,
    account integer,
    body text not null,
    until_us integer not null,
    used_us integer
) strict, without rowid;

-- One start of the console; each has a view chain of its own.
create table fmferry_watch (
    watch integer primary key,
    host text not null,
    version text not null,
    begun_us integer not null,
    ended_us integer
) strict;

-- The view log. hash: SHA-256 over the hash before it and this entry's lines.
create table fmferry_view (
    watch integer not null references fmferry_watch,
    seq integer not null,
    at_us integer not null,
    account integer,
    token integer,
    session integer,
    address text not null,
    what text not null,
    outcome text not null,
    row text not null,
    patient text not null,
    document integer,
    detail text not null,
    hash blob not null,
    primary key (watch, seq)
) strict, without rowid;
create index fmferry_view_row on fmferry_view (row, at_us, watch, seq);
create index fmferry_view_patient on fmferry_view (patient, at_us, watch, seq);
create index fmferry_view_account on fmferry_view (account, at_us, watch, seq);
create index fmferry_view_at on fmferry_view (at_us, watch, seq);

-- The heads of the chains now and then, as they also stand in the log.
create table fmferry_seal (
    watch integer not null references fmferry_watch,
    seq integer not null,
    at_us integer not null,
    hash blob not null,
    primary key (watch, seq)
) strict, without rowid;

-- What was answered to a request with an Idempotency-Key.
create table fmferry_answer (
    who text not null,
    key text not null,
    request blob not null,
    status integer not null,
    body text not null,
    at_us integer not null,
    primary key (who, key)
) strict, without rowid;
