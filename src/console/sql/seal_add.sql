-- Keeps the head of a chain. $1 watch, $2 number of its entry, $3 now, $4 its hash
insert into fmferry_seal (watch, seq, at_us, hash) values ($1, $2, $3, $4)
