-- Collects a patient of FileMaker. $1 FileMaker id, $2 first name, $3 last name, $4 dob, $5 import.
insert into fmferry_person (filemaker_id, first_name, last_name, dob, import, times)
values ($1, $2, $3, $4, $5, 1)
on conflict (filemaker_id) do update
   set first_name = excluded.first_name, last_name = excluded.last_name, dob = excluded.dob,
       import = excluded.import,
       times = case when fmferry_person.import = excluded.import then fmferry_person.times + 1
                    else 1 end
