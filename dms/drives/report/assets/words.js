// Elements and words that every part makes.

// An element with text and other elements in it: never markup from a text.
export function node(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export const spoken = (text) => text.replaceAll("_", " ");
