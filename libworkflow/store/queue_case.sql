-- name: queue_case
SELECT q.case_id, c.mailbox FROM bureau_queue q JOIN case_file c ON c.id = q.case_id
WHERE q.bureau = $1::int AND q.seq = $2::bigint
