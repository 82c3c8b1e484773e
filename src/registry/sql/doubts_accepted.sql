-- Drops the doubts that a person has settled, if both sides still have the data of that time.
update fmferry_match set why = ''
 where why <> ''
   and exists (select 1
                 from fmferry_accepted a join fmferry_patient p on p.patient = a.patient
                 left join fmferry_person f on f.filemaker_id = a.filemaker_id
                where a.filemaker_id = fmferry_match.filemaker_id
                  and a.patient = fmferry_match.patient
                  and a.seen = coalesce(f.first_name || '/' || f.last_name || '/' || f.dob, '') || ' = '
       || p.first_name || '/' || p.last_name || '/' || p.dob)
