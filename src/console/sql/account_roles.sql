-- Gives an account other roles. $1 account, $2 roles
update fmferry_account set roles = $2 where account = $1
