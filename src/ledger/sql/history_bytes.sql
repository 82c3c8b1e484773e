-- Every version of a document, the first one first. $1 source, $2 document.
-- Columns: number, at_us, size, state, key, mime, sha256.
select v.number, v.at_us, v.size, v.state, v.key, v.mime, v.sha256
  from fmferry_version v join fmferry_document d on d.document = v.document
 where d.source = $1 and d.document = $2
 order by v.number
