-- Half (:part of :parts) of the indexes that listings-begin.sql left for later, over rows that nothing changes any more.
SELECT said FROM bench.later WHERE n % :parts = :part ORDER BY n \gexec
