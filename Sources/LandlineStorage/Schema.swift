import GRDB

/// The tables, version by version. A migration that was released is never changed again.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("v1") { try $0.execute(sql: version1) }
    migrator.registerMigration("v2") { try $0.execute(sql: version2) }
    migrator.registerMigration("v3") { try $0.execute(sql: version3) }
    return migrator
  }

  // A room has a name, an inbox the account that it belongs to, with which it goes. What was said stays when who said it
  // is removed; an id is never given again, so nobody else has said it. A room of which nothing is on record yet is not
  // there; the lobby always is.
  private static let version3 = """
    CREATE TABLE chat_rooms (
      id INTEGER PRIMARY KEY,
      name TEXT UNIQUE,
      account INTEGER UNIQUE REFERENCES accounts(id) ON DELETE CASCADE,
      last INTEGER NOT NULL DEFAULT 0,
      topic TEXT,
      CHECK ((name IS NULL) <> (account IS NULL))
    ) STRICT;
    CREATE TABLE chat_messages (
      room INTEGER NOT NULL REFERENCES chat_rooms(id) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      account INTEGER NOT NULL,
      sender TEXT NOT NULL,
      key TEXT,
      kind TEXT,
      time INTEGER NOT NULL,
      text BLOB NOT NULL,
      PRIMARY KEY (room, number)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX chat_keys ON chat_messages(room, account, key) WHERE key IS NOT NULL;
    INSERT INTO chat_rooms (name) VALUES ('lobby');
    """

  // Bytes a second, each way; NULL: as everybody.
  private static let version2 = """
    ALTER TABLE accounts ADD COLUMN rate INTEGER CHECK (rate > 0);
    """

  // Times are seconds since 1970. AUTOINCREMENT: the id of a removed account is never given again,
  // for kept uploads carry it in their names. STRICT: a value of the wrong type is an error.
  private static let version1 = """
    CREATE TABLE accounts (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE COLLATE NOCASE,
      role TEXT NOT NULL,
      created INTEGER NOT NULL,
      seen INTEGER
    ) STRICT;
    CREATE TABLE devices (
      id TEXT PRIMARY KEY NOT NULL,
      account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      public_key BLOB NOT NULL
    ) STRICT;
    CREATE INDEX devices_account ON devices(account);
    CREATE TABLE invites (
      hash BLOB PRIMARY KEY NOT NULL,
      role TEXT NOT NULL,
      creator TEXT,
      created INTEGER NOT NULL,
      expires INTEGER NOT NULL,
      used INTEGER,
      device TEXT,
      account INTEGER
    ) STRICT;
    CREATE TABLE tokens (
      account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      hash BLOB NOT NULL UNIQUE,
      role TEXT NOT NULL,
      created INTEGER NOT NULL,
      PRIMARY KEY (account, name)
    ) STRICT;
    CREATE TABLE roles (
      name TEXT PRIMARY KEY NOT NULL,
      parents TEXT NOT NULL DEFAULT '[]',
      grants TEXT NOT NULL
    ) STRICT;
    INSERT INTO roles (name, grants) VALUES
      ('admin', '["admin"]'),
      ('member', '["files.read=**","files.write=**","chat.rooms=**"]'),
      ('guest', '["files.read=**"]');
    CREATE TABLE files (
      path BLOB PRIMARY KEY NOT NULL,
      device INTEGER NOT NULL,
      inode INTEGER NOT NULL,
      size INTEGER NOT NULL,
      mtime INTEGER NOT NULL,
      mtime_nanos INTEGER NOT NULL,
      ctime INTEGER NOT NULL,
      ctime_nanos INTEGER NOT NULL,
      sha256 BLOB NOT NULL,
      recorded INTEGER NOT NULL,
      recorded_nanos INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """
}
