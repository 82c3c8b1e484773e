-- Sets a password. $1 account, $2 its hash
update fmferry_account set password = $2 where account = $1
