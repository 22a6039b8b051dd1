-- A logbook as the first schema left it: released once, never to be changed. Made-up sessions.
PRAGMA application_id = 1265517682;
CREATE TABLE sessions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, recording TEXT NOT NULL UNIQUE, size_bytes INTEGER NOT NULL,
    changed_ns INTEGER NOT NULL, start TEXT NOT NULL, start_s REAL NOT NULL, duration_s REAL NOT NULL,
    simulated INTEGER NOT NULL, sensor TEXT NOT NULL, rate_hz REAL, version TEXT NOT NULL, settings TEXT NOT NULL,
    detected INTEGER NOT NULL, left_reps INTEGER NOT NULL, right_reps INTEGER NOT NULL, unknown_reps INTEGER NOT NULL,
    cycles INTEGER NOT NULL);
CREATE TABLE reps (
    session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE, rep INTEGER NOT NULL, side TEXT,
    direction INTEGER NOT NULL, drop_start_s REAL NOT NULL, drop_end_s REAL NOT NULL, return_start_s REAL NOT NULL,
    return_end_s REAL NOT NULL, range_deg REAL NOT NULL, drop_time_s REAL NOT NULL, hold_s REAL NOT NULL,
    return_time_s REAL NOT NULL, peak_drop_dps REAL, landing_jolt_g REAL, graded INTEGER NOT NULL,
    PRIMARY KEY (session, rep)) WITHOUT ROWID;
CREATE TABLE warnings (
    session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE, place INTEGER NOT NULL, rep INTEGER,
    code TEXT NOT NULL, severity TEXT NOT NULL, value REAL, limit_value REAL, unit TEXT NOT NULL,
    PRIMARY KEY (session, place)) WITHOUT ROWID;
INSERT INTO sessions VALUES
    (4, '2026-03-02_18-03-00.jsonl', 1000, 1700000000000000000, '2026-03-02T18:03:00.000+01:00', 1772470980.0, 90.0,
     0, 'sc-pretend', 104.0, '0.1.0', '{}', 2, 1, 1, 0, 1);
INSERT INTO reps VALUES
    (4, 1, 'left', 1, 10.0, 11.5, 16.0, 18.0, 41.0, 1.5, 4.5, 2.0, 55.0, 0.1, 1),
    (4, 2, 'right', -1, 20.0, 21.5, 26.0, 28.0, 42.0, 1.4, 4.5, 2.0, 56.0, 0.2, 1);
INSERT INTO warnings VALUES (4, 0, 2, 'too_fast', 'severe', 0.7, 0.6, '1');
PRAGMA user_version = 1;
