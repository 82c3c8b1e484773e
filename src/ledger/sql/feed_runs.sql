-- The runs of a source and of its uploads from one on, each with the number of the last entry of its chain.
-- $1 source, $2 run. Columns: run, last entry, 1 if it is over, kind.
select r.run, coalesce((select max(a.seq) from fmferry_audit a where a.run = r.run), 0),
       case when r.ended_us is null then 0 else 1 end, r.kind
  from fmferry_run r
 where r.run >= $2
   and (r.source = $1
        or r.source = (select u.source from fmferry_source s join fmferry_source u on u.name = s.name || '/uploads'
                        where s.source = $1))
 order by r.run
