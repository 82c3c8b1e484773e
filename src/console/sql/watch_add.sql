-- Begins a watch: one start of the console. $1 host, $2 version, $3 now
insert into fmferry_watch (host, version, begun_us) values ($1, $2, $3) returning watch
