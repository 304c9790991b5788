-- What the house itself needs now and then.

-- Makes the monthly partitions from this month to p_months ahead; returns the names of
-- those that cannot be made because the default partition holds rows of their month.
CREATE OR REPLACE FUNCTION sutler.make_months(p_months integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parent regclass;
	month date;
BEGIN
	FOR parent IN
		SELECT c.oid::regclass FROM pg_class c
		WHERE c.relkind = 'p' AND NOT c.relispartition AND pg_get_userbyid(c.relowner) = current_user ORDER BY c.oid
	LOOP
		FOR i IN 0..p_months LOOP
			month := date_trunc('month', sutler.now() AT TIME ZONE 'UTC')::date + make_interval(months => i);
			BEGIN
				PERFORM sutler.add_partition(parent, month);
			EXCEPTION WHEN check_violation THEN
				RETURN NEXT parent::text || to_char(month, '_YYYY_MM');
			END;
		END LOOP;
	END LOOP;
END
$$;
COMMENT ON FUNCTION sutler.make_months(integer) IS 'Makes partitions ahead of time; the names of those that cannot be made.';
