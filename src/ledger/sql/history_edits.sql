-- The entries about a document that was done, and stayed so. $1 source, $2 document.
-- Columns: run, seq, at_us, before, after, evidence.
select a.run, a.seq, a.at_us, a.before, a.after, a.evidence
  from fmferry_run r
  join fmferry_audit a on a.run = r.run
 where r.source = $1 and a.document = $2 and a.before = 'done' and a.after = 'done'
 order by a.at_us, a.run, a.seq
