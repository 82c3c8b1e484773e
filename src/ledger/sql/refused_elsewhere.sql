-- The first record for which the same bytes came. $1 source, $2 sha256, $3 the document to leave
-- out. Columns: record_id or null.
select min(d.record_id) as record_id
  from fmferry_refused r join fmferry_document d on d.document = r.document
 where r.sha256 = $2 and r.document <> $3 and d.source = $1
