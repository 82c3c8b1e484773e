-- Every mark that was ever meant for a record, also by a write test that could not undo it.
-- $1 source, $2 record_id. Columns: mark.
select v.mark from fmferry_document d join fmferry_version v on v.document = d.document
 where d.source = $1 and d.record_id = $2 and v.mark is not null
union
select m.mark from fmferry_document d join fmferry_mark m on m.document = d.document
 where d.source = $1 and d.record_id = $2
union
select n.value from fmferry_note n
 where n.source = $1 and n.name = 'write-test ' || cast(cast($2 as bigint) as text) and n.value <> ''
