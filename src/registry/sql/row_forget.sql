-- Forgets that we made a row. $1 row id.
delete from fmferry_row where id = $1
