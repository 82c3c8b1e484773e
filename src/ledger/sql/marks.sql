-- Marks that were meant for a record. $1 source, $2 record_id. Columns: mark.
select distinct v.mark from fmferry_document d join fmferry_version v on v.document = d.document
 where d.source = $1 and d.record_id = $2 and v.mark is not null
