-- What could not be reached is to be tried again. $1 the shape that this has.
update reading set shape = 0, tries = 0, due_us = 0 where shape = $1
