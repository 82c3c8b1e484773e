-- Notes the writer of a document's row, unless a later one has written it. $1 row id, $2 lineage,
-- $3 epoch. Columns: how often it was written, this time included; no row: a later one has.
insert into fmferry_row (id, lineage, epoch, writes) values ($1, $2, $3, 1)
on conflict (id) do update
   set lineage = excluded.lineage, epoch = excluded.epoch, writes = fmferry_row.writes + 1
 where (fmferry_row.lineage, fmferry_row.epoch) <= (excluded.lineage, excluded.epoch)
returning writes
