-- The birthday of the patient with a FileMaker id. $1 id in lower case. Columns: dob.
select dob from (select p.dob, 1 as nearness from fmferry_match m
                   join fmferry_patient p on p.patient = m.patient
                  where m.filemaker_id = $1
                 union all
                 select dob, 2 from fmferry_person where filemaker_id = $1) known
 where dob <> '' order by nearness limit 1
