-- Makes everything that waits due now, and counts its tries anew. $1 source.
update fmferry_document set due_us = 0, attempts = 0
 where source = $1 and run is null and state in ('waiting', 'stored')
   and (due_us > 0 or attempts > 0)
