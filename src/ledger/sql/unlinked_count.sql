-- How many documents without a patient name one id. $1 source, $2 the id in lower case. Columns: documents.
select count(*)
  from fmferry_document
 where source = $1 and (link = 'unlinked' or link = 'review') and coalesce(lower(patient_id), '') = $2
