-- Whether there is a table. $1 name. Columns: count.
select count(*) from sqlite_master where type = 'table' and name = $1
