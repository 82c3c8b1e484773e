-- What we keep beside the application's tables, without altering them.

-- Patients by their FileMaker id, read out of the application's JSON once per change.
-- patient '' : several patients carry this id, so that none may be chosen.
create table fmferry_patient (
    filemaker_id text primary key,
    patient text not null
);
