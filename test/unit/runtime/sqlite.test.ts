import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase, sqliteCode } from "#runtime";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "sqlite-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The code of the error that something throws. */
function codeOf(action: () => unknown): string | undefined {
	try {
		action();
	} catch (error) {
		return sqliteCode(error);
	}
	return "nothing was thrown";
}

test("values come back as they were written, by place and by name", () => {
	const db = openDatabase(join(folder, "a"), "create");
	db.run("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c BLOB)");
	const insert = db.prepare("INSERT INTO t VALUES (?, ?, ?)");
	expect(insert.run(1_800_000_000_000_000, "Grüße", null).changes).toBe(1);
	db.run("INSERT INTO t VALUES (?, ?, ?)", [2, "x", new Uint8Array([1, 2])]);
	const find = db.prepare<{ b: string }, [{ $a: number }]>("SELECT b FROM t WHERE a = $a");
	expect(find.get({ $a: 1_800_000_000_000_000 })?.b).toBe("Grüße");
	expect(find.get({ $a: 7 })).toBeNull();
	expect(
		db
			.query<{ a: number }>("SELECT a FROM t ORDER BY a")
			.all()
			.map(({ a }) => a),
	).toEqual([2, 1_800_000_000_000_000]);
	expect([...(db.query<{ c: Uint8Array }>("SELECT c FROM t WHERE a = 2").get()?.c ?? [])]).toEqual([1, 2]);
	expect(db.run("UPDATE t SET b = 'y'").changes).toBe(2);
	insert.finalize();
	find.finalize();
	db.close();
	const again = openDatabase(join(folder, "a"), "immutable");
	expect(again.query<{ n: number }>("SELECT count(*) AS n FROM t").get()?.n).toBe(2);
	expect(codeOf(() => again.run("DELETE FROM t"))).toStartWith("SQLITE_READONLY");
	again.close();
});

test("a transaction is done or not done", () => {
	const db = openDatabase(":memory:", "create");
	db.run("CREATE TABLE t (a)");
	const fails = db.transaction(() => {
		db.run("INSERT INTO t VALUES (1)");
		expect(db.inTransaction).toBe(true);
		throw new Error("no");
	});
	expect(() => fails.immediate()).toThrow("no");
	expect(db.inTransaction).toBe(false);
	db.transaction(() => void db.run("INSERT INTO t VALUES (2)"))();
	expect(
		db
			.query<{ a: number }>("SELECT a FROM t")
			.all()
			.map(({ a }) => a),
	).toEqual([2]);
	db.close();
});

test("errors have the names of SQLite's codes", () => {
	const db = openDatabase(join(folder, "a"), "create");
	db.run("CREATE TABLE t (a UNIQUE)");
	db.run("PRAGMA max_page_count = 3");
	expect(codeOf(() => db.run("CREATE TABLE u (a); CREATE TABLE v (a); CREATE TABLE w (a)"))).toBe(
		"SQLITE_FULL",
	);
	expect(codeOf(() => db.prepare("SELECT nothing FROM t").get())).toBe("SQLITE_ERROR");
	db.run("INSERT INTO t VALUES (1)");
	expect(codeOf(() => db.run("INSERT INTO t VALUES (1)"))).toStartWith("SQLITE_CONSTRAINT");
	const other = openDatabase(join(folder, "a"), "create");
	db.run("BEGIN EXCLUSIVE");
	expect(codeOf(() => other.run("INSERT INTO t VALUES (2)"))).toBe("SQLITE_BUSY");
	other.close();
	db.close();
	expect(codeOf(() => openDatabase(join(folder, "none/a"), "create").run("SELECT 1"))).toBe(
		"SQLITE_CANTOPEN",
	);
	writeFileSync(join(folder, "b"), "this is no database".repeat(100));
	const bad = openDatabase(join(folder, "b"), "create");
	expect(codeOf(() => bad.run("CREATE TABLE t (a)"))).toBe("SQLITE_NOTADB");
	bad.close();
	expect(sqliteCode(new Error("database is locked"))).toBeUndefined();
});
