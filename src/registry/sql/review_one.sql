-- The doubts about one patient. $1 FileMaker id in lower case. Columns: as review_page.
select d.filemaker_id, d.patient, d.id, d.why,
       case when f.filemaker_id is null then 0 else 1 end, f.first_name, f.last_name, f.dob,
       case when p.patient is null then 0 else 1 end, p.first_name, p.last_name, p.dob
  from (select filemaker_id, patient, '' as id, why from fmferry_match where why <> ''
        union all
        select filemaker_id, patient, id, why from fmferry_doubt) d
  left join fmferry_person f on f.filemaker_id = d.filemaker_id
  left join fmferry_patient p on p.patient = d.patient
 where d.filemaker_id = $1
 order by d.id
