-- The report of a restore drill.

-- drill_report(backup text, outcome text, seconds int4, files int, bytes int, tables int, detail text) exec
INSERT INTO sutler.drill (backup, outcome, seconds, files, bytes, tables, detail)
VALUES (:backup, :outcome, :seconds, :files, :bytes, :tables, :detail)
