-- Doubts with what both sides say, as it was compared last. $1 FileMaker id and $2 document's row behind
-- which they are, $3 how many at most. Columns: FileMaker id, patient, document's row, why; of FileMaker's
-- patient: whether there is one, first name, last name, date of birth; of the application's: the same.
select d.filemaker_id, d.patient, d.id, d.why,
       case when f.filemaker_id is null then 0 else 1 end, f.first_name, f.last_name, f.dob,
       case when p.patient is null then 0 else 1 end, p.first_name, p.last_name, p.dob
  from (select filemaker_id, patient, '' as id, why from fmferry_match where why <> ''
        union all
        select filemaker_id, patient, id, why from fmferry_doubt) d
  left join fmferry_person f on f.filemaker_id = d.filemaker_id
  left join fmferry_patient p on p.patient = d.patient
 where d.filemaker_id > $1 or (d.filemaker_id = $1 and d.id > $2)
 order by d.filemaker_id, d.id
 limit $3
