-- Documents that failed, or wait after a failure, with their last evidence. $1 source, $2 the last
-- document of the page before, $3 how many at most, $4 the class or ''. Columns: document, identity, filemaker_id,
-- record_id, container, repetition, type, storage, state, class, attempts, due_us, at_us, step,
-- kind, http_status, filemaker_code, bytes, message, tries, created, author, path.
-- class <> '' is what the index of such documents asks for.
select d.document, d.identity, d.filemaker_id, d.record_id, d.container, d.repetition, d.type,
       d.storage, d.state, d.class, d.attempts, d.due_us, a.at_us, a.step, a.kind, a.http_status,
       a.filemaker_code, a.bytes, a.message, a.number, t.created, t.author, t.path
  from fmferry_document d
  left join fmferry_attempt a on a.document = d.document
       and a.number = (select max(number) from fmferry_attempt b where b.document = d.document)
  left join fmferry_trait t on t.document = d.document
 where d.source = $1 and d.document > $2 and d.class <> ''
   and d.state in ('failed', 'waiting', 'stored') and ($4 = '' or d.class = $4)
 order by d.document
 limit $3
