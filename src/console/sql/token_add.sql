-- Adds a token. $1 its hash, $2 name, $3 rights, $4 addresses, $5 the account that made it, $6 now, $7 its end
insert into fmferry_token (hash, name, rights, addresses, made_by, made_us, until_us)
values ($1, $2, $3, $4, $5, $6, $7) returning token
