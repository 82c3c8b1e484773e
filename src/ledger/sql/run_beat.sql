-- Counts a run's changes, so that one whose commit was not answered can be recognised. $1 run.
-- Columns: beats.
update fmferry_run set beats = beats + 1 where run = $1 returning beats
