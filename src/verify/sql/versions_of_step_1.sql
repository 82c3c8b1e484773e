-- As versions.sql, for a ledger that has not been upgraded yet and has no imprints. Every version of
-- every document of a source whose object may exist. $1 source. Columns: key, document, number, state,
-- sha256, size, whether it is the document's own now, the document's record_id, state, identity,
-- container, repetition, epoch, changed_us, imprint.
select v.key, v.document, v.number, v.state, v.sha256, v.size,
       case when v.number = d.version then 1 else 0 end, d.record_id, d.state, d.identity,
       d.container, d.repetition, d.epoch, d.changed_us, cast(null as text)
  from fmferry_version v
  join fmferry_document d on d.document = v.document
 where d.source = $1 and v.state <> 'removed'
