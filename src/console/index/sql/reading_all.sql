-- All words are to be read again; those that are known stay until then.
update reading set shape = 0, tries = 0, due_us = 0
