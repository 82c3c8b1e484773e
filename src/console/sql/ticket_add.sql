-- Keeps what is good for one use. $1 the hash of its code, $2 kind, $3 account, $4 body, $5 until
insert into fmferry_ticket (hash, kind, account, body, until_us) values ($1, $2, $3, $4, $5)
