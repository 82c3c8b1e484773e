-- A document's changes of patient, and its waiver, the oldest first. $1 source, $2 document.
-- Columns: at_us, run or 0, whether it is a waiver, patient after, by whom, reason.
select l.at_us, l.run, 0, l.patient, l.who, l.reason
  from fmferry_link l join fmferry_document d on d.document = l.document
 where d.source = $1 and d.document = $2
union all
select w.at_us, 0, 1, null, w.who, w.reason
  from fmferry_waiver w join fmferry_document d on d.document = w.document
 where d.source = $1 and d.document = $2
 order by 1
