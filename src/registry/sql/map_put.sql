-- A patient for the map; the second one with the same id makes it ambiguous. $1 FileMaker id in
-- lower case, $2 patient.
insert into fmferry_patient (filemaker_id, patient) values ($1, $2)
on conflict (filemaker_id) do update
   set patient = case when fmferry_patient.patient = excluded.patient then excluded.patient
                      else '' end
