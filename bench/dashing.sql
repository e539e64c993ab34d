-- Five years of decisions; bench/_dashing.py says what the words with a $ are in each database.
INSERT INTO sharing_decision (
  id, case_id, reference, request_key, entry_hash, by_id, decided_at, recorded_at, outcome, started, urgency,
  lawful_basis, consent, wishes, informed, risk_level, threshold_met, already_sent, aims, kinds, reasons,
  stops, points, agencies, included, withheld, review_on, emergency, follows_as, basis_after_sharing, to_send
)
SELECT
  $decision, $case, 'D' || $hex, $draft, $hash, $by, $at, $at,
  CASE i % 4 WHEN 3 THEN 'do_not_share' WHEN 2 THEN 'share_part' ELSE 'share_all' END, 'offer',
  CASE i % 3 WHEN 0 THEN 'now' WHEN 1 THEN 'today' ELSE 'two_days' END,
  CASE i % 5 WHEN 0 THEN '6-1-a' WHEN 1 THEN '6-1-d' WHEN 2 THEN '6-1-c' ELSE '6-1-e' END,
  '', '', '', 'medium', $no, $no, $none, $none, $none, $none, $none, $none, 1, 0,
  CASE i % 2 WHEN 0 THEN $review_on END, $no, '', $no,
  CASE WHEN i % 4 < 3 THEN $pairs ELSE $none END
FROM $numbers;
INSERT INTO sharing_draft (
  id, case_id, reference, started_by_id, started_at, saved_at, saves, request_key, answers, recorded_at, due_at,
  follows_as
)
SELECT $draft, $case, 'T' || $hex, $by, $at, $at, 1, $draft, $empty, $at, $due_at, ''
FROM $numbers WHERE i % 5 > 0;
INSERT INTO sharing_disclosure (
  id, request_key, entry_hash, recorded_at, case_id, by_id, decision_id, sent_at, sent, method, complete,
  basis_after_sharing, differs_from_decision
)
SELECT $decision, $decision, $hash, $at, $case, $by, $decision, $sent_at, $pairs, 'phone', $yes, $no, $no
FROM $numbers WHERE i % 4 < 3 AND i % 20 > 0;
INSERT INTO sharing_review (id, request_key, entry_hash, recorded_at, case_id, by_id, decision_id, outcome)
SELECT $decision, $decision, $hash, $at, $case, $by, $decision, 'still_right'
FROM $numbers WHERE i % 2 = 0 AND i % 40 > 0;
INSERT INTO sharing_request (
  id, request_key, entry_hash, recorded_at, case_id, by_id, reference, decision_id, agency, recipient, urgency,
  reply_by
)
SELECT
  $decision, $decision, $hash, $at, $case, $by, 'R' || $hex, $decision,
  CASE i / 20 % 3 WHEN 0 THEN 'police' WHEN 1 THEN 'health' ELSE 'education' END, 'r1', 'today', $at
FROM $numbers WHERE i % 20 = 0;
INSERT INTO sharing_requeststep (
  id, request_key, entry_hash, recorded_at, case_id, by_id, request_id, number, act, state, refusal, ending, items
)
SELECT
  $decision, $decision, $hash, $at, $case, $by, $decision, 1, 'refuse', 'refused',
  CASE i / 60 % 2 WHEN 0 THEN 'policy' ELSE 'none' END, '', $none
FROM $numbers WHERE i % 20 = 0;
