-- Every account, by name.
select account, name, shown, roles, password, totp, totp_step, spare, disabled_us, tries, next_us, made_us
  from fmferry_account order by name
