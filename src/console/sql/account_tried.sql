-- Notes wrong tries. $1 account, $2 how many, $3 when the next may be
update fmferry_account set tries = $2, next_us = $3 where account = $1
