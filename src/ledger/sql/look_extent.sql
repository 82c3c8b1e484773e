-- How much has happened in a source: any change adds to it. $1 source. Columns: the newest run, the
-- number of entries in all audit chains.
select coalesce(max(run), 0), coalesce(sum(entries), 0)
  from (select r.run, (select max(a.seq) from fmferry_audit a where a.run = r.run) as entries
          from fmferry_run r
         where r.source = $1) as chains
