-- A row that an import made is gone. $1 row id.
delete from fmferry_imported where id = $1
