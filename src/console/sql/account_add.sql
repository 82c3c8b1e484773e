-- Adds an account. $1 name, $2 as it is shown, $3 roles, $4 now
insert into fmferry_account (name, shown, roles, made_us) values ($1, $2, $3, $4)
