-- How many documents a taking back looks at. $1 source. Columns: documents.
select count(*) from fmferry_document
 where source = $1 and run is null and (state <> 'waived' or class = 'undone')
