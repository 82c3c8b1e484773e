-- An entry of a run's chain. $1 run, $2 seq, $3 now, $4 document or null, $5 epoch, $6 before,
-- $7 after, $8 evidence, $9 hash.
insert into fmferry_audit (run, seq, at_us, document, epoch, before, after, evidence, hash)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
