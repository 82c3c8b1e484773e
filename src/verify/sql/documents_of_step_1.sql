-- As documents.sql, for a ledger that has not been upgraded yet and has no imprints. Every document
-- of a source with the version that it is stored as. $1 source. Columns: document,
-- epoch, changed_us, record_id, mod_id, state, class, identity, container, repetition, patient_id,
-- patient, link, type, and of the version: number, state, key, sha256, size, mark, mod_id;
-- whether a person chose the patient; the version's imprint.
select d.document, d.epoch, d.changed_us, d.record_id, d.mod_id, d.state, d.class, d.identity,
       d.container, d.repetition, d.patient_id, d.patient, d.link, d.type, v.number, v.state, v.key,
       v.sha256, v.size, v.mark, v.mod_id, case when d.linked_by <> '' then 1 else 0 end,
       cast(null as text)
  from fmferry_document d
  left join fmferry_version v on v.document = d.document and v.number = d.version
 where d.source = $1
 order by d.document
