import { callFamilies } from "./call-families.ts";
import type { MetricFamily } from "./families.ts";
import { serverFamilies } from "./server-families.ts";
import { sipFamilies } from "./sip-families.ts";
import type { MetricSources } from "./sources.ts";

/** Every metric there is. */
export function familiesOf(sources: MetricSources): MetricFamily[] {
	return [...callFamilies(sources), ...sipFamilies(sources), ...serverFamilies(sources)];
}
