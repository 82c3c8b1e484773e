-- What is known to be wrong with a document: one row for each of which the last verification that
-- looked at it found a difference, or whose bytes were not its own when somebody wanted them. The
-- audit chains tell the same (docs/ledger.md); this is asked by document. by_run: the run that found
-- it last.
create table fmferry_finding (
    document integer primary key references fmferry_document,
    kind text not null,
    words text not null,
    by_run integer not null,
    at_us integer not null
) strict;

-- That somebody took the migration for complete, and on what grounds. run: of the kind 'sign', whose
-- audit chain has the digest. reason: why it was signed with exceptions, else empty. exceptions: JSON,
-- what was not met. figures: what 'fmferry status --json' said then. digest: the SHA-256 of what was
-- shown to the one who signed. verified: the newest verification then; certificate: the SHA-256 of its
-- certificate.
create table fmferry_signoff (
    number integer primary key,
    source integer not null references fmferry_source,
    run integer not null references fmferry_run,
    at_us integer not null,
    who text not null,
    statement text not null,
    reason text not null,
    exceptions text not null,
    figures text not null,
    digest blob not null,
    verified integer,
    certificate blob
) strict;
create index fmferry_signoff_source on fmferry_signoff (source);
