-- The foreign keys that point to a table. $1 the table, $2 its key's column. Columns: table,
-- column, both in quotes.
select '"' || replace(m.name, '"', '""') || '"', '"' || replace(f."from", '"', '""') || '"'
  from sqlite_master m join pragma_foreign_key_list(m.name) f
 where m.type = 'table' and lower(f."table") = lower($1)
   and (f."to" is null or lower(f."to") = lower($2))
