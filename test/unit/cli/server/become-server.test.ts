import { expect, test } from "bun:test";
import { asksForServer } from "../../../../src/cli/server/become-server.ts";

test.each([
	[[], true],
	[["run"], true],
	[["--config", "/etc/clicktocall.config", "--SipPort=5070"], true],
	[["--config=/srv/demo"], true],
	[["check"], false],
	[["--config", "a.config", "call", "alice", "bob"], false],
	[["--help"], false],
	[["run", "-h"], false],
	[["--version"], false],
	[["--sample-config"], false],
	// A file of this name: nobody knows before the arguments are read.
	[["--config", "demo"], false],
])("%j can ask for nothing but the server: %p", (argv, expected) => {
	expect(asksForServer(argv)).toBe(expected);
});
