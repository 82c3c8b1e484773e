-- Whether there is a table. $1 name. Columns: count.
select count(*) from information_schema.tables
 where table_schema = any (current_schemas(false)) and table_name = $1
