import { describe, expect, it } from "vitest";

import { Player } from "../../src/media/player";

/** An audio or video element of a browser that may want a click first. */
class Element {
  plays = 0;
  constructor(public refuses: string | null = null) {}
  play(): Promise<void> {
    this.plays += 1;
    return this.refuses ? Promise.reject(new DOMException("", this.refuses)) : Promise.resolve();
  }
}

const html = (element: Element): HTMLMediaElement => element as unknown as HTMLMediaElement;
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("what the browser plays only after a click", () => {
  it("is told, and all of it played then: sound and pictures", async () => {
    const player = new Player();
    const elements = [new Element(), new Element("NotAllowedError"), new Element("NotAllowedError")];
    for (const element of elements) player.play(html(element));
    await soon();
    expect(player.blocked.value).toBe(true);
    for (const element of elements) element.refuses = null;
    player.unblock();
    await soon();
    expect(player.blocked.value).toBe(false);
    expect(elements.map(({ plays }) => plays)).toEqual([2, 2, 2]);
  });

  it("is not what was replaced while it began", async () => {
    const player = new Player();
    player.play(html(new Element("AbortError")));
    await soon();
    expect(player.blocked.value).toBe(false);
  });

  it("is nothing any more when it is gone", async () => {
    const player = new Player();
    const preview = new Element("NotAllowedError");
    player.play(html(preview));
    await soon();
    player.forget(html(preview));
    expect(player.blocked.value).toBe(false);
    const leaving = new Element("NotAllowedError");
    player.play(html(leaving));
    player.forget(html(leaving));
    await soon();
    expect(player.blocked.value).toBe(false);
  });
});
