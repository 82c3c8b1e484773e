-- Forgets a note about a source. $1 source, $2 name.
delete from fmferry_note where source = $1 and name = $2
