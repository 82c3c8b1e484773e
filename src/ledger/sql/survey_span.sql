-- The first and the last record of a source that are not gone. $1 source. Columns: first, last.
select coalesce(min(record_id), 0), coalesce(max(record_id), 0)
  from fmferry_document where source = $1 and state <> 'gone'
