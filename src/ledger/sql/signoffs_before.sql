-- Sign-offs of a source, the newest first. $1 source, $2 only those with a lower number, $3 at most so
-- many. Columns: number, run, at_us, who, statement, reason, exceptions, figures, digest, verified (0:
-- nobody had), certificate.
select number, run, at_us, who, statement, reason, exceptions, figures, digest, coalesce(verified, 0),
       certificate
  from fmferry_signoff
 where source = $1 and number < $2
 order by number desc
 limit $3
