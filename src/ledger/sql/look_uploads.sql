-- How many uploads there are beside a source's documents. $1 source. Columns: arrived, failed, under way, bytes
-- of those that arrived.
select coalesce(sum(case when t.state = 'done' or t.state = 'stored' then t.documents else 0 end), 0),
       coalesce(sum(case when t.state = 'failed' then t.documents else 0 end), 0),
       coalesce(sum(case when t.state = 'claimed' or t.state = 'waiting' then t.documents else 0 end), 0),
       coalesce(sum(case when t.state = 'done' or t.state = 'stored' then t.bytes else 0 end), 0)
  from fmferry_tally t
 where t.source = (select u.source from fmferry_source s join fmferry_source u on u.name = s.name || '/uploads'
                    where s.source = $1)
