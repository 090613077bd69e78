-- Comparing two copies of a projection's tables.

-- name: sum
select count(*) as rows, sum(hash_record_extended(t, 0)) as hashes from {table} t
