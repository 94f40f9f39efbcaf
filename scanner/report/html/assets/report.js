
"use strict";
(() => {
  const section = document.getElementById("dependencies");
  const table = section.querySelector("table");
  if (!table) { return; }
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (row) => ({ row, text: row.textContent.toLowerCase() }));
  const controls = section.querySelector(".controls");
  const search = controls.querySelector("input[type=search]");
  const boxes = Array.from(controls.querySelectorAll("input[type=checkbox]"));
  const status = controls.querySelector("[role=status]");

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let shown = 0;
    for (const { row, text } of rows) {
      row.hidden = !kinds.has(row.dataset.kind) || !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    status.textContent = shown === rows.length ? "" : `${shown} of ${rows.length} shown`;
  }

  function showAll() {
    search.value = "";
    for (const box of boxes) { box.checked = true; }
    filter();
  }

  function keyOf(row, column) {
    const cell = row.cells[column];
    return "key" in cell.dataset ? Number(cell.dataset.key) : cell.textContent;
  }

  function sort(heading, column) {
    const descending = heading.getAttribute("aria-sort") === "ascending";
    const collator = new Intl.Collator("en", { numeric: true });
    const keyed = rows.map(({ row }) => ({ row, key: keyOf(row, column) }));
    keyed.sort((a, b) => (typeof a.key === "number" ? a.key - b.key : collator.compare(a.key, b.key)));
    if (descending) { keyed.reverse(); }
    body.append(...keyed.map(({ row }) => row));
    for (const other of table.tHead.rows[0].cells) { other.setAttribute("aria-sort", "none"); }
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  }

  Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    heading.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sort(heading, column));
  });
  search.addEventListener("input", filter);
  for (const box of boxes) { box.addEventListener("change", filter); }
  controls.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.hidden) { showAll(); target.scrollIntoView(); }
  });
  controls.hidden = false;
  filter();
})();
