-- Adds a source. $1 name, $2 now. Columns: source.
insert into fmferry_source (name, created_us) values ($1, $2) returning source
