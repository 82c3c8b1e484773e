-- The hash of a document's row as we left it. $1 row id. Columns: seen.
select seen from fmferry_row where id = $1 and seen is not null
