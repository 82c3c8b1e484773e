-- How many documents there are of an identity at this moment. $1 source, $2 identity, $3 container,
-- $4 repetition. Columns: count.
select count(*) from fmferry_document
 where source = $1 and identity = $2 and container = $3 and repetition = $4
