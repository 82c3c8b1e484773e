-- How fast a run settles documents: among its newest entries of the audit chain. $1 run, $2 how
-- many entries at most, $3 not older than. Columns: settled, oldest at_us.
select coalesce(sum(case when after in ('done', 'failed') then 1 else 0 end), 0), min(at_us)
  from (select at_us, after, document from fmferry_audit where run = $1
         order by seq desc limit $2) recent
 where at_us >= $3 and document is not null
