-- What we keep beside the application's tables, without altering them.

-- Patients by their FileMaker id, read out of the application's JSON once per change.
-- patient '' : several patients carry this id, so that none may be chosen.
create table fmferry_patient (
    filemaker_id text primary key,
    patient text not null
) strict, without rowid;

-- The rows of documents that we made: who wrote them last, so that nobody late writes after them, and
-- that they were there, so that one which people delete is not made again.
create table fmferry_row (
    id text primary key,
    lineage integer not null,
    epoch integer not null,
    writes integer not null
) strict, without rowid;
