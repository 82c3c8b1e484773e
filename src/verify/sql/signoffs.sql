-- Every sign-off of a source. $1 source. Columns: number, run, who, statement, reason, exceptions,
-- figures, digest.
select number, run, who, statement, reason, exceptions, figures, digest
  from fmferry_signoff where source = $1 order by number
