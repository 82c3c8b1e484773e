-- The number of a new import. Columns: import.
insert into fmferry_import (import, complete)
select coalesce(max(import), 0) + 1, 0 from fmferry_import
returning import
