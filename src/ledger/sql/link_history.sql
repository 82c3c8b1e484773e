-- Every change of patient, oldest first. $1 source. Columns: at_us, record_id, identity, patient
-- before, patient after, by whom, reason.
select l.at_us, d.record_id, d.identity, l.patient_before, l.patient, l.who, l.reason
  from fmferry_link l
  join fmferry_document d on d.document = l.document
 where d.source = $1
 order by l.at_us, l.document, l.number
