-- How many versions of whichever source were meant for a key. $1 key. Columns: count.
select count(*) from fmferry_version where key = $1
