-- Where the bytes of a document lie. $1 source, $2 document. Columns: record_id, key.
select d.record_id, v.key
  from fmferry_document d
  join fmferry_version v on v.document = d.document and v.number = d.version
 where d.source = $1 and d.document = $2
