-- Sets an account up. $1 account, $2 password's hash, $3 sealed secret, $4 spare codes, $5 step
update fmferry_account
   set password = $2, totp = $3, spare = $4, totp_step = $5, tries = 0, next_us = 0
 where account = $1
