-- No MD5 of FileMaker's proves the version that was stored last. $1 source, $2 document.
delete from fmferry_witness where source = $1 and document = $2
