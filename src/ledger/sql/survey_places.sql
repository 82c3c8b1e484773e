-- Documents by the places of their records in the source. $1 source, $2 the first record, $3 records
-- per place. Columns: place, class of those that failed, documents.
select (record_id - $2) / $3, case when state = 'failed' then class else '' end, count(*)
  from fmferry_document where source = $1 and state <> 'gone'
 group by 1, 2 order by 1, 2
