-- A document's entries within a part of a chain. $1 run, $2 first seq, $3 last seq, $4 document.
-- Columns: seq, at_us, before, after, evidence.
select seq, at_us, before, after, evidence
  from fmferry_audit
 where run = $1 and seq between $2 and $3 and document = $4
 order by seq
