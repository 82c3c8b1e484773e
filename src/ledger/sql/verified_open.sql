-- Differences that verifications found, or a document's bytes when somebody wanted them, and no
-- verification found mended: of each place the last entry counts.
-- $1 source. Columns: count, at_us of the first.
select count(*), coalesce(min(at_us), 0)
  from (select a.after, a.at_us,
               row_number() over (partition by a.before order by a.run desc, a.seq desc) as n
          from fmferry_run r
          join fmferry_audit a on a.run = r.run and (a.after = 'differs' or a.after = 'agrees')
         where r.source = $1 and r.kind in ('verify', 'serve')) as findings
 where n = 1 and after = 'differs'
