-- A document contradicts what is known of its patient. $1 row, $2 FileMaker id of the patient,
-- $3 patient, $4 why.
insert into fmferry_doubt (id, filemaker_id, patient, why) values ($1, $2, $3, $4)
on conflict (id) do update
   set filemaker_id = excluded.filemaker_id, patient = excluded.patient, why = excluded.why
