-- The tries of a document that did not end well, the first one first. $1 source, $2 document.
-- Columns: number, run, at_us, step, class, kind, http_status, filemaker_code, bytes, message.
select a.number, a.run, a.at_us, a.step, a.class, a.kind, a.http_status, a.filemaker_code, a.bytes,
       a.message
  from fmferry_attempt a join fmferry_document d on d.document = a.document
 where d.source = $1 and d.document = $2
 order by a.number
