-- A hash of a document's whole row as we left it: with another one now, somebody has changed it. '': it is
-- about to be written for the first time. Null: it is not known, or the row was not ours alone when we wrote it.
alter table fmferry_row add column seen text;
