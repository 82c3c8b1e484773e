-- Settles a doubt about a patient whom the application has once. $1 FileMaker id in lower case, $2 who,
-- $3 reason, $4 now.
insert into fmferry_accepted (filemaker_id, patient, seen, who, reason, at_us)
select m.filemaker_id, m.patient, coalesce(f.first_name || '/' || f.last_name || '/' || f.dob, '') || ' = '
       || p.first_name || '/' || p.last_name || '/' || p.dob,
       $2, $3, $4
  from fmferry_match m join fmferry_patient p on p.patient = m.patient
  left join fmferry_person f on f.filemaker_id = m.filemaker_id
 where m.filemaker_id = $1 and m.why <> ''
on conflict (filemaker_id) do update
   set patient = excluded.patient, seen = excluded.seen, who = excluded.who,
       reason = excluded.reason, at_us = excluded.at_us
