-- FileMaker said no MD5 of the version that was stored last. $1 source, $2 document.
delete from fmferry_witness where source = $1 and document = $2
