-- The last import of which rows are left; the one that is asked for, if it is one. $1 import, 0: any.
-- Columns: import.
select max(import) from fmferry_imported where $1 = 0 or import = $1
