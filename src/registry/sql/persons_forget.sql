-- Forgets whom a complete import did not tell. $1 import.
delete from fmferry_person where import <> $1
