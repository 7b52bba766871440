import type { SettingsSource } from "../../../../src/http/box/settings-types.ts";
import type { BoxSource, FirstRunSource, TypedAccount } from "../../../../src/http/box/types.ts";

const SAVED = { kind: "saved", live: [], restart: [] } as const;

/** Where the pages of a test are. */
export const WEB = { httpPort: 80, httpsPort: 0, bind: [], prefix: "" } as const;

/** A configuration with nothing in it. */
export const NO_SETTINGS: SettingsSource = {
	mark: "",
	areas: () => [],
	group: () => undefined,
	rows: () => [],
	waitingForRestart: () => [],
	save: async () => ({ kind: "nothing" }),
	tryRules: async () => [],
	lastSaved: undefined,
	wentBack: undefined,
	versions: () => [],
	goBack: async () => ({ kind: "nothing" }),
	confirmUntil: undefined,
	confirm: () => {},
	beforeRestart: () => {},
};

/** A box that notes what it is asked for. */
export function fakeBox(changes: Partial<BoxSource> = {}) {
	const asked: string[] = [];
	const saved: TypedAccount[] = [];
	const box: BoxSource = {
		settings: NO_SETTINGS,
		uploads: "/nowhere",
		account: () => ({ pbx: "pbx.example.com", user: "100", realm: "", hasPassword: true }),
		tryAccount: async () => ({ kind: "registered", seconds: 60, at: "UDP 192.0.2.9:5060" }),
		saveAccount: async (account) => {
			saved.push(account);
			return SAVED;
		},
		exportSetUp: async () => "the file",
		importSetUp: async () => SAVED,
		webPlaces: () => ({ now: WEB, next: WEB }),
		certificates: () => [],
		putCertificate: () => {
			throw new Error("nothing is put");
		},
		updates: undefined,
		restart: () => void asked.push("restart"),
		...changes,
	};
	return { box, asked, saved };
}

/** A new box. */
export class FakeFirstRun implements FirstRunSource {
	pending = true;
	readonly taken: string[] = [];

	take(password: string): boolean {
		if (!this.pending) return false;
		this.pending = false;
		this.taken.push(password);
		return true;
	}
}
