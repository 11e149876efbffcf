/** Pure: what the connections' statistics say about the network and the machine. */
import { LAVISH, save, type Thrift } from "./thrift";

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

/** Which way it is: to the server, from it, or there and back (nobody can tell which). */
export type Side = "uplink" | "downlink" | "delay";

export interface Quality {
  /** What the network is at least: the better of the last two samples, as one alone says little. */
  readonly grade: Grade;
  /** The way that is worst. */
  readonly side: Side;
  readonly last: Grade;
  /** The quickest round trip there was. */
  readonly quickest: number;
  /** Samples in a row in which the processor could not keep up, and in which it could. */
  readonly strained: number;
  readonly relaxed: number;
  /** Whether less video should be sent and asked for: the machine cannot keep up. */
  readonly sparing: boolean;
  /** How much less video is asked for: the network cannot keep up. */
  readonly thrift: Thrift;
}

export const FINE: Quality = {
  grade: "good",
  side: "delay",
  last: "good",
  quickest: Infinity,
  strained: 0,
  relaxed: 0,
  sparing: false,
  thrift: LAVISH,
};

/** Several bad samples before sparing, many good ones before trying the full picture again: no see-saw. */
const STRAIN_SAMPLES = 3;
const REST_SAMPLES = 15;

export function judge(quality: Quality, before: Sample | null, now: Sample): Quality {
  if (before === null) return quality;
  const strain = now.cpuLimited || share(now.dropped - before.dropped, now.decoded - before.decoded) > 0.2;
  const strained = strain ? quality.strained + 1 : 0;
  const relaxed = strain ? 0 : quality.relaxed + 1;
  const sparing = quality.sparing ? relaxed < REST_SAMPLES : strained >= STRAIN_SAMPLES;
  const quickest = now.roundTrip > 0 ? Math.min(quality.quickest, now.roundTrip) : quality.quickest;
  const thrift = save(quality.thrift, isTooMuch(before, now, quickest));
  return { ...network(quality, before, now), quickest, strained, relaxed, sparing, thrift };
}

function network(quality: Quality, before: Sample, now: Sample): Pick<Quality, "grade" | "side" | "last"> {
  const sides: readonly (readonly [Side, Grade])[] = [
    ["uplink", byLoss(now.uplinkLoss)],
    ["downlink", byLoss(loss(before, now))],
    ["delay", byDelay(now.roundTrip)],
  ];
  const last = worst(sides.map(([, grade]) => grade));
  const side = sides.find(([, grade]) => grade === last)?.[0] ?? "delay";
  return { grade: GRADES[Math.min(GRADES.indexOf(last), GRADES.indexOf(quality.last))] ?? last, side, last };
}

/**
 * More comes than the way from the server carries: packets are lost, or stand in a queue somewhere until they are late.
 * What we send cannot be the cause of the queue for long: the browser measures its own way and sends less.
 */
function isTooMuch(before: Sample, now: Sample, quickest: number): boolean {
  const queued = now.roundTrip > 0.5 && now.roundTrip > 4 * quickest;
  return queued || byLoss(loss(before, now)) === "poor";
}

const GRADES: readonly Grade[] = ["good", "fair", "poor"];

function worst(grades: readonly Grade[]): Grade {
  return GRADES[Math.max(...grades.map((grade) => GRADES.indexOf(grade)))] ?? "good";
}

function byLoss(part: number): Grade {
  return part > 0.08 ? "poor" : part > 0.03 ? "fair" : "good";
}

function byDelay(roundTrip: number): Grade {
  return roundTrip > 0.8 ? "poor" : roundTrip > 0.4 ? "fair" : "good";
}

/** The share of what others sent us that was lost on the way. */
function loss(before: Sample, now: Sample): number {
  const lost = now.lost - before.lost;
  return share(lost, lost + now.received - before.received);
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.max(0, part) / whole : 0;
}
