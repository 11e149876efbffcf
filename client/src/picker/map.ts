/** The world map that shows the choice: drawn once, recoloured by classes. For the eye and the pointer; the list
 * beside it does the same for the keyboard and screen readers. */
interface World {
  width: number;
  height: number;
  plain: string;
  land: Record<string, string>;
  dots: Record<string, [number, number]>;
}

const SVG = "http://www.w3.org/2000/svg";

export interface WorldMap {
  element: SVGSVGElement;
  show(chosen: ReadonlySet<string>, label: string): void;
}

function shape(tag: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** Loads the drawing (a chunk of its own) and returns the map. `toggle` is called with a code pressed. */
export async function worldMap(toggle: (code: string) => void, nameOf: (code: string) => string): Promise<WorldMap> {
  const world = (await import("./world.json")).default as unknown as World;
  const svg = shape("svg", { viewBox: `0 0 ${world.width} ${world.height}`, role: "img" }) as SVGSVGElement;
  svg.append(shape("path", { d: world.plain, class: "plain" }));
  const byCode = new Map<string, SVGElement>();
  const add = (code: string, element: SVGElement): void => {
    element.dataset["code"] = code;
    const title = shape("title", {});
    title.textContent = nameOf(code);
    element.append(title);
    byCode.set(code, element);
    svg.append(element);
  };
  for (const [code, d] of Object.entries(world.land)) add(code, shape("path", { d }));
  for (const [code, [cx, cy]] of Object.entries(world.dots)) add(code, shape("circle", { cx, cy, r: 3.6 }));
  svg.addEventListener("click", (event) => {
    const pressed = (event.target as Element).closest<SVGElement>("[data-code]");
    if (pressed?.dataset["code"]) toggle(pressed.dataset["code"]);
  });
  return {
    element: svg,
    show(chosen, label) {
      svg.setAttribute("aria-label", label);
      for (const [code, element] of byCode) {
        element.classList.toggle("chosen", chosen.has(code));
        if (chosen.has(code) && element instanceof SVGCircleElement) svg.append(element); // over its neighbours
      }
    },
  };
}
