-- What the database is. Columns: name.
select 'SQLite ' || sqlite_version()
