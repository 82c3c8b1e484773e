-- Nobody else compares the rosters until this change ends: as SQLite does anyway. Columns: 1.
select 1
