-- Runs before this one are over, and wholly read. $1 run.
update about set run = $1
