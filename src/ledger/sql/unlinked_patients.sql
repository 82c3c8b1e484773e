-- Documents without a patient, counted by the id that their record names. $1 source, $2 the first id, $3 how many
-- ids at most. Columns: id in lower case ('' for none), documents.
select coalesce(lower(patient_id), ''), count(*)
  from fmferry_document
 where source = $1 and (link = 'unlinked' or link = 'review') and coalesce(lower(patient_id), '') >= $2
 group by coalesce(lower(patient_id), '')
 order by coalesce(lower(patient_id), '')
 limit $3
