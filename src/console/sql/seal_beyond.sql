-- How many seals a chain has beyond an entry. $1 watch, $2 number of the entry
select count(*) from fmferry_seal where watch = $1 and seq > $2
