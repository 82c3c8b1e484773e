-- Uses a spare code. $1 account, $2 the codes before, $3 those that stay
update fmferry_account set spare = $3 where account = $1 and spare = $2
