-- A patient's row, made or brought up to date. $1 id, $2 mrn, $3 first_name, $4 last_name, $5 dob,
-- $6 filemaker_metadata.
insert into patients_patient (id, mrn, first_name, last_name, dob, filemaker_metadata)
values ($1, $2, $3, $4, $5, $6)
on conflict (id) do update
   set first_name = excluded.first_name, last_name = excluded.last_name, dob = excluded.dob,
       filemaker_metadata = excluded.filemaker_metadata
 where patients_patient.first_name <> excluded.first_name
    or patients_patient.last_name <> excluded.last_name
    or coalesce(cast(patients_patient.dob as text), '') <> coalesce(cast(excluded.dob as text), '')
