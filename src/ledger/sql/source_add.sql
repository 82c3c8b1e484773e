-- Adds a source, unless another process just did. $1 name, $2 now.
insert into fmferry_source (name, created_us) values ($1, $2) on conflict do nothing
