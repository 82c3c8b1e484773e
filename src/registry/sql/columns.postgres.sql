-- The columns of a table. $1 its name, in quotes where it needs them. Columns: name, type, whether it
-- takes no null, whether it wants a value that we must give, whether it is unique by itself.
select attname, format_type(atttypid, atttypmod), cast(attnotnull as integer),
       cast(attnotnull and not atthasdef and attidentity = '' as integer),
       cast(exists (select 1 from pg_index
                     where indrelid = attrelid and indisunique and indpred is null
                       and indnkeyatts = 1 and indkey[0] = attnum) as integer)
  from pg_attribute
 where attrelid = to_regclass($1) and attnum > 0 and not attisdropped
 order by attnum
