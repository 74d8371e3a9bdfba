-- The whole life of a case: rounds, hops, requests, pauses, supervision, callbacks, the set of accused, wake-up times.
-- case_file stays narrow: what few cases have (course, accused, request, ...) lies beside it, and a plain letter writes none of it.
-- As before: no foreign keys on the way of a letter, times are parameters, codes are those of code_list.

-- ---- The case ----

ALTER TABLE case_file
    ADD letter_id bigint,      -- whose words it is about; its own id, but for a case that was split off
    ADD clock_at timestamptz,  -- when the clock behind due_at started; in an end state: when the case got there
    ADD wake_at timestamptz;   -- never later than the next instant at which the sweep must look; NULL: never

-- Whom the letter accuses, by unit (officer 0) or by the officer's number (unit 0). Never deleted: who was taken out again
-- is gone, and may come back.
CREATE TABLE accused (
    case_id bigint NOT NULL,
    unit int NOT NULL,
    officer int NOT NULL,
    since timestamptz NOT NULL,
    gone_at timestamptz,
    PRIMARY KEY (case_id, unit, officer)
);
INSERT INTO accused (case_id, unit, officer, since)
SELECT id, accused, 0, received_at FROM case_file WHERE accused <> 0;

-- What ran until now has no clock_at: a leg's clock starts when it is sent, any other when the case got where it is. The
-- sweep looks at every case that is not archived and works out when to look again.
UPDATE case_file c
SET letter_id = c.id,
    flags = CASE WHEN c.accused <> 0 THEN c.flags | 8 ELSE c.flags END, -- FLAG_ACCUSED
    clock_at = coalesce(
        CASE WHEN c.state IN (40, 50) THEN (SELECT max(l.sent_at) FROM leg l WHERE l.case_id = c.id AND l.role = 1)
             WHEN c.state NOT IN (10, 20) THEN (SELECT max(j.at) FROM journal j WHERE j.case_id = c.id) END,
        c.received_at),
    wake_at = CASE WHEN c.state <> 90 THEN c.received_at END;

ALTER TABLE case_file
    ALTER letter_id SET NOT NULL,
    DROP accused;

-- The work lists of the machine's own stages: classifier (RECEIVED), dispatcher (ACCEPTED and REWORK). In a column of their
-- own, because an index that names state would want a new entry in every index whenever the state changes.
DROP INDEX case_work;
ALTER TABLE case_file ADD stage smallint GENERATED ALWAYS AS (CASE WHEN state IN (10, 30, 75) THEN state END) STORED;
CREATE INDEX case_work ON case_file (stage, id) WHERE stage IS NOT NULL;
CREATE INDEX case_wake ON case_file (wake_at) WHERE wake_at IS NOT NULL; -- the sweep
CREATE INDEX case_due ON case_file (due_at, id) WHERE due_at IS NOT NULL; -- what is overdue, from the index alone
CREATE INDEX case_split ON case_file (letter_id) WHERE letter_id <> id;  -- the other cases of one letter

-- One row only for a case that needs it.
CREATE TABLE course (
    case_id bigint PRIMARY KEY,
    paused_at timestamptz,       -- the answer clock stands since; NULL: it runs
    answer_due timestamptz,      -- the answer clock's date while another date stands in case_file.due_at
    asked_supplements smallint NOT NULL,
    got_supplements smallint NOT NULL,
    alarm smallint NOT NULL,     -- emergency: 0 the duty officer, 1 the next, 2 the leader
    warned smallint NOT NULL,    -- warnings of the case's clock, as bits of the ladder
    supervision smallint NOT NULL,
    supervision_due timestamptz, -- when its feedback is due; NULL: answered, or none asked
    calls smallint NOT NULL,     -- attempts of this round's callback
    call_hours int NOT NULL,     -- hours of the day that were tried, a bit each
    first_call timestamptz,
    satisfied_first smallint NOT NULL, -- 0 not said, 1 yes, 2 no
    satisfied_last smallint NOT NULL,
    solved smallint NOT NULL,
    primary_case bigint NOT NULL, -- MERGED: into this case; 0: not merged
    extended_days smallint NOT NULL,
    ex_officio smallint NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX course_primary ON course (primary_case) WHERE primary_case <> 0; -- what was merged into a case

CREATE TABLE request (
    case_id bigint NOT NULL,
    id smallint NOT NULL,
    leg smallint NOT NULL, -- 0: of the case
    kind smallint NOT NULL,
    state smallint NOT NULL,
    unit int NOT NULL,   -- who asks
    target int NOT NULL, -- whom it proposes, 0: nobody
    days smallint NOT NULL,
    person bigint NOT NULL, -- who exactly asks, 0: not said
    asked_at timestamptz NOT NULL,
    due_at timestamptz,
    until_at timestamptz,
    decided_at timestamptz, -- NULL: open
    PRIMARY KEY (case_id, id),
    CONSTRAINT request_state_known CHECK (state BETWEEN 1 AND 4)
) WITH (fillfactor = 70);

-- ---- Legs and journal ----

ALTER TABLE leg
    ADD round smallint NOT NULL DEFAULT 0,
    ADD hop smallint NOT NULL DEFAULT 0, -- how often this work was handed on by a return
    ADD flags smallint NOT NULL DEFAULT 0,
    ADD extensions smallint NOT NULL DEFAULT 0,
    ADD warned smallint NOT NULL DEFAULT 0,
    ADD handler bigint NOT NULL DEFAULT 0; -- who reported; 0: not said
UPDATE leg l SET flags = 1 -- LEG_CONTACTED, of contact.made
WHERE EXISTS (SELECT FROM journal j WHERE j.case_id = l.case_id AND j.leg = l.id AND j.event = 11);

ALTER TABLE journal ADD due_at timestamptz; -- the date that this line set, of its leg or of the case; NULL: none

-- The writer's later words, immutable. seq is the journal line that brought them.
CREATE TABLE supplement (
    case_id bigint NOT NULL,
    seq int NOT NULL,
    at timestamptz NOT NULL,
    words text NOT NULL,
    PRIMARY KEY (case_id, seq)
);
ALTER TABLE supplement ALTER COLUMN words SET COMPRESSION lz4;

-- What the writer answered on the telephone or online. 0 not said, 1 yes, 2 no.
CREATE TABLE callback_answer (
    case_id bigint NOT NULL,
    seq int NOT NULL,
    at timestamptz NOT NULL,
    reached smallint NOT NULL,
    contacted smallint NOT NULL,
    is_true smallint NOT NULL,
    satisfied smallint NOT NULL,
    solved smallint NOT NULL,
    PRIMARY KEY (case_id, seq)
);

-- 核查函: what an accused unit is asked to explain, on paper: facts that another officer approved, never the letter's words.
CREATE TABLE inquiry (
    case_id bigint NOT NULL,
    request smallint NOT NULL,
    unit int NOT NULL, -- that is accused and must explain
    ref text NOT NULL, -- on the paper, drawn by lot: it leads nobody outside to the case
    facts text NOT NULL,
    answer text,
    asked_at timestamptz NOT NULL,
    approved_at timestamptz, -- NULL: nobody has, so there is no paper
    due_at timestamptz,      -- by when the unit is to answer
    answered_at timestamptz,
    PRIMARY KEY (case_id, request)
);

-- ---- Queues ----

-- 1: a new leg with its letter, which is all that there was.
ALTER TABLE bureau_queue ADD notice smallint NOT NULL DEFAULT 1;
-- The province's own queue: what accuses a city's bureau is handled there.
INSERT INTO bureau_head (bureau, next_seq) VALUES (440000, 1);
INSERT INTO bureau_cursor (bureau, acked_seq) VALUES (440000, 0);

-- ---- Who was refused, who looked ----

-- Every event that the table or the guard refused; nothing else of the case changes. The same cause refused again adds
-- no row: a sender that repeats itself cannot fill the disk.
CREATE TABLE refused_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id bigint NOT NULL,
    at timestamptz NOT NULL,
    actor smallint NOT NULL,
    unit int NOT NULL,
    post text,
    event smallint NOT NULL,
    state smallint NOT NULL, -- of the case, then
    code text NOT NULL,
    words text NOT NULL,
    cause_by int NOT NULL, -- whose key: the bureau, 0 for the desk
    cause text             -- NULL: its sender gave none
);
CREATE UNIQUE INDEX refused_event_cause ON refused_event (case_id, cause_by, cause) WHERE cause IS NOT NULL;
CREATE INDEX refused_event_case ON refused_event (case_id);

-- Who looked at a case, and who was denied.
CREATE TABLE access_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id bigint NOT NULL,
    at timestamptz NOT NULL,
    unit int NOT NULL,
    officer int NOT NULL, -- 0: not said
    post text NOT NULL,
    what text NOT NULL,
    allowed boolean NOT NULL
);
CREATE INDEX access_log_case ON access_log (case_id);

-- 回头看: closed cases that are looked at again. The seed draws the same sample again.
CREATE TABLE review_sample (
    sample int NOT NULL,
    case_id bigint NOT NULL,
    rule text NOT NULL,
    seed bigint NOT NULL,
    drawn_at timestamptz NOT NULL,
    finding text, -- NULL: not looked at yet
    rating smallint,
    found_at timestamptz,
    PRIMARY KEY (sample, case_id)
);
CREATE INDEX review_sample_case ON review_sample (case_id);

-- ---- Rows of the table that have another name now, so that journals of schema 1 still replay ----

UPDATE because SET rule = CASE
    WHEN rule IN ('T35a', 'T35b', 'T35c', 'T35d') THEN 'T35'
    WHEN rule IN ('T36a', 'T36b', 'T36c', 'T36d') THEN 'T36'
    WHEN rule = 'T8' THEN 'T8a' -- one officer refused; now one proposes and another approves
    WHEN rule = 'T11' THEN 'T11a'
    ELSE rule END
WHERE rule IN ('T35a', 'T35b', 'T35c', 'T35d', 'T36a', 'T36b', 'T36c', 'T36d', 'T8', 'T11');

-- ---- Rights: each daemon only what its statements need, nobody DELETE ----

GRANT SELECT ON course, accused, request TO pa_classifier, pa_dispatcher;
GRANT INSERT, UPDATE ON course TO pa_classifier, pa_dispatcher;
GRANT INSERT, UPDATE ON accused TO pa_classifier;
GRANT SELECT ON supplement TO pa_dispatcher; -- delivers it

GRANT SELECT, INSERT, UPDATE ON course, accused, request TO pa_feedback;
GRANT INSERT ON supplement, callback_answer, refused_event TO pa_feedback;
GRANT SELECT, INSERT, UPDATE ON inquiry TO pa_feedback; -- alone: what delivers never reads it
GRANT INSERT ON case_file TO pa_feedback;                   -- a case that is split off,
GRANT SELECT, INSERT, UPDATE ON day_serial TO pa_feedback;  -- with a number of its own

GRANT SELECT ON course, accused, request, supplement, callback_answer, inquiry, refused_event, access_log, review_sample
TO pa_desk, pa_admin;
GRANT INSERT ON access_log, review_sample TO pa_desk;
GRANT UPDATE (finding, rating, found_at) ON review_sample TO pa_desk;
