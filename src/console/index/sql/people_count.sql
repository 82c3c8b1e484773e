-- Columns: how many patients the application had.
select count(*) from person where known = 1
