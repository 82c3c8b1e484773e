-- What verifications of a part found, the newest first. $1 source. Columns: at_us, what it found.
select a.at_us, a.evidence
  from fmferry_run r
  join fmferry_audit a on a.run = r.run and a.after = 'verified'
 where r.source = $1 and r.kind = 'verify' and a.evidence like '%"sample":"%'
 order by r.run desc limit 4000
