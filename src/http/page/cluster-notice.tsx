/** @jsxImportSource hono/jsx */
import { Moment } from "./moment.tsx";
import { useTexts } from "./view.tsx";

interface ClusterNoticeProps {
	/** In milliseconds since 1970; undefined while they are seen. */
	readonly since: number | undefined;
	/** What is shown without them: the calls of this box, or a call of another one. */
	readonly shown: "calls" | "call";
}

/** Says since when the other boxes are not seen. */
export function ClusterNotice({ since, shown }: ClusterNoticeProps) {
	const { lostSince, onlyOwn, asItWas } = useTexts().cluster;
	if (since === undefined) return null;
	return (
		<p class="alert" data-key={`lost ${since}`}>
			{lostSince} <Moment at={since} />
			{shown === "calls" ? onlyOwn : asItWas}
		</p>
	);
}
