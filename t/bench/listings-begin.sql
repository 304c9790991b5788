-- Indexes that pages read by, and that nothing of the read model's own making does: each is made once in indexes.sql
-- instead of with each row.
CREATE TABLE bench.later AS
SELECT row_number() OVER (ORDER BY pg_relation_size(c.oid), i.indexname) AS n, format('%I.%I', i.schemaname, i.indexname) AS name, i.indexdef AS said
FROM pg_indexes i JOIN pg_class c ON c.oid = format('%I.%I', i.schemaname, i.indexname)::regclass JOIN pg_index x ON x.indexrelid = c.oid
WHERE i.schemaname = 'catalog' AND NOT x.indisunique AND i.indexname !~ '_product$'
AND i.tablename IN ('listing', 'placement', 'placement_price', 'placement_name', 'search', 'product_page');
SELECT 'DROP INDEX ' || name FROM bench.later \gexec
