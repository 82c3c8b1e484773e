-- Whether the database answers. Columns: 1.
select 1
