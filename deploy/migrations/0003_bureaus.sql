-- Bureaus and portals subscribe from outside: queues in partitions that can be retired, consumers that take turns, blocked
-- heads, keys, the writer's identity on request. A queue is identified by an int: a unit's code, or a channel's number 1..6.

-- ---- Queues: a partition a queue, and in it ranges of sequences, which are retired by dropping them ----

ALTER TABLE bureau_queue RENAME TO bureau_queue_before;
ALTER INDEX bureau_queue_pkey RENAME TO bureau_queue_before_pkey;
CREATE TABLE bureau_queue (
    bureau int NOT NULL,
    seq bigint NOT NULL,
    case_id bigint NOT NULL,
    leg smallint NOT NULL, -- 0: a portal's line
    sent_at timestamptz NOT NULL,
    notice smallint NOT NULL DEFAULT 1, -- of a portal's line: what the writer is told
    PRIMARY KEY (bureau, seq)
) PARTITION BY LIST (bureau);

ALTER TABLE bureau_head
    ADD first_seq bigint NOT NULL DEFAULT 1, -- the oldest that is kept
    ADD CONSTRAINT bureau_head_first CHECK (first_seq BETWEEN 1 AND next_seq);
ALTER TABLE bureau_cursor
    ADD epoch bigint NOT NULL DEFAULT 0, -- activations so far: a stale consumer's word does not count
    ADD blocked_seq bigint,              -- nothing passes it until the desk decides; NULL: nothing blocks
    ADD blocked_at timestamptz,
    ADD attempts int NOT NULL DEFAULT 0, -- at what blocks
    ADD blocked_reason text;

-- The partitions that there are, and those that there were. to_seq: the first sequence behind it.
CREATE TABLE queue_range (
    bureau int NOT NULL,
    from_seq bigint NOT NULL,
    to_seq bigint NOT NULL CHECK (to_seq > from_seq),
    PRIMARY KEY (bureau, from_seq)
);
CREATE TABLE queue_retired (
    bureau int NOT NULL,
    from_seq bigint NOT NULL,
    to_seq bigint NOT NULL,
    rows bigint NOT NULL,
    newest_at timestamptz NOT NULL, -- its last line
    at timestamptz NOT NULL,        -- dropped
    PRIMARY KEY (bureau, from_seq)
);
-- What the desk parked or skipped: the line at this sequence is delivered without content.
CREATE TABLE queue_tombstone (
    bureau int NOT NULL,
    seq bigint NOT NULL,
    parked boolean NOT NULL, -- else skipped
    at timestamptz NOT NULL, -- the journal line's
    by_whom text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (bureau, seq)
);

-- The next range of a queue. A table is made first and attached then: that stops nobody who reads or writes the queue.
CREATE FUNCTION queue_add_range(its_queue int, its_rows bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    first bigint := coalesce((SELECT max(to_seq) FROM public.queue_range WHERE bureau = its_queue), 1);
    its_name text := format('bureau_queue_%s_%s', its_queue, first);
BEGIN
    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL)', its_name, 'bureau_queue_' || its_queue);
    EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%s) TO (%s)',
        'bureau_queue_' || its_queue, its_name, first, first + its_rows);
    INSERT INTO public.queue_range VALUES (its_queue, first, first + its_rows);
END
$$;

-- Makes a queue, with head, cursor and its first range; true: there was none.
CREATE FUNCTION queue_open(its_queue int) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    its_name text := 'bureau_queue_' || its_queue;
BEGIN
    IF its_queue NOT BETWEEN 1 AND 6 AND its_queue < 440000 THEN
        RAISE check_violation USING MESSAGE = format('%s is neither a channel nor a unit', its_queue);
    END IF;
    IF to_regclass('public.' || its_name) IS NOT NULL THEN
        RETURN false;
    END IF;
    IF (SELECT count(*) FROM public.bureau_head) >= 1024 AND
        NOT EXISTS (SELECT FROM public.bureau_head WHERE bureau = its_queue) THEN -- QUEUES_MAX
        RAISE check_violation USING MESSAGE = 'there are 1024 queues: no more can be made';
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.bureau_queue INCLUDING ALL) PARTITION BY RANGE (seq)', its_name);
    EXECUTE format('ALTER TABLE public.bureau_queue ATTACH PARTITION public.%I FOR VALUES IN (%s)', its_name, its_queue);
    PERFORM public.queue_add_range(its_queue, 100000);
    INSERT INTO public.bureau_head (bureau, next_seq) VALUES (its_queue, 1) ON CONFLICT DO NOTHING;
    INSERT INTO public.bureau_cursor (bureau, acked_seq) VALUES (its_queue, 0) ON CONFLICT DO NOTHING;
    RETURN true;
END
$$;

-- Ranges ahead of the heads: at least half a range stays free. its_rows NULL: as large as the queue's last one. Returns how
-- many were made; what somebody else is about to make, or holds, is left to the next time.
CREATE FUNCTION queue_extend(its_rows bigint) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
    q record;
    made int := 0;
BEGIN
    FOR q IN
        SELECT h.bureau, coalesce(its_rows, r.to_seq - r.from_seq) AS size
        FROM public.bureau_head h
        JOIN LATERAL (SELECT from_seq, to_seq FROM public.queue_range WHERE bureau = h.bureau
                      ORDER BY from_seq DESC LIMIT 1) r ON true
        WHERE r.to_seq - h.next_seq < coalesce(its_rows, r.to_seq - r.from_seq) / 2 ORDER BY h.bureau
    LOOP
        BEGIN
            PERFORM public.queue_add_range(q.bureau, q.size);
            made := made + 1;
        EXCEPTION WHEN lock_not_available OR duplicate_table OR unique_violation THEN
            NULL;
        END;
    END LOOP;
    RETURN made;
END
$$;

-- Drops the oldest range of a queue if all of it is acknowledged and its newest line is older than its_limit. The head's row
-- is locked before the tables, as the transactions that append do.
CREATE FUNCTION queue_retire(its_queue int, its_limit timestamptz, its_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
    r public.queue_range;
    its_name text;
    n bigint;
    newest timestamptz;
BEGIN
    SELECT * INTO r FROM public.queue_range WHERE bureau = its_queue ORDER BY from_seq LIMIT 1;
    PERFORM FROM public.bureau_head h JOIN public.bureau_cursor c ON c.bureau = h.bureau
    JOIN public.queue_range next_one ON next_one.bureau = h.bureau AND next_one.from_seq = r.to_seq
    WHERE h.bureau = r.bureau AND h.next_seq >= r.to_seq AND c.acked_seq >= r.to_seq - 1;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    its_name := format('bureau_queue_%s_%s', r.bureau, r.from_seq);
    EXECUTE format('SELECT count(*), max(sent_at) FROM public.%I', its_name) INTO n, newest;
    IF newest >= its_limit THEN
        RETURN false;
    END IF;
    UPDATE public.bureau_head SET first_seq = r.to_seq WHERE bureau = r.bureau;
    EXECUTE format('DROP TABLE public.%I', its_name);
    DELETE FROM public.queue_range WHERE bureau = r.bureau AND from_seq = r.from_seq;
    INSERT INTO public.queue_retired VALUES (r.bureau, r.from_seq, r.to_seq, n, newest, its_now);
    RETURN true;
EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
    RETURN false;
END
$$;

REVOKE EXECUTE ON FUNCTION queue_add_range(int, bigint), queue_open(int), queue_extend(bigint),
    queue_retire(int, timestamptz, timestamptz) FROM public;

DO $$
DECLARE
    h record;
BEGIN
    FOR h IN SELECT bureau, next_seq FROM bureau_head ORDER BY bureau LOOP
        PERFORM queue_open(h.bureau);
        WHILE (SELECT max(to_seq) FROM queue_range WHERE bureau = h.bureau) - h.next_seq < 50000 LOOP
            PERFORM queue_add_range(h.bureau, 100000);
        END LOOP;
    END LOOP;
END
$$;
INSERT INTO bureau_queue (bureau, seq, case_id, leg, sent_at, notice)
SELECT bureau, seq, case_id, leg, sent_at, notice FROM bureau_queue_before ORDER BY bureau, seq;
DROP TABLE bureau_queue_before;

-- ---- Keys ----

-- Which CURVE key speaks for whom. Never deleted, never another's: what was revoked stays so.
CREATE TABLE peer_key (
    key bytea PRIMARY KEY CHECK (length(key) = 32),
    role smallint NOT NULL CHECK (role IN (1, 2)), -- bureau, portal
    holder int NOT NULL,                           -- a unit's code; a portal: its channel
    name text NOT NULL,
    added_at timestamptz NOT NULL,
    added_by text NOT NULL,
    revoked_at timestamptz, -- NULL: it is good
    revoked_by text,
    reason text,
    CHECK (num_nulls(revoked_at, revoked_by, reason) IN (0, 3))
);
-- A good key that named somebody else's queue, letters or events. One row a second at most for the same.
CREATE TABLE denied_peer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key bytea NOT NULL,
    at timestamptz NOT NULL,
    named int NOT NULL, -- 0: nobody that there is
    what text NOT NULL,
    times bigint NOT NULL
);
CREATE INDEX denied_peer_key ON denied_peer (key);

-- ---- The writer's identity ----

-- Only for an opening that stands in the journal, and so was decided, and is shown to the writer.
CREATE FUNCTION identity_of(its_case bigint, its_seq int)
RETURNS TABLE (name text, phone text, id_number text, email text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT w.name, w.phone, w.id_number, w.email
    FROM public.journal j
    JOIN public.case_file c ON c.id = j.case_id
    JOIN public.writer w ON w.letter_id = c.letter_id
    WHERE j.case_id = its_case AND j.seq = its_seq
        AND j.event = (SELECT code FROM public.code_list WHERE list = 'journal' AND name = 'identity.opened')
$$;
REVOKE EXECUTE ON FUNCTION identity_of(bigint, int) FROM public;

-- ---- Rights ----

-- pa_feedback appends, too: it must be able to go on when a range is full and the dispatcher is away.
GRANT EXECUTE ON FUNCTION queue_extend(bigint) TO pa_dispatcher, pa_feedback;
GRANT EXECUTE ON FUNCTION queue_retire(int, timestamptz, timestamptz) TO pa_dispatcher;
GRANT EXECUTE ON FUNCTION queue_open(int) TO pa_admin;
GRANT EXECUTE ON FUNCTION identity_of(bigint, int) TO pa_feedback, pa_desk;

GRANT INSERT ON bureau_queue TO pa_dispatcher, pa_feedback;
-- Whoever moves a case tells its writer: in the queue of a portal, where one subscribes.
GRANT SELECT, UPDATE ON bureau_head TO pa_classifier;
GRANT INSERT ON bureau_queue TO pa_classifier;
GRANT EXECUTE ON FUNCTION queue_extend(bigint) TO pa_classifier;
GRANT SELECT ON bureau_queue TO pa_dispatcher, pa_feedback, pa_desk, pa_admin;
GRANT SELECT ON queue_range TO pa_dispatcher, pa_desk, pa_admin;
GRANT SELECT ON queue_retired TO pa_desk, pa_admin;
GRANT SELECT ON queue_tombstone TO pa_dispatcher, pa_feedback, pa_desk, pa_admin;

-- The desk's decisions about a blocked head go through feedbackd, as all its acts.
GRANT INSERT ON queue_tombstone TO pa_feedback;
GRANT SELECT, UPDATE (blocked_seq, blocked_at, attempts, blocked_reason) ON bureau_cursor TO pa_feedback;

GRANT SELECT ON peer_key TO pa_intake, pa_dispatcher, pa_feedback, pa_desk, pa_admin;
GRANT INSERT, UPDATE (revoked_at, revoked_by, reason) ON peer_key TO pa_admin;
GRANT INSERT ON denied_peer TO pa_intake, pa_dispatcher, pa_feedback;
GRANT SELECT ON denied_peer TO pa_desk, pa_admin;

-- What a writer is told, in a portal's queue and when he looks it up: never the letter's words again, nor who at the desk.
GRANT SELECT ON reply TO pa_dispatcher, pa_feedback;
GRANT SELECT (case_id, seq, at, event, detail) ON journal TO pa_dispatcher;
GRANT SELECT (case_id, seq, at, event, because, state, leg, actor, unit, due_at, detail) ON journal TO pa_feedback;
GRANT SELECT (id, mailbox, channel, client_ref, confidential, received_at) ON letter TO pa_feedback;
