import { signal, type ReadonlySignal } from "@preact/signals";

import type { Key, Visible } from "./streams";

/** A page in the background goes on showing for a moment: people switch back and forth. */
const HIDE_AFTER = 8000;

/** Which video is in sight, and how large: tiles report themselves (`watch`). */
export class Sight {
  readonly visible: ReadonlySignal<Visible>;
  readonly #visible = signal<Visible>(new Map());
  readonly #shown = new Map<Element, { key: Key; inView: boolean; width: number; height: number }>();
  readonly #sizes: ResizeObserver;
  readonly #views: IntersectionObserver;
  #hidden = false;
  #hiding: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.visible = this.#visible;
    this.#sizes = new ResizeObserver((entries) => {
      for (const { target, contentRect } of entries) this.#resized(target, contentRect);
      this.#tell();
    });
    this.#views = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.#moved(target, isIntersecting);
      this.#tell();
    });
    document.addEventListener("visibilitychange", () => this.#pageChanged());
  }

  /** Count `element` as showing `key` until the returned function is called. */
  watch(element: Element, key: Key): () => void {
    const { width, height } = element.getBoundingClientRect();
    this.#shown.set(element, { key, inView: true, width, height });
    this.#sizes.observe(element);
    this.#views.observe(element);
    this.#tell();
    return () => {
      this.#sizes.unobserve(element);
      this.#views.unobserve(element);
      this.#shown.delete(element);
      this.#tell();
    };
  }

  #resized(target: Element, { width, height }: DOMRectReadOnly): void {
    const shown = this.#shown.get(target);
    if (shown) this.#shown.set(target, { ...shown, width, height });
  }

  #moved(target: Element, inView: boolean): void {
    const shown = this.#shown.get(target);
    if (shown) this.#shown.set(target, { ...shown, inView });
  }

  #pageChanged(): void {
    clearTimeout(this.#hiding);
    if (document.visibilityState === "visible") this.#hide(false);
    else this.#hiding = setTimeout(() => this.#hide(true), HIDE_AFTER);
  }

  #hide(hidden: boolean): void {
    this.#hidden = hidden;
    this.#tell();
  }

  /** The largest showing of each stream counts. */
  #tell(): void {
    const visible = new Map<Key, { width: number; height: number }>();
    const scale = window.devicePixelRatio;
    for (const { key, inView, width, height } of this.#hidden ? [] : this.#shown.values()) {
      if (!inView || height < 1) continue;
      const before = visible.get(key);
      if (!before || before.height < height * scale) visible.set(key, { width: width * scale, height: height * scale });
    }
    this.#visible.value = visible;
  }
}
