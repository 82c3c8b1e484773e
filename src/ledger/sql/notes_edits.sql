-- What people wanted to change of uploads, and nobody finished or gave up. $1 source. Columns: name, value.
select name, value from fmferry_note where source = $1 and name like 'edit %' order by name
