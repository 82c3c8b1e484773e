-- How many versions of a document have these bytes. $1 document, $2 SHA-256. Columns: count.
select count(*) from fmferry_version where document = $1 and sha256 = $2
