-- Notes the writer of a document's row that nobody has written before; else nothing happens. It costs
-- less than row_claim, which says how often. $1 row id, $2 lineage, $3 epoch.
insert into fmferry_row (id, lineage, epoch, writes) values ($1, $2, $3, 1)
on conflict (id) do nothing
