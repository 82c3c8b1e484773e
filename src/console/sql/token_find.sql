-- A token that is good. $1 its hash, $2 now
select token, rights, addresses, name from fmferry_token
 where hash = $1 and ended_us is null and until_us > $2
