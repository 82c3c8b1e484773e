-- Documents that are in the store, by classes of size: 0 below 1000 bytes, 1 below 3000, 2 below
-- 10000, and so on. $1 source. Columns: class, documents, bytes.
select case when size < 1000 then 0 when size < 3000 then 1 when size < 10000 then 2
            when size < 30000 then 3 when size < 100000 then 4 when size < 300000 then 5
            when size < 1000000 then 6 when size < 3000000 then 7 when size < 10000000 then 8
            when size < 30000000 then 9 when size < 100000000 then 10 when size < 300000000 then 11
            when size < 1000000000 then 12 else 13 end,
       count(*), sum(size)
  from fmferry_document where source = $1 and state in ('stored', 'done')
 group by 1 order by 1
