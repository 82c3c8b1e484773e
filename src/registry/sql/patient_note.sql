-- A patient of the application. $1 its id, $2 FileMaker id, $3 first name, $4 last name, $5 dob,
-- $6 whether we made it.
insert into fmferry_patient (patient, filemaker_id, first_name, last_name, dob, is_ours)
values ($1, $2, $3, $4, $5, $6)
on conflict (patient) do nothing
