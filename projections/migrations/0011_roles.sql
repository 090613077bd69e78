-- Everybody who may read the log or write to it may read what is folded from it; only the owner folds.
grant usage on schema read to cairn_writer, cairn_reader;
grant select on all tables in schema read to cairn_writer, cairn_reader;
