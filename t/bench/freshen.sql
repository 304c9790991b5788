-- Badges, counts and version, by the function that the job freshen calls.
SET client_min_messages = warning;
SELECT set_config('sutler.tenant', bench.tenant()::text, false) \g /dev/null
SELECT catalog.freshen(bench.tenant(), 1000000) \g /dev/null
VACUUM (ANALYZE);
