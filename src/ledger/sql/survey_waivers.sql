-- Documents that were waived, oldest decision first. $1 source. Columns: record_id, filemaker_id,
-- type, class, at_us, who, reason.
select d.record_id, d.filemaker_id, d.type, d.class, w.at_us, w.who, w.reason
  from fmferry_document d join fmferry_waiver w on w.document = d.document
 where d.source = $1 and d.state = 'waived'
 order by w.at_us, w.who, w.reason, d.document
