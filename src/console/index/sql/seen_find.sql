-- The last entry of a run's chain that was read. $1 run. Columns: entry.
select seq from seen where run = $1
