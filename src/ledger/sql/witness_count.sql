-- How many documents were proven by FileMaker's own MD5 when they were stored. $1 source.
select count(*) from fmferry_witness where source = $1
