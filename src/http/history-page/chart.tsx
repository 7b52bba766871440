/** @jsxImportSource hono/jsx */
import type { DayCount } from "../../history/types.ts";

const WIDTH = 900;
const HEIGHT = 220;
const LEFT = 40;
const RIGHT = 44;
const TOP = 12;
const BOTTOM = 24;

/** The calls of each day as bars, and how many of them were answered as a line, with the figures as a table. */
export function CallsChart({ days }: { readonly days: readonly DayCount[] }) {
	const most = niceTop(Math.max(1, ...days.map(({ calls }) => calls)));
	const step = (WIDTH - LEFT - RIGHT) / Math.max(1, days.length);
	const depth = HEIGHT - TOP - BOTTOM;
	const y = (share: number): number => TOP + depth * (1 - share);
	const x = (index: number): number => LEFT + step * index;
	const bar = Math.max(1, step * 0.7);
	const rate = days.flatMap(({ answerRate }, index) =>
		answerRate === undefined ? [] : [`${round(x(index) + bar / 2)},${round(y(answerRate))}`],
	);
	const total = days.reduce((sum, { calls }) => sum + calls, 0);
	const answered = days.reduce((sum, { answered }) => sum + answered, 0);
	return (
		<figure class="figure">
			<svg
				class="chart"
				viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
				role="img"
				aria-labelledby="chart-title chart-text"
			>
				<title id="chart-title">{`Calls of the last ${days.length} days`}</title>
				<desc id="chart-text">{`${total} calls, of which ${answered} were answered. The table below has each day.`}</desc>
				{[0, 0.5, 1].map((share) => (
					<g>
						<line class="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={round(y(share))} y2={round(y(share))} />
						<text x={LEFT - 6} y={round(y(share)) + 4} text-anchor="end">
							{String(Math.round(most * share))}
						</text>
						<text x={WIDTH - RIGHT + 6} y={round(y(share)) + 4}>{`${share * 100} %`}</text>
					</g>
				))}
				{days.map(({ calls, answered: good }, index) => (
					<g>
						<Bar kind="calls-bar" x={x(index)} width={bar} top={y(calls / most)} bottom={y(0)} />
						<Bar kind="answered-bar" x={x(index)} width={bar} top={y(good / most)} bottom={y(0)} />
					</g>
				))}
				{rate.length > 1 && <polyline class="rate" points={rate.join(" ")} />}
				{days.map(({ day }, index) =>
					index % Math.ceil(days.length / 8) === 0 ? (
						<text x={round(x(index))} y={HEIGHT - 6}>
							{day.slice(5)}
						</text>
					) : null,
				)}
			</svg>
			<ul class="legend" aria-hidden="true">
				<li>
					<span class="of-calls"></span>calls
				</li>
				<li>
					<span class="of-answered"></span>answered
				</li>
				<li>
					<span class="of-rate"></span>answer rate (right)
				</li>
			</ul>
			<details>
				<summary>As a table</summary>
				<section class="scroll" tabindex={0} aria-label="Calls of each day">
					<DayTable days={days} />
				</section>
			</details>
		</figure>
	);
}

function DayTable({ days }: { readonly days: readonly DayCount[] }) {
	return (
		<table>
			<thead>
				<tr>
					<th scope="col">Day</th>
					<th scope="col">Calls</th>
					<th scope="col">Answered</th>
					<th scope="col">Rate</th>
					<th scope="col">Refused requests</th>
				</tr>
			</thead>
			<tbody>
				{days.toReversed().map(({ day, calls, answered, answerRate, refused }) => (
					<tr>
						<th scope="row">{day}</th>
						<td>{String(calls)}</td>
						<td>{String(answered)}</td>
						<td>{answerRate === undefined ? "–" : `${Math.round(answerRate * 100)} %`}</td>
						<td>{String(refused)}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

interface BarProps {
	readonly kind: string;
	readonly x: number;
	readonly width: number;
	readonly top: number;
	readonly bottom: number;
}

function Bar({ kind, x, width, top, bottom }: BarProps) {
	if (bottom - top <= 0) return null;
	return <rect class={kind} x={round(x)} y={round(top)} width={round(width)} height={round(bottom - top)} />;
}

/** The next of 2, 4, 10, 20, 40, 100, … so that the middle of the scale is a whole number. */
function niceTop(value: number): number {
	const power = 10 ** Math.floor(Math.log10(value));
	return [2, 4, 10, 20].map((factor) => factor * power).find((top) => top >= value && top % 2 === 0) ?? value;
}

function round(value: number): number {
	return Math.round(value * 10) / 10;
}
