/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { DayCount } from "../../history/types.ts";
import { formatsOf } from "../../words/formats.ts";
import type { Texts } from "../../words/texts.ts";
import { TableHead } from "../page/table-head.tsx";
import { useTexts } from "../page/view.tsx";

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
	const { asTable, callsPerDay } = useTexts();
	return (
		<>
			<div class="charts">
				<CallsChart days={days} />
				<RateChart days={days} />
			</div>
			<details>
				<summary>{asTable}</summary>
				<section class="scroll" tabindex={0} aria-label={callsPerDay}>
					<DayTable days={days} />
				</section>
			</details>
		</>
	);
}

/** What the charts show, in a sentence. */
export function chartSummary(texts: Texts, days: readonly DayCount[]): string {
	const sum = (read: (day: DayCount) => number): number => days.reduce((total, day) => total + read(day), 0);
	const calls = sum((day) => day.calls);
	const refused = sum((day) => day.refused);
	const rate = calls > 0 ? ` (${percent(texts, sum((day) => day.answered) / calls)})` : "";
	const placed = `${texts.callCount(calls)}, ${texts.answeredCount(
		number(
			texts,
			sum((day) => day.answered),
		),
	)}${rate}`;
	return refused > 0 ? `${placed}; ${texts.refusedCount(refused)}` : placed;
}

function CallsChart({ days }: ChartProps) {
	const texts = useTexts();
	const most = niceTop(Math.max(1, ...days.map(({ calls }) => calls)));
	const step = WIDTH / days.length;
	return (
		<figure>
			<figcaption>
				{texts.callsPerDay}
				<span class="key of-answered">{texts.answered}</span>
				<span class="key of-others">{texts.notAnswered}</span>
			</figcaption>
			<Chart
				id="calls-chart"
				title={`${texts.callsPerDay}: ${texts.lastDays(days.length)}`}
				text={`${chartSummary(texts, days)}. ${texts.atMost(number(texts, Math.max(...days.map(({ calls }) => calls))))}`}
				days={days}
				scale={[number(texts, most), number(texts, most / 2), ""]}
			>
				{days.map((day, index) => (
					<g>
						<title>{dayText(texts, day)}</title>
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
	const texts = useTexts();
	const step = WIDTH / days.length;
	const points = days.map(({ answerRate }, index) =>
		answerRate === undefined ? undefined : { x: round(step * (index + 0.5)), y: round(height(answerRate)) },
	);
	return (
		<figure>
			<figcaption>
				{texts.answerRate} <span class="key of-rate">{texts.ofDaysCalls}</span>
			</figcaption>
			<Chart
				id="rate-chart"
				title={`${texts.answerRatePerDay}: ${texts.lastDays(days.length)}`}
				text={`${chartSummary(texts, days)}. ${texts.noRates}`}
				days={days}
				scale={[percent(texts, 1), percent(texts, 0.5), ""]}
			>
				{/* A line over days without calls would show what was not. */}
				{runs(points).map((run) => (
					<polyline class="rate" points={run.map(({ x, y }) => `${x},${y}`).join(" ")} />
				))}
				{points.map((point, index) => {
					const day = days[index];
					return point && day ? (
						<circle class="rate" cx={point.x} cy={point.y} r={days.length > 31 ? 2 : 3}>
							<title>{dayText(texts, day)}</title>
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
	const texts = useTexts();
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
			<desc id={`${id}-text`}>{`${text} ${texts.tableHasAll}`}</desc>
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
						{shortDay(texts, day)}
					</text>
				);
			})}
		</svg>
	);
}

function DayTable({ days }: ChartProps) {
	const texts = useTexts();
	const { labels } = texts;
	return (
		<table>
			<caption class="hidden">{`${texts.callsPerDay}: ${texts.lastDays(days.length)}`}</caption>
			<TableHead columns={[labels.day, labels.calls, labels.answered, labels.rate, labels.refused]} />
			<tbody>
				{days.toReversed().map(({ day, calls, answered, answerRate, refused }) => (
					<tr>
						<th scope="row" class="time">
							{longDay(texts, day)}
						</th>
						<td>{number(texts, calls)}</td>
						<td>{number(texts, answered)}</td>
						<td>{answerRate === undefined ? "–" : percent(texts, answerRate)}</td>
						<td>{number(texts, refused)}</td>
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

function dayText(texts: Texts, { day, calls, answered }: DayCount): string {
	return `${longDay(texts, day)}: ${texts.callCount(calls)}, ${texts.answeredCount(number(texts, answered))}`;
}

function number({ locale }: Texts, value: number): string {
	return formatsOf(locale).number.format(value);
}

function percent({ locale }: Texts, share: number): string {
	return formatsOf(locale).percent.format(share);
}

/** @param day such as `2026-11-23`. */
function longDay({ locale }: Texts, day: string): string {
	return formatsOf(locale).day.format(Date.parse(day));
}

/** The same without the year, below a chart. */
function shortDay({ locale }: Texts, day: string): string {
	return formatsOf(locale).shortDay.format(Date.parse(day));
}

/** The next of 2, 4, 10, 20, 40, 100, … so that the middle of the scale is a whole number. */
function niceTop(value: number): number {
	const power = 10 ** Math.floor(Math.log10(value));
	return [2, 4, 10, 20].map((factor) => factor * power).find((top) => top >= value) ?? value;
}

function round(value: number): number {
	return Math.round(value * 10) / 10;
}
