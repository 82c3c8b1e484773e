-- How many of a source's documents were stored with the MD5 that FileMaker itself says. $1 source. Columns: count.
select count(*) from fmferry_witness where source = $1
