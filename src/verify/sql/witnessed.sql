-- How many of a source's documents were proven by FileMaker's own MD5 when they were stored. $1 source. Columns: count.
select count(*) from fmferry_witness where source = $1
