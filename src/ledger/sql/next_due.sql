-- When the next document that no run holds is due. $1 source. Columns: due_us.
select min(due_us) from fmferry_document
 where source = $1 and run is null and state in ('waiting', 'stored')
