-- An import made a patient's row, or renewed one of ours. $1 row id, $2 import, $3 hash of the row,
-- $4 whether it made it.
insert into fmferry_imported (id, import, seen) values ($1, $2, $3)
on conflict (id) do update
   set seen = excluded.seen,
       import = case when $4 = 1 then excluded.import else fmferry_imported.import end
