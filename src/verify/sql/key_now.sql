-- How many versions have a key at this moment. $1 key, $2 its number. Columns: count.
select count(*) from fmferry_version
 where (key_number = $2 and key = $1) or (key_number is null and key = $1)
