-- Letters come in: the key decides whether a letter is new, the day's serial gives its number, five set statements store it.

-- name: letter_find
SELECT k.ord::int, l.id, l.mailbox, l.claimed, l.confidential, l.occurred_at, l.title, l.place, l.accused, l.body
FROM unnest($1::smallint[], $2::text[]) WITH ORDINALITY AS k (channel, client_ref, ord)
JOIN letter l ON l.channel = k.channel AND l.client_ref = k.client_ref

-- name: letter_writer_compare
SELECT letter_writer_differs(n.id, n.name, n.phone, n.id_number, n.email)
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY
     AS n (id, name, phone, id_number, email, ord)
ORDER BY n.ord

-- name: serial_take
INSERT INTO day_serial (day, next_serial) VALUES ($1::int, $2::int + 1)
ON CONFLICT (day) DO UPDATE SET next_serial = day_serial.next_serial + $2::int
RETURNING next_serial - $2::int

-- name: letter_insert
INSERT INTO letter (id, mailbox, channel, claimed, confidential, client_ref, occurred_at, title, place, accused, body,
                    received_at)
SELECT n.*, $12::timestamptz
FROM (SELECT unnest($1::bigint[]), unnest($2::int[]), unnest($3::smallint[]), unnest($4::smallint[]), unnest($5::boolean[]),
             unnest($6::text[]), unnest($7::timestamptz[]), unnest($8::text[]), unnest($9::text[]), unnest($10::text[]),
             unnest($11::text[])) n

-- name: writer_insert
INSERT INTO writer (letter_id, name, phone, id_number, email, phone_mark, id_mark)
SELECT * FROM (SELECT unnest($1::bigint[]), unnest($2::text[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]),
                      unnest($6::bigint[]), unnest($7::bigint[])) n

-- name: case_insert
INSERT INTO case_file (id, mailbox, kind, flags, due_at, wake_at, letter_id, version, bureau, place, state, category,
                       confidence, outcome, round, received_at, clock_at)
SELECT n.*, n.id, 1, 0, 0, $7::smallint, 0, 0, 0, 0, $8::timestamptz, $8::timestamptz
FROM (SELECT unnest($1::bigint[]) AS id, unnest($2::int[]) AS mailbox, unnest($3::smallint[]) AS kind,
             unnest($4::smallint[]) AS flags, unnest($5::timestamptz[]) AS due_at, unnest($6::timestamptz[]) AS wake_at) n

-- name: case_opened
INSERT INTO journal (case_id, seq, due_at, event, because, state, leg, actor, unit, at, policy)
SELECT n.id, 1, n.due_at, $3::smallint, $4::smallint, $5::smallint, 0, $6::smallint, 0, $7::timestamptz, $8::int
FROM unnest($1::bigint[], $2::timestamptz[]) AS n (id, due_at)

-- name: letter_repeat_insert
INSERT INTO letter_repeat (letter_id, at) SELECT n.id, $2::timestamptz FROM unnest($1::bigint[]) AS n (id)
