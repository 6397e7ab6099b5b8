// Nodes of SVG and HTML. Texts become text nodes, so a name with markup stays a name.

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element of SVG. */
export function svgNode(
  name: string,
  attributes: Attributes,
  children: readonly (SVGElement | string)[] = [],
): SVGElement {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

/** An element of HTML. */
export function htmlNode<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  children: readonly (Element | string)[] = [],
): HTMLElementTagNameMap[Name] {
  return filled(document.createElement(name), attributes, children);
}

function filled<Node extends Element>(
  node: Node,
  attributes: Attributes,
  children: readonly (Element | string)[],
): Node {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) {
      node.setAttribute(key, String(value));
    }
  }
  node.append(...children);
  return node;
}
