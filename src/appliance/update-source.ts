import type { ShownUpdate, UpdateSource } from "../http/box/types.ts";
import { BoxError } from "../http/box/types.ts";
import { UpdateError } from "../update/candidate.ts";
import type { Candidate, Updates } from "../update/updates.ts";
import { VERSION } from "../version.ts";

/** The versions of the program on this box, for its page. @param configFile that a new version must accept. */
export function updateSource(updates: Updates, configFile: string): UpdateSource {
	let candidate: Candidate | undefined;
	return {
		running: VERSION,
		get fellBack() {
			return updates.record.fellBack?.from;
		},
		get before() {
			const { current, previous } = updates.record;
			return current && { version: previous?.version };
		},
		check: async (path): Promise<ShownUpdate> => {
			try {
				candidate = await updates.stage(path, configFile);
				return candidate;
			} catch (error) {
				throw refusalOf(error);
			}
		},
		install: (sha256, older) => {
			if (candidate?.sha256 !== sha256) throw new BoxError("", "gone");
			if (candidate.is === "older" && !older) throw new BoxError("", "older");
			updates.adopt(candidate);
			candidate = undefined;
		},
		goBack: () => {
			try {
				updates.goBack();
			} catch (error) {
				throw refusalOf(error);
			}
		},
	};
}

function refusalOf(error: unknown): unknown {
	return error instanceof UpdateError ? new BoxError(error.message, "refused", { cause: error }) : error;
}
