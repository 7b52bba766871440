/** The two codecs that every phone has (ITU-T G.711), by their RTP payload type (RFC 3551 section 6). */
export type PayloadType = 0 | 8;

/** Encodes samples. @param samples 16 bits, signed. */
export function encode(samples: Int16Array, payloadType: PayloadType): Uint8Array {
	const one = payloadType === 0 ? muLaw : aLaw;
	return Uint8Array.from(samples, one);
}

const BIAS = 132;
const LOUDEST = 32_635;

function muLaw(sample: number): number {
	const sign = sample < 0 ? 0x80 : 0;
	const size = Math.min(Math.abs(sample), LOUDEST) + BIAS;
	const exponent = 31 - Math.clz32(size) - 7;
	const mantissa = (size >> (exponent + 3)) & 0x0f;
	return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function aLaw(sample: number): number {
	// The sign bit is set for positive values; every other bit is inverted on the line.
	const sign = sample < 0 ? 0 : 0x80;
	const size = Math.min(sample < 0 ? ~sample : sample, 32_767) >> 4;
	const exponent = Math.max(31 - Math.clz32(size) - 4, 0);
	const segment = size < 32 ? (size < 16 ? 0 : 1) : exponent + 1;
	const mantissa = segment < 2 ? size & 0x0f : (size >> (segment - 1)) & 0x0f;
	return (sign | (segment << 4) | mantissa) ^ 0x55;
}
