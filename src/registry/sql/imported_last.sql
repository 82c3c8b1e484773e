-- The last import that has rows left, or the given one if it has some. $1 import, 0: any.
-- Columns: import.
select max(import) from fmferry_imported where $1 = 0 or import = $1
