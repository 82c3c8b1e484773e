-- The columns of a table. $1 its name. Columns: name, type, whether it takes no null, whether it wants
-- a value that we must give, whether it is unique by itself.
select c.name, lower(c.type), c."notnull" = 1 or c.pk > 0,
       c."notnull" = 1 and c.dflt_value is null and not (c.pk = 1 and lower(c.type) = 'integer'),
       (c.pk = 1 and (select count(*) from pragma_table_info($1) where pk > 0) = 1)
       or exists (select 1 from pragma_index_list($1) i
                   where i."unique" = 1 and i.partial = 0
                     and (select count(*) from pragma_index_info(i.name)) = 1
                     and (select name from pragma_index_info(i.name)) = c.name)
  from pragma_table_info($1) c order by c.cid
