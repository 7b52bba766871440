import { runWithRuntimeOptions } from "./runtime-options.ts";
import { runUpdatedVersion } from "./updated-version.ts";

let hasBegun = false;

/**
 * Goes on in this process as what is to serve: the version that an update has brought, with the engine's options. The
 * less was loaded before, the sooner it serves. Returns once this is that version, with these options.
 */
export function becomeServer(): void {
	if (hasBegun) return;
	hasBegun = true;
	runUpdatedVersion();
	runWithRuntimeOptions();
}
