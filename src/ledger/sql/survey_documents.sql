-- Every document with its stored version. $1 source. Columns: record_id, filemaker_id,
-- identity, patient_id, type, container, repetition, storage, mod_id, state, class, link, patient,
-- attempts, key, size, sha256, mime, mark, who, reason, linked_by, linked_us.
select d.record_id, d.filemaker_id, d.identity, d.patient_id, d.type, d.container, d.repetition,
       d.storage, d.mod_id, d.state, d.class, d.link, d.patient,
       (select count(*) from fmferry_attempt a where a.document = d.document),
       v.key, v.size, v.sha256, v.mime, v.mark, w.who, w.reason, d.linked_by,
       case when d.linked_by <> ''
            then (select max(l.at_us) from fmferry_link l where l.document = d.document) end
  from fmferry_document d
  left join fmferry_version v on v.document = d.document and v.number = d.version
  left join fmferry_waiver w on w.document = d.document and d.state = 'waived'
 where d.source = $1
 order by d.document
