-- A waiver is taken back. $1 document.
delete from fmferry_waiver where document = $1
