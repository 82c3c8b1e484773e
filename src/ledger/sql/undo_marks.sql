-- Marks that we wrote to a record, or were about to; none that stood there before us. $1 source,
-- $2 record_id. Columns: mark.
select v.mark from fmferry_document d join fmferry_version v on v.document = d.document
 where d.source = $1 and d.record_id = $2 and v.mark is not null and v.mark_stood = 0
except
select v.mark from fmferry_document d join fmferry_version v on v.document = d.document
 where d.source = $1 and d.record_id = $2 and v.mark is not null and v.mark_stood <> 0
