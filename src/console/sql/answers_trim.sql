-- Forgets answers. $1 those from before
delete from fmferry_answer where at_us < $1
