-- Every mark that was ever meant for a record. $1 source, $2 record_id. Columns: mark.
select v.mark from fmferry_version v
  join fmferry_document d on d.document = v.document
 where d.source = $1 and d.record_id = $2 and v.mark is not null
union
select m.mark from fmferry_mark m
  join fmferry_document d on d.document = m.document
 where d.source = $1 and d.record_id = $2
