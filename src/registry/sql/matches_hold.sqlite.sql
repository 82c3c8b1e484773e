-- Nobody else compares the patients until this change ends: SQLite sees to it anyway. Columns: 1.
select 1
