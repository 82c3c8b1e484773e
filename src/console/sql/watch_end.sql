-- Ends a watch. $1 watch, $2 now
update fmferry_watch set ended_us = $2 where watch = $1
