-- Documents that a person accepted as they came, oldest decision first. $1 source. Columns:
-- record_id, filemaker_id, type, class, at_us, who, reason.
select d.record_id, d.filemaker_id, d.type, r.class, r.accepted_us as at_us, r.who, r.reason
  from fmferry_refused r join fmferry_document d on d.document = r.document
 where d.source = $1 and r.accepted_us is not null
 order by r.accepted_us, r.who, r.reason, d.document
