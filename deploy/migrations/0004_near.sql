-- Which letters say the same (docs/near.md): bands of each letter's text, and keyed hashes of phone and ID number that tell
-- whether two letters are of one writer. The letter's text stays where it is, and nothing that is there is rewritten: older
-- letters have no bands until `letterctl near --fill`, and no hashes.

-- ---- The text ----

-- A band is a hash of a part of the text. What shares one may be alike; what many share is not kept again (core/near.h). By
-- years, which are dropped when no letter is compared with theirs any more; what belongs to no year that is there is kept
-- aside, so that no letter waits for a partition.
CREATE TABLE near_band (
    band int NOT NULL,
    letter_id bigint NOT NULL
) PARTITION BY RANGE (letter_id);
CREATE INDEX near_band_find ON near_band (band, letter_id);
CREATE TABLE near_band_rest PARTITION OF near_band DEFAULT;

-- The year of its_now and the next one; drops the years that end before its_oldest, a letter's id. What somebody else holds
-- is left to the next time.
CREATE FUNCTION near_extend(its_now timestamptz, its_oldest bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
    its_year int := extract(year FROM its_now AT TIME ZONE 'Asia/Shanghai') - 2000;
    y int;
    p record;
BEGIN
    FOR y IN its_year .. its_year + 1 LOOP
        CONTINUE WHEN to_regclass(format('public.near_band_%s', 2000 + y)) IS NOT NULL;
        EXECUTE format('CREATE TABLE public.near_band_%s (LIKE public.near_band)', 2000 + y);
        EXECUTE format('WITH moved AS (DELETE FROM public.near_band_rest WHERE letter_id >= %s AND letter_id < %s RETURNING *)
            INSERT INTO public.near_band_%s SELECT * FROM moved', y * 10000000000000, (y + 1) * 10000000000000, 2000 + y);
        EXECUTE format('ALTER TABLE public.near_band ATTACH PARTITION public.near_band_%s FOR VALUES FROM (%s) TO (%s)',
            2000 + y, y * 10000000000000, (y + 1) * 10000000000000);
    END LOOP;
    FOR p IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.near_band'::regclass AND c.relname ~ '^near_band_[0-9]{4}$'
            AND (right(c.relname, 4)::bigint - 1999) * 10000000000000 <= its_oldest
    LOOP
        EXECUTE format('DROP TABLE public.%I', p.relname);
    END LOOP;
EXCEPTION WHEN lock_not_available OR deadlock_detected OR duplicate_table OR unique_violation THEN
    NULL;
END
$$;

-- ---- The writer ----

-- Keyed hashes, made by intake (store/writer_mark.h); NULL: not given, or no number that belongs to anybody.
ALTER TABLE writer ADD phone_mark bigint, ADD id_mark bigint;
CREATE INDEX writer_phone_mark ON writer (phone_mark, letter_id) WHERE phone_mark IS NOT NULL;
CREATE INDEX writer_id_mark ON writer (id_mark, letter_id) WHERE id_mark IS NOT NULL;

-- Equality is all that anybody learns, and of a letter whose writer asked for secrecy not even that. Two ID numbers that
-- differ are two writers, whatever the phone.

-- The newest earlier letters of each letter's writer that joined no other; earlier 0: this letter's writer can be told from
-- others. Bounded however many letters a writer sends.
CREATE FUNCTION writer_earlier(its_letters bigint[]) RETURNS TABLE (letter_id bigint, earlier bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp ROWS 10 AS $$
    SELECT w.letter_id, e.letter_id
    FROM unnest(its_letters) AS n (id)
    JOIN public.writer w ON w.letter_id = n.id AND (w.phone_mark IS NOT NULL OR w.id_mark IS NOT NULL)
    JOIN public.letter l ON l.id = w.letter_id AND NOT l.confidential
    CROSS JOIN LATERAL (
        SELECT 0::bigint AS letter_id
        UNION ALL
        (SELECT o.letter_id FROM (
            (SELECT p.letter_id FROM public.writer p
             WHERE p.phone_mark = w.phone_mark AND p.letter_id < w.letter_id
                AND coalesce(p.id_mark = w.id_mark, true)
             ORDER BY p.letter_id DESC LIMIT 64)
            UNION
            (SELECT p.letter_id FROM public.writer p
             WHERE p.id_mark = w.id_mark AND p.letter_id < w.letter_id ORDER BY p.letter_id DESC LIMIT 64)
         ) o
         WHERE NOT EXISTS (SELECT FROM public.course k WHERE k.case_id = o.letter_id AND k.primary_case <> 0)
            AND EXISTS (SELECT FROM public.letter ol WHERE ol.id = o.letter_id AND NOT ol.confidential)
         ORDER BY o.letter_id DESC LIMIT 8)
    ) e
$$;

-- Of each pair, whether it is of one writer.
CREATE FUNCTION writer_same(its_letters bigint[], others bigint[]) RETURNS TABLE (letter_id bigint, other bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp ROWS 10 AS $$
    SELECT n.id, n.other
    FROM unnest(its_letters, others) AS n (id, other)
    JOIN public.writer a ON a.letter_id = n.id
    JOIN public.writer b ON b.letter_id = n.other
    JOIN public.letter la ON la.id = a.letter_id AND NOT la.confidential
    JOIN public.letter lb ON lb.id = b.letter_id AND NOT lb.confidential
    WHERE a.id_mark = b.id_mark OR a.phone_mark = b.phone_mark AND coalesce(a.id_mark = b.id_mark, true)
$$;

-- ---- Rights ----

REVOKE EXECUTE ON FUNCTION near_extend(timestamptz, bigint), writer_earlier(bigint[]), writer_same(bigint[], bigint[])
FROM public;
GRANT EXECUTE ON FUNCTION near_extend(timestamptz, bigint) TO pa_classifier, pa_admin;
GRANT EXECUTE ON FUNCTION writer_earlier(bigint[]), writer_same(bigint[], bigint[]) TO pa_classifier, pa_desk;
GRANT SELECT, INSERT ON near_band TO pa_classifier, pa_admin;
GRANT SELECT ON near_band TO pa_desk;
