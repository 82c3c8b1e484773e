-- The ledger: what happened to each document, by whom, and the proof that nobody rewrote it.
-- Times are microseconds since 1970 UTC. State, class and link are words that people can read; their
-- checks are written out, because SQLite makes a temporary table of every `in (...)` of three or more
-- each time a row is written.

-- A source is a layout of a FileMaker file. One ledger may serve several.
create table fmferry_source (
    source integer primary key,
    name text not null unique,
    created_us integer not null
) strict;

-- A document is (source, identity, container, repetition); the record id is only its address.
-- container '' and repetition 1: the document of the record itself.
create table fmferry_document (
    document integer primary key,
    source integer not null references fmferry_source,
    identity text not null,
    container text not null default '',
    repetition integer not null default 1,
    record_id integer not null,
    filemaker_id text,
    patient_id text,
    type text not null default '',
    storage text not null default '',
    mod_id integer not null,
    state text not null default 'waiting'
        check (state = 'waiting' or state = 'claimed' or state = 'stored' or state = 'done'
               or state = 'failed' or state = 'waived' or state = 'gone'),
    class text not null default '',
    due_us integer not null default 0,
    attempts integer not null default 0,
    epoch integer not null default 0,
    run integer,
    version integer,
    size integer,
    patient text,
    link text not null default ''
        check (link = '' or link = 'linked' or link = 'unlinked' or link = 'review'),
    linked_by text not null default '',
    changed_us integer not null,
    unique (source, identity, container, repetition)
) strict;
create index fmferry_document_record on fmferry_document (source, record_id);
create index fmferry_document_due on fmferry_document (source, due_us, document)
    where run is null and state in ('waiting', 'stored');
create index fmferry_document_tried on fmferry_document (source, document)
    where run is null and state in ('waiting', 'stored') and (due_us > 0 or attempts > 0);
create index fmferry_document_claimed on fmferry_document (run) where run is not null;
create index fmferry_document_failed on fmferry_document (source, class, document)
    where state = 'failed';
create index fmferry_document_troubled on fmferry_document (source, document)
    where class <> '';

-- The versions that were meant to be stored for a document, each committed before it is put.
create table fmferry_version (
    document integer not null references fmferry_document,
    number integer not null,
    epoch integer not null,
    state text not null
        check (state = 'intended' or state = 'stored' or state = 'superseded'
               or state = 'leaving' or state = 'removed'),
    key text not null,
    sha256 blob,
    size integer,
    mime text not null,
    upload_id text,
    mod_id integer not null,
    mark text,
    at_us integer not null,
    patient text,
    primary key (document, number)
) strict, without rowid;
create index fmferry_version_key on fmferry_version (key);

-- Marks that were meant for a version before its present one: one of them may stand in the source.
create table fmferry_mark (
    document integer not null references fmferry_document,
    mark text not null,
    primary key (document, mark)
) strict, without rowid;

-- The changes of a document's patient since it was first stored: by the patient's id, or by a
-- person with a reason.
create table fmferry_link (
    document integer not null references fmferry_document,
    number integer not null,
    run integer not null,
    at_us integer not null,
    patient_before text,
    patient text,
    who text not null,
    reason text not null,
    primary key (document, number)
) strict, without rowid;

-- Evidence: every try that did not end well.
create table fmferry_attempt (
    document integer not null references fmferry_document,
    number integer not null,
    run integer not null,
    at_us integer not null,
    step text not null,
    class text not null,
    kind text not null,
    http_status integer not null,
    filemaker_code integer not null,
    bytes integer not null,
    message text not null,
    primary key (document, number)
) strict, without rowid;

-- The traits of a document that failed, so that failures can be compared with one another.
create table fmferry_trait (
    document integer primary key references fmferry_document,
    created text not null,
    author text not null,
    path text not null
) strict;

create table fmferry_waiver (
    document integer primary key references fmferry_document,
    at_us integer not null,
    who text not null,
    reason text not null
) strict;

-- A run is one process that changed something: it moved documents ('run'), or did what a person
-- decided ('retry', 'waive', ...). Its lease says that it lives, its beats count its changes,
-- sessions says how many of the source's it may use; it has a chain of its own.
create table fmferry_run (
    run integer primary key,
    source integer not null references fmferry_source,
    machine text not null,
    host text not null,
    pid integer not null,
    version text not null,
    kind text not null,
    started_us integer not null,
    ended_us integer,
    lease_us integer not null default 0,
    beats integer not null default 0,
    sessions integer not null default 0,
    status text not null,
    found integer not null default 0,
    processed integer not null default 0,
    successful integer not null default 0,
    failed integer not null default 0,
    waiting integer not null default 0
) strict;

-- A census: closed if the source was read to its end, and the counts agree.
create table fmferry_census (
    source integer not null references fmferry_source,
    number integer not null,
    run integer not null,
    started_us integer not null,
    ended_us integer,
    closed_us integer,
    records integer not null default 0,
    found integer,
    witness integer,
    primary key (source, number)
) strict;

-- One chain per run: hash = SHA-256(hash before, text of this entry); see docs/ledger.md.
create table fmferry_audit (
    run integer not null references fmferry_run,
    seq integer not null,
    at_us integer not null,
    document integer,
    epoch integer not null,
    before text not null,
    after text not null,
    evidence text not null,
    hash blob not null,
    primary key (run, seq)
) strict, without rowid;

-- How many documents are in which state: kept as differences, so that runs do not wait for each
-- other; the sum over runs is the truth.
create table fmferry_tally (
    source integer not null,
    run integer not null,
    state text not null,
    class text not null,
    type text not null,
    link text not null,
    documents integer not null,
    bytes integer not null,
    primary key (source, run, state, class, type, link)
) strict, without rowid;

-- Notes about a source: the probe of its store, the key of its certificate.
create table fmferry_note (
    source integer not null references fmferry_source,
    name text not null,
    value text not null,
    primary key (source, name)
) strict, without rowid;
