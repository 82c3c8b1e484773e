-- The newest 200 tokens, those that are no good any more too.
select t.token, t.name, t.rights, t.addresses, t.made_us, t.until_us, t.ended_us, coalesce(a.name, '')
  from fmferry_token t left join fmferry_account a on a.account = t.made_by
 order by t.token desc limit 200
