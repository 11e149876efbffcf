/**
 * What the browser remembers. For the tab (so that a reload comes back into the meeting): the resume token, good
 * once, and whether camera and microphone are on. For longer: the name and the devices last chosen. Nothing of
 * it leaves the browser.
 */
export interface Visit {
  readonly token: string;
  readonly name: string;
  readonly microphone: boolean;
  readonly camera: boolean;
}

export interface Preferences {
  readonly name: string;
  readonly microphone: string;
  readonly camera: string;
  readonly speaker: string;
  readonly microphoneOn: boolean;
  readonly cameraOn: boolean;
  readonly mirror: boolean;
  readonly shortcuts: boolean;
  /** Whether coming and going is told. */
  readonly arrivals: boolean;
  /** Whether a knock, and being let in, can be heard. */
  readonly sounds: boolean;
}

export const DEFAULTS: Preferences = {
  name: "",
  microphone: "",
  camera: "",
  speaker: "",
  microphoneOn: true,
  cameraOn: true,
  mirror: true,
  shortcuts: true,
  arrivals: true,
  sounds: true,
};

const VISIT = "bailiwick.visit.";
const PREFERENCES = "bailiwick.preferences";

export function visitOf(slug: string): Visit | null {
  return read<Visit | null>(() => sessionStorage, VISIT + slug, null);
}

export function keepVisit(slug: string, visit: Visit): void {
  write(() => sessionStorage, VISIT + slug, visit);
}

/** Somebody turned camera or microphone on or off: a reload must not turn back on what is off. */
export function switchVisit(slug: string, switches: Pick<Visit, "microphone" | "camera">): void {
  const visit = visitOf(slug);
  if (visit) keepVisit(slug, { ...visit, ...switches });
}

export function forgetVisit(slug: string): void {
  write(() => sessionStorage, VISIT + slug, null);
}

export function preferences(): Preferences {
  return { ...DEFAULTS, ...read<Partial<Preferences>>(() => localStorage, PREFERENCES, {}) };
}

export function prefer(changes: Partial<Preferences>): void {
  write(() => localStorage, PREFERENCES, { ...preferences(), ...changes });
}

/** Storage may be switched off or full: then nothing is remembered, and that is all. */
function read<T>(storage: () => Storage, key: string, otherwise: T): T {
  try {
    const text = storage().getItem(key);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

function write(storage: () => Storage, key: string, value: unknown): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, JSON.stringify(value));
  } catch {
    // As above: not being able to remember is no reason to stop.
  }
}
