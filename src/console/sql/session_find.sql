-- A session that has not ended, of an account that may log in. $1 the hash of its key
select s.session, s.account, s.begun_us, s.seen_us, s.proved_us, s.csrf, a.name, a.shown, a.roles
  from fmferry_session s join fmferry_account a on a.account = s.account
 where s.hash = $1 and s.ended_us is null and a.disabled_us is null
