-- The name and version of the database. Columns: name.
select 'PostgreSQL ' || current_setting('server_version')
