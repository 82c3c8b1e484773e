-- The rules by which fields were filled with the mark, of each time, the present ones last.
-- $1 source. Columns: text.
select value from fmferry_note
 where source = $1 and name like 'writeback %'
 order by length(name), name
