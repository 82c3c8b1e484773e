-- Our own tables beside the application's, which we do not alter.

-- FileMaker's patients, as the last import has them. Names and ids in lower case, dates as
-- YYYY-MM-DD, all '' where not known. times: how many records had this id in that import.
create table fmferry_person (
    filemaker_id text primary key,
    first_name text not null,
    last_name text not null,
    dob text not null,
    import bigint not null,
    times bigint not null
);
create index fmferry_person_name on fmferry_person (dob, last_name);
create table fmferry_import (
    import bigint primary key,
    complete bigint not null
);

-- The application's patients, read out of its table and its JSON once per change.
-- is_ours 1: the row is one that an import of ours made.
create table fmferry_patient (
    patient text primary key,
    filemaker_id text not null,
    first_name text not null,
    last_name text not null,
    dob text not null,
    is_ours bigint not null
);
create index fmferry_patient_id on fmferry_patient (filemaker_id);
create index fmferry_patient_name on fmferry_patient (dob, last_name);

-- Patients by their FileMaker id. why '': this is the one; else why nobody can be sure.
create table fmferry_match (
    filemaker_id text primary key,
    patient text not null,
    why text not null
);

-- Documents that contradict what is known of their patient. id: the row's.
create table fmferry_doubt (
    id text primary key,
    filemaker_id text not null,
    patient text not null,
    why text not null
);

-- Doubts that a person has settled: these two are one. seen: what both sides said of them then; an
-- acceptance holds no longer than that.
create table fmferry_accepted (
    filemaker_id text primary key,
    patient text not null,
    seen text not null,
    who text not null,
    reason text not null,
    at_us bigint not null
);

-- The rows of documents that we made: the last writer of each, so that no late one writes after it.
-- A row that people delete in the application is still here, so it is not made again.
create table fmferry_row (
    id text primary key,
    lineage bigint not null,
    epoch bigint not null,
    writes bigint not null
);
