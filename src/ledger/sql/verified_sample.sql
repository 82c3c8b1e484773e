-- What the newest verification of a part found. $1 source, $2 a pattern that tells how many parts there are.
-- Columns: what it found.
select a.evidence
  from fmferry_run r
  join fmferry_audit a on a.run = r.run and a.after = 'verified'
 where r.source = $1 and r.kind = 'verify' and a.evidence like $2
 order by r.run desc limit 1
