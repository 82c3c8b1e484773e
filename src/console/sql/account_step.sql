-- Uses a code's step once. $1 account, $2 step
update fmferry_account set totp_step = $2 where account = $1 and totp_step < $2
