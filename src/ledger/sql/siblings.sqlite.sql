-- The other documents of a record. $1 source, $2 record_id, $3 document. Columns: document, state,
-- epoch, type, link, size, run, mod_id of the stored version.
select d.document, d.state, d.epoch, d.type, d.link, d.size, d.run, v.mod_id
  from fmferry_document d
  left join fmferry_version v on v.document = d.document and v.number = d.version
 where d.source = $1 and d.record_id = $2 and d.document <> $3
 order by d.document
