-- Shuts an account, or opens it. $1 account, $2 when, or null
update fmferry_account set disabled_us = $2, tries = 0, next_us = 0 where account = $1
