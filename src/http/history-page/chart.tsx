/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { DayCount } from "../../history/types.ts";
import { TableHead } from "../page/table-head.tsx";

const WIDTH = 480;
const HEIGHT = 200;
const TOP = 20;
const BOTTOM = 26;
const DEPTH = HEIGHT - TOP - BOTTOM;

/** Most days that are named below a chart; a phone shows every other one. */
const NAMED_DAYS = 6;

interface ChartProps {
	readonly days: readonly DayCount[];
}

/** The calls of each day and how many of them were answered, drawn and as a table. */
export function Charts({ days }: ChartProps) {
	return (
		<>
			<div class="charts">
				<CallsChart days={days} />
				<RateChart days={days} />
			</div>
			<details>
				<summary>Show as a table</summary>
				<section class="scroll" tabindex={0} aria-label="Calls per day">
					<DayTable days={days} />
				</section>
			</details>
		</>
	);
}

/** What the charts show, in a sentence. */
export function chartSummary(days: readonly DayCount[]): string {
	const sum = (read: (day: DayCount) => number): number => days.reduce((total, day) => total + read(day), 0);
	const calls = sum((day) => day.calls);
	const refused = sum((day) => day.refused);
	const rate = calls > 0 ? ` (${percent(sum((day) => day.answered) / calls)})` : "";
	const placed = `${count(calls, "call")}, ${sum((day) => day.answered)} answered${rate}`;
	return refused > 0 ? `${placed}; ${count(refused, "request")} refused` : placed;
}

function CallsChart({ days }: ChartProps) {
	const most = niceTop(Math.max(1, ...days.map(({ calls }) => calls)));
	const step = WIDTH / days.length;
	return (
		<figure>
			<figcaption>
				Calls per day
				<span class="key of-answered">answered</span>
				<span class="key of-others">not answered</span>
			</figcaption>
			<Chart
				id="calls-chart"
				title={`Calls per day, last ${days.length} days`}
				text={`${chartSummary(days)}. At most ${Math.max(...days.map(({ calls }) => calls))} a day.`}
				days={days}
				scale={[String(most), String(most / 2), ""]}
			>
				{days.map((day, index) => (
					<g>
						<title>{dayText(day)}</title>
						<Bar
							kind="others"
							x={step * index}
							step={step}
							from={day.answered / most}
							to={day.calls / most}
						/>
						<Bar kind="answered" x={step * index} step={step} from={0} to={day.answered / most} />
					</g>
				))}
			</Chart>
		</figure>
	);
}

function RateChart({ days }: ChartProps) {
	const step = WIDTH / days.length;
	const points = days.map(({ answerRate }, index) =>
		answerRate === undefined ? undefined : { x: round(step * (index + 0.5)), y: round(height(answerRate)) },
	);
	return (
		<figure>
			<figcaption>
				Answer rate <span class="key of-rate">of the day's calls</span>
			</figcaption>
			<Chart
				id="rate-chart"
				title={`Answer rate per day, last ${days.length} days`}
				text={`${chartSummary(days)}. Days without calls have no rate.`}
				days={days}
				scale={["100 %", "50 %", ""]}
			>
				{/* A line over days without calls would show what was not. */}
				{runs(points).map((run) => (
					<polyline class="rate" points={run.map(({ x, y }) => `${x},${y}`).join(" ")} />
				))}
				{points.map((point, index) => {
					const day = days[index];
					return point && day ? (
						<circle class="rate" cx={point.x} cy={point.y} r={days.length > 31 ? 2 : 3}>
							<title>{dayText(day)}</title>
						</circle>
					) : null;
				})}
			</Chart>
		</figure>
	);
}

interface FrameProps {
	readonly id: string;
	readonly title: string;
	readonly text: string;
	readonly days: readonly DayCount[];
	/** At the top, in the middle, and at the bottom, where bars would cover it. */
	readonly scale: readonly string[];
	readonly children?: Child;
}

function Chart({ id, title, text, days, scale, children }: FrameProps) {
	const every = Math.ceil(days.length / NAMED_DAYS);
	const step = WIDTH / days.length;
	return (
		<svg
			class="chart"
			viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
			role="img"
			aria-labelledby={`${id}-title`}
			aria-describedby={`${id}-text`}
		>
			<title id={`${id}-title`}>{title}</title>
			<desc id={`${id}-text`}>{`${text} The table has each day.`}</desc>
			{scale.map((_label, index) => (
				<line class="grid" x1="0" x2={WIDTH} y1={gridAt(index)} y2={gridAt(index)} />
			))}
			{children}
			{scale.map((label, index) =>
				label === "" ? null : (
					<text x="0" y={gridAt(index) - 4}>
						{label}
					</text>
				),
			)}
			{days.map(({ day }, index) => {
				// Counted from today, which is always named.
				const back = days.length - 1 - index;
				if (back % every !== 0) return null;
				const minor = (back / every) % 2 === 1;
				return (
					<text
						class={minor ? "day minor" : "day"}
						x={back === 0 ? WIDTH : round(step * (index + 0.5))}
						y={HEIGHT - 6}
						text-anchor={back === 0 ? "end" : "middle"}
					>
						{day.slice(5)}
					</text>
				);
			})}
		</svg>
	);
}

function DayTable({ days }: ChartProps) {
	return (
		<table>
			<caption class="hidden">{`Calls of the last ${days.length} days`}</caption>
			<TableHead columns={["Day", "Calls", "Answered", "Rate", "Refused requests"]} />
			<tbody>
				{days.toReversed().map(({ day, calls, answered, answerRate, refused }) => (
					<tr>
						<th scope="row" class="time">
							{day}
						</th>
						<td>{String(calls)}</td>
						<td>{String(answered)}</td>
						<td>{answerRate === undefined ? "–" : percent(answerRate)}</td>
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
	readonly step: number;
	/** Shares of the scale. */
	readonly from: number;
	readonly to: number;
}

function Bar({ kind, x, step, from, to }: BarProps) {
	if (to <= from) return null;
	const width = Math.max(1, step * 0.7);
	return (
		<rect
			class={kind}
			x={round(x + (step - width) / 2)}
			y={round(height(to))}
			width={round(width)}
			height={round(DEPTH * (to - from))}
		/>
	);
}

/** Where a share of the scale is, from 0 at the bottom to 1 at the top. */
function height(share: number): number {
	return TOP + DEPTH * (1 - share);
}

function gridAt(index: number): number {
	return height(1 - index / 2);
}

/** Points that follow each other without a gap. */
function runs<Point>(points: readonly (Point | undefined)[]): Point[][] {
	const found: Point[][] = [[]];
	for (const point of points) {
		if (point === undefined) found.push([]);
		else found.at(-1)?.push(point);
	}
	return found.filter(({ length }) => length > 1);
}

function dayText({ day, calls, answered }: DayCount): string {
	return `${day}: ${count(calls, "call")}, ${answered} answered`;
}

function count(number: number, what: string): string {
	return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function percent(share: number): string {
	return `${Math.round(share * 100)} %`;
}

/** The next of 2, 4, 10, 20, 40, 100, … so that the middle of the scale is a whole number. */
function niceTop(value: number): number {
	const power = 10 ** Math.floor(Math.log10(value));
	return [2, 4, 10, 20].map((factor) => factor * power).find((top) => top >= value) ?? value;
}

function round(value: number): number {
	return Math.round(value * 10) / 10;
}
