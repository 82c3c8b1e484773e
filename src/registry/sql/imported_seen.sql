-- The hash of a row as we left it. $1 row id. Columns: seen.
select seen from fmferry_imported where id = $1
