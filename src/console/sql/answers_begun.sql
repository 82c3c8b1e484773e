-- Forgets what was claimed and never answered.
delete from fmferry_answer where status = 0
