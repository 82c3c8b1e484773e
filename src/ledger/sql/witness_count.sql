-- How many documents were stored with the MD5 that FileMaker says. $1 source.
select count(*) from fmferry_witness where source = $1
