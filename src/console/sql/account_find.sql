-- An account. $1 its name in lower case
select account, name, shown, roles, password, totp, totp_step, spare, disabled_us, tries, next_us, made_us
  from fmferry_account where name = $1
