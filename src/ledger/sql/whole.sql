-- The documents of a record, each with its stored version. $1 source, $2 record_id.
-- Columns: document, epoch, state, held, identity, container, repetition, filemaker_id, type, link,
-- size, mod_id, number, key, sha256, size of the version, mod_id of the version, mark, imprint,
-- mark_stood.
select d.document, d.epoch, d.state, d.run is not null, d.identity, d.container, d.repetition,
       d.filemaker_id, d.type, d.link, d.size, d.mod_id,
       v.number, v.key, v.sha256, v.size, v.mod_id, v.mark, v.imprint, v.mark_stood
  from fmferry_document d
  left join fmferry_version v on v.document = d.document and v.number = d.version
       and v.state = 'stored'
 where d.source = $1 and d.record_id = $2
 order by d.document
