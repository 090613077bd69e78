-- Comparing a read model's tables, live and rebuilt.

-- name: sum
select count(*) as rows, sum(hash_record_extended(t, 0)) as hashes from {table} t
