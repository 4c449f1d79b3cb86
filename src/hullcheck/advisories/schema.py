"""The files of the database: one SQLite file for each feed, and one for what other sources say of CVEs.

A shard is written once and never changed. Byte order of the keys is the order of the versions (`versions/`), so that a
look-up is `low <= key AND key < high` on a covering primary key; `high` comes before `low`, because most installed
versions are newer than most fixes.
"""

import re

SCHEMA_VERSION = 1
# PRAGMA application_id, by which file(1) and we tell a shard from other SQLite files: "HULL".
APPLICATION = 0x48554C4C

COMMON = "common"
SUFFIX = ".sqlite"

_META = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- What was read, and by what a server recognises it (RFC 9110, 8.8).
CREATE TABLE file (name TEXT PRIMARY KEY, etag TEXT NOT NULL, last_modified TEXT NOT NULL) WITHOUT ROWID;
-- What was not understood; `left_out` where the whole record was.
CREATE TABLE problem (record TEXT NOT NULL, reason TEXT NOT NULL, left_out INTEGER NOT NULL);
"""

FEED_TABLES = f"""
{_META}
CREATE TABLE release (
    release TEXT PRIMARY KEY, advisories INTEGER NOT NULL, data_until TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE package (
    release TEXT NOT NULL, name TEXT NOT NULL, package INTEGER NOT NULL, PRIMARY KEY (release, name)
) WITHOUT ROWID;
CREATE TABLE span (
    package INTEGER NOT NULL, high BLOB NOT NULL, low BLOB NOT NULL, advisory INTEGER NOT NULL, bounds INTEGER NOT NULL,
    PRIMARY KEY (package, high, low, advisory, bounds)
) WITHOUT ROWID;
CREATE TABLE bounds (
    bounds INTEGER PRIMARY KEY, introduced TEXT NOT NULL, fixed TEXT NOT NULL, last_affected TEXT NOT NULL
);
-- A record occurs once for each severity that it states: a distribution may rate a flaw otherwise for each release.
CREATE TABLE advisory (advisory INTEGER PRIMARY KEY, id TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE dictionary (content BLOB NOT NULL);
-- Packages for which some range of an advisory cannot be compared.
CREATE TABLE undecided (
    package INTEGER NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (package, id, reason)
) WITHOUT ROWID;
"""

COMMON_TABLES = f"""
{_META}
CREATE TABLE cve (cve TEXT PRIMARY KEY, epss REAL, percentile REAL, kev_added TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE TABLE cvss (
    cve TEXT NOT NULL, source TEXT NOT NULL, version TEXT NOT NULL, vector TEXT NOT NULL, score REAL NOT NULL,
    PRIMARY KEY (cve, source, vector)
) WITHOUT ROWID;
"""

_unsafe = re.compile(r"[^A-Za-z0-9._-]").sub


def file_name(shard: str) -> str:
    """Return the name of the file of `shard`, which is a feed's name in OSV or `COMMON`."""
    return _unsafe("_", shard) + SUFFIX
