-- One half (:part of :parts) of the indexes that listings-begin.sql left for later.
SELECT said FROM bench.later WHERE n % :parts = :part ORDER BY n \gexec
