-- The next row that an import made. $1 import, $2 the row before, or ''. Columns: id, seen.
select id, seen from fmferry_imported where import = $1 and id > $2 order by id limit 1
