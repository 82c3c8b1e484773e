-- Documents and bytes, counted one by one; the same groups as the tallies. $1 source.
-- Columns: state, class, type, link, documents, bytes.
select state, case when state in ('failed', 'waived') then class else '' end, type,
       case when state in ('stored', 'done') then link else '' end, count(*),
       coalesce(sum(case when state in ('stored', 'done') then coalesce(size, 0) else 0 end), 0)
  from fmferry_document where source = $1
 group by 1, 2, 3, 4
