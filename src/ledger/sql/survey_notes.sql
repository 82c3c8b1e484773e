-- Every note about a source. $1 source. Columns: name, value.
select name, value from fmferry_note where source = $1 order by name
