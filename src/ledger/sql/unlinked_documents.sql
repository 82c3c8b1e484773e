-- Documents without a patient whose record names one id. $1 source, $2 the id in lower case, $3 after which
-- document, $4 how many at most. Columns: document, identity, container, repetition.
select document, identity, container, repetition
  from fmferry_document
 where source = $1 and (link = 'unlinked' or link = 'review') and coalesce(lower(patient_id), '') = $2
   and document > $3
 order by document
 limit $4
