-- Entries about one document, newest first. $1 time, $2 watch, $3 number of the entry behind which they begin, $4 from,
-- $5 to, $6 account or 0, $7 row or '', $8 patient or '', $9 what or '', $10 how many
select v.watch, v.seq, v.at_us, v.account, v.token, v.session, v.address, v.what, v.outcome, v.row, v.patient,
       v.document, v.detail, v.hash, coalesce(a.name, t.name, '')
  from fmferry_view v
  left join fmferry_account a on a.account = v.account
  left join fmferry_token t on t.token = v.token
 where (v.at_us, v.watch, v.seq) < ($1, $2, $3) and v.at_us >= $4 and v.at_us < $5
   and (v.account = $6 or $6 = 0) and v.row = $7 and (v.patient = $8 or $8 = '') and (v.what = $9 or $9 = '')
 order by v.at_us desc, v.watch desc, v.seq desc limit $10
