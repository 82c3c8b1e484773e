-- An import came to its end. $1 import, $2 whether it was complete.
update fmferry_import set complete = $2 where import = $1
