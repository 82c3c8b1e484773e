-- A document contradicts nothing any more. $1 row.
delete from fmferry_doubt where id = $1
