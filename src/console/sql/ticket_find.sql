-- A ticket that can be used. $1 the hash of its code, $2 kind, $3 now
select t.account, t.body, a.name from fmferry_ticket t join fmferry_account a on a.account = t.account
 where t.hash = $1 and t.kind = $2 and t.used_us is null and t.until_us > $3 and a.disabled_us is null
