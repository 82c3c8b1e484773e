-- How many documents of a source are known to have something wrong. $1 source. Columns: count.
select count(*)
  from fmferry_finding f join fmferry_document d on d.document = f.document
 where d.source = $1
