-- The first schema. Numbered, forward only, one transaction, never edited once released.
-- Letters are immutable; case_file and leg are narrow and change; journal, reply and bureau_queue only grow.
-- No foreign keys on the way of a letter: each costs a trigger and a row lock per row; `letterctl verify` proves what they would.
-- Roles (pa_owner, pa_intake, ...) are made by `letterctl migrate` before this runs.

-- What the numbers in the tables mean, written from the program's own lists by `letterctl migrate`.
CREATE TABLE code_list (
    list text NOT NULL,
    code smallint NOT NULL,
    name text NOT NULL,
    label text NOT NULL,
    PRIMARY KEY (list, code)
);

-- Every reason a rule ever gave, in words. Rows are added, never changed, so the journal explains itself for ever.
CREATE TABLE because (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule text NOT NULL,
    words text NOT NULL,
    UNIQUE (rule, words)
);

CREATE TABLE policy_version (
    version int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    loaded_at timestamptz NOT NULL,
    loaded_by text NOT NULL,
    digest text NOT NULL
);

CREATE TABLE policy_file (
    version int NOT NULL REFERENCES policy_version,
    name text NOT NULL,
    content text NOT NULL,
    PRIMARY KEY (version, name)
);

-- The day's next serial. Held until COMMIT, so serials are dense and grow in commit order.
CREATE TABLE day_serial (
    day int PRIMARY KEY, -- yyyymmdd
    next_serial int NOT NULL CHECK (next_serial > 0)
) WITH (fillfactor = 20);

CREATE TABLE letter (
    id bigint PRIMARY KEY, -- yymmdd * 10^9 + serial
    mailbox int NOT NULL,
    channel smallint NOT NULL,
    claimed smallint NOT NULL, -- kind, 0: not said
    confidential boolean NOT NULL,
    client_ref text NOT NULL,
    received_at timestamptz NOT NULL,
    occurred_at timestamptz,
    title text,
    place text,
    accused text, -- one a line
    body text NOT NULL,
    UNIQUE (channel, client_ref)
);
ALTER TABLE letter ALTER COLUMN body SET COMPRESSION lz4;

-- A receipt that was asked for again: the second answer's transaction writes too (P1).
CREATE TABLE letter_repeat (
    letter_id bigint NOT NULL,
    at timestamptz NOT NULL
);

-- Who wrote. Only intake may add, nobody may change; read by letter_writer_differs alone.
CREATE TABLE writer (
    letter_id bigint PRIMARY KEY,
    name text,
    phone text,
    id_number text,
    email text
);

-- Lets intake name what differs in a repeated letter without being able to read anybody's identity.
CREATE FUNCTION letter_writer_differs(of_letter bigint, its_name text, its_phone text, its_id_number text, its_email text)
RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN w.name IS DISTINCT FROM its_name THEN 'writer.name'
        WHEN w.phone IS DISTINCT FROM its_phone THEN 'writer.phone'
        WHEN w.id_number IS DISTINCT FROM its_id_number THEN 'writer.id_number'
        WHEN w.email IS DISTINCT FROM its_email THEN 'writer.email'
    END
    FROM (SELECT 1) one LEFT JOIN public.writer w ON w.letter_id = of_letter
$$;

-- Lets verify count identities that belong to no letter, without reading one.
CREATE FUNCTION writer_orphans() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*) FROM public.writer w WHERE NOT EXISTS (SELECT FROM public.letter l WHERE l.id = w.letter_id)
$$;

CREATE TABLE case_file (
    id bigint PRIMARY KEY, -- its first letter's
    version int NOT NULL CHECK (version > 0), -- journal lines so far
    mailbox int NOT NULL,
    bureau int NOT NULL, -- 0: not known
    place int NOT NULL,
    accused int NOT NULL, -- unit to keep out, 0: none
    state smallint NOT NULL,
    kind smallint NOT NULL,
    category smallint NOT NULL,
    flags smallint NOT NULL,
    confidence smallint NOT NULL,
    outcome smallint NOT NULL,
    round smallint NOT NULL,
    received_at timestamptz NOT NULL,
    due_at timestamptz,
    CONSTRAINT case_state_known CHECK (state IN (10, 12, 20, 25, 30, 40, 50, 60, 70, 75, 80, 81, 82, 83, 84, 85, 86, 90))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
-- The work lists of the machine's own stages: classifier (RECEIVED) and dispatcher (ACCEPTED).
CREATE INDEX case_work ON case_file (state, id) WHERE state IN (10, 30);

CREATE TABLE leg (
    case_id bigint NOT NULL,
    id smallint NOT NULL,
    parent smallint NOT NULL, -- 0: opened by the centre
    unit int NOT NULL,
    role smallint NOT NULL,
    state smallint NOT NULL,
    due_at timestamptz,
    sent_at timestamptz NOT NULL,
    PRIMARY KEY (case_id, id),
    CONSTRAINT leg_state_known CHECK (state IN (10, 20, 22, 25, 26, 30, 40, 45, 50, 60))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE journal (
    case_id bigint NOT NULL,
    seq int NOT NULL,
    at timestamptz NOT NULL,
    event smallint NOT NULL,
    because smallint NOT NULL, -- because.id
    state smallint NOT NULL,   -- of the case, afterwards
    leg smallint NOT NULL,     -- 0: the case itself
    actor smallint NOT NULL,
    unit int NOT NULL,
    policy int NOT NULL, -- version that the decision read
    post text,           -- of the desk's officer
    detail text,
    PRIMARY KEY (case_id, seq)
);

-- What the writer may read. seq is the journal line that brought it. Internal words live in another table.
CREATE TABLE reply (
    case_id bigint NOT NULL,
    seq int NOT NULL,
    leg smallint NOT NULL,
    outcome smallint NOT NULL,
    at timestamptz NOT NULL,
    public_text text NOT NULL,
    PRIMARY KEY (case_id, seq)
);

CREATE TABLE internal_report (
    case_id bigint NOT NULL,
    seq int NOT NULL,
    words text NOT NULL,
    PRIMARY KEY (case_id, seq)
);

-- Feedback that was applied, by the key that the bureau chose.
CREATE TABLE feedback_inbox (
    bureau int NOT NULL,
    event_id text NOT NULL,
    case_id bigint NOT NULL,
    digest bigint NOT NULL,
    seen int NOT NULL,
    PRIMARY KEY (bureau, event_id)
) WITH (fillfactor = 90);

-- head: written only by the transaction that dispatches, locked last. cursor: written only by delivery.
CREATE TABLE bureau_head (
    bureau int PRIMARY KEY,
    next_seq bigint NOT NULL CHECK (next_seq > 0)
) WITH (fillfactor = 20);

CREATE TABLE bureau_cursor (
    bureau int PRIMARY KEY,
    acked_seq bigint NOT NULL,
    consumer text, -- NULL: nobody is subscribed
    consumer_since timestamptz,
    updated_at timestamptz
) WITH (fillfactor = 20);

CREATE TABLE bureau_queue (
    bureau int NOT NULL,
    seq bigint NOT NULL,
    case_id bigint NOT NULL,
    leg smallint NOT NULL,
    sent_at timestamptz NOT NULL,
    PRIMARY KEY (bureau, seq)
);

INSERT INTO bureau_head (bureau, next_seq)
SELECT bureau, 1 FROM unnest('{440100,440200,440300,440400,440500,440600,440700,440800,440900,441200,441300,441400,441500,
441600,441700,441800,441900,442000,445100,445200,445300}'::int[]) bureau;
INSERT INTO bureau_cursor (bureau, acked_seq) SELECT bureau, 0 FROM bureau_head;

-- What could not be done and needs a person. source: feedback, classifier, dispatcher.
CREATE TABLE dead_letter (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    ref text NOT NULL, -- feedback: bureau/event_id; stages: the case's id
    case_id bigint,
    at timestamptz NOT NULL,
    attempts int NOT NULL,
    code text NOT NULL,
    field text NOT NULL,
    words text NOT NULL,
    frame bytea, -- the message, so that it can be tried again
    UNIQUE (source, ref)
);
-- What the desk did with dead letters: retried or dropped, and who says so.
CREATE TABLE dead_letter_decision (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dead_letter bigint NOT NULL,
    source text NOT NULL,
    ref text NOT NULL,
    decision text NOT NULL CHECK (decision IN ('retried', 'dropped')),
    at timestamptz NOT NULL,
    by_whom text NOT NULL
);

-- For people with psql: the same rows in words.
CREATE VIEW case_words AS
SELECT c.id, s.name AS state, k.name AS kind, c.category, c.bureau, c.received_at, c.due_at
FROM case_file c
LEFT JOIN code_list s ON s.list = 'case_state' AND s.code = c.state
LEFT JOIN code_list k ON k.list = 'kind' AND k.code = c.kind;

-- Rights: each daemon only what its statements need. Nobody has DELETE but pa_admin on dead letters.
GRANT SELECT ON schema_version, code_list, because, policy_version, policy_file
TO pa_intake, pa_classifier, pa_dispatcher, pa_feedback, pa_desk, pa_admin;

GRANT SELECT, INSERT ON letter TO pa_intake;
GRANT INSERT ON letter_repeat, writer, case_file, journal TO pa_intake;
GRANT SELECT, INSERT, UPDATE ON day_serial TO pa_intake;
REVOKE EXECUTE ON FUNCTION letter_writer_differs(bigint, text, text, text, text), writer_orphans() FROM public;
GRANT EXECUTE ON FUNCTION letter_writer_differs(bigint, text, text, text, text) TO pa_intake;

GRANT SELECT ON letter TO pa_classifier;
GRANT SELECT, UPDATE ON case_file TO pa_classifier, pa_dispatcher, pa_feedback;
GRANT SELECT, INSERT, UPDATE ON leg TO pa_dispatcher, pa_feedback;
GRANT SELECT ON leg TO pa_classifier;
GRANT INSERT ON journal TO pa_classifier, pa_dispatcher, pa_feedback;
GRANT SELECT, INSERT, UPDATE ON dead_letter TO pa_classifier, pa_dispatcher, pa_feedback;

GRANT SELECT, UPDATE ON bureau_head TO pa_dispatcher, pa_feedback;
GRANT INSERT ON bureau_queue TO pa_dispatcher, pa_feedback;
GRANT SELECT ON bureau_queue, letter TO pa_dispatcher;
GRANT SELECT, UPDATE ON bureau_cursor TO pa_dispatcher;

GRANT SELECT, INSERT, UPDATE ON feedback_inbox TO pa_feedback;
GRANT INSERT ON reply, internal_report TO pa_feedback;

GRANT SELECT ON letter, letter_repeat, case_file, leg, journal, reply, internal_report, feedback_inbox, bureau_head,
    bureau_cursor, bureau_queue, dead_letter, dead_letter_decision, day_serial, case_words TO pa_desk, pa_admin;
GRANT EXECUTE ON FUNCTION writer_orphans() TO pa_desk, pa_admin;
GRANT INSERT ON policy_version, policy_file, dead_letter_decision TO pa_admin;
GRANT DELETE ON dead_letter TO pa_admin;
