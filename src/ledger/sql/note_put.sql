-- Writes a note about a source. $1 source, $2 name, $3 value.
insert into fmferry_note (source, name, value) values ($1, $2, $3)
on conflict (source, name) do update set value = excluded.value
