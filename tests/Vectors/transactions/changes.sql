UPDATE visits SET total_cost = total_cost - 10 WHERE visit_id = 1; UPDATE billing_payments SET total_amount = total_amount + 10 WHERE billing_id = 1;
UPDATE visits SET total_cost = total_cost - 20 WHERE visit_id = 2; UPDATE billing_payments SET total_amount = total_amount + 20 WHERE billing_id = 2; UPDATE visits SET total_cost = total_cost - 5 WHERE visit_id = 3; UPDATE billing_payments SET total_amount = total_amount + 5 WHERE billing_id = 2;
INSERT INTO notes VALUES (1, 'no table of ours')
UPDATE visits SET total_cost = total_cost - 3 WHERE visit_id = 2; UPDATE billing_payments SET total_amount = total_amount + 3 WHERE billing_id = 2;
INSERT INTO visits SELECT i, 2, 2, '2026-03-01 08:00:00+00', 'Covid-19', 50, 'h1', NULL FROM generate_series(5,6) i; INSERT INTO billing_payments SELECT i, 2, i, '2026-03-01', 50, 'Pending', 'h1', NULL FROM generate_series(5,6) i;
UPDATE visits SET visit_id = 7 WHERE visit_id = 6; UPDATE billing_payments SET visit_id = 7, total_amount = 49 WHERE billing_id = 6; UPDATE visits SET total_cost = 51 WHERE visit_id = 7;
DELETE FROM billing_payments WHERE billing_id = 5; DELETE FROM visits WHERE visit_id = 5;
INSERT INTO visits VALUES (9, 3, 1, '2026-03-01 08:00:00+00', 'x', 10, 'h1', NULL); INSERT INTO billing_payments VALUES (9, 3, 9, '2026-03-01', 10, 'Pending', 'h1', NULL);
UPDATE visits SET total_cost = 'NaN' WHERE visit_id = 9; UPDATE billing_payments SET total_amount = 11 WHERE billing_id = 9; UPDATE visits SET total_cost = total_cost - 1 WHERE visit_id = 1; UPDATE billing_payments SET total_amount = total_amount + 1 WHERE billing_id = 9;
UPDATE visits SET total_cost = 8 WHERE visit_id = 9; UPDATE visits SET total_cost = total_cost - 1 WHERE visit_id = 2; UPDATE billing_payments SET total_amount = total_amount + 1 WHERE billing_id = 9;
TRUNCATE visits, billing_payments
INSERT INTO visits SELECT i, 1, 1, '2026-03-02 10:30:00+00', 'Flu', 200, 'h1', NULL FROM generate_series(1,4) i; INSERT INTO billing_payments SELECT i, 1, i, '2026-03-02', 200, 'Pending', 'h1', NULL FROM generate_series(1,4) i;
UPDATE visits SET total_cost = total_cost - 10 WHERE visit_id = 1; UPDATE billing_payments SET total_amount = total_amount + 10 WHERE billing_id = 1;
UPDATE visits SET total_cost = total_cost - 11 WHERE visit_id = 1; UPDATE billing_payments SET total_amount = total_amount + 11 WHERE billing_id = 2;
UPDATE visits SET total_cost = total_cost - 12 WHERE visit_id = 2; UPDATE billing_payments SET total_amount = total_amount + 12 WHERE billing_id = 3; UPDATE visits SET total_cost = total_cost - 1 WHERE visit_id = 1; UPDATE billing_payments SET total_amount = total_amount + 1 WHERE billing_id = 3;
UPDATE visits SET total_cost = total_cost - 13 WHERE visit_id = 3; UPDATE billing_payments SET total_amount = total_amount + 13 WHERE billing_id = 4;
UPDATE visits SET total_cost = total_cost - 14 WHERE visit_id = 4; UPDATE billing_payments SET total_amount = total_amount + 14 WHERE billing_id = 1;
UPDATE visits SET total_cost = total_cost - 15 WHERE visit_id = 4; UPDATE billing_payments SET total_amount = total_amount + 15 WHERE billing_id = 4;
UPDATE visits SET total_cost = total_cost - 16 WHERE visit_id = 1; UPDATE billing_payments SET total_amount = total_amount + 16 WHERE billing_id = 4;
