-- A chain of the view log, each entry with its seal if it has one. $1 watch
select v.watch, v.seq, v.at_us, v.account, v.token, v.session, v.address, v.what, v.outcome, v.row, v.patient,
       v.document, v.detail, v.hash, s.hash
  from fmferry_view v left join fmferry_seal s on s.watch = v.watch and s.seq = v.seq
 where v.watch = $1 order by v.seq
