// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// The database's form. A later form is a new step at the end of `steps`; what is there is never changed.
enum Schema {
    /// "Hdrm", so that no other program's database is taken for Headroom's.
    static let application: Int64 = 0x4864_726D

    static var known: Int { steps.count }

    /// SQL, and what SQL cannot do behind it.
    private struct Step: ExpressibleByStringLiteral, Sendable {
        let sql: String
        var then: (@Sendable (borrowing Connection) throws(JournalError) -> Void)?

        init(_ sql: String, then: (@Sendable (borrowing Connection) throws(JournalError) -> Void)? = nil) {
            self.sql = sql
            self.then = then
        }

        init(stringLiteral sql: String) { self.init(sql) }
    }

    private static let steps: [Step] = [
        """
        CREATE TABLE births (
            name TEXT NOT NULL, uuid TEXT NOT NULL, pool TEXT NOT NULL, thin_id INTEGER NOT NULL,
            size INTEGER NOT NULL,
            seen REAL NOT NULL,
            PRIMARY KEY (name, uuid, pool, thin_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX births_by_time ON births (seen);
        CREATE TABLE growths (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            intent TEXT NOT NULL,
            started REAL NOT NULL,
            finished REAL,
            result TEXT,
            reached INTEGER,
            failure TEXT,
            CHECK ((finished IS NULL) = (result IS NULL))
        ) STRICT;
        CREATE INDEX growths_by_time ON growths (finished);
        """,
        """
        CREATE TABLE kept (
            name TEXT NOT NULL, uuid TEXT NOT NULL, pool TEXT NOT NULL, thin_id INTEGER NOT NULL,
            volume TEXT NOT NULL,
            PRIMARY KEY (name, uuid, pool, thin_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX kept_by_blocks ON kept (pool, thin_id);
        """,
        """
        CREATE TABLE restoring (
            name TEXT NOT NULL, uuid TEXT NOT NULL, pool TEXT NOT NULL, thin_id INTEGER NOT NULL,
            PRIMARY KEY (name, uuid, pool, thin_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE decisions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time REAL NOT NULL,
            name TEXT NOT NULL, pool TEXT NOT NULL,
            verdict TEXT NOT NULL,
            reason TEXT NOT NULL,
            text TEXT NOT NULL
        ) STRICT;
        CREATE INDEX decisions_by_time ON decisions (time);
        CREATE INDEX decisions_by_volume ON decisions (name, id);
        """,
        """
        CREATE TABLE overrides (id INTEGER PRIMARY KEY, override TEXT NOT NULL) STRICT;
        CREATE TABLE override_events (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time REAL NOT NULL,
            event TEXT NOT NULL,
            asked TEXT,
            override TEXT NOT NULL
        ) STRICT;
        CREATE INDEX override_events_by_time ON override_events (time);
        CREATE TABLE answers (
            key TEXT NOT NULL PRIMARY KEY,
            request TEXT NOT NULL,
            time REAL NOT NULL,
            status INTEGER,
            body TEXT,
            CHECK ((status IS NULL) = (body IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX answers_by_time ON answers (time);
        """,
        """
        CREATE TABLE alert_cases (fingerprint TEXT NOT NULL PRIMARY KEY, entry TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE alert_grants (override INTEGER PRIMARY KEY, time REAL NOT NULL, entry TEXT NOT NULL) STRICT;
        CREATE INDEX alert_grants_by_time ON alert_grants (time);
        """,
        Step(HistoryMigration.tables) { connection throws(JournalError) in try HistoryMigration.run(connection) },
    ]

    /// Checks that the file is one that this Headroom may write, before anything is written.
    static func check(_ connection: borrowing Connection) throws(JournalError) {
        let application = try number(connection, "PRAGMA application_id")
        let version = try number(connection, "PRAGMA user_version")
        let tables = try number(connection, "SELECT count(*) FROM sqlite_schema")
        let isEmpty = application == 0 && version == 0 && tables == 0
        guard isEmpty || application == Schema.application else { throw .foreign(path: connection.path) }
        guard version <= known else { throw .newerSchema(path: connection.path, found: Int(version), known: known) }
        let findings = try connection.rows("PRAGMA quick_check(1)") { row throws(JournalError) in row.text(0) }
        guard findings == ["ok"] else {
            // A heading, and what was found below it.
            let lines = (findings.first ?? "no answer").split(separator: "\n").filter { !$0.hasPrefix("***") }
            throw .corrupt(path: connection.path, reason: lines.joined(separator: ", "))
        }
    }

    /// Of Headroom, of the form that is known, and sound.
    static func isCurrent(_ connection: borrowing Connection) throws(JournalError) -> Bool {
        try check(connection)
        return try number(connection, "PRAGMA user_version") == known
    }

    /// Sets how it is written, and brings it up to a form: the one that is known, but for tests.
    static func prepare(_ connection: borrowing Connection, form: Int = known) throws(JournalError) {
        let mode = try connection.rows("PRAGMA journal_mode = WAL") { row throws(JournalError) in row.text(0) }
        guard mode == ["wal"] else {
            throw .failed(path: connection.path, reason: "the filesystem does not take a write-ahead log")
        }
        // Each commit is on the disk before it returns: an intent must be there before the first step.
        try connection.execute("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF")
        if try number(connection, "PRAGMA user_version") >= form { return }
        try connection.transaction { () throws(JournalError) in
            // Again, now that nobody else can have come between.
            let version = Int(try number(connection, "PRAGMA user_version"))
            for step in steps.prefix(form).dropFirst(version) {
                try connection.execute(step.sql)
                try step.then?(connection)
            }
            try connection.execute("PRAGMA application_id = \(application); PRAGMA user_version = \(form)")
        }
    }

    private static func number(_ connection: borrowing Connection, _ sql: String) throws(JournalError) -> Int64 {
        try connection.rows(sql) { row throws(JournalError) in row.integer(0) }.first ?? 0
    }
}
