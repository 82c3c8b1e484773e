-- The newest verification of a source that wrote a certificate.
-- $1 source. Columns: run, at_us, version, host, what it found.
select r.run, a.at_us, r.version, r.host, a.evidence
  from fmferry_run r
  join fmferry_audit a on a.run = r.run and a.after = 'verified'
 where r.source = $1 and r.kind = 'verify' and a.evidence like '%"certificate_sha256":"%'
 order by r.run desc limit 1
