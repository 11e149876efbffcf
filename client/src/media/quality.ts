/** Pure: what the connections' statistics say about the network and the machine. */

/** Totals taken from getStats at one moment. */
export interface Sample {
  readonly at: number;
  readonly received: number;
  readonly lost: number;
  /** Share of our packets lost on the way to the server, 0 to 1, as it reports. */
  readonly uplinkLoss: number;
  /** Seconds there and back. */
  readonly roundTrip: number;
  readonly decoded: number;
  readonly dropped: number;
  /** Whether the encoder says the processor holds it back. */
  readonly cpuLimited: boolean;
}

export type Grade = "good" | "fair" | "poor";

export interface Quality {
  readonly grade: Grade;
  /** Samples in a row in which the processor could not keep up, and in which it could. */
  readonly strained: number;
  readonly relaxed: number;
  /** Whether less video should be sent and asked for. */
  readonly sparing: boolean;
}

export const FINE: Quality = { grade: "good", strained: 0, relaxed: 0, sparing: false };

/** Several bad samples before sparing, many good ones before trying the full picture again: no see-saw. */
const STRAIN_SAMPLES = 3;
const REST_SAMPLES = 15;

export function judge(quality: Quality, before: Sample | null, now: Sample): Quality {
  if (before === null) return quality;
  const strain = now.cpuLimited || share(now.dropped - before.dropped, now.decoded - before.decoded) > 0.2;
  const strained = strain ? quality.strained + 1 : 0;
  const relaxed = strain ? 0 : quality.relaxed + 1;
  const sparing = quality.sparing ? relaxed < REST_SAMPLES : strained >= STRAIN_SAMPLES;
  return { grade: grade(before, now), strained, relaxed, sparing };
}

function grade(before: Sample, now: Sample): Grade {
  const lost = now.lost - before.lost;
  const loss = Math.max(share(lost, lost + now.received - before.received), now.uplinkLoss);
  if (loss > 0.08 || now.roundTrip > 0.8) return "poor";
  if (loss > 0.03 || now.roundTrip > 0.4) return "fair";
  return "good";
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.max(0, part) / whole : 0;
}
