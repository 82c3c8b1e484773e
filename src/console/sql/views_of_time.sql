-- All entries of a time, oldest first. $1 from, $2 to
select v.watch, v.seq, v.at_us, v.account, v.token, v.session, v.address, v.what, v.outcome, v.row, v.patient,
       v.document, v.detail, v.hash, coalesce(a.name, t.name, '')
  from fmferry_view v
  left join fmferry_account a on a.account = v.account
  left join fmferry_token t on t.token = v.token
 where v.at_us >= $1 and v.at_us < $2
 order by v.at_us, v.watch, v.seq
