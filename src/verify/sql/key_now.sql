-- How many versions have a key at this moment. $1 key. Columns: count.
select count(*) from fmferry_version where key = $1
