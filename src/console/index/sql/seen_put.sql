-- Entries up to this one were read. $1 run, $2 entry.
insert into seen (run, seq) values ($1, $2) on conflict (run) do update set seq = excluded.seq
