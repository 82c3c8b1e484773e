-- A document of the source that another run holds. $1 source, $2 the present run. Columns: document.
select document from fmferry_document
 where run in (select run from fmferry_run where source = $1 and ended_us is null and run <> $2)
 limit 1
