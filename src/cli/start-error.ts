import { PreparationError } from "../appliance/preparation.ts";
import { BindError } from "../net/bind-error.ts";
import { ResolveError } from "../sip/resolve/resolve-error.ts";
import { TranslationRuleError } from "../translate/types.ts";

/** Why the server cannot start, as lines for people; the command ends with exit code 2. */
export class StartError extends Error {
	override readonly name = "StartError";

	/** Makes one of the errors that settings can cause; any other is passed through. */
	static from(error: unknown): unknown {
		if (
			error instanceof BindError ||
			error instanceof ResolveError ||
			error instanceof PreparationError ||
			error instanceof TranslationRuleError
		) {
			return new StartError(error.message, { cause: error });
		}
		return error;
	}
}
