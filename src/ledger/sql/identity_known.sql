-- How many documents of a source go by an id. $1 source, $2 identity. Columns: count.
select count(*) from fmferry_document where source = $1 and identity = $2
