-- What the store's server must say of a version's object, as it was computed when the object was put:
-- 'etag ...' or 'parts ...'. Null: its word says nothing, only the bytes do.
alter table fmferry_version add column imprint text;
