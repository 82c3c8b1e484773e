-- The name and version of the database. Columns: name.
select 'SQLite ' || sqlite_version()
