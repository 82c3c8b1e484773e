-- Forgets the runs before one. $1 run.
delete from seen where run < $1
