"""What people type and hand in, read once: one parser for each kind of value, one reader for all tables.

Every parser takes what was typed or a cell (`Given`) and gives the value or a `Mistake`; none raises for any input.
`numbers`, `percentages`, `amounts` (money), `dates`, `moments`, `ids`, `labels`, `words` (yes and no), `texts` read
single values; `tables` reads files (CSV, TSV, Excel …) and `queries` puts SQL over several of them.
"""
