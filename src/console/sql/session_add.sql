-- Begins a session. $1 the hash of its key, $2 account, $3 its token, $4 address, $5 browser, $6 now
insert into fmferry_session (hash, account, csrf, address, agent, begun_us, seen_us, proved_us)
values ($1, $2, $3, $4, $5, $6, $6, $6)
