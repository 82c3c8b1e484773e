-- What the database is. Columns: name.
select 'PostgreSQL ' || current_setting('server_version')
