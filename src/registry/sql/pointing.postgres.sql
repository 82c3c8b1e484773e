-- The foreign keys that point to a table. $1 the table, in quotes, $2 its key's column. Columns:
-- table, column, both in quotes.
select cast(cast(c.conrelid as regclass) as text), quote_ident(mine.attname)
  from pg_constraint c
 cross join lateral unnest(c.conkey, c.confkey) as pair (mine, theirs)
  join pg_attribute mine on mine.attrelid = c.conrelid and mine.attnum = pair.mine
  join pg_attribute theirs on theirs.attrelid = c.confrelid and theirs.attnum = pair.theirs
 where c.contype = 'f' and c.confrelid = to_regclass($1) and theirs.attname = $2
